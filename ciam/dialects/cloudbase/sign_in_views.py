"""Signing up, in and out."""

from urllib.parse import urlencode

from django.http import HttpResponse
from rest_framework.request import Request

from accounts import provider_tokens
from ciam.dialects.cloudbase import answers, fields, provider_fields, sign_in_fields
from ciam.dialects.cloudbase.base import ANYBODY, NAMED, CloudBaseView
from ciam.dialects.cloudbase.brakes import brake
from ciam.dialects.cloudbase.errors import InvalidArgument
from tokens import grants, revocation, sign_ups
from tokens.entering import TokenSession
from tokens.sessions import Tokens

PASSWORDS_IN_WINDOW = 200  # from one network in five minutes, by one application, whoever they are for


class SignUp(CloudBaseView):
    """By a proven phone number or e-mail address, or an identity; whoever signs up is signed in."""

    needs = NAMED
    counted_as = "sign_up"

    def post(self, request: Request) -> HttpResponse:
        token = fields.text(self.body, "provider_token", required=False)
        return answers.tokens(self.by_identity(token) if token else self.by_address())

    def by_address(self) -> Tokens:
        registration, way = sign_in_fields.registration(self.body, self.application, self.device_id, self.now)
        return sign_ups.by_address(
            application=self.application, registration=registration, way=way, into=self.into(), now=self.now
        )

    def by_identity(self, provider_token: str) -> Tokens:
        application, now = self.application, self.now
        registration = provider_fields.registration(self.body, application, self.device_id, now)
        token = provider_tokens.find(provider_token, application=application, device_id=self.device_id, now=now)
        return sign_ups.by_identity(
            application=application, token=token, registration=registration, into=self.into(), now=now
        )

    def into(self) -> TokenSession:
        return TokenSession(self.has_secret, self.device_id)


class PasswordView(CloudBaseView):
    """A call that may be made with a password."""

    needs = NAMED

    def by_password(self) -> Tokens:
        """Raises what `tokens.grants.by_password` raises."""
        brake(self, "password", in_window=PASSWORDS_IN_WINDOW)
        return grants.by_password(
            application=self.application,
            identifiers=sign_in_fields.identifiers(fields.text(self.body, "username"), self.application.tenant),
            password=fields.text(self.body, "password", longest=1024),
            captcha=lambda _: self.redeem_captcha(),
            into=TokenSession(self.has_secret, self.device_id),
            now=self.now,
        )


class SignIn(PasswordView):
    def post(self, request: Request) -> HttpResponse:
        token = fields.text(self.body, "verification_token", required=False, longest=1024)
        return answers.tokens(self.by_verification(token) if token else self.by_password())

    def by_verification(self, token: str) -> Tokens:
        """The clients send the address along, as `username`."""
        typed = fields.text(self.body, "username", required=False)
        return grants.by_verification(
            application=self.application,
            token=token,
            identifiers=sign_in_fields.identifiers(typed, self.application.tenant) if typed else None,
            into=TokenSession(self.has_secret, self.device_id),
            now=self.now,
        )


class Revoke(CloudBaseView):
    """The clients' plain `signOut()`: the access token in the body, and no Authorization header."""

    needs = ANYBODY

    def post(self, request: Request) -> HttpResponse:
        token = fields.text(self.body, "token", required=False, longest=4096) or self.token
        if not token:
            raise InvalidArgument("token is missing.")
        self.revoke(token)
        return answers.done()

    def revoke(self, token: str) -> None:
        known = self.known
        application_id = known.application.id if known and known.application else None
        tenant_id = known.tenant_id if known else None
        revocation.revoke(
            token,
            application_id=application_id,
            tenant_id=tenant_id,
            client_authenticated=self.has_secret,
            now=self.now,
        )


class SignOut(Revoke):
    """Succeeds with an expired token too; sends people only where the application says (S-69)."""

    def post(self, request: Request) -> HttpResponse:
        self.revoke(self.token)
        application = self.known.application if self.known else None
        wanted = fields.text(self.body, "redirect_uri", required=False, longest=2048)
        if not wanted or application is None or wanted not in application.logout_redirect_uris:
            return answers.done()
        state = fields.text(self.body, "state", required=False, longest=2048)
        joint = "&" if "?" in wanted else "?"
        return answers.success({"redirect_uri": f"{wanted}{joint}{urlencode({'state': state})}" if state else wanted})
