"""What is driven again, and what is deleted when it has served its time."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from otp.delivery.dispatch import LEASE
from otp.delivery.models import Delivery, OutboxMessage
from otp.models import Challenge, Destination
from tenants import audit, clock, counters, sql

PATIENCE = timedelta(seconds=5)  # what a message may take from the request to a worker before it counts as lost
REDRIVEN_AT_ONCE = 500
KEEP_CHALLENGES = timedelta(hours=23)  # after their token: a day in all (S-110)
KEEP_OUTBOX = timedelta(days=7)
KEEP_COUNTERS = timedelta(days=2)


def unfinished() -> list[UUID]:
    """Deliveries that a worker should look at: pending for longer than the queue takes, or claimed and abandoned."""
    now = clock.now()
    is_due = Q(next_try_at=None) | Q(next_try_at__lte=now)
    lost = is_due & Q(status=Delivery.Status.PENDING, created_at__lte=now - PATIENCE)
    abandoned = Q(status=Delivery.Status.CLAIMED, claimed_at__lte=now - LEASE)
    rows = Delivery.objects.filter(lost | abandoned).order_by("created_at").values_list("id", flat=True)
    return list(rows[:REDRIVEN_AT_ONCE])


def prune() -> int:
    """Delete what is old: challenges with their deliveries, messages, counters, the trail; how many rows of these."""
    now = clock.now()
    old = (
        Challenge.objects.filter(token_expires_at__lte=now - KEEP_CHALLENGES),
        Delivery.objects.filter(challenge=None, code_expires_at__lte=now),
        OutboxMessage.objects.filter(sent_at__lte=now - KEEP_OUTBOX),
        Destination.objects.filter(touched_at__lte=now - KEEP_COUNTERS),
    )
    return sum(map(sql.delete, old)) + counters.prune(now) + audit.prune(now)
