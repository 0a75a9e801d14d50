"""Devices on which an end user has logged in before: what strangers guess does not count against them.

A device is known by an opaque text that it keeps: a cookie of our pages, or the id that a client library makes.
"""

from datetime import datetime, timedelta
from uuid import UUID

from accounts.models import KnownDevice
from otp import codes
from tenants import sql

LIFETIME = timedelta(days=180)  # from the last log-in on
MOST = 10  # of one end user: the ones that logged in last
RENEWED_AFTER = timedelta(days=1)
SHORTEST_ID, LONGEST_ID = 16, 64
NOBODY = UUID(int=0)


def is_usable(device_id: str) -> bool:
    """Return whether the id is long enough that nobody guesses it."""
    return SHORTEST_ID <= len(device_id) <= LONGEST_ID


def remember(*, tenant_id: UUID, end_user_id: UUID, device_id: str, now: datetime) -> None:
    """Know the device, in the transaction of a log-in; of one that is known already little is written, once a day."""
    if not is_usable(device_id):
        return
    is_written = sql.change(
        """INSERT INTO accounts_knowndevice AS device (tenant_id, end_user_id, hash, expires_at)
           VALUES (%(tenant)s, %(end_user)s, %(hash)s, %(expires)s)
           ON CONFLICT (end_user_id, hash) DO UPDATE SET expires_at = %(expires)s
           WHERE device.expires_at <= %(renewable)s""",
        {
            "tenant": tenant_id,
            "end_user": end_user_id,
            "hash": codes.hash_token(device_id),
            "expires": now + LIFETIME,
            "renewable": now + LIFETIME - RENEWED_AFTER,
        },
    )
    if is_written:
        rows = KnownDevice.objects.filter(end_user_id=end_user_id)
        oldest = rows.order_by("-expires_at", "-id").values_list("pk", flat=True)[MOST:]
        KnownDevice.objects.filter(pk__in=list(oldest)).delete()


def find(*, end_user_id: UUID | None, device_id: str, now: datetime) -> KnownDevice | None:
    """Return the device if the end user has logged in on it lately; a search for nobody costs the same."""
    if not is_usable(device_id):
        return None
    rows = KnownDevice.objects.filter(end_user_id=end_user_id or NOBODY, expires_at__gt=now)
    newest = rows.order_by("-expires_at", "-id")[:MOST]  # more may be there for a moment
    wanted = codes.hash_token(device_id)
    return next((row for row in newest if row.hash == wanted), None)


def is_of_holder(*, tenant_id: UUID, name: str, address: str, device_id: str, now: datetime) -> bool:
    """Return whether who has proven the address, a phone_number or email, has logged in on the device lately."""
    return is_usable(device_id) and (
        KnownDevice.objects.filter(hash=codes.hash_token(device_id), expires_at__gt=now)
        .filter(**{"end_user__tenant_id": tenant_id, f"end_user__{name}": address, f"end_user__{name}_verified": True})
        .exists()
    )


def forget(end_user_id: UUID, device_id: str) -> None:
    """Know the device no more."""
    KnownDevice.objects.filter(end_user_id=end_user_id, hash=codes.hash_token(device_id)).delete()


def forget_all(end_user_id: UUID) -> None:
    """Know none of the end user's devices any more."""
    KnownDevice.objects.filter(end_user_id=end_user_id).delete()
