"""What callers without a client secret may have sent in an hour, beside the limits of each address (S-83, S-84).

A tenant's messages; and those to one country, while too few of its codes come back: then somebody has them sent for
the fees. An hour is one of the clock.
"""

from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

import phonenumbers
from django.conf import settings
from prometheus_client import Counter

from tenants import counters
from tenants.call_limits import TooManyCalls
from tenants.configuration import TenantSettings
from tenants.models import Channel

REFUSED = Counter("ciam_public_codes_refused", "Public codes that were refused by a limit of the hour", ["limit"])

HOUR = timedelta(hours=1)
TO_COUNTRY, FROM_COUNTRY, OF_TENANT = "public codes to country", "public codes from country", "public codes"
JUDGED_FROM = 50  # messages to one country
LEAST_RETURNED = 0.1  # of its codes


def take(tenant: TenantSettings, channel: str, address: str, now: datetime) -> None:
    """Count one message, in the transaction that sends it; raises TooManyCalls.

    The tenant's row is shared by all of its public messages: call it late before COMMIT.
    """
    if not settings.RATE_LIMITS:
        return
    keys = _keys(tenant.id, channel, address, now)
    taken = counters.take_all(keys, window=HOUR, now=now)
    if tenant.public_per_hour is not None and taken[OF_TENANT] > tenant.public_per_hour:
        _refuse("tenant", now)
    is_judged = not tenant.phone_regions and taken.get(TO_COUNTRY, 0) > JUDGED_FROM
    if is_judged and _returned(keys[TO_COUNTRY], now) < LEAST_RETURNED * (taken[TO_COUNTRY] - 1):
        _refuse("country", now)


def give_back(tenant_id: UUID, channel: str, address: str, sent_at: datetime) -> None:
    """Uncount a message that was not sent."""
    for kind, key in _keys(tenant_id, channel, address, sent_at).items():
        counters.give_back(kind, key, now=sent_at)


def note_returned(tenant: TenantSettings, address: str, now: datetime) -> None:
    """Count the code of a public message to a phone number that came back."""
    if settings.RATE_LIMITS and not tenant.phone_regions:
        counters.take(FROM_COUNTRY, _country_key(tenant.id, address, now), window=HOUR, now=now)


def _refuse(limit: str, now: datetime) -> NoReturn:
    REFUSED.labels(limit).inc()
    raise TooManyCalls(_seconds_left(now))


def _returned(key: str, now: datetime) -> int:
    return counters.read(FROM_COUNTRY, key, now=now)


def _keys(tenant_id: UUID, channel: str, address: str, now: datetime) -> dict[str, str]:
    of_tenant = {OF_TENANT: f"{tenant_id.hex} {_hour(now)}"}
    if channel != Channel.SMS:
        return of_tenant
    return {TO_COUNTRY: _country_key(tenant_id, address, now)} | of_tenant


def _country_key(tenant_id: UUID, address: str, now: datetime) -> str:
    return f"{tenant_id.hex} +{phonenumbers.parse(address).country_code} {_hour(now)}"


def _hour(now: datetime) -> int:
    return int(now.timestamp()) // int(HOUR.total_seconds())


def _seconds_left(now: datetime) -> int:
    seconds = int(HOUR.total_seconds())
    return seconds - int(now.timestamp()) % seconds
