"""A brake on guessing client secrets: counted by client and network address, so that nobody locks a client out."""

from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings

from tenants import clock, sql
from tenants.errors import Refusal

WINDOW = timedelta(minutes=5)
FAILURES_IN_WINDOW = 20


class TooManyFailures(Refusal):
    """This address has failed too often as this client; it may try again after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


def check(*, count: int | None, window_started_at: datetime | str | None, now: datetime) -> None:
    """Raises TooManyFailures while a full window is open."""
    if not settings.RATE_LIMITS or count is None or window_started_at is None or count < FAILURES_IN_WINDOW:
        return
    open_for = clock.stored(window_started_at) + WINDOW - now
    if open_for > timedelta():
        raise TooManyFailures(int(open_for.total_seconds()) + 1)


def record(client_id: str, source: str, now: datetime) -> int:
    """Count one failure; how many there are now in the window."""
    row = sql.fetch_one(
        """INSERT INTO tenants_authenticationfailure AS failure (client_id, source, window_started_at, count)
           VALUES (%(client_hash)s, %(source)s, %(now)s, 1)
           ON CONFLICT (client_id, source) DO UPDATE SET
               count = CASE WHEN failure.window_started_at <= %(window_start)s THEN 1 ELSE failure.count + 1 END,
               window_started_at = CASE WHEN failure.window_started_at <= %(window_start)s
                   THEN %(now)s ELSE failure.window_started_at END
           RETURNING count""",
        {
            "client_hash": sha256(client_id.encode()).hexdigest(),
            "source": source,
            "now": now,
            "window_start": now - WINDOW,
        },
    )
    assert row is not None
    return int(row[0])


def forgive_one(client_id: str, source: str) -> None:
    """What was counted before it was judged was no failure; those before it stay counted (S-86)."""
    sql.change(
        """UPDATE tenants_authenticationfailure SET count = count - 1
           WHERE client_id = %(client_hash)s AND source = %(source)s AND count > 0""",
        {"client_hash": sha256(client_id.encode()).hexdigest(), "source": source},
    )
