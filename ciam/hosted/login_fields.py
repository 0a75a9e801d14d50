"""The bodies that the log-in page sends."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.passwords.checking import Identifiers
from accounts.profiles import InvalidField
from accounts.usernames import comparable_username
from ciam.dialects.plusauth import sign_up_fields
from ciam.dialects.plusauth.sign_up_fields import LONGEST_CODE
from otp import addresses, phone_numbers
from otp.challenges import Proof
from otp.errors import MalformedAddress
from tenants.configuration import ApplicationConfiguration, OtpSource
from tenants.models import Channel

LONGEST_NAME = 320
LONGEST_PASSWORD = 1024


def identifiers(body: Mapping[str, Any], application: ApplicationConfiguration) -> Identifiers:
    """What `username` may be: a phone number as people write it, an e-mail address, or a user name.

    Raises InvalidField, also for digits that are no number here: nobody has such a user name (S-14).
    """
    typed = required({"username": phone_numbers.tidy(body.get("username"))}, "username", LONGEST_NAME).strip()
    try:
        return Identifiers(typed, phone_number=addresses.phone_of_regions(typed, application.tenant.phone_regions))
    except MalformedAddress:
        if phone_numbers.is_meant(typed) and _logs_in_by_number(application):
            raise InvalidField("phone_number", "must be a phone number") from None
    try:
        return Identifiers(typed, email=addresses.canonical_email(typed, may_be_dotless=True))
    except MalformedAddress:
        return Identifiers(typed, username=comparable_username(typed))


def _logs_in_by_number(application: ApplicationConfiguration) -> bool:
    source = application.login.password_source
    return source is not None and "phone_number" in source.login_attributes


def password(body: Mapping[str, Any]) -> str:
    """As it stands, whatever its characters; raises InvalidField."""
    value = body.get("password")
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_PASSWORD:
        raise InvalidField("password", f"must be a text of at most {LONGEST_PASSWORD} characters")
    return value


def channel_and_address(body: Mapping[str, Any], application: ApplicationConfiguration) -> tuple[Channel, str]:
    """Return the one address that is given, in its canonical form; raises InvalidField."""
    return sign_up_fields.read_address(body, application, may_be_dotless=True)


def source_and_address(
    body: Mapping[str, Any], application: ApplicationConfiguration
) -> tuple[OtpSource, Channel, str]:
    """The source that sends codes to the one address that is given, which is canonical; raises InvalidField."""
    channel, address = channel_and_address(body, application)
    source = next((one for one in application.login.otp_sources if one.channel == channel), None)
    if source is None:
        name = next(name for name, one in sign_up_fields.ADDRESSES.items() if one == channel)
        raise InvalidField(name, "is nothing to which this application sends codes")
    return source, channel, address


def proof(body: Mapping[str, Any], channel: Channel, address: str, session_id: UUID) -> Proof:
    """The code, which was sent to who has the session; raises InvalidField."""
    return Proof(channel, address, required(body, "code", LONGEST_CODE), asked_by_id=session_id)


def solution(body: Mapping[str, Any]) -> str:
    """Of the proof of work, or ""; raises InvalidField."""
    return sign_up_fields.text(body, "altcha", sign_up_fields.LONGEST_SOLUTION)


def required(body: Mapping[str, Any], name: str, longest: int) -> str:
    """Raises InvalidField where there is no text."""
    value = sign_up_fields.text(body, name, longest)
    if not value:
        raise InvalidField(name, "must be given")
    return value


def require_state(body: Mapping[str, Any]) -> None:
    """For a call that other clients than our page cannot make; raises InvalidField."""
    if not body.get("state"):
        raise InvalidField("state", "must be given")


def texts(body: Mapping[str, Any], name: str) -> list[str]:
    """Raises InvalidField for what is no list of texts."""
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InvalidField(name, "must be a list of texts")
    return value


def flag(body: Mapping[str, Any], name: str) -> bool:
    """Raises InvalidField for what is neither true nor false."""
    value = body.get(name)
    if not isinstance(value, bool):
        raise InvalidField(name, "must be true or false")
    return value
