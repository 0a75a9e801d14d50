"""Signing up and logging in by one call: the end user and the session are stored in one transaction."""

from datetime import datetime

from accounts.models import ProviderToken
from signup import flows, third_party
from signup.registrations import Registration
from tenants.configuration import ApplicationConfiguration
from tokens.entering import Into, Opened_co, SessionInTransaction


def by_address(
    *, application: ApplicationConfiguration, registration: Registration, way: str, into: Into[Opened_co], now: datetime
) -> Opened_co:
    """Sign up and log in, in one transaction.

    Raises what `signup.flows.register` raises; EmailNotVerified for a new end user who has to prove the address first.
    """
    session = SessionInTransaction(application, way, into, now)
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
    session = SessionInTransaction(application, token.provider, into, now)
    end_user = third_party.register(
        application=application, token=token, registration=registration, now=now, complete=session.open
    )
    return session.opened_for(end_user)
