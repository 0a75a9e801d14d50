"""User names: compared without regard to case, and of the form that the caller's dialect knows."""

import re
from dataclasses import dataclass

from accounts.errors import InvalidUsername
from otp import addresses
from otp.errors import MalformedAddress

USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}", re.ASCII)  # Tencent's form, contract §2.2
# Nothing that reads as a number or an address: CloudBase signs in by all three in one field (its contract, §2).
WIDE_USERNAME = re.compile(r"(?![0-9.:+-]+\Z)[A-Za-z0-9][A-Za-z0-9_.:+@-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class UsernameForm:
    pattern: re.Pattern[str]
    shortest: int
    longest: int


NARROW = UsernameForm(USERNAME, 1, 32)
WIDE = UsernameForm(WIDE_USERNAME, 2, 48)
WIDE_BESIDE_EMAIL = UsernameForm(WIDE_USERNAME, 5, 24)
# PlusAuth tells of no pattern; nothing that reads as a number or an address here either (S-14).
PRINTABLE = UsernameForm(re.compile(r"(?![0-9.:+()-]+\Z)[!-~]+", re.ASCII), 1, 256)


def canonical_username(text: str, form: UsernameForm = NARROW) -> str:
    """The case-folded user name; raises InvalidUsername."""
    has_length = form.shortest <= len(text) <= form.longest
    if not has_length or not form.pattern.fullmatch(text) or ("@" in text and _is_email(text)):
        raise InvalidUsername
    return text.casefold()


def comparable_username(text: str) -> str | None:
    """The form by which a user name is looked up, in any dialect; None for what no user name is.

    Folding alone would take the Kelvin sign for a k.
    """
    return text.casefold() if text.isascii() and text.isprintable() else None


def _is_email(text: str) -> bool:
    try:
        return bool(addresses.canonical_email(text, may_be_dotless=True))
    except MalformedAddress:
        return False
