"""Pages of other origins: each application lists those that may call; no cookies, and never a wildcard (S-66)."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponseBase

from ciam.client_address import source_of
from ciam.dialects.cloudbase.errors import OriginNotAllowed
from tenants import call_limits, callers
from tenants.configuration import ApplicationConfiguration

METHODS = "GET, POST, PATCH, DELETE"
HEADERS = "authorization, x-device-id, x-request-id, accept-language, x-sdk-version, x-captcha-token, content-type"
PREFLIGHT_SECONDS = "600"


def check(request: HttpRequest, application: ApplicationConfiguration | None) -> None:
    """Raises OriginNotAllowed for a page of another origin that may not call."""
    origin = request.headers.get("Origin")
    request.allowed_origin = ""  # type: ignore[attr-defined] # for `allow`
    if origin and not _is_own(request, origin) and not _is_listed(request, origin, application):
        raise OriginNotAllowed
    request.allowed_origin = origin  # type: ignore[attr-defined]


def check_preflight(request: HttpRequest, application: ApplicationConfiguration | None) -> None:
    """As `check`; raises TooManyCalls in place of OriginNotAllowed too."""
    try:
        check(request, application)
    except OriginNotAllowed:
        call_limits.take_preflight(source_of(request))
        raise


def allow(request: HttpRequest, response: HttpResponseBase) -> None:
    """Let the page read the answer, if its origin has passed `check`; a refusal that came before it is judged now."""
    response.headers["Vary"] = "Origin"
    if not hasattr(request, "allowed_origin") and response.status_code < 500:
        with suppress(OriginNotAllowed):
            check(request, None)
    origin = getattr(request, "allowed_origin", None)
    if not origin:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "X-Request-Id, Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Allow-Headers"] = HEADERS
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS


def _is_own(request: HttpRequest, origin: str) -> bool:
    return origin == f"{request.scheme}://{request.META.get('HTTP_HOST', '')}"


def _is_listed(request: HttpRequest, origin: str, application: ApplicationConfiguration | None) -> bool:
    """A preflight names neither bearer nor, mostly, client: some application must list the origin."""
    if application:
        return origin in application.allowed_origins
    return callers.is_known_origin(origin, request.tenant_id)  # type: ignore[attr-defined] # set by ciam.middleware
