"""Tencent's bodies into our dataclasses (contract §2.2, §3.1)."""

from typing import Any

from accounts import attributes
from accounts.codes import CodeRequest
from ciam.dialects.tencent.errors import InvalidAuthSource, InvalidRequest
from otp import addresses
from otp.errors import MalformedAddress
from otp.models import Usage
from signup.registrations import AddressEntry, Registration
from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import ApplicationConfiguration, OtpSource
from tenants.models import Channel

CREDENTIALS = (
    "username",
    "password",
    "phone_number",
    "phone_number_otp_token",
    "phone_number_otp",
    "email",
    "email_otp_token",
    "email_otp",
)
USAGES = (Usage.LOGIN, Usage.SIGNUP, Usage.UPDATE_USERINFO, Usage.RESET_PASSWORD)
NOT_ATTRIBUTES = frozenset(CREDENTIALS) - {"username", "phone_number", "email"}


def read_code_request(body: dict[str, Any], application: ApplicationConfiguration, language: str) -> CodeRequest:
    """Raises InvalidRequest, InvalidAuthSource or MalformedAddress, in the order of contract §12."""
    texts = {name: text(body, name) for name in ("usage", "phone_number", "email", "auth_source_id")}
    if UNFIT_FOR_TEXT.search(texts["auth_source_id"] or ""):
        raise InvalidRequest
    usage = Usage.LOGIN if texts["usage"] is None else texts["usage"]
    if usage not in USAGES or (texts["phone_number"] is None) == (texts["email"] is None):
        raise InvalidRequest
    channel, typed = (
        (Channel.EMAIL, texts["email"]) if texts["phone_number"] is None else (Channel.SMS, texts["phone_number"])
    )
    source = _source(application, texts["auth_source_id"], channel) if usage == Usage.LOGIN else None
    address = canonical(channel, typed or "")
    if address is None:
        raise MalformedAddress(channel)
    return CodeRequest(usage=usage, channel=channel, address=address, language=language, is_public=False, source=source)


def read_registration(body: dict[str, Any], application: ApplicationConfiguration) -> Registration:
    """Raises InvalidRequest for a known attribute of a wrong type, or with characters that no text has."""
    credentials = {name: text(body, name) for name in CREDENTIALS}
    general = {
        name: general_value(application, name, value)
        for name, value in body.items()
        if name not in CREDENTIALS and name in application.attributes and value is not None
    }
    return Registration(
        names=frozenset(body) - NOT_ATTRIBUTES,
        username=credentials["username"],
        password=credentials["password"],
        phone_number=_entry(Channel.SMS, "phone_number", credentials),
        email=_entry(Channel.EMAIL, "email", credentials),
        attributes=general,
    )


def text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidRequest
    return value


def general_value(application: ApplicationConfiguration, name: str, value: Any) -> Any:
    if not attributes.has_type(application.attributes[name], value):
        raise InvalidRequest
    if isinstance(value, str) and UNFIT_FOR_TEXT.search(value):
        raise InvalidRequest
    return value


def _entry(channel: Channel, name: str, credentials: dict[str, str | None]) -> AddressEntry:
    typed = credentials[name] or ""
    return AddressEntry(
        typed=typed,
        address=canonical(channel, typed),
        token=credentials[f"{name}_otp_token"] or "",
        code=credentials[f"{name}_otp"] or "",
    )


def canonical(channel: Channel, typed: str) -> str | None:
    """None for a text that is not an address of the channel."""
    read = {Channel.SMS: addresses.mainland_phone, Channel.EMAIL: addresses.canonical_email}[channel]
    try:
        return read(typed)
    except MalformedAddress:
        return None


def _source(application: ApplicationConfiguration, source_id: str | None, channel: Channel) -> OtpSource:
    """The source whose length and lifetime a log-in code has."""
    if source_id is None:
        raise InvalidRequest
    source = application.login.find_otp_source(source_id, channel)
    if source is None:
        raise InvalidAuthSource
    return source
