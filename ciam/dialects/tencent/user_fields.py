"""What an end user sends to change what is known of him (contract §7)."""

from typing import Any

from accounts.codes import ATTRIBUTES
from accounts.self_service.update import TypedContact
from ciam.dialects.tencent.errors import InvalidRequest, UnsupportedAttributes
from ciam.dialects.tencent.serializers import CREDENTIALS, canonical, general_value, text
from signup.errors import UnknownAttributes
from tenants.attributes import PRESETS
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel

PROOFS = frozenset(CREDENTIALS) - {"username", "password", "phone_number", "email"}
ELSEWHERE = frozenset({"username", "password"})  # known, and not changed here


def read_update(
    body: dict[str, Any], application: ApplicationConfiguration
) -> tuple[list[TypedContact], dict[str, Any]]:
    """The addresses, and the other attributes; null counts as absent.

    Raises InvalidRequest for wrong types, UnknownAttributes, then UnsupportedAttributes.
    """
    credentials = {name: text(body, name) for name in CREDENTIALS}
    values = {
        name: general_value(application, name, value)
        for name, value in body.items()
        if name not in CREDENTIALS and name in application.attributes and value is not None
    }
    names = frozenset(body) - PROOFS
    if names - application.attributes.keys() - ELSEWHERE:
        raise UnknownAttributes
    if not all(_may_change(application, name) for name in names):
        raise UnsupportedAttributes
    return _contacts(credentials), values


def _may_change(application: ApplicationConfiguration, name: str) -> bool:
    """Addresses, presets, and what the application asks of people: other attributes are its own notes of them."""
    if name in ELSEWHERE:
        return False
    return name in ATTRIBUTES.values() or name in PRESETS or application.sign_up.accepts(name)


def _contacts(credentials: dict[str, str | None]) -> list[TypedContact]:
    found = []
    for channel, name in ATTRIBUTES.items():
        typed, token, code = (credentials[part] or "" for part in (name, f"{name}_otp_token", f"{name}_otp"))
        if typed:
            found.append(TypedContact(Channel(channel), typed, canonical(channel, typed), token, code))
        elif token or code:
            raise InvalidRequest
    return found
