"""Identifiers of imported users: addresses in the plain form that nearly all have are read without a parser.

The short way gives what `otp.addresses` gives, or nothing; then the long way decides.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from accounts import usernames
from accounts.errors import InvalidUsername
from otp import addresses
from otp.errors import MalformedAddress

PLAIN_EMAIL = re.compile(r"[A-Za-z0-9_+-]{1,32}(?:\.[A-Za-z0-9_+-]{1,15}){0,2}@([A-Za-z0-9.-]{3,64})", re.ASCII)
# Mobile numbers of country codes where one pattern says all: possible there, and written as they are kept.
PLAIN_PHONE = re.compile(
    r"\+(?:861[3-9][0-9]{9}|905[0-9]{9}|1[2-9][0-9]{2}[2-9][0-9]{6}|447[0-9]{9}|491[5-7][0-9]{8,9}"
    r"|33[67][0-9]{8}|91[6-9][0-9]{9}|34[67][0-9]{8}|819[0-9]{9}|8210[0-9]{8})",
    re.ASCII,
)
PHONE_FORM = re.compile(r"\+[0-9][0-9 ().-]{5,30}|1[3-9][0-9]{9}", re.ASCII)
UUID_FORM = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def plain_email(text: Any) -> str | None:
    """The canonical address, or None where that needs a closer look."""
    match = PLAIN_EMAIL.fullmatch(text) if isinstance(text, str) else None
    return text.lower() if match and _is_plain_domain(match[1].lower()) else None


def plain_phone(text: Any, regions: Sequence[str]) -> str | None:
    """The canonical number, or None where that needs a closer look."""
    match = PLAIN_PHONE.fullmatch(text) if isinstance(text, str) else None
    return text if match and (not regions or (text.startswith("+86") and "CN" in regions)) else None


def is_username(value: Any) -> bool:
    """Return whether a user may have this name here."""
    try:
        return isinstance(value, str) and bool(usernames.canonical_username(value, usernames.PRINTABLE))
    except InvalidUsername:
        return False


def is_phone_number(value: Any) -> bool:
    """Return whether a text has the form of a number with its country, or of one of mainland China."""
    return isinstance(value, str) and PHONE_FORM.fullmatch(value) is not None


def find_uuid(value: Any) -> str | None:
    """Its 32 hex digits, where the text is one."""
    match = UUID_FORM.fullmatch(value) if isinstance(value, str) else None
    return UUID(value).hex if match else None


@lru_cache(maxsize=4096)
def _is_plain_domain(domain: str) -> bool:
    try:
        return addresses.canonical_email(f"a@{domain}") == f"a@{domain}"
    except MalformedAddress:
        return False
