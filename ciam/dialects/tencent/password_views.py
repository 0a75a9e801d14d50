"""Tencent CIAM's `POST /change_user_password` and `POST /reset_user_password`."""

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.codes import ATTRIBUTES
from accounts.self_service import recovery
from ciam.dialect_names import TENCENT
from ciam.dialects.tencent import call_errors, token_fields
from ciam.dialects.tencent.base import OpenCall
from ciam.dialects.tencent.bodies import Body
from ciam.dialects.tencent.errors import InvalidRequest
from ciam.dialects.tencent.serializers import canonical
from ciam.dialects.tencent.token_views import WITH_USERS, empty
from ciam.needs import Kind, Needs
from otp.challenges import Proof
from tenants.models import Channel
from tokens import self_service
from tokens.scopes import OPENID, USER


class ChangePassword(OpenCall):
    """The end user's other sessions end."""

    needs = Needs(Kind.END_USER, scopes=(OPENID, USER), dialect=TENCENT, fresh_proof=True)
    own_errors = call_errors.CHANGE_PASSWORD

    def post(self, request: Request) -> HttpResponse:
        body = Body(self.read_body(request), is_form=False)
        self_service.replace_password(
            application=self.application,
            session=self.session,
            old_password=body.secret("old_password"),
            new_password=body.secret("new_password"),
            captcha=None,
            now=self.now,
        )
        return empty()


class ResetPassword(OpenCall):
    """All sessions of the end user end; a lock by wrong passwords is taken off."""

    needs = Needs(Kind.CLIENT, dialect=TENCENT, fresh_proof=True)
    application_types = WITH_USERS
    own_errors = call_errors.NEW_PASSWORD

    def post(self, request: Request) -> HttpResponse:
        if self.body.is_form:
            raise InvalidRequest
        recovery.reset_by_code(
            application=self.application,
            proof=_proof(self.body),
            new_password=self.body.secret("password"),
            now=self.now,
        )
        return empty()


def _proof(body: Body) -> Proof:
    """That of either address; raises InvalidRequest for both or none, and for one without its code."""
    given = [channel for channel, name in ATTRIBUTES.items() if body.secret(name, required=False)]
    if len(given) != 1:
        raise InvalidRequest
    channel, name = Channel(given[0]), ATTRIBUTES[given[0]]
    address = canonical(channel, token_fields.typed_address(body, channel)) or ""
    return Proof(channel, address, body.secret(f"{name}_otp"), token=body.secret(f"{name}_otp_token"))
