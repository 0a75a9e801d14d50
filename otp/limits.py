"""What may be sent and guessed: each limit is one conditional statement, so that parallel requests cannot pass it."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from otp.errors import QuotaUsedUp, SendLimitReached
from otp.guesses import NO_LIMIT
from tenants import clock, sql
from tenants.configuration import SendLimits, TenantSettings

GUESSING_WINDOW = timedelta(days=1)
TAKE_SEND = """
    INSERT INTO otp_destination AS destination
        (tenant_id, channel, address, last_sent_at, sent_on, sent_that_day, public_that_day, guesses, touched_at)
    VALUES (%(tenant)s, %(channel)s, %(address)s, %(now)s, %(today)s, 1, %(public)s, 0, %(now)s)
    ON CONFLICT (tenant_id, channel, address) DO UPDATE SET
        last_sent_at = %(now)s,
        sent_that_day = CASE WHEN destination.sent_on < %(today)s THEN 1 ELSE destination.sent_that_day + 1 END,
        public_that_day = %(public)s
            + CASE WHEN destination.sent_on < %(today)s THEN 0 ELSE destination.public_that_day END,
        sent_on = CASE WHEN destination.sent_on < %(today)s THEN %(today)s ELSE destination.sent_on END,
        touched_at = %(now)s
    WHERE (%(interval)s = 0 OR destination.last_sent_at IS NULL OR destination.last_sent_at <= %(interval_start)s)
        AND (destination.sent_on < %(today)s
             OR (destination.sent_that_day < %(per_day)s
                 AND (%(public)s = 0 OR destination.public_that_day < %(public_per_day)s)))
    RETURNING CASE WHEN guessing_since > %(window_start)s THEN guesses ELSE 0 END"""


def take_send(
    tenant: TenantSettings,
    channel: str,
    address: str,
    now: datetime,
    *,
    is_public: bool = False,
    limits: SendLimits | None = None,
) -> int:
    """Count one message to the address and return how many wrong codes are counted in its day.

    Raises SendLimitReached (contract §3.3: an interval and a calendar day); a public message may also find the public
    part of the day used up. The limits are the tenant's, unless others are given.
    """
    limits = limits or tenant.limits[channel]
    values = _values(tenant, channel, address, now, limits, is_public)
    row = None if limits.per_day == 0 else sql.fetch_one(TAKE_SEND, values)
    if row is None:
        raise SendLimitReached(channel, _retry_after(tenant, limits, channel, address, now, is_public=is_public))
    return int(row[0])


def _values(
    tenant: TenantSettings, channel: str, address: str, now: datetime, limits: SendLimits, is_public: bool
) -> dict[str, object]:
    return {
        "tenant": tenant.id,
        "channel": channel,
        "address": address,
        "now": now,
        "today": now.astimezone(ZoneInfo(tenant.time_zone)).date().isoformat(),
        "interval": limits.interval_seconds,
        "interval_start": now - timedelta(seconds=limits.interval_seconds),
        "per_day": NO_LIMIT if limits.per_day is None else limits.per_day,
        "public": int(is_public),
        "public_per_day": limits.public_per_day or NO_LIMIT,
        "window_start": now - GUESSING_WINDOW,
    }


def give_send_back(tenant_id: UUID, channel: str, address: str, sent_at: datetime, *, is_public: bool) -> None:
    """Uncount a message that was not sent: the last one no longer starts an interval, and the day has one fewer."""
    sql.change(
        """UPDATE otp_destination SET
               sent_that_day = sent_that_day - 1,
               public_that_day = CASE WHEN public_that_day > 0 THEN public_that_day - %(public)s ELSE 0 END,
               last_sent_at = CASE WHEN last_sent_at = %(sent_at)s THEN NULL ELSE last_sent_at END
           WHERE tenant_id = %(tenant)s AND channel = %(channel)s AND address = %(address)s AND sent_that_day > 0""",
        {
            "tenant": tenant_id,
            "channel": channel,
            "address": address,
            "sent_at": sent_at,
            "public": int(is_public),
        },
    )


def take_quota(tenant: TenantSettings, channel: str) -> None:
    """Reserve one message of the tenant's quota; raises QuotaUsedUp.

    The row is shared by all of the tenant's sends: call it last before COMMIT.
    """
    quota = tenant.quotas[channel]
    if quota is None:
        return
    taken = quota > 0 and sql.change(
        """INSERT INTO otp_quotause AS quota (tenant_id, channel, used) VALUES (%(tenant)s, %(channel)s, 1)
           ON CONFLICT (tenant_id, channel) DO UPDATE SET used = quota.used + 1 WHERE quota.used < %(quota)s""",
        {"tenant": tenant.id, "channel": channel, "quota": quota},
    )
    if not taken:
        raise QuotaUsedUp(channel)


def give_quota_back(tenant_id: UUID, channel: str) -> None:
    sql.change(
        "UPDATE otp_quotause SET used = used - 1 WHERE tenant_id = %(tenant)s AND channel = %(channel)s AND used > 0",
        {"tenant": tenant_id, "channel": channel},
    )


def take_guess(tenant_id: UUID, channel: str, address: str, *, allowed: int, now: datetime) -> bool:
    """Count one guess of the address's day, over all tokens, usages and clients; False if there are so many already."""
    return bool(
        sql.change(
            """UPDATE otp_destination SET
                   guesses = CASE WHEN guessing_since > %(window_start)s THEN guesses + 1 ELSE 1 END,
                   guessing_since = CASE WHEN guessing_since > %(window_start)s THEN guessing_since ELSE %(now)s END,
                   touched_at = %(now)s
               WHERE tenant_id = %(tenant)s AND channel = %(channel)s AND address = %(address)s
                 AND (guessing_since IS NULL OR guessing_since <= %(window_start)s OR guesses < %(allowed)s)""",
            {
                "tenant": tenant_id,
                "channel": channel,
                "address": address,
                "now": now,
                "window_start": now - GUESSING_WINDOW,
                "allowed": allowed,
            },
        )
    )


def forgive_guesses(tenant_id: UUID, channel: str, address: str) -> None:
    """Somebody returned the right code: the failures before it no longer count (S-26)."""
    sql.change(
        """UPDATE otp_destination SET guesses = 0, guessing_since = NULL
           WHERE tenant_id = %(tenant)s AND channel = %(channel)s AND address = %(address)s""",
        {"tenant": tenant_id, "channel": channel, "address": address},
    )


def _retry_after(
    tenant: TenantSettings, limits: SendLimits, channel: str, address: str, now: datetime, *, is_public: bool
) -> int:
    """Seconds until the address may be sent to again."""
    row = sql.fetch_one(
        """SELECT last_sent_at, sent_on, sent_that_day, public_that_day FROM otp_destination
           WHERE tenant_id = %(tenant)s AND channel = %(channel)s AND address = %(address)s""",
        {"tenant": tenant.id, "channel": channel, "address": address},
    )
    local = now.astimezone(ZoneInfo(tenant.time_zone))
    is_of_today = row is not None and row[1] == local.date().isoformat()
    is_used_up = row is not None and is_of_today and limits.is_used_up(row[2], row[3] if is_public else 0)
    if limits.per_day == 0 or is_used_up:
        midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return int((midnight - local).total_seconds()) + 1
    last_sent_at = clock.stored(row[0]) if row and row[0] else now
    return max(1, int((last_sent_at + timedelta(seconds=limits.interval_seconds) - now).total_seconds()) + 1)
