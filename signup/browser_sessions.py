"""Sessions of browsers on our pages, and the log-in of each, for twelve hours (S-64).

What a tab has come for is a row of its own (`signup.pending_requests`): nothing but a log-out, another log-in, a block
or a reset ends a log-in.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import EndUser
from otp import codes
from signup import pending_requests
from signup.errors import SessionGone
from signup.models import BrowserSession, PendingRequest
from tenants import clock, isolation
from tenants.callers import Caller, InvalidClient, identify
from tenants.configuration import ApplicationConfiguration

LOGGED_IN = timedelta(hours=12)
LONGEST_COOKIE = 128
Browser = Sequence[BrowserSession]  # the sessions of one browser: one for each tenant at most, the newest first


@dataclass(frozen=True, slots=True)
class Live:
    """Live session, the request of the tab, if it has one, and the application that either is for."""

    row: BrowserSession
    request: PendingRequest | None
    application: ApplicationConfiguration
    now: datetime
    browser: Browser = ()

    @property
    def logged_in(self) -> EndUser | None:
        """The end user who is logged in and may go on (S-65)."""
        end_user, since = self.row.end_user, self.row.authenticated_at
        if end_user is None or since is None or not is_log_in_live(self.row, self.now):
            return None
        if end_user.is_blocked(self.now):
            return None
        return end_user if since >= end_user.sessions_valid_from else None

    @property
    def pending(self) -> PendingRequest:
        """The request of the tab; raises SessionGone where it has none."""
        if self.request is None:
            raise SessionGone
        return self.request


def recognize(cookies: Collection[str], tenant_id: UUID | None) -> Browser:
    """Return the sessions behind these cookies, with the tenant that the Host names, or with all.

    Applications on a parent domain may have set other cookies of the same name. Those that are no session's are passed
    over; where two are, somebody has planted one, and none counts.
    """
    hashes = [codes.hash_token(cookie) for cookie in cookies if 0 < len(cookie) <= LONGEST_COOKIE]
    if not hashes:
        return ()
    rows = BrowserSession.objects.filter(hash__in=hashes).select_related("end_user", "application")
    with isolation.across_tenants():
        found = list(rows.order_by("-expires_at", "-id"))
    if len({row.hash for row in found}) != 1:
        return ()
    return [row for row in found if tenant_id in (None, row.tenant_id)]


def find(
    browser: Browser,
    *,
    tenant_id: UUID | None = None,
    caller: Caller | None = None,
    request_id: UUID | None = None,
    **criteria: Any,
) -> Live | None:
    """Return the browser's live session with its request `request_id`, else with the newest that meets the criteria.

    A `caller` names the tenant, and the application of the newest request. Without a request that still waits the
    session stands alone; a request that was answered is found by its id. Whoever takes the session for the caller's
    credential enters its tenant: on a shared host a browser has sessions with several.
    """
    if caller:
        browser = [row for row in browser if row.tenant_id == caller.application.tenant.id]
        criteria |= {} if request_id else {"application_id": caller.application.id}
    if not browser:
        return None
    with isolation.across_tenants():
        if request_id:
            request = pending_requests.find(browser, request_id)
        else:
            request = pending_requests.find_newest(browser, **criteria)
        return _live(browser, request, tenant_id, caller)


def find_log_in(browser: Browser, caller: Caller) -> Live | None:
    """Return the browser's live session with the tenant, whatever its tabs have come for."""
    own = next((row for row in browser if row.tenant_id == caller.application.tenant.id), None)
    return _live([own], None, None, caller) if own else None


def knows(browser: Browser, end_user_id: UUID) -> bool:
    """Tell whether the end user has signed up or logged in in this browser, and the session lives."""
    now = clock.now()
    live = [row for row in browser if row.expires_at > now]
    if any(row.end_user_id == end_user_id for row in live):
        return True
    with isolation.across_tenants():
        return pending_requests.is_bound(live, end_user_id, now)


def with_state(live: Live, state: str, tenant_id: UUID | None) -> Live:
    """Return the session with the request whose page has this `state`; raises SessionGone if the browser has none."""
    if live.request and live.request.state == state:
        return live
    with isolation.across_tenants():
        request = pending_requests.find_by_state(live.browser, state)
        found = _live(live.browser, request, tenant_id) if request else None
    if found is None or found.request is None:
        raise SessionGone
    return found


def _live(
    browser: Browser, request: PendingRequest | None, tenant_id: UUID | None, caller: Caller | None = None
) -> Live | None:
    row = next(one for one in browser if request is None or one.pk == request.session_id)
    found = caller
    if found is None or (request and request.application_id != found.application.id):
        try:
            found = identify(client_id=(request or row).application.client_id, tenant_id=tenant_id or row.tenant_id)
        except InvalidClient:
            return None
    if row.expires_at <= found.now:
        return None
    if request and request.expires_at <= found.now:
        return _live([row], None, tenant_id, caller)
    return Live(row, request, found.application, found.now, browser)


def is_log_in_live(session: BrowserSession, now: datetime) -> bool:
    return session.authenticated_at is not None and session.authenticated_at + LOGGED_IN > now
