"""Signing up and logging in by one call: the end user and the session are stored in one transaction."""

from datetime import datetime
from typing import Generic

from accounts import email_verification
from accounts.errors import EmailNotVerified
from accounts.models import EndUser, ProviderToken
from signup import flows, third_party
from signup.registrations import Registration
from tenants.configuration import ApplicationConfiguration
from tokens.entering import Into, Opened_co, enter


def by_address(
    *, application: ApplicationConfiguration, registration: Registration, way: str, into: Into[Opened_co], now: datetime
) -> Opened_co:
    """Sign up and log in, in one transaction.

    Raises what `signup.flows.register` raises; EmailNotVerified for a new end user who has to prove the address first.
    """
    session = _SessionOfNewEndUser(application, way, into, now)
    end_user = flows.register(application=application, registration=registration, now=now, complete=session.open)
    return session.opened_for(end_user)


def by_identity(
    *,
    application: ApplicationConfiguration,
    token: ProviderToken,
    registration: Registration,
    into: Into[Opened_co],
    now: datetime,
) -> Opened_co:
    """As `by_address`, with the identity of a provider token; raises what `signup.third_party.register` raises."""
    session = _SessionOfNewEndUser(application, token.provider, into, now)
    end_user = third_party.register(
        application=application, token=token, registration=registration, now=now, complete=session.open
    )
    return session.opened_for(end_user)


class _SessionOfNewEndUser(Generic[Opened_co]):
    """Opened in the transaction of the sign-up, unless the end user may not log in yet."""

    def __init__(self, application: ApplicationConfiguration, way: str, into: Into[Opened_co], now: datetime) -> None:
        self._application, self._way, self._into, self._now = application, way, into, now
        self._opened: list[Opened_co] = []

    def open(self, end_user: EndUser) -> None:
        if not email_verification.is_pending(self._application.tenant, end_user):
            self._opened = [enter(self._application, end_user, self._way, self._into, self._now)]

    def opened_for(self, end_user: EndUser) -> Opened_co:
        """Return what was opened; raises EmailNotVerified."""
        if not self._opened:
            raise EmailNotVerified(end_user)
        return self._opened[0]
