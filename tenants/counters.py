"""All counters with a window: how many of a kind were counted for a key since the window opened.

A window opens with the first count and ends on its own; the next count opens another one. Each function is one
statement, so parallel requests lose no count. It locks the row until the caller's transaction ends: count outside of
transactions, or last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tenants import clock, sealing, sql
from tenants.models import Counter

NO_LIMIT = 2**31 - 2


@dataclass(frozen=True, slots=True)
class Count:
    """An open window."""

    number: int
    started_at: datetime
    expires_at: datetime


def take(
    kind: str, key: str, *, window: timedelta, now: datetime, most: int = NO_LIMIT, is_sliding: bool = False
) -> int:
    """Count one, and return its number in the window, which begins with 1.

    After `most` nothing more is counted in the window, and the number is `most + 1`. A sliding window ends when nothing
    was counted for its length; a fixed one ends that long after its first count.
    """
    row = sql.fetch_one(
        """INSERT INTO tenants_counter AS counter (kind, key, started_at, expires_at, count)
           VALUES (%(kind)s, %(key)s, %(now)s, %(expires)s, 1)
           ON CONFLICT (kind, key) DO UPDATE SET
               count = CASE WHEN counter.expires_at <= %(now)s THEN 1 ELSE counter.count + 1 END,
               started_at = CASE WHEN counter.expires_at <= %(now)s THEN %(now)s ELSE counter.started_at END,
               expires_at = CASE WHEN counter.expires_at <= %(now)s OR %(is_sliding)s
                   THEN %(expires)s ELSE counter.expires_at END
           WHERE counter.expires_at <= %(now)s OR counter.count < %(most)s
           RETURNING count""",
        _where(kind, key) | {"now": now, "expires": now + window, "most": most, "is_sliding": is_sliding},
    )
    return int(row[0]) if row else most + 1


def take_all(keys: Mapping[str, str], *, window: timedelta, now: datetime) -> dict[str, int]:
    """Count one of each kind, for its key, in one statement; their numbers in the windows, by kind.

    The rows are locked in the order of the mapping: name the one that most callers share last.
    """
    stored = {f"key_{place}": stored_key(kind, key) for place, (kind, key) in enumerate(keys.items())}
    kinds = {f"kind_{place}": kind for place, kind in enumerate(keys)}
    values = [f"(%(kind_{place})s, %(key_{place})s, %(now)s, %(expires)s, 1)" for place in range(len(keys))]
    rows = sql.fetch_all(
        f"""INSERT INTO tenants_counter AS counter (kind, key, started_at, expires_at, count)
           VALUES {", ".join(values)}
           ON CONFLICT (kind, key) DO UPDATE SET
               count = CASE WHEN counter.expires_at <= %(now)s THEN 1 ELSE counter.count + 1 END,
               started_at = CASE WHEN counter.expires_at <= %(now)s THEN %(now)s ELSE counter.started_at END,
               expires_at = CASE WHEN counter.expires_at <= %(now)s THEN %(expires)s ELSE counter.expires_at END
           RETURNING kind, count""",
        stored | kinds | {"now": now, "expires": now + window},
    )
    return {str(kind): int(count) for kind, count in rows}


def give_back(kind: str, key: str, *, now: datetime) -> None:
    """Uncount one that was taken at `now`; what is counted in a later window stays."""
    sql.change(
        """UPDATE tenants_counter SET count = count - 1
           WHERE kind = %(kind)s AND key = %(key)s AND count > 0 AND started_at <= %(now)s""",
        _where(kind, key) | {"now": now},
    )


def find(kind: str, key: str, *, now: datetime) -> Count | None:
    """Return the open window; None if nothing is counted in one."""
    row = sql.fetch_one(
        """SELECT count, started_at, expires_at FROM tenants_counter
           WHERE kind = %(kind)s AND key = %(key)s AND count > 0 AND expires_at > %(now)s""",
        _where(kind, key) | {"now": now},
    )
    return Count(int(row[0]), clock.stored(row[1]), clock.stored(row[2])) if row else None


def read(kind: str, key: str, *, now: datetime) -> int:
    """Return how many are counted in the open window."""
    found = find(kind, key, now=now)
    return found.number if found else 0


def seconds_left(kind: str, key: str, *, now: datetime) -> int:
    """Return the seconds until the open window has ended, for Retry-After; 1 if none is open."""
    found = find(kind, key, now=now)
    return seconds_until(found.expires_at if found else now, now)


def seconds_until(moment: datetime, now: datetime) -> int:
    """Return whole seconds, after which the moment has passed."""
    return max(0, int((moment - now).total_seconds())) + 1


def forget(kind: str, key: str) -> None:
    """Begin again with nothing counted."""
    sql.change("DELETE FROM tenants_counter WHERE kind = %(kind)s AND key = %(key)s", _where(kind, key))


def stored_key(kind: str, key: str) -> str:
    """Return the key as the table has it, for statements that join a counter."""
    return sealing.keyed_hash(f"counter {kind}", key)


def prune(now: datetime) -> int:
    """Delete the counters whose window has ended, and return how many."""
    return sql.delete(Counter.objects.filter(expires_at__lte=now))


def _where(kind: str, key: str) -> dict[str, object]:
    return {"kind": kind, "key": stored_key(kind, key)}
