"""Writes down each try of a sender, and lets a sender rest that keeps failing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from otp.delivery import reports
from otp.delivery.again import again_if_lost
from otp.delivery.models import Attempt, Delivery, SenderHealth
from otp.delivery.routes import REST, Route
from otp.delivery.senders import DeliveryError
from tenants import sql

FAILURES_UNTIL_REST = 5


@contextmanager
def recorded(delivery: Delivery, route: Route, now: datetime) -> Iterator[None]:
    """Around one try: success finishes the delivery, failure is counted against the sender and raised again."""
    started = time.monotonic()
    try:
        yield
    except DeliveryError as error:
        attempt = _attempt(delivery, route, now, started, error=str(error))
        again_if_lost(lambda: sql.insert(attempt))
        reports.report_attempt(delivery, attempt)
        if not (error.permanent or error.is_later):
            again_if_lost(lambda: _count_failure(route, now))
        raise
    attempt = _attempt(delivery, route, now, started)
    finished_at = now + timedelta(milliseconds=attempt.milliseconds)
    is_first = again_if_lost(lambda: _store_success(delivery, attempt, finished_at))
    reports.report_attempt(delivery, attempt)
    if is_first:
        reports.report_end(delivery, Delivery.Status.SENT, finished_at, route.vendor)
    if route.failures and route.sender_id:
        SenderHealth.objects.filter(sender_id=route.sender_id).update(failures=0, rests_until=None)


def _attempt(delivery: Delivery, route: Route, now: datetime, started: float, error: str = "") -> Attempt:
    return Attempt(
        tenant_id=delivery.tenant_id,
        delivery_id=delivery.id,
        sender_key=route.key,
        vendor=route.vendor,
        succeeded=not error,
        error=error[:256],
        started_at=now,
        milliseconds=int((time.monotonic() - started) * 1000),
    )


def _store_success(delivery: Delivery, attempt: Attempt, now: datetime) -> bool:
    """Store the attempt that succeeded; return whether it is the first one of the delivery.

    Sent is sent, whoever holds the claim by now. The sealed code has done its work.
    """
    finished = sql.insert_and_change(
        attempt,
        """UPDATE delivery_delivery SET status = 'sent', sealed_code = '', finished_at = %(now)s
           WHERE id = %(id)s AND status = 'claimed'""",
        {"id": delivery.id, "now": now},
    )
    return finished > 0


def _count_failure(route: Route, now: datetime) -> None:
    """One more failure in a row; from the fifth on, each one lets the sender rest."""
    if route.sender_id is None:
        return
    sql.change(
        """INSERT INTO delivery_senderhealth AS health (sender_id, failures, rests_until)
           VALUES (%(sender)s, 1, NULL)
           ON CONFLICT (sender_id) DO UPDATE SET
               failures = health.failures + 1,
               rests_until = CASE WHEN health.failures + 1 >= %(allowed)s THEN %(rests_until)s ELSE NULL END""",
        {"sender": route.sender_id, "allowed": FAILURES_UNTIL_REST, "rests_until": now + REST},
    )
