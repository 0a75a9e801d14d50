"""Sessions of staff: how long one lasts, and when it last proved by the password that its owner is there."""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest

IDLE = timedelta(minutes=30)
CONFIRMED_FOR = timedelta(minutes=10)
SAVED_EVERY = timedelta(minutes=1)  # a use; so not every page writes a row
STARTED_AT, USED_AT, CONFIRMED_AT = "started_at", "used_at", "confirmed_at"  # seconds since 1970


def begin(request: HttpRequest, now: datetime) -> None:
    """Start the limits of a session, right after its log-in."""
    request.session[STARTED_AT] = request.session[USED_AT] = now.timestamp()
    confirm(request, now)


def use(request: HttpRequest, now: datetime) -> bool:
    """Note that the session is used; false where it is over. One of before these limits starts now."""
    session, present = request.session, now.timestamp()
    started_at, used_at = session.get(STARTED_AT), session.get(USED_AT)
    if started_at is None or used_at is None:
        session[STARTED_AT] = session[USED_AT] = present
        return True
    if present - started_at > settings.SESSION_COOKIE_AGE or present - used_at > IDLE.total_seconds():
        return False
    if present - used_at > SAVED_EVERY.total_seconds():
        session[USED_AT] = present
    return True


def confirm(request: HttpRequest, now: datetime) -> None:
    """Note that the password was given in this session."""
    request.session[CONFIRMED_AT] = now.timestamp()


def is_confirmed(request: HttpRequest, now: datetime) -> bool:
    """Whether the password was given lately."""
    confirmed_at = float(request.session.get(CONFIRMED_AT, 0))
    return now.timestamp() - confirmed_at <= CONFIRMED_FOR.total_seconds()
