"""What an application is told of an end user: the claims of its log-in, and no more (S-59)."""

from typing import Any

from accounts.models import EndUser
from tenants.configuration import ApplicationConfiguration
from tokens import consents
from tokens.models import Session

MAINLAND = "+86"


def describe(application: ApplicationConfiguration, session: Session, end_user: EndUser) -> dict[str, Any]:
    """`sub` and the claims that have a value; the end user is the session's, as he is by now."""
    return {"sub": end_user.sub} | claims(application, session, end_user)


def claims(application: ApplicationConfiguration, session: Session, end_user: EndUser) -> dict[str, Any]:
    """An address that nobody proved is left out: whoever reads it here would take it for proven (S-36)."""
    values = dict(end_user.attributes) | {
        "username": end_user.username_typed or None,
        "phone_number": (end_user.phone_number or "").removeprefix(MAINLAND) if end_user.phone_number_verified else "",
        "email": (end_user.email_typed or end_user.email) if end_user.email_verified else None,
    }
    return {name: values[name] for name in consents.told(application, session) if values.get(name) not in (None, "")}
