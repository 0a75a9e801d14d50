"""Refresh tokens: opaque, used once, each successor made from its predecessor and never stored (S-61..S-63)."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from tenants import sealing, sql
from tenants.ids import new_id
from tokens.models import RefreshToken, Session

PREFIX = "m."  # as in the vendor's examples (contract cloudbase §4)
PURPOSE = "refresh-token"
GRACE = timedelta(seconds=10)  # for a client that asks many times at once
LATE_GRACE = timedelta(seconds=60)  # for one whose answer was lost, and which could not ask again before; once


def first() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def successor_of(token: str) -> str:
    digest = hmac.new(bytes.fromhex(sealing.keyed_hash(PURPOSE, "successor")), token.encode(), hashlib.sha256).digest()
    return PREFIX + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def store(session: Session, token: str, now: datetime) -> None:
    sql.insert(
        RefreshToken(
            id=new_id(),
            tenant_id=session.tenant_id,
            session_id=session.id,
            hash=hash_of(token),
            issued_at=now,
        )
    )


def spend(token: str, now: datetime) -> bool:
    """Whether this request is the one that spends the token; only the first is."""
    spent = sql.change(
        "UPDATE tokens_refreshtoken SET spent_at = %(now)s WHERE hash = %(hash)s AND spent_at IS NULL",
        {"now": now, "hash": hash_of(token)},
    )
    return bool(spent)


def may_answer_again(row: RefreshToken, token: str, now: datetime) -> bool:
    """Return whether the spent token gets its successor again: while nobody has used that, and soon after it was spent.

    That is in the first ten seconds, and once more within a minute, with ten seconds again for clients that ask twice.
    """
    if row.spent_at is None or now - row.spent_at > LATE_GRACE or not _is_unused(successor_of(token)):
        return False
    return now - row.spent_at <= GRACE or _is_late_answer(row, now)


def _is_late_answer(row: RefreshToken, now: datetime) -> bool:
    """Return whether this is the one late answer, or comes with it; it is not for a row that is deleted meanwhile."""
    RefreshToken.objects.filter(pk=row.pk, answered_late_at=None).update(answered_late_at=now)
    return RefreshToken.objects.filter(pk=row.pk, answered_late_at__gte=now - GRACE).exists()


def _is_unused(token: str) -> bool:
    return RefreshToken.objects.filter(hash=hash_of(token), spent_at=None).exists()
