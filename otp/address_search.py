"""What somebody may mean who types an address to look for it, and names no tenant."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from otp import addresses
from otp.errors import MalformedAddress
from tenants.models import Tenant


def possible_addresses(text: str) -> set[str]:
    """Return each canonical address that the sign-up of some tenant would read in the text; none if it is no address.

    There may be several: a number without its country code is one of the tenant's own region.
    """
    found = set()
    for read in _readers("@" in text):
        with suppress(MalformedAddress):
            found.add(read(text.strip()))
    return found


def _readers(is_email: bool) -> list[Callable[[str], str]]:
    if is_email:
        return [partial(addresses.canonical_email, may_be_dotless=True)]
    regions = {(), *map(tuple, Tenant.objects.values_list("phone_regions", flat=True))}
    return [partial(addresses.phone_of_regions, regions=one) for one in regions]
