"""What the session of an end user may be used for (docs/decisions/0012-what-a-session-may-do.md)."""

from tenants.configuration import ApplicationConfiguration
from tokens.models import Session

OPENID = "openid"  # read the claims of the application
USER = "user"  # self-service: read and change all that end users may of their own
ANONYMOUS = "anonymous"  # self-service that needs no name; `user` has it too


def granted(application: ApplicationConfiguration, asked: str) -> str:
    """Return the scopes of a new session, separated by spaces; an application with consent gets no self-service."""
    if asked == ANONYMOUS:
        return ANONYMOUS
    if application.login.consent:
        return OPENID
    return f"{OPENID} {USER}" if asked == OPENID else asked


def usable(application: ApplicationConfiguration, session: Session) -> frozenset[str]:
    """Return the scopes that count now: consent that is switched on later ends self-service at once."""
    if application.login.consent:
        return frozenset({OPENID})
    own = frozenset(session.scope.split())
    return own | {ANONYMOUS} if USER in own else own


def printed(application: ApplicationConfiguration, session: Session) -> str:
    """Return the one scope that responses and tokens print, as the vendor documents it for the call that logged in."""
    if session.scope == ANONYMOUS:
        return ANONYMOUS
    return OPENID if application.login.consent or OPENID in session.scope.split() else session.scope
