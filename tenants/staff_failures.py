"""Wrong proofs of a member of staff, counted by account: after a few, each one more makes a longer pause."""

from datetime import datetime, timedelta

from tenants import counters
from tenants.counters import Count
from tenants.models import Staff

CODE = "code"  # of the app, with the right password
PASSWORD = "password"  # noqa: S105 - a name: again, in an open session

KEPT = timedelta(days=90)  # after the last wrong proof
WITHOUT_PAUSE = 5
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
DOUBLINGS = 7  # of the first pause, until it is the longest one


class Paused(Exception):
    """Too many proofs of this account were wrong; the next one is judged after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


def find(staff: Staff, proof: str, now: datetime) -> Count | None:
    """Return the failures since the last right proof; None if there are none."""
    return counters.find(_kind(proof), str(staff.pk), now=now)


def last_at(failures: Count) -> datetime:
    """Return when the newest of them was counted."""
    return failures.expires_at - KEPT


def reserve(staff: Staff, proof: str, *, now: datetime) -> None:
    """Count a proof as wrong before it is judged, so that many at once are no more guesses; raises Paused."""
    for _ in range(WITHOUT_PAUSE + 1):  # whoever is slower than another request looks again
        failures = find(staff, proof, now)
        if failures and _pause_ends(failures) > now:
            raise Paused(counters.seconds_until(_pause_ends(failures), now))
        number = failures.number + 1 if failures else 1
        taken = counters.take(_kind(proof), str(staff.pk), window=KEPT, now=now, most=number, is_sliding=True)
        if taken <= number:
            return
    raise Paused(1)


def forget(staff: Staff, proof: str) -> None:
    """Delete the count: the proof was right."""
    counters.forget(_kind(proof), str(staff.pk))


def _kind(proof: str) -> str:
    return f"staff {proof}"


def _pause_ends(failures: Count) -> datetime:
    step = failures.number - WITHOUT_PAUSE
    if step < 0:
        return last_at(failures)
    return last_at(failures) + min(FIRST_PAUSE * (1 << min(step, DOUBLINGS)), LONGEST_PAUSE)
