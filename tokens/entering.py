"""The one way in, for everybody who has shown who he is: the same guards before a session, of whatever kind, opens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from django.db import transaction

from accounts import email_verification, end_users, identities, known_devices
from accounts.errors import EmailNotVerified, EndUserBlocked, EndUserNotFound
from accounts.models import EndUser, ProviderToken
from signup import browser_log_ins
from signup.models import BrowserSession, PendingRequest
from tenants import audit, refusals
from tenants.configuration import ApplicationConfiguration
from tenants.errors import Refusal
from tokens import scopes, sessions
from tokens.sessions import Tokens

Opened_co = TypeVar("Opened_co", covariant=True)


class Into(Protocol[Opened_co]):
    """What somebody signs in to, and the device, if it has an id; `open` runs in a transaction, after every guard."""

    @property
    def device_id(self) -> str: ...

    def open(self, application: ApplicationConfiguration, end_user: EndUser, way: str, now: datetime) -> Opened_co: ...


@dataclass(frozen=True, slots=True)
class TokenSession:
    """A session of a client application, which gets tokens."""

    client_authenticated: bool
    device_id: str = ""
    scope: str = scopes.USER
    authenticated_at: datetime | None = None  # where that was before, on our pages

    def open(self, application: ApplicationConfiguration, end_user: EndUser, way: str, now: datetime) -> Tokens:
        return sessions.sign_in(
            application=application,
            end_user=end_user,
            device_id=self.device_id,
            scope=self.scope,
            provider_type=way,
            client_authenticated=self.client_authenticated,
            authenticated_at=self.authenticated_at,
            now=now,
        )


@dataclass(frozen=True, slots=True)
class BrowserLogIn:
    """The session of a browser on our pages; what is opened is the value of its next cookie.

    It is "" where another tab has logged in at the same time.
    """

    session: BrowserSession
    request: PendingRequest
    device_id: str = ""

    def open(self, application: ApplicationConfiguration, end_user: EndUser, way: str, now: datetime) -> str:
        return browser_log_ins.log_in(self.session, self.request, end_user_id=end_user.id, now=now)


class PasswordChanged(Exception):
    """Between the comparison and the log-in."""


@contextmanager
def log_in_attempt(application: ApplicationConfiguration, way: str, now: datetime) -> Iterator[None]:
    """Record a refused log-in, and send another message to an end user who has to verify an e-mail address first.

    Use it around the transaction of the log-in: the refusal rolls that back, and neither of these.
    """
    try:
        yield
    except Refusal as refusal:
        if isinstance(refusal, EmailNotVerified):
            email_verification.remind(application=application, end_user=refusal.end_user, now=now)
        refusals.record(
            "sign_in",
            is_somebody=refusal.is_of_somebody,
            tenant_id=application.tenant.id,
            now=now,
            actor=audit.application_actor(application.client_id),
            detail={"way": way, "reason": type(refusal).__name__},
        )
        raise


def enter(
    application: ApplicationConfiguration,
    end_user: EndUser,
    way: str,
    into: Into[Opened_co],
    now: datetime,
    *,
    judged: str = "",
    by: ProviderToken | None = None,
) -> Opened_co:
    """Open the session after every guard. A guard that refuses writes nothing: the caller may roll it back.

    Raises EndUserBlocked or EmailNotVerified; PasswordChanged if the password that was `judged` is not the end user's
    any more; EndUserNotFound if the identity of the token `by` is not, or the end user is gone.
    """
    if end_user.is_blocked(now):
        raise EndUserBlocked
    if email_verification.is_pending(application.tenant, end_user):
        raise EmailNotVerified(end_user)
    with transaction.atomic():
        lock(end_user, now, judged=judged)
        if by and not identities.is_bound(end_user, by.provider, by.subject):
            raise EndUserNotFound
        opened = into.open(application, end_user, way, now)
        known_devices.remember(
            tenant_id=application.tenant.id, end_user_id=end_user.id, device_id=into.device_id, now=now
        )
        audit.record(
            "sign_in",
            tenant_id=application.tenant.id,
            now=now,
            actor=audit.application_actor(application.client_id),
            subject=f"end user {end_user.sub}",
            about=end_user.id,
            detail={"way": way},
        )
    return opened


class SessionInTransaction(Generic[Opened_co]):
    """Session that is opened in the transaction which stores or finds the end user."""

    def __init__(
        self,
        application: ApplicationConfiguration,
        way: str,
        into: Into[Opened_co],
        now: datetime,
        *,
        by: ProviderToken | None = None,
    ) -> None:
        self._application, self._way, self._into, self._now, self._by = application, way, into, now, by
        self._opened: list[Opened_co] = []

    def open(self, end_user: EndUser) -> None:
        """Open the session, unless the end user has to verify an address first; raises what `enter` raises."""
        if not email_verification.is_pending(self._application.tenant, end_user):
            self._opened = [enter(self._application, end_user, self._way, self._into, self._now, by=self._by)]

    def opened_for(self, end_user: EndUser) -> Opened_co:
        """Return what was opened; raises EmailNotVerified."""
        if not self._opened:
            raise EmailNotVerified(end_user)
        return self._opened[0]


def lock(end_user: EndUser, now: datetime, *, judged: str = "") -> None:
    """Lock the end user, and refuse one who was deleted or blocked, or whose password was changed, meanwhile.

    Whoever does that later ends the session that is opened now. Raises EndUserNotFound, EndUserBlocked or
    PasswordChanged.
    """
    locked = end_users.lock(end_user.pk)
    if judged and (locked is None or locked.password != judged):
        raise PasswordChanged
    if locked is None:
        raise EndUserNotFound
    if locked.is_blocked(now):
        raise EndUserBlocked
