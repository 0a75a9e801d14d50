"""What a worker does with a delivery: claim it, try the tenant's senders in order, write down how it ended."""

import random
import time
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from otp import challenges, limits, public_sends
from otp.addresses import mask
from otp.delivery import attempts, messages, reports, routes
from otp.delivery.models import Delivery
from otp.delivery.senders import DeliveryError
from tenants import audit, clock, sealing, sql

LEASE = timedelta(seconds=10)  # longer than one try may take; renewed before each further one
CLAIMS_ALLOWED = 5  # a delivery whose workers keep dying is parked
TRIES_PER_SENDER = 2


def deliver(delivery_id: UUID) -> str | None:
    """Send the delivery unless somebody else does: its final status, or None if it is not ours to send."""
    now = clock.now()
    delivery = _claim(delivery_id, now)
    if delivery is None:
        return None
    if delivery.claims > CLAIMS_ALLOWED or now > delivery.send_before:
        return give_up(delivery, now)
    message, usable_routes = routes.prepare(delivery, sealing.unseal(delivery.sealed_code), now)
    for route in usable_routes:
        if _is_sent_by(route, delivery, message, now):
            return Delivery.Status.SENT
    return give_up(delivery, clock.now())


def give_up(delivery: Delivery, now: datetime) -> str | None:
    """Void the challenge and give quota and window back, if the delivery is still as we saw it; its final status.

    Where limits must not tell what became of it, neither may its token: both stay as they are.
    A pending one is voided by the request that could not hand it over, a claimed one fails by its worker.
    """
    was_pending = delivery.status == Delivery.Status.PENDING
    final = Delivery.Status.VOID if was_pending else Delivery.Status.FAILED
    with transaction.atomic():
        as_seen = Delivery.objects.filter(id=delivery.id, status=delivery.status, claims=delivery.claims)
        if not as_seen.update(status=final, sealed_code="", finished_at=now):
            return None
        if not delivery.is_kept_charged:
            _give_back(delivery, now)
        _record(delivery, final, now)
    reports.report_end(delivery, final, now)
    return final


def _give_back(delivery: Delivery, now: datetime) -> None:
    challenge = delivery.challenge
    assert challenge is not None  # a notice has none, and stays charged
    challenges.void(challenge.id, now)
    message = (delivery.tenant_id, delivery.channel, delivery.destination, delivery.created_at)
    is_public = challenge.is_public
    limits.give_send_back(*message, is_public=is_public)
    if is_public:
        public_sends.give_back(*message)
    if delivery.has_quota:
        limits.give_quota_back(delivery.tenant_id, delivery.channel)


def _record(delivery: Delivery, final: str, now: datetime) -> None:
    audit.record(
        "code.delivery",
        audit.Outcome.FAILED,
        tenant_id=delivery.tenant_id,
        now=now,
        actor=audit.WORKER if final == Delivery.Status.FAILED else audit.SERVER,
        subject=mask(delivery.destination),
        about=delivery.id,
        detail={"usage": delivery.usage, "channel": delivery.channel, "reason": final},
    )


def _claim(delivery_id: UUID, now: datetime) -> Delivery | None:
    """Take the delivery from nobody, or from a worker that has not been heard of for a lease."""
    return sql.change_one(
        Delivery,
        """UPDATE delivery_delivery SET status = 'claimed', claimed_at = %(now)s, claims = claims + 1
           WHERE id = %(id)s AND (status = 'pending' OR (status = 'claimed' AND claimed_at <= %(lease_start)s))""",
        {"id": delivery_id, "now": now, "lease_start": now - LEASE},
    )


def _renew(delivery: Delivery, now: datetime) -> bool:
    """Whether the claim is still ours; if so, for another lease."""
    ours = Delivery.objects.filter(id=delivery.id, status=Delivery.Status.CLAIMED, claims=delivery.claims)
    return now <= delivery.send_before and bool(ours.update(claimed_at=now))


def _is_sent_by(route: routes.Route, delivery: Delivery, message: messages.Message, now: datetime) -> bool:
    """Try one sender, twice if its first failure may pass; whether it took the message."""
    for number in range(1 if settings.IS_EAGER else TRIES_PER_SENDER):
        if number:
            time.sleep(random.uniform(0.05, 0.3))  # noqa: S311 - jitter, not a secret
        if number or route.is_fallback:
            now = clock.now()
            if not _renew(delivery, now):
                return False
        try:
            with attempts.recorded(delivery, route, now):
                route.send(message)
        except DeliveryError as error:
            if error.permanent:
                return False
        else:
            return True
    return False
