"""Pending requests of a browser: each tab has its own, and no other browser can use it (S-66)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from otp import codes
from signup.errors import SessionGone
from signup.models import BrowserSession, PendingRequest
from tenants import sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id

LIFETIME = timedelta(minutes=30)


def create(
    session: BrowserSession,
    application: ApplicationConfiguration,
    now: datetime,
    *,
    authorization: dict[str, Any] | None = None,
) -> PendingRequest:
    row = PendingRequest(
        id=new_id(),
        tenant_id=application.tenant.id,
        session_id=session.id,
        application_id=application.id,
        state=codes.new_token(),
        authorization=authorization,
        created_at=now,
        expires_at=now + LIFETIME,
    )
    sql.insert(row)
    return row


def prolong(request: PendingRequest, now: datetime) -> PendingRequest | None:
    """Keep the request for as long again, if it is not answered and nobody has signed up in it; else return None."""
    unused = PendingRequest.objects.filter(pk=request.pk, answered_at=None, end_user=None)
    return request if unused.update(expires_at=now + LIFETIME) else None


def find(sessions: Sequence[BrowserSession], request_id: UUID) -> PendingRequest | None:
    """Return the request if it is this browser's, answered or not."""
    return _newest(_of(sessions).filter(pk=request_id))


def find_newest(sessions: Sequence[BrowserSession], **criteria: Any) -> PendingRequest | None:
    """Return the newest request of the browser that is not answered, for a caller that names none."""
    return _newest(_of(sessions).filter(answered_at=None, **criteria))


def find_by_state(sessions: Sequence[BrowserSession], state: str) -> PendingRequest | None:
    """Return the request of the page that was drawn with this `state`."""
    return _newest(_of(sessions).filter(state=state))


def turn(request: PendingRequest) -> None:
    """Give the request another `state`; what was derived from the present one is void.

    Raises SessionGone if another call was first.
    """
    state = codes.new_token()
    if not PendingRequest.objects.filter(pk=request.pk, state=request.state).update(state=state):
        raise SessionGone
    request.state = state


def bind(request: PendingRequest, end_user_id: UUID) -> None:
    """Keep who has to verify an address before he is logged in; the page stays, so its state does."""
    PendingRequest.objects.filter(pk=request.pk).update(end_user_id=end_user_id)


def take_sign_up(request: PendingRequest, end_user_id: UUID) -> None:
    """Keep who has signed up, in the caller's transaction; raises SessionGone if somebody has already."""
    if not PendingRequest.objects.filter(pk=request.pk, end_user=None).update(end_user_id=end_user_id):
        raise SessionGone


def take_answer(request: PendingRequest, now: datetime) -> None:
    """Mark the request as answered, in the caller's transaction; raises SessionGone if it was answered before."""
    unanswered = PendingRequest.objects.filter(pk=request.pk, answered_at=None, authorization__isnull=False)
    if not unanswered.update(answered_at=now):
        raise SessionGone


def is_bound(sessions: Sequence[BrowserSession], end_user_id: UUID, now: datetime) -> bool:
    """Tell whether the end user has signed up in a tab of the browser, or logged in but for an address."""
    return _of(sessions).filter(end_user_id=end_user_id, expires_at__gt=now).exists()


def is_any_open(session: BrowserSession, now: datetime) -> bool:
    return _open([session], now).exists()


def _of(sessions: Sequence[BrowserSession]) -> QuerySet[PendingRequest]:
    return PendingRequest.objects.filter(session__in=[session.pk for session in sessions])


def _open(sessions: Sequence[BrowserSession], now: datetime) -> QuerySet[PendingRequest]:
    return _of(sessions).filter(answered_at=None, expires_at__gt=now)


def _newest(rows: QuerySet[PendingRequest]) -> PendingRequest | None:
    return rows.select_related("application", "end_user").order_by("-expires_at", "-id").first()
