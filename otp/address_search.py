"""What somebody may mean who types an address to look for it, and names no tenant."""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from otp import addresses
from otp.errors import MalformedAddress
from tenants.models import Tenant

WRAPPING = re.compile(r"\A<?\s*(?:mailto:)?\s*|[\s>.,;]*\Z", re.IGNORECASE)


def possible_addresses(text: str) -> set[str]:
    """Return each canonical address that the sign-up of some tenant would read in the text; none if it is no address.

    There may be several: a number without its country code is one of a region of the tenant's.
    """
    found = set()
    typed = without_wrapping(text)
    for read in _readers("@" in typed):
        with suppress(MalformedAddress):
            found.add(read(typed))
    return found


def without_wrapping(text: str) -> str:
    """Return what somebody looks for without the invisible characters, `mailto:` and brackets that are pasted too."""
    return WRAPPING.sub("", visible(text))


def visible(text: str) -> str:
    """Return the text without invisible characters, and without spaces around it."""
    return "".join(one for one in text if unicodedata.category(one) != "Cf").strip()


def _readers(is_email: bool) -> list[Callable[[str], str]]:
    if is_email:
        return [partial(addresses.canonical_email, may_be_dotless=True)]
    regions = {(), *map(tuple, Tenant.objects.values_list("phone_regions", flat=True))}
    orders = {(first, *one) for one in regions for first in one} | {()}
    return [partial(addresses.phone_of_regions, regions=one) for one in orders]
