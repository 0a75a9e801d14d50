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
GRACE = timedelta(seconds=10)  # for a client whose answer was lost, or which asks twice at once


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


def is_graced(row: RefreshToken, token: str, now: datetime) -> bool:
    """Whether a spent token was spent just now, and its successor not yet."""
    if row.spent_at is None or now - row.spent_at > GRACE:
        return False
    return RefreshToken.objects.filter(hash=hash_of(successor_of(token)), spent_at=None).exists()
