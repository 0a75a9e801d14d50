"""What every request passes: checks of its body and its Host; for the admin alone, Django's own middleware."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.urls import Resolver404, resolve

from ciam import answers, needs
from ciam.json_bodies import REFUSED, BodyTimedOut, BodyTooLarge
from ciam.postgresql.patience import impatient
from tenants import isolation
from tenants.models import Domain

GetResponse = Callable[[HttpRequest], HttpResponseBase]
HOST = re.compile(r"(?P<name>[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?", re.ASCII)
PATHS_FOR_ANY_HOST = frozenset({"/healthz", "/readyz", "/metrics"})
ADMIN = "/admin/"
DOCUMENTATION = ("/docs/", "/openapi.json")
FORM_WITH_A_FILE = re.compile(r"/admin/tenants/tenant/(add|[0-9a-f-]{36}/change)/")
BODY_REFUSALS = {
    BodyTooLarge: (413, "invalid_request", "The body is too large."),
    BodyTimedOut: (408, "invalid_request", "The body did not arrive in time."),
}


def begin_outside_tenants(get_response: GetResponse) -> GetResponse:
    """Reach no tenant's rows until it is known who calls."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with isolation.outside_tenants():
            return get_response(request)

    return middleware


def refuse_body(get_response: GetResponse) -> GetResponse:
    """Answer a request whose body the server did not read, in the words of the call where it has its own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        refusal = request.META.get(REFUSED)
        return _answer_of_call(request, refusal()) if refusal else get_response(request)

    return middleware


def _answer_of_call(request: HttpRequest, refusal: Exception) -> HttpResponseBase:
    try:
        view = getattr(resolve(request.path_info).func, "cls", None)
    except Resolver404:
        view = None
    if view is None:
        return answers.error(*BODY_REFUSALS[type(refusal)])
    response: HttpResponseBase = view().get_exception_handler()(refusal, {})
    return response


def bound_waits(get_response: GetResponse) -> GetResponse:
    """Give up early on a silent database, but for the admin, whose statements may take seconds."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(ADMIN):
            return get_response(request)
        with impatient():
            return get_response(request)

    return middleware


def judge_host(get_response: GetResponse) -> GetResponse:
    """A tenant's domain names the tenant, a shared host names none, and there are no others."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = _refusal(request) or get_response(request)
        if isinstance(response, HttpResponse):
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    return middleware


def _refusal(request: HttpRequest) -> HttpResponseBase | None:
    """Sets `request.tenant_id`; an answer if the request goes no further."""
    request.tenant_id = None  # type: ignore[attr-defined]
    name = _host_name(request)
    if request.path in PATHS_FOR_ANY_HOST or name in _shared_hosts():
        return None
    with isolation.across_tenants():
        tenant_id = name and Domain.objects.filter(name=name).values_list("tenant_id", flat=True).first()
    if not tenant_id:
        return _of_unknown_host()
    if request.path.startswith(ADMIN) or (request.path in DOCUMENTATION and not settings.IS_TRIAL):
        return answers.error(404, "not_found")
    request.tenant_id = tenant_id  # type: ignore[attr-defined]
    isolation.enter(tenant_id)
    return None


def _of_unknown_host() -> HttpResponse:
    response = answers.error(400, "invalid_request", "This server does not answer for that Host.")
    response.outcome = "unknown_host"  # type: ignore[attr-defined] # for logs, metrics and the page of a browser
    return response


def refuse_undeclared(get_response: GetResponse) -> GetResponse:
    """Let nobody call a view that does not declare what it needs; those of the admin ask for staff themselves."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        if request.path.startswith(ADMIN) or needs.of_view(view):
            return None
        return answers.error(403, "access_denied", "The call does not declare who may make it.")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def serve_admin(get_response: GetResponse) -> GetResponse:
    """Sessions, staff and messages exist for the admin alone: no other path pays for them, or reads their cookies."""
    admin: GetResponse = get_response
    for layer in (MessageMiddleware, AuthenticationMiddleware, SessionMiddleware, XFrameOptionsMiddleware):
        admin = layer(admin)  # type: ignore[assignment]

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(ADMIN):
            return get_response(request)
        if FORM_WITH_A_FILE.fullmatch(request.path):
            request.upload_handlers = [MemoryFileUploadHandler(request)]  # the server bounds the body
        with isolation.across_tenants():
            return admin(request)

    return middleware


def _host_name(request: HttpRequest) -> str:
    """The Host header's name, lower-cased, without its port and final dot; "" if it is malformed."""
    match = HOST.fullmatch(request.META.get("HTTP_HOST", "").lower())
    return match["name"].rstrip(".") if match else ""


def _shared_hosts() -> list[str]:
    public = HOST.fullmatch(settings.PUBLIC_URL.partition("://")[2].partition("/")[0].lower())
    return [*settings.SHARED_HOSTS, *([public["name"]] if public else [])]
