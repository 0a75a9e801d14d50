"""Wrong proofs of a member of staff, counted by account: after a few, each one more makes a longer pause."""

from datetime import datetime, timedelta

from django.db.models import Case, F, Q, Value, When

from tenants.models import Staff, StaffFailures

WITHOUT_PAUSE = 5
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
DOUBLINGS = 7  # of the first pause, until it is the longest one


class Paused(Exception):
    """Too many proofs of this account were wrong; the next one is judged after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


def find(staff: Staff, proof: str) -> StaffFailures | None:
    """Return the failures since the last right proof; None if there are none."""
    return StaffFailures.objects.filter(staff=staff, proof=proof, count__gt=0).first()


def reserve(staff: Staff, proof: str, *, source: str, now: datetime) -> None:
    """Count a proof as wrong before it is judged, so that many at once are no more guesses; raises Paused."""
    failures, _ = StaffFailures.objects.get_or_create(staff=staff, proof=proof)
    is_due = Q(paused_until=None) | Q(paused_until__lte=now)
    counted = StaffFailures.objects.filter(is_due, pk=failures.pk).update(
        count=F("count") + 1, paused_until=_paused_until(now), last_at=now, last_source=source
    )
    if not counted:
        failures.refresh_from_db()
        raise Paused(_seconds_left(failures, now))


def forget(staff: Staff, proof: str) -> None:
    """Delete the count: the proof was right."""
    StaffFailures.objects.filter(staff=staff, proof=proof).delete()


def _paused_until(now: datetime) -> Case:
    """The end of the pause that one failure more makes, by those that are counted already."""
    last_free = WITHOUT_PAUSE - 1
    steps = [When(count=last_free + step, then=Value(now + FIRST_PAUSE * 2**step)) for step in range(DOUBLINGS)]
    return Case(When(count__lt=last_free, then=Value(None)), *steps, default=Value(now + LONGEST_PAUSE))


def _seconds_left(failures: StaffFailures, now: datetime) -> int:
    return int((failures.paused_until - now).total_seconds()) + 1 if failures.paused_until else 1
