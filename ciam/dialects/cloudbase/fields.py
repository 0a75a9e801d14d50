"""Reading the fields of a body, and CloudBase's spellings of addresses (contract §2)."""

from typing import Any

import phonenumbers

from ciam.dialects.cloudbase.errors import InvalidArgument
from otp import addresses, phone_numbers
from tenants.characters import UNFIT_FOR_TEXT
from tenants.configuration import TenantSettings
from tenants.models import Channel

LONGEST = 255
NUMBERS = ("phone_number", "phone", "username")  # `username` may be one, and no user name reads as one


def text(body: dict[str, Any], name: str, *, required: bool = True, longest: int = LONGEST) -> str:
    """The field's text; "" for one that is absent, null or empty, unless it is required. Raises InvalidArgument."""
    value = phone_numbers.tidy(body.get(name)) if name in NUMBERS else body.get(name)
    if value is None or value == "":
        if required:
            raise InvalidArgument(f"{name} is missing.")
        return ""
    if not isinstance(value, str) or len(value) > longest or UNFIT_FOR_TEXT.search(value):
        raise InvalidArgument(f"{name} is malformed.")
    return value


def flag(body: dict[str, Any], name: str) -> bool:
    """The field's truth value; false where it is absent or null. Raises InvalidArgument."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise InvalidArgument(f"{name} is not true or false.")
    return bool(value)


def one_address(body: dict[str, Any], tenant: TenantSettings) -> tuple[Channel, str] | None:
    """The channel and canonical address of `phone_number` or `email`; None where neither is given.

    Raises InvalidArgument for both, and MalformedAddress.
    """
    number, mail = text(body, "phone_number", required=False), text(body, "email", required=False, longest=320)
    if number and mail:
        raise InvalidArgument("phone_number and email exclude each other.")
    if number:
        return Channel.SMS, phone(number, tenant)
    return (Channel.EMAIL, email(mail)) if mail else None


def phone(typed: str, tenant: TenantSettings) -> str:
    """E.164 of `+86 13000000000`, `+8613000000000` or `13000000000`; raises MalformedAddress."""
    return addresses.phone_of_regions(typed, tenant.phone_regions)


def email(typed: str) -> str:
    """The canonical address; a domain without a dot is accepted, as in the vendor's own example."""
    return addresses.canonical_email(typed.strip(), may_be_dotless=True)


def spelled_phone(address: str) -> str:
    """A canonical number as this API spells it: `+86 13000000000`."""
    number = phonenumbers.parse(address)
    return f"+{number.country_code} {address.removeprefix(f'+{number.country_code}')}"
