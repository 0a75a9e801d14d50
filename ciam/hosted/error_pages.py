"""Pages that say to people what an error response says to programs."""

import json
from collections.abc import Callable
from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from structlog.contextvars import get_contextvars

from ciam.hosted import brands, languages, pages
from ciam.hosted.brands import Brand
from ciam.hosted.browsers import CONTINUE, LOG_IN, SIGN_UP, find_session, go_to
from signup.contracts import tenant_settings
from tenants.callers import find_application
from tenants.models import Tenant

JSON_AND_HTML = ["application/json", "text/html"]  # what takes either, as `*/*`, gets JSON
FOR_PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
WITH_A_SLASH = ("/admin", "/docs")
# Which texts of `words` a page has: by its path, else by the error, else by the status.
BY_PATH = {
    **dict.fromkeys((SIGN_UP, "/oauth2/authorize", "/oauth2/auth", "/logout"), "page_link"),
    CONTINUE: "login_over",
    "/account/verifyEmail": "verify_invalid",
}
BY_ERROR = {
    "code_expired": "verify_expired",
    "code_already_used": "verify_used",
    "invalid_session": "login_over",
    "unknown_host": "page_host",
}
BY_STATUS = {403: "page_closed", 404: "page_missing", 429: "busy", 503: "page_busy"}
OWN_HEADERS = {
    "Referrer-Policy": "no-referrer",  # the address may hold the token of a link
    "Vary": "Accept, Accept-Language, Cookie",
}
SERVER_ERROR, OTHER = "page_failed", "page_program"
DETAILED = frozenset({"page_link", SERVER_ERROR, OTHER})  # by which somebody else can mend it


def explain_to_people(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Replace the JSON of an error by a page where a browser shows it; every other caller gets the JSON."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code < 400 or not isinstance(response, HttpResponse) or not is_shown(request):
            return response
        if response.status_code == 404 and request.path in WITH_A_SLASH:
            return go_to(f"{request.path}/")
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        if not is_json or request.path in FOR_PROBES:
            return response
        try:
            return _explain(request, response)
        except SuspiciousOperation:  # the address has more parameters than are read
            return response

    return middleware


def is_shown(request: HttpRequest) -> bool:
    """Return whether the response becomes a page of a browser: nobody's script, and no program's call, asked for it."""
    mode = request.headers.get("Sec-Fetch-Mode")
    if request.headers.get("Authorization") or request.headers.get("X-Requested-With"):
        return False
    if request.method not in ("GET", "HEAD") and mode is None:  # a form from elsewhere, or a program
        return False
    return mode in (None, "navigate") and request.get_preferred_type(JSON_AND_HTML) == "text/html"


def brand_of(request: HttpRequest) -> Brand:
    """Return the brand of the application or tenant that the request names; one without a name where it names none."""
    tenant_id: UUID | None = getattr(request, "tenant_id", None)
    application = find_application(client_id=request.GET.get("client_id", ""), tenant_id=tenant_id)
    if application is None:
        live = find_session(request)
        application = live.application if live else None
    if application:
        return brands.of_application(application)
    tenant = Tenant.objects.filter(pk=tenant_id).first() if tenant_id else None
    return brands.of_tenant(tenant_settings(tenant)) if tenant else brands.NAMELESS


def _explain(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    language = languages.of_request(request)
    about, words = _texts_of(request, response), languages.words(language)
    minutes = -(-int(response.headers.get("Retry-After", "60")) // 60)
    page = pages.show(
        request,
        "signup/error.html",
        brand=_brand(request, response),
        status=response.status_code,
        language=language,
        title=words[f"{about}_title"],
        text=words[f"{about}_text"].format(minutes=minutes),
        detail=_detail(response) if about in DETAILED else "",
    )
    own = OWN_HEADERS | {"Content-Length": str(len(page.content))}
    response.content = page.content
    for name, value in {**dict(page.headers.items()), **own}.items():
        response.headers[name] = value
    return response


def _texts_of(request: HttpRequest, response: HttpResponse) -> str:
    status, error = response.status_code, str(getattr(response, "outcome", ""))
    if status >= 500 and status not in BY_STATUS:
        return SERVER_ERROR
    if error in BY_ERROR or status in (429, 503):
        return BY_ERROR.get(error) or BY_STATUS[status]
    if request.path.startswith(LOG_IN):
        return "login_over"
    return BY_PATH.get(request.path) or BY_STATUS.get(status, OTHER)


def _brand(request: HttpRequest, response: HttpResponse) -> Brand:
    """Return none for an unknown Host, which is nobody's, and where the database may be what is missing."""
    if response.status_code >= 500 or getattr(response, "outcome", "") == "unknown_host":
        return brands.NAMELESS
    try:
        return brand_of(request)
    except DatabaseError:
        return brands.NAMELESS


def _detail(response: HttpResponse) -> str:
    """Return the error as programs get it, or the request id by which the log's lines are found."""
    if response.status_code >= 500:
        return str(get_contextvars().get("request_id", ""))
    body = json.loads(response.content)
    description = body.get("error_description")
    return f"{body.get('error')}: {description}" if description else ""
