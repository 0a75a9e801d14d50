"""Tokens: exchanged, looked into."""

from collections.abc import Callable
from datetime import timedelta

from django.http import HttpResponse
from rest_framework.request import Request

from ciam.dialects.cloudbase import answers, fields
from ciam.dialects.cloudbase.base import ANYBODY, CloudBaseView
from ciam.dialects.cloudbase.errors import UnsupportedGrantType
from ciam.dialects.cloudbase.sign_in_views import PasswordView
from tenants.callers import InvalidClient
from tokens import grants, sessions

CLIENT_LIFETIME = timedelta(seconds=432_000)  # contract §4


class Token(PasswordView):
    def post(self, request: Request) -> HttpResponse:
        grant = self.GRANTS.get(fields.text(self.body, "grant_type"))
        if grant is None:
            raise UnsupportedGrantType
        return grant(self)

    def refresh(self) -> HttpResponse:
        issued = sessions.renew(
            application=self.application,
            token=fields.text(self.body, "refresh_token", longest=1024),
            device_id=self.device_id,
            client_authenticated=self.has_secret,
            now=self.now,
        )
        return answers.tokens(issued)

    def password(self) -> HttpResponse:
        return answers.tokens(self.by_password())

    def client_credentials(self) -> HttpResponse:
        if not self.has_secret:
            raise InvalidClient
        scope = fields.text(self.body, "scope", required=False)
        issued = grants.by_client(application=self.application, scope=scope, lifetime=CLIENT_LIFETIME, now=self.now)
        return answers.success(
            {
                "token_type": "Bearer",
                "access_token": issued.access_token,
                "expires_in": issued.expires_in,
                "scope": issued.scope,
            }
        )

    GRANTS: dict[str, Callable[["Token"], HttpResponse]] = {
        "refresh_token": refresh,
        "password": password,
        "client_credentials": client_credentials,
    }


class ClientCredential(Token):
    GRANTS = {"client_credentials": Token.client_credentials}


class Introspect(CloudBaseView):
    """`{}` for a bad, expired or revoked token; a token in the query is not read (S-68)."""

    needs = ANYBODY

    def get(self, request: Request) -> HttpResponse:
        if self.bearer is None:
            return answers.done()
        claims = self.bearer.claims
        return answers.success(
            {"token_type": "Bearer", "client_id": claims.client_id, "sub": claims.sub, "scope": claims.scope}
        )
