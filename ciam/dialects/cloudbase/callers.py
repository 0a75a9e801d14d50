"""Which application calls, and with whose bearer: `client_id`, Basic, or the access token's audience."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from ciam import basic_credentials
from ciam.client_address import source_of
from tenants import callers, clock
from tenants.callers import Caller, InvalidClient
from tenants.configuration import ApplicationConfiguration
from tokens import access, bearers
from tokens.bearers import Bearer
from tokens.errors import InvalidToken

LONGEST_CLIENT_ID = 128


@dataclass(frozen=True, slots=True)
class Known:
    """What the request says of its caller; the bearer is judged only when it is asked for."""

    application: ApplicationConfiguration | None
    now: datetime
    has_secret: bool
    token: str
    tenant_id: UUID | None

    def bearer(self) -> Bearer | None:
        """None for a token that is not good: it must not make a public call fail."""
        try:
            return (
                bearers.authenticate(self.token, application=self.application, tenant_id=self.tenant_id, now=self.now)
                if self.token
                else None
            )
        except InvalidToken:
            return None


def find(request: HttpRequest, body: dict[str, Any]) -> Known:
    """Raises InvalidClient for a wrong secret, and where two names of the client differ; TooManyFailures."""
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    token = token.strip() if scheme.lower() == "bearer" else ""
    names = {request.GET.get("client_id", ""), _text(body, "client_id")}
    secret = _text(body, "client_secret")
    if scheme.lower() == "basic":
        client_id, basic_secret = basic_credentials.read(request.META["HTTP_AUTHORIZATION"])
        names, secret = names | {client_id}, basic_secret or secret
    names -= {""}
    if len(names) > 1:
        raise InvalidClient
    client_id = next(iter(names), "")
    if len(client_id) > LONGEST_CLIENT_ID:
        raise InvalidClient
    return _known(request, client_id, secret, token)


def _known(request: HttpRequest, client_id: str, secret: str, token: str) -> Known:
    tenant_id: UUID | None = request.tenant_id  # type: ignore[attr-defined] # set by ciam.middleware
    if secret:
        caller = callers.authenticate(
            client_id=client_id, client_secret=secret, tenant_id=tenant_id, source=source_of(request)
        )
        return Known(caller.application, caller.now, True, token, tenant_id)
    for named in [client_id] if client_id else [access.audience_of(token), ""]:
        found = _identified(named, tenant_id)
        if found:
            return Known(found.application, found.now, False, token, tenant_id)
    return Known(None, clock.now(), False, token, tenant_id)


def _identified(client_id: str, tenant_id: UUID | None) -> Caller | None:
    """By its id; without one, as the only application of the tenant that the Host names."""
    if not client_id and not tenant_id:
        return None
    try:
        return callers.identify(client_id=client_id, tenant_id=tenant_id)
    except InvalidClient:
        return None


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidClient
    return value or ""
