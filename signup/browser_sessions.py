"""The session of a browser on our pages: anonymous and short at first, kept on the server (S-64).

Whoever signs up or logs in has it under another cookie, and for longer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import EndUser
from otp import codes
from signup.errors import SessionGone
from signup.models import BrowserSession
from tenants import sql
from tenants.callers import InvalidClient, identify
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id

LIFETIME = timedelta(minutes=30)
LOGGED_IN = timedelta(hours=12)
LONGEST_COOKIE = 128


@dataclass(frozen=True, slots=True)
class Live:
    """A session that lives, with its application as it is configured now."""

    row: BrowserSession
    application: ApplicationConfiguration
    now: datetime

    @property
    def logged_in(self) -> EndUser | None:
        """The end user who is logged in and may go on (S-65)."""
        end_user, since = self.row.end_user, self.row.authenticated_at
        if end_user is None or since is None or end_user.is_blocked(self.now):
            return None
        return end_user if since >= end_user.sessions_valid_from else None


def open_session(
    *,
    application: ApplicationConfiguration,
    cookie: str,
    now: datetime,
    authorization: dict[str, Any] | None = None,
) -> tuple[BrowserSession, str]:
    """A session for the application, and the value of its cookie, which is always a new one.

    Whoever comes back for the same application keeps what the session counted and the codes it asked for, and the
    authorization request that waits, unless another one comes with them. Any other session of the browser ends.
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
        authorization=authorization,
    )
    known = _rotated(row, cookie, now) if cookie and len(cookie) <= LONGEST_COOKIE else None
    if known is None:
        end(cookie)
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
    row = rows.filter(expires_at__gt=caller.now).select_related("end_user").first()
    return Live(row, caller.application, caller.now) if row else None


def only_known(cookies: Iterable[str]) -> str:
    """Return the cookie that is a session's, if exactly one is; else ""."""
    hashes = {codes.hash_token(cookie): cookie for cookie in cookies if len(cookie) <= LONGEST_COOKIE}
    known = BrowserSession.objects.filter(hash__in=hashes).values_list("hash", flat=True)[:2]
    return hashes[known[0]] if len(known) == 1 else ""


def spend(session: BrowserSession, *, cookie: str, end_user_id: UUID, is_logged_in: bool, now: datetime) -> None:
    """Give the session to who signed up in it, under another cookie; in the caller's transaction.

    Raises SessionGone if another request was first.
    """
    live = _untouched(session, now).filter(end_user=None)
    logged_in = {"authenticated_at": now, "expires_at": now + LOGGED_IN} if is_logged_in else {}
    if not live.update(hash=codes.hash_token(cookie), end_user_id=end_user_id, **logged_in):
        raise SessionGone


def log_in(session: BrowserSession, *, end_user_id: UUID, now: datetime) -> str:
    """Give the session to who logged in, for `LOGGED_IN`; the value of its next cookie.

    Raises SessionGone if another request was first. The session may be somebody's who logs in again, so it forgets how
    many codes it asked for.
    """
    cookie = codes.new_token()
    logged_in = {
        "state": codes.new_token(),
        "authenticated_at": now,
        "expires_at": now + LOGGED_IN,
        "codes_sent": 0,
    }
    if not _untouched(session, now).update(hash=codes.hash_token(cookie), end_user_id=end_user_id, **logged_in):
        raise SessionGone
    return cookie


def lend(session: BrowserSession, *, end_user_id: UUID, now: datetime) -> str:
    """Give the session to who has to verify an address before he is logged in; the value of its next cookie.

    Raises SessionGone if another request was first. The page stays, so its state does.
    """
    cookie = codes.new_token()
    lent = {"end_user_id": end_user_id, "authenticated_at": None}
    if not _untouched(session, now).update(hash=codes.hash_token(cookie), **lent):
        raise SessionGone
    return cookie


def wait(session: BrowserSession, authorization: dict[str, Any], application_id: UUID) -> None:
    """Let another authorization request wait in a session that is there; pages of an earlier one answer nothing now."""
    BrowserSession.objects.filter(pk=session.pk).update(
        authorization=authorization, application_id=application_id, state=codes.new_token()
    )


def take_authorization(session: BrowserSession) -> None:
    """The waiting request is answered now, in the caller's transaction.

    Raises SessionGone if another answer was first, or another request.
    """
    waiting = BrowserSession.objects.filter(pk=session.pk, state=session.state, authorization__isnull=False)
    if not waiting.update(authorization=None):
        raise SessionGone


def turn(session: BrowserSession, now: datetime) -> bool:
    """Whether what was derived from the session's state is good still; it is good for nothing from now on."""
    return bool(_untouched(session, now).filter(state=session.state).update(state=codes.new_token()))


def end_all(end_user_id: UUID) -> None:
    """No browser is logged in as the end user any more."""
    BrowserSession.objects.filter(end_user_id=end_user_id).delete()


def end(cookie: str, *, tenant_id: UUID | None = None) -> None:
    """Nobody has the session any more; that of another tenant than the one that is named stays."""
    rows = BrowserSession.objects.filter(hash=codes.hash_token(cookie))
    rows.filter(**({"tenant_id": tenant_id} if tenant_id else {})).delete()


def _untouched(session: BrowserSession, now: datetime) -> QuerySet[BrowserSession]:
    """The row, if its cookie is still the one with which it was read."""
    return BrowserSession.objects.filter(pk=session.pk, hash=session.hash, expires_at__gt=now)


def _rotated(new: BrowserSession, cookie: str, now: datetime) -> BrowserSession | None:
    """The session that the browser came with, under the new cookie; None if it cannot be used any more."""
    of_browser = BrowserSession.objects.filter(
        hash=codes.hash_token(cookie), application_id=new.application_id, end_user=None, expires_at__gt=now
    )
    waiting = {"authorization": new.authorization} if new.authorization else {}
    if not of_browser.update(hash=new.hash, state=new.state, expires_at=new.expires_at, **waiting):
        return None
    return BrowserSession.objects.filter(hash=new.hash).first()
