"""Trusted back ends: a bearer token that an application got for itself, with the scope of the call (S-48)."""

from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from structlog.contextvars import bind_contextvars

from ciam.dialect_names import PLUSAUTH
from ciam.dialects.plusauth.base import PlusAuthView
from ciam.dialects.plusauth.errors import EntityNotFound, MissingScope, MissingToken, WrongIssuer, WrongScheme
from ciam.needs import ANYBODY, Kind, Needs
from tenants import callers
from tenants.callers import InvalidClient
from tokens import access, bearers
from tokens.bearers import Bearer
from tokens.errors import InvalidToken

READ = Needs(Kind.BACK_END, scopes=("read:user",), dialect=PLUSAUTH)
WRITE = Needs(Kind.BACK_END, scopes=("write:user",), dialect=PLUSAUTH)


class BackEndView(PlusAuthView):
    caller: Bearer

    def identify(self, request: Request, needs: Needs) -> None:
        self.caller = authenticate(request._request, needs)
        application = self.caller.application
        bind_contextvars(tenant=application.tenant.slug, client_id=application.client_id)


class UnknownCall(PlusAuthView):
    """Every path that is none of ours."""

    needs = ANYBODY

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise EntityNotFound


def authenticate(request: HttpRequest, needs: Needs) -> Bearer:
    """Raises MissingToken, WrongScheme, InvalidToken, InvalidClient, WrongIssuer or MissingScope.

    A scope counts while the token has it and its application still has it; a person's token never has one.
    """
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if not header:
        raise MissingToken
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise WrongScheme
    bearer = _bearer(token.strip(), needs.dialect)
    if request.tenant_id not in (None, bearer.claims.tenant_id):  # type: ignore[attr-defined] # set by ciam.middleware
        raise WrongIssuer
    if bearer.session is not None or not needs.allows(bearer):
        raise MissingScope
    return bearer


def _bearer(token: str, dialect: str) -> Bearer:
    client_id = access.audience_of(token)
    if not client_id:
        raise InvalidToken
    caller = callers.identify(client_id=client_id, tenant_id=None)
    if not caller.application.speaks(dialect):
        raise InvalidClient
    return bearers.authenticate(token, application=caller.application, tenant_id=None, now=caller.now)
