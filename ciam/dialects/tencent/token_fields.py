"""What somebody logs in with, from the body of `POST /oauth2/token` (contract §4, §5)."""

import re

from accounts.codes import ATTRIBUTES
from accounts.passwords.checking import Identifiers
from accounts.usernames import comparable_username
from ciam.dialects.tencent.bodies import Body
from ciam.dialects.tencent.errors import InvalidAuthSource, UnsupportedIdentifier
from ciam.dialects.tencent.serializers import canonical
from otp.challenges import Proof
from tenants.configuration import ApplicationConfiguration, OtpSource, PasswordSource
from tenants.models import Channel
from tokens.errors import InvalidScope
from tokens.scopes import OPENID

OTP_GRANT = re.compile(r"https?://[A-Za-z0-9.:-]+/oauth2/grant-type/(otp/(?:sms|email))", re.ASCII)


def grant_type(body: Body) -> str:
    """As it stands; of the codes' grants, whose host older samples name differently, only `otp/sms` or `otp/email`."""
    given = body.text("grant_type")
    match = OTP_GRANT.fullmatch(given)
    return match[1] if match else given


def otp_source(body: Body, application: ApplicationConfiguration, channel: Channel) -> OtpSource:
    """Raises InvalidRequest or InvalidAuthSource."""
    source = application.login.find_otp_source(body.text("auth_source_id"), channel)
    if source is None:
        raise InvalidAuthSource
    return source


def proof(body: Body, channel: Channel) -> Proof:
    """A malformed address is one to which nothing was sent."""
    address = canonical(channel, typed_address(body, channel)) or ""
    return Proof(channel, address, body.secret("otp"), token=body.secret("otp_token"))


def typed_address(body: Body, channel: Channel) -> str:
    return body.secret(ATTRIBUTES[channel])


def password_source(body: Body, application: ApplicationConfiguration) -> PasswordSource:
    """Raises InvalidRequest or InvalidAuthSource."""
    source = application.login.find_password_source(body.text("auth_source_id"))
    if source is None:
        raise InvalidAuthSource
    return source


def identifiers(body: Body, source: PasswordSource) -> Identifiers:
    """What `username` is: a phone number, an e-mail address, or a user name; raises UnsupportedIdentifier."""
    typed = body.secret("username")
    kind, value = _kind(typed)
    if kind not in source.login_attributes:
        raise UnsupportedIdentifier
    return Identifiers(typed, **{kind: value})


def scope(body: Body) -> str:
    """`openid`, which is all that an end user's token has; raises InvalidScope."""
    if body.text("scope", required=False) not in ("", OPENID):
        raise InvalidScope
    return OPENID


def _kind(typed: str) -> tuple[str, str | None]:
    for channel, name in ATTRIBUTES.items():
        address = canonical(channel, typed)
        if address:
            return name, address
    return "username", comparable_username(typed)
