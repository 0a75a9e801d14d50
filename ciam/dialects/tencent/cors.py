"""Pages of an application's own origins may read the answers of the calls that take no cookie (contract §10.2, S-66).

Its origins are those that it lists, and those of its redirect URIs; never a wildcard, and never with credentials.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from ciam.client_address import source_of
from tenants import call_limits, callers
from tenants.configuration import ApplicationConfiguration

METHODS = "GET, POST, PATCH"
HEADERS = "authorization, content-type"
PREFLIGHT_SECONDS = "600"


def preflight(request: HttpRequest) -> HttpResponse:
    """A preflight names no application: some application must have the origin. Raises TooManyCalls."""
    response = HttpResponse(status=204)
    allow(request, response, None)
    if response.has_header("Access-Control-Allow-Origin"):
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = HEADERS
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    elif request.headers.get("Origin"):
        call_limits.take_preflight(source_of(request))
    return response


def allow(request: HttpRequest, response: HttpResponseBase, application: ApplicationConfiguration | None) -> None:
    origin = request.headers.get("Origin")
    if not origin:
        return
    response.headers["Vary"] = "Origin"
    tenant_id = request.tenant_id  # type: ignore[attr-defined] # set by ciam.middleware
    is_ours = origin in application.origins if application else callers.is_known_origin(origin, tenant_id)
    if is_ours:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "WWW-Authenticate, Retry-After, X-Request-Id"
