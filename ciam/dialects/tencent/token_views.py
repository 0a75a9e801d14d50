"""Tencent CIAM's `POST /oauth2/token` and `POST /oauth2/revoke`, for applications of every dialect."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpResponse, JsonResponse
from rest_framework.request import Request

from ciam.answers import ERROR_TYPE as JSON_TYPE
from ciam.client_address import source_of
from ciam.dialect_names import TENCENT
from ciam.dialects.tencent import call_errors, errors, token_fields, user_info
from ciam.dialects.tencent.authentication import PUBLIC
from ciam.dialects.tencent.base import OpenCall
from ciam.needs import Kind, Needs
from tenants import call_limits
from tenants.callers import InvalidClient
from tenants.models import Application, Channel
from tokens import grants, identity, revocation, sessions
from tokens.entering import TokenSession
from tokens.errors import InvalidGrant
from tokens.scopes import OPENID
from tokens.sessions import Tokens

PASSWORDS_IN_WINDOW = 200  # from one network in five minutes, by one public application, whoever they are for
WITH_USERS = (Application.Type.WEB, *PUBLIC)
CONFIDENTIAL = (Application.Type.WEB, Application.Type.M2M)
EVERY_TYPE = tuple(Application.Type.values)
UNCACHED = {"Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1


class Token(OpenCall):
    """One call for all grants; each is judged after the client."""

    needs = Needs(Kind.CLIENT)
    own_errors = call_errors.TOKEN

    def check_permissions(self, request: Request) -> None:
        """Who proves a code challenge and does not say who it is has forgotten a parameter (contract §6)."""
        try:
            super().check_permissions(request)
        except InvalidClient:
            if "code_verifier" in self.body.values and not self.body.values.get("client_id"):
                raise errors.InvalidRequest from None
            raise

    def post(self, request: Request) -> HttpResponse:
        grant = GRANTS.get(token_fields.grant_type(self.body))
        if grant is None:
            raise errors.UnsupportedGrantType
        if self.application.type not in grant.application_types or not self.application.speaks(grant.dialect):
            raise errors.UnauthorizedClient
        if self.body.is_form != grant.is_form:
            raise errors.InvalidRequest
        return grant.answer(self)


def _by_code(call: Token, channel: Channel) -> HttpResponse:
    issued = grants.by_code(
        application=call.application,
        source=token_fields.otp_source(call.body, call.application, channel),
        proof=token_fields.proof(call.body, channel),
        typed=token_fields.typed_address(call.body, channel),
        may_sign_up=call.body.flag("auto_signup"),
        into=TokenSession(call.is_authenticated, scope=OPENID),
        now=call.now,
    )
    return _issued(call, issued)


def _by_sms(call: Token) -> HttpResponse:
    return _by_code(call, Channel.SMS)


def _by_email(call: Token) -> HttpResponse:
    return _by_code(call, Channel.EMAIL)


def _by_password(call: Token) -> HttpResponse:
    source = token_fields.password_source(call.body, call.application)
    identifiers, password = token_fields.identifiers(call.body, source), call.body.secret("password")
    scope = token_fields.scope(call.body)
    if call.application.type in PUBLIC:
        call_limits.take(
            "password",
            client_id=call.application.client_id,
            source=source_of(call.request._request),
            in_window=PASSWORDS_IN_WINDOW,
            now=call.now,
        )
    issued = grants.by_password(
        application=call.application,
        identifiers=identifiers,
        password=password,
        captcha=None,
        into=TokenSession(call.is_authenticated, scope=scope),
        now=call.now,
        source=source,
    )
    return _issued(call, issued)


def _by_authorization(call: Token) -> HttpResponse:
    """Of a public client all that is wrong is the client: it is known by nothing but this (contract §6)."""
    try:
        issued, code = grants.by_authorization(
            application=call.application,
            code=call.body.secret("code"),
            redirect_uri=call.body.text("redirect_uri"),
            code_verifier=call.body.secret("code_verifier", required=False),
            client_authenticated=call.is_authenticated,
            now=call.now,
        )
    except InvalidGrant:
        if call.application.type in PUBLIC:
            raise InvalidClient from None
        raise
    return _issued(call, issued, nonce=code.nonce, authenticated_at=code.authenticated_at)


def _by_refresh_token(call: Token) -> HttpResponse:
    issued = sessions.renew(
        application=call.application,
        token=call.body.text("refresh_token"),
        device_id="",
        client_authenticated=call.is_authenticated,
        now=call.now,
    )
    return _issued(call, issued)


def _by_client(call: Token) -> HttpResponse:
    lifetime = timedelta(seconds=call.application.tokens.access_ttl_seconds)
    scope = call.body.text("scope", required=False)
    issued = grants.by_client(application=call.application, scope=scope, lifetime=lifetime, now=call.now)
    return _answer(issued.access_token, issued.scope, issued.expires_in)


def _issued(call: Token, issued: Tokens, *, nonce: str = "", authenticated_at: datetime | None = None) -> HttpResponse:
    """The tokens of a session; one that another dialect opened has no ID token."""
    more = {"refresh_token": issued.refresh_token}
    if issued.scope == OPENID:
        more["id_token"] = identity.issue(
            application=call.application,
            session=issued.session,
            claims=user_info.claims(call.application, issued.session, issued.session.end_user),
            now=call.now,
            nonce=nonce,
            authenticated_at=authenticated_at,
        )
    return _answer(issued.access_token, issued.scope, issued.expires_in, **more)


def _answer(access_token: str, scope: str, lifetime_seconds: int, **more: Any) -> HttpResponse:
    """`expires_in` is a second less than the token lives (contract §4)."""
    body = {
        "access_token": access_token,
        **more,
        "scope": scope,
        "token_type": "Bearer",
        "expires_in": lifetime_seconds - 1,
    }
    return JsonResponse(body, content_type=JSON_TYPE, headers=UNCACHED)


class Grant(NamedTuple):
    """Who may use it, the kind of its body, what answers, and whose grant it is, if not OAuth's."""

    application_types: tuple[str, ...]
    is_form: bool
    answer: Callable[[Token], HttpResponse]
    dialect: str = ""


GRANTS = {
    "otp/sms": Grant(WITH_USERS, False, _by_sms, TENCENT),
    "otp/email": Grant(WITH_USERS, False, _by_email, TENCENT),
    "password": Grant(WITH_USERS, True, _by_password, TENCENT),
    "authorization_code": Grant(WITH_USERS, True, _by_authorization),
    "refresh_token": Grant(EVERY_TYPE, True, _by_refresh_token),
    "client_credentials": Grant(CONFIDENTIAL, True, _by_client),
}


class Revoke(OpenCall):
    """A token that is unknown, or another application's, is answered as one that was revoked (RFC 7009 §2.2)."""

    needs = Needs(Kind.CLIENT)

    def post(self, request: Request) -> HttpResponse:
        if not self.body.is_form:
            raise errors.InvalidRequest
        revocation.revoke_one(
            self.body.text("token"),
            application=self.application,
            client_authenticated=self.is_authenticated,
            now=self.now,
        )
        return empty()


def empty() -> HttpResponse:
    """The documented 200 with nothing in it."""
    response = HttpResponse(headers={"Cache-Control": "no-store"})
    del response.headers["Content-Type"]
    return response
