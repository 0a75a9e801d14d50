"""An alarm for tenants that suddenly send far more messages than they use to: pumping, bombing, or a good day.

It is told by the worker's schedule and by `ciam_check`, from the deliveries themselves: no request counts for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import Count, QuerySet
from prometheus_client import Counter

from otp.delivery.models import Delivery
from tenants import clock, counters
from tenants.ids import first_id_at

log = structlog.get_logger(__name__)

GROWTHS = Counter("ciam_sends_growths", "Tenants that began to send far more messages than usual")

HOUR = timedelta(hours=1)
HOURS_BEFORE = 21  # deliveries are kept for a day, nearly
LEAST = 100  # messages in an hour: fewer are never told
TIMES_USUAL = 5
KIND, LASTS = "sends growth", timedelta(minutes=10)  # after it was last seen


@dataclass(frozen=True, slots=True)
class Growth:
    """How many messages a tenant sent in the last hour, and in one of those before."""

    tenant_id: UUID
    sent: int
    usual: int


def find(now: datetime) -> list[Growth]:
    """Return the growth of each tenant whose messages grew that much."""
    latest = _messages().filter(id__gte=first_id_at(now - HOUR)).values("tenant_id")
    many = latest.annotate(sent=Count("id")).filter(sent__gte=LEAST).values_list("tenant_id", "sent")
    found = [Growth(tenant_id, sent, _usual(tenant_id, now)) for tenant_id, sent in many]
    return [one for one in found if one.sent >= TIMES_USUAL * one.usual]


def watch() -> None:
    """Tell of each growth once, when it begins."""
    now = clock.now()
    for one in find(now):
        if counters.take(KIND, one.tenant_id.hex, window=LASTS, now=now, is_sliding=True) == 1:
            GROWTHS.inc()
            log.warning("sends_growth", tenant_id=one.tenant_id.hex, sent=one.sent, usual=one.usual)


def is_under_way(tenant_id: UUID, now: datetime) -> bool:
    """Return whether the last look at the deliveries found the tenant's to grow."""
    return counters.read(KIND, tenant_id.hex, now=now) > 0


def _usual(tenant_id: UUID, now: datetime) -> int:
    start, end = (first_id_at(now - hours * HOUR) for hours in (HOURS_BEFORE + 1, 1))
    return _messages().filter(tenant_id=tenant_id, id__gte=start, id__lt=end).count() // HOURS_BEFORE


def _messages() -> QuerySet[Delivery]:
    """Return the deliveries for a sender; those of addresses that nobody has are stored alike, and are for none."""
    return Delivery.objects.exclude(status=Delivery.Status.SKIPPED)
