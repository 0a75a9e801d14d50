"""Refused calls of strangers: one limit for each network address, and an audit log that they cannot fill.

A stranger is whoever has not shown the secret of a confidential client. All refused calls of an address share one
counter, whatever client, tenant or call they name.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from structlog.contextvars import bind_contextvars, get_contextvars

from tenants import audit, clock, counters
from tenants.authentication_failures import WINDOW, TooManyFailures
from tenants.errors import Refusal

KIND = "refused"
MOST_IN_WINDOW = 100  # an office or a mobile network behind one address has fewer typing errors in five minutes
UNNAMED = "call"  # the event of a refusal that leaves no entry of its own


def trust_client() -> None:
    """Mark the request as one of a client that has shown its secret."""
    bind_contextvars(client_authenticated=True)


def tell(event: str) -> None:
    """Name the refusal in the log line and the metrics of this request."""
    bind_contextvars(**{KIND: event})


def record(
    event: str,
    *,
    now: datetime,
    is_somebody: bool = False,
    tenant_id: UUID | None,
    actor: str = "",
    subject: str = "",
    about: UUID | None = None,
    counted_by: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Count a refused call, and write an audit entry for the first of its event, address and window.

    Raises TooManyFailures instead of the refusal when the address has had too many. Where `is_somebody`, the call has
    shown which user it is about: it has an entry of its own until then, and keeps its own refusal. Refused calls of an
    authenticated client are not counted, and have an entry each. `counted_by` stands in the place of the address
    for an event that strangers cannot repeat at will about another subject.
    """
    write = partial(
        audit.record,
        event,
        audit.Outcome.REFUSED,
        tenant_id=tenant_id,
        now=now,
        actor=actor,
        subject=subject,
        about=about,
        detail=detail,
    )
    if _is_trusted():
        write()
        return
    with transaction.atomic():  # one COMMIT, and no counter without its entry
        number = _count(event, now)
        is_first = counters.take(f"{KIND} {event}", counted_by or _source(), window=WINDOW, now=now, most=1) == 1
        if is_first or (is_somebody and number <= MOST_IN_WINDOW):
            write()
    if not is_somebody:
        _check(number, now)


def judge(refusal: Exception) -> Exception:
    """Return the refusal, or TooManyFailures in its place; counts a guess that `record` has not seen."""
    is_counted = KIND in get_contextvars()
    if not isinstance(refusal, Refusal) or not refusal.is_guess or is_counted or _is_trusted():
        return refusal
    try:
        count(clock.now())
    except TooManyFailures as too_many:
        return too_many
    return refusal


def count(now: datetime) -> None:
    """Count a refused call that leaves no entry; raises TooManyFailures in place of the refusal."""
    _check(_count(UNNAMED, now), now)


def _is_trusted() -> bool:
    return bool(get_contextvars().get("client_authenticated"))


def _source() -> str:
    return str(get_contextvars().get("source", ""))


def _count(event: str, now: datetime) -> int:
    tell(event)
    number = counters.take(KIND, _source(), window=WINDOW, now=now)
    if _is_told(number):
        audit.record("address.lock", audit.Outcome.REFUSED, tenant_id=None, now=now, detail={"failures": number})
    return number


def _is_told(number: int) -> bool:
    """Return whether the number is the limit, or 10, 100, 1,000 ... times the limit."""
    while number > MOST_IN_WINDOW and number % 10 == 0:
        number //= 10
    return number == MOST_IN_WINDOW


def _check(number: int, now: datetime) -> None:
    if settings.RATE_LIMITS and number > MOST_IN_WINDOW:
        raise TooManyFailures(counters.seconds_left(KIND, _source(), now=now))
