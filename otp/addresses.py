"""One canonical form for each address: E.164 for phones, lower case with an A-label domain for e-mail."""

import re
from collections.abc import Sequence
from functools import lru_cache

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from otp.errors import MalformedAddress, UndeliverableEmail
from tenants.models import Channel

MAINLAND_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
SPACES = re.compile(r"[\s().-]+", re.ASCII)
DIGITS = re.compile(r"\+?[0-9]{1,20}", re.ASCII)
E164_LENGTH = 16  # a plus and fifteen digits; some national plans go beyond it
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
    if MAINLAND_MOBILE.fullmatch(text):
        return mainland_phone(text)
    return _e164(text)


def phone_of_regions(text: str, regions: Sequence[str]) -> str:
    """E.164 of a number as people write it, of one of these ISO regions (none: any); raises MalformedAddress.

    Without its country code it is a mainland mobile, or else a number of the first region.
    """
    bare = SPACES.sub("", text)
    if not DIGITS.fullmatch(bare):  # the parser also reads letters and extensions, as in 138hello123
        raise MalformedAddress(Channel.SMS)
    if regions and not bare.startswith("+") and not (MAINLAND_MOBILE.fullmatch(bare) and "CN" in regions):
        address = _e164(bare, regions[0])
    else:
        address = canonical_phone(bare)
    if address.startswith("+86"):
        mainland_phone(address.removeprefix("+86"))
    if regions and phonenumbers.region_code_for_number(phonenumbers.parse(address)) not in regions:
        raise MalformedAddress(Channel.SMS)
    return address


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


def _e164(text: str, region: str | None = None) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise MalformedAddress(Channel.SMS) from None
    formatted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_possible_number(number) or len(formatted) > E164_LENGTH:
        raise MalformedAddress(Channel.SMS)
    if formatted != text and _e164(formatted) != formatted:  # some runs of zeros lose one each time
        raise MalformedAddress(Channel.SMS)
    return formatted


@lru_cache(maxsize=1)
def _blocked_domains() -> frozenset[str]:
    from disposable_email_domains import blocklist  # ten thousand names: read when first asked for

    return frozenset(blocklist)
