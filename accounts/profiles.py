"""What a person may say of himself beyond the attributes of the tenant: OpenID's claims, postal addresses, metadata.

The rules are PlusAuth's (its contract, §4); every dialect that has such a field, and every import, obeys them.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from accounts import attributes
from tenants.characters import UNFIT_FOR_TEXT
from tenants.errors import Refusal

LONGEST_NAME = 256
LONGEST_URL = 2048
LONGEST_STREET = 1024
MOST_ADDRESSES = 20
MOST_METADATA = 10
LONGEST_METADATA = 1024
GENDER_CODES = range(-10, 11)
BIRTHDATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})-([0-9]{2}))?", re.ASCII)
LEAP_YEAR = 2000  # what the omitted year 0000 is taken for: the person may be born on a 29th of February
DATA_IMAGE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]{1,60000}={0,2}", re.ASCII)


class InvalidField(Refusal):
    """A field's value is not of its type, form or size; `field` is its path with dots, as `addresses.0.city`."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def check_claim(name: str, value: Any, *, may_hold_data: bool = False) -> None:
    """Raises InvalidField for a value that the claim cannot have; None is the caller's to leave out.

    With `may_hold_data` a picture may also be an image itself, as a `data:` URL.
    """
    if name == "picture" and may_hold_data and isinstance(value, str) and DATA_IMAGE.fullmatch(value):
        return
    reason = CLAIMS[name](value)
    if reason:
        raise InvalidField(name, reason)


def read_addresses(value: Any) -> list[dict[str, Any]]:
    """Postal addresses with their known members that have a value; raises InvalidField."""
    if not isinstance(value, list) or len(value) > MOST_ADDRESSES:
        raise InvalidField("addresses", f"must be a list of at most {MOST_ADDRESSES} addresses")
    found = [_address(position, one) for position, one in enumerate(value)]
    primary = [position for position, one in enumerate(found) if one.get("is_primary")]
    if len(primary) > 1:
        raise InvalidField(f"addresses.{primary[1]}.is_primary", "must be true for one address at most")
    return found


def read_metadata(value: Any) -> dict[str, Any]:
    """At most ten scalars by name; raises InvalidField."""
    if not isinstance(value, dict) or len(value) > MOST_METADATA:
        raise InvalidField("metadata", f"must be an object with at most {MOST_METADATA} members")
    for name, member in value.items():
        if not _is_metadata_text(name):
            raise InvalidField("metadata", f"must have names of at most {LONGEST_METADATA} characters, fit for a text")
        is_text = isinstance(member, str)
        if not (is_text or member is None or isinstance(member, (bool, int, float))):
            raise InvalidField(f"metadata.{name}", "must be a string, a number, true, false or null")
        if is_text and not _is_metadata_text(member):
            raise InvalidField(f"metadata.{name}", f"must be a text of at most {LONGEST_METADATA} characters")
    return value


def _address(position: int, value: Any) -> dict[str, Any]:
    path = f"addresses.{position}"
    if not isinstance(value, Mapping):
        raise InvalidField(path, "must be an object")
    found = {name: value[name] for name in ADDRESS if value.get(name) is not None}
    for name, member in found.items():
        reason = ADDRESS[name](member)
        if reason:
            raise InvalidField(f"{path}.{name}", reason)
    return found


def _name(value: Any) -> str:
    is_name = isinstance(value, str) and len(value) <= LONGEST_NAME and not UNFIT_FOR_TEXT.search(value)
    return "" if is_name else f"must be a text of at most {LONGEST_NAME} characters"


def _street(value: Any) -> str:
    """Lines are part of it."""
    is_short = isinstance(value, str) and len(value) <= LONGEST_STREET
    is_street = is_short and not UNFIT_FOR_TEXT.search(re.sub(r"\r?\n", " ", value))
    return "" if is_street else f"must be a text of at most {LONGEST_STREET} characters"


def _flag(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _url(value: Any) -> str:
    """Never fetched by us; another scheme than these two could run as a script where it is shown (S-16)."""
    reason = f"must be an http or https address of at most {LONGEST_URL} characters"
    if not isinstance(value, str) or len(value) > LONGEST_URL or UNFIT_FOR_TEXT.search(value) or " " in value:
        return reason
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return reason
    return "" if is_address else reason


def _gender(value: Any) -> str:
    is_code = type(value) is int and value in GENDER_CODES
    return "" if is_code or (isinstance(value, str) and not _name(value)) else "must be a text, or -10 to 10"


def _birthdate(value: Any) -> str:
    reason = "must be a day as YYYY-MM-DD, with 0000 for an omitted year, or a year as YYYY"
    match = BIRTHDATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return reason
    year = int(match[1])
    if match[2] is None:
        return "" if year else reason
    try:
        date(year or LEAP_YEAR, int(match[2]), int(match[3]))
    except ValueError:
        return reason
    return ""


def _locale(value: Any) -> str:
    is_locale = isinstance(value, str) and len(value) <= LONGEST_NAME and attributes.LOCALE.fullmatch(value)
    return "" if is_locale else "must be a language tag, as en-US"


def _zone(value: Any) -> str:
    is_zone = isinstance(value, str) and attributes.is_zone(value)
    return "" if is_zone else "must be a name of the time zone database, as Europe/Paris"


def _is_metadata_text(value: str) -> bool:
    return len(value) <= LONGEST_METADATA and not UNFIT_FOR_TEXT.search(value)


Rule = Callable[[Any], str]  # why the value is refused, or ""

CLAIMS: dict[str, Rule] = {
    "name": _name,
    "given_name": _name,
    "middle_name": _name,
    "family_name": _name,
    "nickname": _name,
    "picture": _url,
    "website": _url,
    "profile_page": _url,
    "gender": _gender,
    "birthdate": _birthdate,
    "locale": _locale,
    "zoneinfo": _zone,
}
ADDRESS: dict[str, Rule] = {
    "id": _name,
    "is_primary": _flag,
    "first_name": _name,
    "last_name": _name,
    "street_address": _street,
    "street_address_2": _street,
    "city": _name,
    "state": _name,
    "country": _name,
    "zip_code": _name,
}
