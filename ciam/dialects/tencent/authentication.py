"""Who calls: an application by HTTP Basic or by its body, or an end user by an access token."""

from uuid import UUID

from django.http import HttpRequest
from structlog.contextvars import bind_contextvars

from accounts.errors import EndUserBlocked, EndUserNotFound
from ciam import basic_credentials
from ciam.client_address import source_of
from ciam.dialects.tencent.bodies import Body
from ciam.dialects.tencent.errors import BearerMissing
from ciam.needs import Needs
from tenants import callers
from tenants.callers import Caller, InvalidClient
from tenants.characters import UNFIT_FOR_TEXT
from tenants.models import Application
from tokens import access, bearers
from tokens.bearers import Bearer
from tokens.errors import InvalidToken, MissingScope

LONGEST_CLIENT_ID = 128
PUBLIC = (Application.Type.SPA, Application.Type.MOBILE)  # they have no secret


def basic_client(request: HttpRequest) -> Caller:
    """The application whose id and secret Basic has; raises InvalidClient or TooManyFailures."""
    client_id, client_secret = basic_credentials.read(request.META.get("HTTP_AUTHORIZATION", ""))
    caller = callers.authenticate(
        client_id=client_id,
        client_secret=client_secret,
        tenant_id=request.tenant_id,  # type: ignore[attr-defined] # set by ciam.middleware
        source=source_of(request),
    )
    application = caller.application
    bind_contextvars(tenant=application.tenant.slug, client_id=application.client_id)
    return caller


def bearer_of(request: HttpRequest, needs: Needs) -> Bearer:
    """The end user whose access token the header has, which is the one place for it (S-68).

    Raises BearerMissing, InvalidToken or MissingScope; EndUserNotFound or EndUserBlocked for a token that is good but
    for its end user.
    """
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise BearerMissing
    bearer = _bearer(token, needs.dialect, request.tenant_id)  # type: ignore[attr-defined] # as above
    if bearer.session is None or not needs.allows(bearer):
        raise MissingScope
    return bearer


def client_of(request: HttpRequest, body: Body) -> Caller:
    """The application that the body or Basic names, with its secret if it has one to keep (S-55, S-68).

    Raises InvalidClient, for two that differ too, or TooManyFailures.
    """
    client_id, secret = _credentials(request, body)
    tenant_id: UUID | None = request.tenant_id  # type: ignore[attr-defined] # set by ciam.middleware
    if secret:
        caller = callers.authenticate(
            client_id=client_id, client_secret=secret, tenant_id=tenant_id, source=source_of(request)
        )
    else:
        caller = callers.identify(client_id=client_id, tenant_id=tenant_id)
        if caller.application.type not in PUBLIC:
            raise InvalidClient
    bind_contextvars(tenant=caller.application.tenant.slug, client_id=caller.application.client_id)
    return caller


def _credentials(request: HttpRequest, body: Body) -> tuple[str, str]:
    header = request.META.get("HTTP_AUTHORIZATION", "")
    basic = basic_credentials.read(header) if header else ("", "")
    given = [body.values.get(name) or "" for name in ("client_id", "client_secret")]
    if not all(isinstance(value, str) and not UNFIT_FOR_TEXT.search(value) for value in given):
        raise InvalidClient
    found = [{basic_part, body_part} - {""} for basic_part, body_part in zip(basic, given, strict=True)]
    if len(found[0]) != 1 or len(found[1]) > 1 or len(next(iter(found[0]))) > LONGEST_CLIENT_ID:
        raise InvalidClient
    return next(iter(found[0])), next(iter(found[1]), "")


def _bearer(token: str, dialect: str, tenant_id: UUID | None) -> Bearer:
    audience = access.audience_of(token)
    try:
        caller = callers.identify(client_id=audience, tenant_id=tenant_id) if audience else None
    except InvalidClient:
        caller = None
    if caller is None or not caller.application.speaks(dialect):
        raise InvalidToken
    application, now = caller.application, caller.now
    bind_contextvars(tenant=application.tenant.slug, client_id=application.client_id)
    try:
        return bearers.authenticate(token, application=application, tenant_id=tenant_id, now=now)
    except InvalidToken:
        end_user = bearers.find_subject(token, application=application, now=now)
        if end_user is None:
            raise EndUserNotFound from None
        if end_user.is_blocked(now):
            raise EndUserBlocked(end_user.status) from None
        raise
