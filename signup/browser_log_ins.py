"""How sessions of browsers are opened, log somebody in, and end; each gives the browser another cookie."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import end_users
from otp import codes
from signup import pending_requests
from signup.browser_sessions import LOGGED_IN, Browser, Live, is_log_in_live
from signup.errors import SessionGone
from signup.models import BrowserSession, PendingRequest
from signup.pending_requests import LIFETIME
from tenants import isolation
from tenants.callers import Caller
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id


def open_request(
    *,
    caller: Caller,
    browser: Browser,
    authorization: dict[str, Any] | None = None,
    of: Live | None = None,
) -> tuple[Live, str]:
    """Open a request for a tab, in the browser's session or a new one; return the next cookie too, "" where it stays.

    A page without an authorization request of its own goes on with what waits for its application in the session `of`
    the browser.
    """
    application, now = caller.application, caller.now
    row, cookie = _open_session(application, browser, now)
    waiting = of.request if of and of.row.pk == row.pk and of.application.id == application.id else None
    request = pending_requests.prolong(waiting, now) if waiting and authorization is None else None
    request = request or pending_requests.create(row, application, now, authorization=authorization)
    return Live(row, request, application, now, browser), cookie


def _open_session(application: ApplicationConfiguration, browser: Browser, now: datetime) -> tuple[BrowserSession, str]:
    """Return the browser's session with the application's tenant, and its next cookie.

    The cookie changes unless somebody is logged in, whose other tabs keep theirs; then it is "". What the session
    counted and the codes it asked for stay.
    """
    live = [row for row in browser if row.expires_at > now]
    own = next((row for row in live if row.tenant_id == application.tenant.id), None)
    cookie = "" if any(is_log_in_live(row, now) for row in live) else codes.new_token()
    if cookie and live and not _give_cookie(live[0].hash, cookie):
        live, own = [], None  # another tab was faster
    if own is None:
        cookie_hash = codes.hash_token(cookie) if cookie else live[0].hash
        return _create(application, cookie_hash, now, is_new=bool(cookie)), cookie
    own.expires_at = max(own.expires_at, now + LIFETIME)
    BrowserSession.objects.filter(pk=own.pk).update(expires_at=own.expires_at, application_id=application.id)
    return own, cookie


def _create(application: ApplicationConfiguration, cookie_hash: str, now: datetime, *, is_new: bool) -> BrowserSession:
    """Make a session, or return the one that another tab has made under the same cookie meanwhile."""
    row = BrowserSession(
        id=new_id(),
        tenant_id=application.tenant.id,
        application_id=application.id,
        hash=cookie_hash,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    BrowserSession.objects.bulk_create([row], ignore_conflicts=True)
    return row if is_new else BrowserSession.objects.get(hash=cookie_hash, tenant_id=row.tenant_id)


def sign_up(
    session: BrowserSession,
    request: PendingRequest,
    *,
    cookie: str,
    end_user_id: UUID,
    is_logged_in: bool,
    now: datetime,
) -> None:
    """Keep who has signed up, who may be logged in as well, under the next cookie; in the caller's transaction.

    Raises SessionGone if somebody has signed up in the tab or logged in already.
    """
    pending_requests.take_sign_up(request, end_user_id)
    if _is_overtaken(session):
        raise SessionGone
    _rotate(session, cookie)
    if is_logged_in:
        _log_in(session, end_user_id, now)


def log_in(session: BrowserSession, request: PendingRequest, *, end_user_id: UUID, now: datetime) -> str:
    """Log the end user in, for `LOGGED_IN`, and return the session's next cookie; in the caller's transaction.

    It is "" if another tab has logged in meanwhile, and has got the cookie. Raises SessionGone if the tab's own page
    has been used. The session may be somebody's who logs in once more, so it forgets how many codes it asked for.
    """
    pending_requests.turn(request)
    if _is_overtaken(session):
        return ""
    cookie = codes.new_token()
    _rotate(session, cookie)
    _log_in(session, end_user_id, now)
    return cookie


def lend(session: BrowserSession, request: PendingRequest, *, end_user_id: UUID) -> str:
    """Keep who has to verify an address before he is logged in in the tab, and return the session's next cookie.

    It is "" while somebody is logged in, who stays so. Raises SessionGone if the end user was deleted meanwhile.
    """
    with transaction.atomic():
        if end_users.lock(end_user_id) is None:
            raise SessionGone
        pending_requests.bind(request, end_user_id)
        if _is_overtaken(session) or session.end_user_id:
            return ""
        cookie = codes.new_token()
        _rotate(session, cookie)
        return cookie


def log_out(session: BrowserSession, now: datetime) -> str:
    """End the log-in and void its cookie. Return the next one if tabs still wait for a log-in, else ""."""
    if not pending_requests.is_any_open(session, now):
        BrowserSession.objects.filter(pk=session.pk).delete()
        return ""
    cookie = codes.new_token()
    with transaction.atomic():
        _is_overtaken(session)
        _rotate(session, cookie)
        BrowserSession.objects.filter(pk=session.pk).update(end_user=None, authenticated_at=None)
    return cookie


def end_all(end_user_id: UUID) -> None:
    """Log the end user out of every browser; their tabs wait on for whoever logs in next."""
    PendingRequest.objects.filter(end_user_id=end_user_id).update(end_user=None)
    BrowserSession.objects.filter(end_user_id=end_user_id).update(end_user=None, authenticated_at=None)


def _is_overtaken(session: BrowserSession) -> bool:
    """Lock the row until the transaction ends, and tell whether another tab has logged in since it was read.

    Raises SessionGone if there is no such row any more.
    """
    row = (
        BrowserSession.objects.select_for_update(no_key=True).filter(pk=session.pk).only("hash", "end_user_id").first()
    )
    if row is None:
        raise SessionGone
    is_other = row.hash != session.hash and row.end_user_id is not None
    session.hash = row.hash
    return is_other


def _log_in(session: BrowserSession, end_user_id: UUID, now: datetime) -> None:
    BrowserSession.objects.filter(pk=session.pk).update(
        end_user_id=end_user_id,
        authenticated_at=now,
        expires_at=now + LOGGED_IN,
        codes_sent=0,
    )


def _rotate(session: BrowserSession, cookie: str) -> None:
    _give_cookie(session.hash, cookie)
    session.hash = codes.hash_token(cookie)


def _give_cookie(cookie_hash: str, cookie: str) -> int:
    """Put all sessions of a browser, with all tenants, under another cookie; how many there were."""
    with isolation.across_tenants():
        return BrowserSession.objects.filter(hash=cookie_hash).update(hash=codes.hash_token(cookie))
