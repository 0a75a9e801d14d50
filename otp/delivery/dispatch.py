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
from otp.delivery.again import again_if_lost
from otp.delivery.models import Delivery
from otp.delivery.senders import DeliveryError
from tenants import audit, clock, isolation, sealing, sql

LEASE = timedelta(seconds=10)  # longer than one try may take; renewed before each further one
CLAIMS_ALLOWED = 5  # a delivery whose workers keep dying is parked
WAITS_SECONDS = (10, 30, 90, 180)  # after the first try, the second, ...: greylisting takes one to five minutes
TRIES_PER_SENDER = 2


def deliver(delivery_id: UUID) -> str | None:
    """Send the delivery, and return its status: `pending` if it is to be tried again later.

    Return None if it is not ours to send, because another worker does.
    """
    now = again_if_lost(clock.now)
    delivery = again_if_lost(lambda: _claim(delivery_id, now))
    if delivery is None:
        return None
    with isolation.within_tenant(delivery.tenant_id):
        return _send(delivery, now)


def _send(delivery: Delivery, now: datetime) -> str | None:
    if delivery.claims > CLAIMS_ALLOWED or now > delivery.send_before:
        return again_if_lost(lambda: give_up(delivery, now))
    code = sealing.unseal(delivery.sealed_code)
    message, usable_routes = again_if_lost(lambda: routes.prepare(delivery, code, now))
    failures = []
    for position, route in enumerate(usable_routes, start=1):
        failure = _send_by(route, delivery, message, now, is_last=position == len(usable_routes))
        if failure is None:
            return Delivery.Status.SENT
        failures.append(failure)
    if any(failure.is_later for failure in failures) and again_if_lost(lambda: _postpone(delivery)):
        return Delivery.Status.PENDING
    return again_if_lost(lambda: give_up(delivery, clock.now()))


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
    with isolation.across_tenants():
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


def _postpone(delivery: Delivery) -> bool:
    """Leave a claimed delivery to the workers' schedule for later; return whether there is a later for it."""
    if settings.IS_EAGER or delivery.claims > len(WAITS_SECONDS):
        return False
    next_try_at = clock.now() + timedelta(seconds=WAITS_SECONDS[delivery.claims - 1])
    if next_try_at > delivery.send_before:
        return False
    ours = Delivery.objects.filter(id=delivery.id, status=Delivery.Status.CLAIMED, claims=delivery.claims)
    return bool(ours.update(status=Delivery.Status.PENDING, next_try_at=next_try_at))


def _send_by(
    route: routes.Route, delivery: Delivery, message: messages.Message, now: datetime, *, is_last: bool
) -> DeliveryError | None:
    """Try one sender, and again if its first failure may pass; return the last failure, or None if it took the message.

    A sender that used all of its time gets no second try while another one is there.
    """
    failure = DeliveryError("not tried")
    for number in range(1 if settings.IS_EAGER else TRIES_PER_SENDER):
        if number:
            time.sleep(random.uniform(0.05, 0.3))  # noqa: S311 - jitter, not a secret
        if number or route.is_fallback:
            now = again_if_lost(clock.now)
            if not _renew(delivery, now):
                return failure
        try:
            with attempts.recorded(delivery, route, now):
                route.send(message)
        except DeliveryError as error:
            failure = error
            if error.permanent or (error.timed_out and not is_last):
                return failure
        else:
            return None
    return failure
