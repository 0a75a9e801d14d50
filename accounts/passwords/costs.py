"""How long a refused password waits for its answer: longer than the dearest hash of the tenant takes (S-52)."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from accounts.errors import PasswordNotSet, WrongPassword
from accounts.models import HashCost
from accounts.passwords import comparing, schemes
from accounts.passwords.hashing import HASHING
from accounts.passwords.schemes import InvalidHash
from tenants import answer_times, sql
from tenants.configuration import TenantSettings

HEADROOM = 3  # a slow or busy machine takes longer than `milliseconds` of a scheme says
LEAST_SECONDS = 0.2
MOST_SECONDS = 3.0
BLUR_MICROSECONDS = 20_000  # a processor that has idled longer answers some fifty microseconds later


@contextmanager
def refused_alike(tenant: TenantSettings) -> Iterator[None]:
    """Hold the answer of a refusal until any other one would leave too.

    What the thread waits for its turn to hash comes on top: it is the same for everybody, and may take longer.
    """
    started = time.monotonic() - HASHING.waited_seconds()
    try:
        yield
    except (WrongPassword, PasswordNotSet):
        held = wait_seconds(tenant.dearest_hash_milliseconds) + secrets.randbelow(BLUR_MICROSECONDS) / 1e6
        answer_times.hold_until(started + HASHING.waited_seconds() + held)
        raise


def wait_seconds(dearest_hash_milliseconds: int) -> float:
    """Return how long a refusal takes where the dearest hash costs so much."""
    return min(MOST_SECONDS, max(LEAST_SECONDS, HEADROOM * dearest_hash_milliseconds / 1000))


def milliseconds_of(line: str) -> int:
    """Return about what a comparison with the stored line costs."""
    try:
        return round(schemes.parse(line).milliseconds)
    except InvalidHash:
        return 0


def milliseconds_of_ours(algorithm: str) -> int:
    """Return the same for a line that is made now."""
    return milliseconds_of(comparing.dummy(algorithm))


def remember(tenant_id: UUID, milliseconds: int) -> bool:
    """Store the cost of a hash if it is the tenant's dearest one so far, and return whether it is.

    Otherwise the row is not locked: an import would lock it for as long as a batch takes.
    """
    return milliseconds > dearest(tenant_id) and bool(
        sql.change(
            """INSERT INTO accounts_hashcost AS cost (tenant_id, milliseconds) VALUES (%(tenant)s, %(milliseconds)s)
               ON CONFLICT (tenant_id) DO UPDATE SET milliseconds = %(milliseconds)s
               WHERE cost.milliseconds < %(milliseconds)s""",
            {"tenant": tenant_id, "milliseconds": milliseconds},
        )
    )


def dearest(tenant_id: UUID) -> int:
    """Return the milliseconds of the dearest hash that the tenant has ever had."""
    return HashCost.objects.filter(tenant_id=tenant_id).values_list("milliseconds", flat=True).first() or 0
