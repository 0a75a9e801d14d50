"""A brake on guessing client secrets: counted by client and network address, so that nobody locks a client out."""

from datetime import datetime, timedelta

from django.conf import settings

from tenants import clock, counters
from tenants.errors import Refusal

KIND = "client"
WINDOW = timedelta(minutes=5)
FAILURES_IN_WINDOW = 20


class TooManyFailures(Refusal):
    """This address has failed too often; it may try again after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


def check(*, count: int | None, expires_at: datetime | str | None, now: datetime) -> None:
    """Raise TooManyFailures while a full window is open; both values are those of a counter, if there is one."""
    if not settings.RATE_LIMITS or count is None or expires_at is None or count < FAILURES_IN_WINDOW:
        return
    ends_at = clock.stored(expires_at)
    if ends_at > now:
        raise TooManyFailures(counters.seconds_until(ends_at, now))


def record(client_id: str, source: str, now: datetime) -> int:
    """Count one failure, and return how many there are now in the window."""
    return counters.take(KIND, _key(client_id, source), window=WINDOW, now=now)


def check_number(failures: int, client_id: str, source: str, now: datetime) -> None:
    """Raise TooManyFailures where `record` has counted more than a window has."""
    if settings.RATE_LIMITS and failures > FAILURES_IN_WINDOW:
        raise TooManyFailures(counters.seconds_left(KIND, _key(client_id, source), now=now))


def give_back(client_id: str, source: str, now: datetime) -> None:
    """Uncount what was counted before it was judged and was no failure; those before it stay counted (S-86)."""
    counters.give_back(KIND, _key(client_id, source), now=now)


def stored_key(client_id: str, source: str) -> str:
    """Return the counter's key, for the statement that reads it beside the client."""
    return counters.stored_key(KIND, _key(client_id, source))


def _key(client_id: str, source: str) -> str:
    return f"{source} {client_id}"
