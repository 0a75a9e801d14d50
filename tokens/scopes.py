"""What the session of an end user may be used for (docs/decisions/0012-what-a-session-may-do.md)."""

from tenants.configuration import ApplicationConfiguration
from tokens.models import Session

OPENID = "openid"  # read the claims of the application
USER = "user"  # self-service: read and change all that end users may of their own
ANONYMOUS = "anonymous"  # self-service that needs no name; `user` has it too


def granted(application: ApplicationConfiguration, asked: str) -> str:
    """The scopes of a new session, with spaces between; self-service is for applications of the tenant's own."""
    if asked == ANONYMOUS:
        return ANONYMOUS
    if application.login.consent:
        return OPENID
    return f"{OPENID} {USER}" if asked == OPENID else asked


def usable(application: ApplicationConfiguration, session: Session) -> frozenset[str]:
    """The scopes that count now: an application that asks for consent has no self-service from that moment on."""
    if application.login.consent:
        return frozenset({OPENID})
    own = frozenset(session.scope.split())
    return own | {ANONYMOUS} if USER in own else own


def printed(application: ApplicationConfiguration, session: Session) -> str:
    """The one scope that answers and tokens name, as the call documents it that opened the session."""
    if session.scope == ANONYMOUS:
        return ANONYMOUS
    return OPENID if application.login.consent or OPENID in session.scope.split() else session.scope
