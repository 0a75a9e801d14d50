"""Which pages may call with a browser's session: our own, and those of origins that the application lists (S-66)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from ciam.client_address import source_of
from ciam.dialects.plusauth.errors import OriginNotAllowed
from tenants import call_limits, callers
from tenants.configuration import ApplicationConfiguration

HEADERS = "content-type, accept, accept-language, x-requested-with, x-request-language"
PREFLIGHT_SECONDS = "600"


def check(request: HttpRequest, application: ApplicationConfiguration | None) -> None:
    """Raises OriginNotAllowed; without an application, where none is known yet, some application must list the origin.

    What is not a browser says nothing of where it comes from, and passes.
    """
    origin = request.headers.get("Origin")
    if origin is None and request.headers.get("Sec-Fetch-Site") != "cross-site":
        return
    if not origin or not (origin == own(request) or _is_listed(request, origin, application)):
        raise OriginNotAllowed
    request.allowed_origin = origin  # type: ignore[attr-defined] # for `allow`


def check_preflight(request: HttpRequest) -> None:
    """As `check`, of a request that names no session; raises TooManyCalls in place of OriginNotAllowed too."""
    try:
        check(request, None)
    except OriginNotAllowed:
        call_limits.take_preflight(source_of(request))
        raise


def allow(request: HttpRequest, response: HttpResponseBase) -> None:
    """Let the page read the answer if its origin has passed `check`."""
    response.headers["Vary"] = "Origin"
    origin = getattr(request, "allowed_origin", "")
    if not origin:
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Allow-Credentials"] = "true"
    response.headers["Access-Control-Expose-Headers"] = "X-Request-Id, Retry-After"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = HEADERS
        response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS


def own(request: HttpRequest) -> str:
    """That of our own pages as this browser sees them: of the Host that the middleware has judged.

    A proxy in front may speak https to browsers and http to us.
    """
    scheme = "https" if settings.IS_HTTPS else request.scheme
    return f"{scheme}://{request.META.get('HTTP_HOST', '')}"


def _is_listed(request: HttpRequest, origin: str, application: ApplicationConfiguration | None) -> bool:
    if application:
        return origin in application.allowed_origins
    return callers.is_known_origin(origin, request.tenant_id)  # type: ignore[attr-defined] # set by ciam.middleware
