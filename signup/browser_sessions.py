"""The session of a browser that signs up: anonymous, short, kept on the server, and another one afterwards (S-64)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from otp import codes
from signup.errors import SessionGone
from signup.models import BrowserSession
from tenants import sql
from tenants.callers import InvalidClient, identify
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id

LIFETIME = timedelta(minutes=30)
LONGEST_COOKIE = 128


@dataclass(frozen=True, slots=True)
class Live:
    """A session that lives, with its application as it is configured now."""

    row: BrowserSession
    application: ApplicationConfiguration
    now: datetime


def open_session(*, application: ApplicationConfiguration, cookie: str, now: datetime) -> tuple[BrowserSession, str]:
    """A session for the application, and the value of its cookie, which is always a new one.

    Whoever comes back for the same application keeps what the session counted and the codes it asked for.
    """
    value = codes.new_token()
    row = BrowserSession(
        id=new_id(),
        tenant_id=application.tenant.id,
        application_id=application.id,
        hash=codes.hash_token(value),
        state=codes.new_token(),
        created_at=now,
        expires_at=now + LIFETIME,
    )
    known = _rotated(row, cookie, now) if cookie and len(cookie) <= LONGEST_COOKIE else None
    if known is None:
        sql.insert(row)
    return known or row, value


def find(*, cookie: str, tenant_id: UUID | None) -> Live | None:
    """The session with this cookie, if it lives and is of the tenant that the Host names."""
    if not cookie or len(cookie) > LONGEST_COOKIE:
        return None
    rows = BrowserSession.objects.filter(hash=codes.hash_token(cookie))
    found = rows.values_list("pk", "application__client_id").first()
    if found is None:
        return None
    try:
        caller = identify(client_id=found[1], tenant_id=tenant_id)
    except InvalidClient:
        return None
    row = rows.filter(expires_at__gt=caller.now).first()
    return Live(row, caller.application, caller.now) if row else None


def spend(session: BrowserSession, *, cookie: str, end_user_id: UUID, now: datetime) -> None:
    """Give the session to who signed up in it, under another cookie; in the caller's transaction.

    Raises SessionGone if another request was first.
    """
    live = BrowserSession.objects.filter(pk=session.pk, hash=session.hash, end_user=None, expires_at__gt=now)
    if not live.update(hash=codes.hash_token(cookie), end_user_id=end_user_id):
        raise SessionGone


def _rotated(new: BrowserSession, cookie: str, now: datetime) -> BrowserSession | None:
    """The session that the browser came with, under the new cookie; None if it cannot be used any more."""
    of_browser = BrowserSession.objects.filter(
        hash=codes.hash_token(cookie), application_id=new.application_id, end_user=None, expires_at__gt=now
    )
    if not of_browser.update(hash=new.hash, state=new.state, expires_at=new.expires_at):
        return None
    return BrowserSession.objects.filter(hash=new.hash).first()
