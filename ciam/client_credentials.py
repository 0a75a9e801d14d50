"""`POST /oauth2/token`: the client-credentials grant of RFC 6749 §4.4, for every dialect's applications."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from structlog.contextvars import bind_contextvars

from ciam import answers, basic_credentials
from ciam.client_address import source_of
from tenants import callers
from tenants.authentication_failures import TooManyFailures
from tenants.callers import Caller, InvalidClient
from tokens import grants
from tokens.errors import InvalidScope

LONGEST_BODY = 16 * 1024
FORM = "application/x-www-form-urlencoded"
CHALLENGE = {"WWW-Authenticate": 'Basic realm="ciam", charset="UTF-8"'}


def token(request: HttpRequest) -> HttpResponse:
    """A form with `grant_type`, and `scope` if not all scopes are wanted."""
    if request.method != "POST":
        return answers.error(405, "method_not_allowed", Allow="POST")
    try:
        return _answer(request, _caller(request))
    except InvalidClient:
        return answers.error(401, "invalid_client", **CHALLENGE)
    except InvalidScope:
        return answers.error(400, "invalid_scope")
    except TooManyFailures as refusal:
        return answers.error(429, "too_many_requests", **{"Retry-After": str(refusal.retry_after_seconds)})


def _answer(request: HttpRequest, caller: Caller) -> HttpResponse:
    form = _form(request)
    if form is None:
        return answers.error(400, "invalid_request")
    if form.get("grant_type") != "client_credentials":
        return answers.error(400, "unsupported_grant_type" if form.get("grant_type") else "invalid_request")
    lifetime = timedelta(seconds=caller.application.tokens.access_ttl_seconds)
    issued = grants.by_client(
        application=caller.application, scope=form.get("scope", ""), lifetime=lifetime, now=caller.now
    )
    body = {
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
        "scope": issued.scope,
    }
    return JsonResponse(body, headers={"Cache-Control": "no-store"})


def _caller(request: HttpRequest) -> Caller:
    client_id, client_secret = basic_credentials.read(request.META.get("HTTP_AUTHORIZATION", ""))
    caller = callers.authenticate(
        client_id=client_id,
        client_secret=client_secret,
        tenant_id=request.tenant_id,  # type: ignore[attr-defined] # set by ciam.middleware
        source=source_of(request),
    )
    bind_contextvars(tenant=caller.application.tenant.slug, client_id=caller.application.client_id)
    return caller


def _form(request: HttpRequest) -> dict[str, str] | None:
    """None for what is no form, and for parameters that come twice (RFC 6749 §3.2)."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.content_type != FORM or not length.isdecimal() or int(length) > LONGEST_BODY:
        return None
    found = request.POST
    return found.dict() if all(len(values) == 1 for _, values in found.lists()) else None
