"""One canonical form for each address: E.164 for phones, lower case with an A-label domain for e-mail."""

import re
from collections.abc import Sequence
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from otp import phone_numbers
from otp.errors import MalformedAddress, UndeliverableEmail
from tenants.models import Channel

MAINLAND_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
LOCAL_DOMAINS = frozenset({"local", "localhost"})
DEAD_DOMAINS = frozenset({"arpa", "invalid", "onion", "test"})  # RFC 6761; the example domains are left usable
SPECIAL_USE_DOMAIN_NAMES.clear()  # the library would call all of these malformed; its manual says to edit the list


def mainland_phone(text: str) -> str:
    """E.164 of an 11-digit mainland Chinese mobile number; raises MalformedAddress."""
    if not MAINLAND_MOBILE.fullmatch(text):
        raise MalformedAddress(Channel.SMS)
    return f"+86{text}"


def canonical_phone(text: str) -> str:
    """E.164 of a number written with its country code, or of a mainland mobile; raises MalformedAddress."""
    return phone_of_regions(text, ())


def phone_of_regions(text: str, regions: Sequence[str]) -> str:
    """E.164 of a number as people write it, of one of these ISO regions (none: any); raises MalformedAddress.

    `otp.phone_numbers` says how one without its country code is read.
    """
    number = phone_numbers.read(text, regions)
    if number is None:
        raise MalformedAddress(Channel.SMS)
    return number


def canonical_email(text: str, *, may_be_dotless: bool = False) -> str:
    """The address as it is compared: one dot-atom local part, a domain with a dot; raises MalformedAddress."""
    try:
        parts = validate_email(
            text, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False, strict=True
        )
    except EmailNotValidError:
        raise MalformedAddress(Channel.EMAIL) from None
    address = (parts.ascii_email or "").lower()
    *rest, last_label = address.rpartition("@")[2].split(".")
    is_dotless = not rest and not may_be_dotless
    if is_dotless or last_label in LOCAL_DOMAINS or last_label.isdecimal():
        raise MalformedAddress(Channel.EMAIL)
    return address


def check_deliverable(email: str) -> None:
    """Raises UndeliverableEmail for a canonical address whose domain is dead by definition or on the offline list."""
    labels = email.rpartition("@")[2].split(".")
    parents = {".".join(labels[start:]) for start in range(len(labels))}
    if labels[-1] in DEAD_DOMAINS or not parents.isdisjoint(_blocked_domains()):
        raise UndeliverableEmail


def mask(address: str) -> str:
    """The address as logs may show it: `138****5678`, `j***@example.com`."""
    local, at, domain = address.rpartition("@")
    if at:
        return f"{local[:1]}***@{domain}"
    return f"{address[:-8]}****{address[-4:]}" if len(address) > 8 else "****"


@lru_cache(maxsize=1)
def _blocked_domains() -> frozenset[str]:
    from disposable_email_domains import blocklist  # ten thousand names: read when first asked for

    return frozenset(blocklist)
