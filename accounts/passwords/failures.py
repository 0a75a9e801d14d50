"""Wrong passwords in a row, counted for one name over every way to log in: a captcha is wanted, then a lock (S-54).

The names of one account have a limit together, which nobody is told of: past it, a right password is a wrong one.

Nothing here stands in the way of a code, and what strangers guess does not count against a device that the end user
has logged in on before: a stranger who guesses passwords locks nobody out.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from accounts.errors import CaptchaRequired, PasswordLocked
from tenants import sql
from tenants.configuration import PasswordSource

# Whether a captcha was solved for this request. It is asked only where one is wanted, and told how many passwords were
# wrong beyond those that need none. None where the dialect has no captchas.
Captcha = Callable[[int], bool] | None

CAPTCHA_THRESHOLD = 5  # contract cloudbase §3: wanted after five wrong passwords in a row
MOST_IN_A_ROW = 100  # NIST SP 800-63B-4 §3.2.2, whatever the source allows
MOST_OF_DEVICE = 20  # of one known device
WINDOW = LOCK = timedelta(days=1)
PAUSE = timedelta(seconds=30)  # between two passwords, where a captcha is wanted and the dialect has none


def reserve(
    source: PasswordSource,
    *,
    tenant_id: UUID,
    subject: str,
    has_captcha: bool,
    now: datetime,
    may_pause: bool = False,
    most_in_a_row: int = MOST_IN_A_ROW,
) -> None:
    """Count the password that is about to be judged as a wrong one; raises CaptchaRequired or PasswordLocked.

    With `may_pause` no captcha is wanted of who has waited since the last one.
    """
    most = _most(source, most_in_a_row)
    threshold = captcha_threshold(source)
    reserved = sql.change(
        f"""INSERT INTO accounts_passwordfailure AS failure (tenant_id, subject, count, first_at, last_at, expires_at)
           VALUES (%(tenant)s, %(subject)s, 1, %(now)s, %(now)s, %(expires)s)
           ON CONFLICT (tenant_id, subject) DO UPDATE SET
               count = CASE WHEN {IS_OVER} THEN 1 ELSE failure.count + 1 END,
               first_at = CASE WHEN {IS_OVER} THEN %(now)s ELSE failure.first_at END,
               last_at = %(now)s,
               expires_at = %(expires)s
           WHERE {IS_OVER} OR failure.count < %(most_now)s
              OR (failure.count < %(most)s AND failure.last_at <= %(rested)s)""",
        _values(source, tenant_id, subject, now)
        | {
            "most": most,
            "most_now": most if has_captcha else min(most, threshold),
            "rested": now - PAUSE if may_pause else None,
        },
    )
    if not reserved:
        count = _count(tenant_id, subject)
        raise PasswordLocked if count >= most else CaptchaRequired(count - threshold)


def reserve_with(
    captcha: Captcha,
    source: PasswordSource,
    *,
    tenant_id: UUID,
    subject: str,
    now: datetime,
    most_in_a_row: int = MOST_IN_A_ROW,
) -> None:
    """As `reserve`; the captcha is asked for only if one is wanted, so that none is spent in vain.

    Without any captcha it is a pause that lets the next password be judged.
    """
    counted = partial(reserve, source, tenant_id=tenant_id, subject=subject, now=now, most_in_a_row=most_in_a_row)
    try:
        counted(has_captcha=False, may_pause=captcha is None)
    except CaptchaRequired as refusal:
        if captcha is None or not captcha(refusal.failures_beyond):
            raise
        counted(has_captcha=True)


def give_back(*, tenant_id: UUID, subject: str) -> None:
    """The password was not judged."""
    sql.change(
        """UPDATE accounts_passwordfailure SET count = count - 1
           WHERE tenant_id = %(tenant)s AND subject = %(subject)s AND count > 0""",
        {"tenant": tenant_id, "subject": subject},
    )


def is_within_total(
    source: PasswordSource, *, tenant_id: UUID, subjects: Sequence[str], now: datetime, most_in_a_row: int
) -> bool:
    """Return whether the subjects together have not had too many, the one that is reserved now among them."""
    most = _most(source, most_in_a_row)
    row = sql.fetch_one(
        f"""SELECT SUM(failure.count) FROM accounts_passwordfailure AS failure
           WHERE failure.tenant_id = %(tenant)s AND failure.subject IN ({_places(subjects)}) AND NOT {IS_OVER}""",
        _values(source, tenant_id, "", now) | _named(subjects) | {"most": most},
    )
    return row is None or row[0] is None or row[0] <= most


def forget(*, tenant_id: UUID, subjects: Sequence[str]) -> None:
    """The password was right, or is another one now."""
    sql.change(
        f"DELETE FROM accounts_passwordfailure WHERE tenant_id = %(tenant)s AND subject IN ({_places(subjects)})",
        {"tenant": tenant_id} | _named(subjects),
    )


def _places(subjects: Sequence[str]) -> str:
    return ", ".join(f"%(subject_{place})s" for place in range(len(subjects)))


def _named(subjects: Sequence[str]) -> dict[str, object]:
    return {f"subject_{place}": subject for place, subject in enumerate(subjects)}


def captcha_threshold(source: PasswordSource) -> int:
    return source.captcha_threshold or CAPTCHA_THRESHOLD


def _most(source: PasswordSource, most_in_a_row: int) -> int:
    return min(source.lockout_threshold or most_in_a_row, most_in_a_row)


# The lock has ended; or, where there is none, the window.
IS_OVER = """((failure.count >= %(most)s AND failure.last_at <= %(unlocking)s)
              OR (failure.count < %(most)s AND failure.first_at <= %(window_start)s))"""


def _values(source: PasswordSource, tenant_id: UUID, subject: str, now: datetime) -> dict[str, object]:
    window = timedelta(hours=source.lockout_window_hours) if source.lockout_window_hours else WINDOW
    lock = timedelta(minutes=source.lockout_unlock_minutes) if source.lockout_unlock_minutes else LOCK
    return {
        "tenant": tenant_id,
        "subject": subject,
        "now": now,
        "expires": now + max(window, lock),
        "unlocking": now - lock,
        "window_start": now - window,
    }


def _count(tenant_id: UUID, subject: str) -> int:
    row = sql.fetch_one(
        "SELECT count FROM accounts_passwordfailure WHERE tenant_id = %(tenant)s AND subject = %(subject)s",
        {"tenant": tenant_id, "subject": subject},
    )
    return int(row[0]) if row else 0
