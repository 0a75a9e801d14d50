"""Who a bearer token speaks for, at this moment: an end user whose session lives, or a client (S-65)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import EndUser
from tenants.configuration import ApplicationConfiguration
from tokens import access, revocation, scopes, sessions
from tokens.access import Claims
from tokens.errors import InvalidToken
from tokens.models import Session


@dataclass(frozen=True, slots=True)
class Bearer:
    """`session` is None where the client speaks for itself."""

    application: ApplicationConfiguration
    claims: Claims
    session: Session | None
    now: datetime

    @property
    def end_user(self) -> EndUser:
        assert self.session is not None
        return self.session.end_user

    @property
    def scopes(self) -> frozenset[str]:
        """What the token may be used for, by the session and by the application as it is configured now."""
        if self.session is None:
            return frozenset(self.claims.scope.split()) & frozenset(self.application.scopes)
        return scopes.usable(self.application, self.session)


def authenticate(
    token: str, *, application: ApplicationConfiguration | None, tenant_id: UUID | None, now: datetime
) -> Bearer:
    """The bearer; `application` is the token's audience as it is configured now, `tenant_id` the one of the Host.

    Raises InvalidToken for a bad token, and for a good one whose client, user or session may not go on.
    """
    claims = access.read(token, now)
    if application is None or not application.enabled or application.client_id != claims.client_id:
        raise InvalidToken
    is_ours = claims.tenant_id == application.tenant.id and claims.issuer == application.tenant.issuer
    if not is_ours or tenant_id not in (None, claims.tenant_id):
        raise InvalidToken
    session = None
    if claims.session_id:
        session = sessions.find_live(claims.session_id, now, jti=claims.jti)
        if session is None or session.application_id != application.id or session.end_user_id.hex != claims.sub:
            raise InvalidToken
    elif revocation.is_revoked(claims.jti):
        raise InvalidToken
    return Bearer(application, claims, session, now)


def find_subject(token: str, *, application: ApplicationConfiguration, now: datetime) -> EndUser | None:
    """The end user of a token that `authenticate` refused, for the calls that say why; None if he was deleted.

    Raises InvalidToken unless the token would be good but for its session.
    """
    claims = access.read(token, now)
    if claims.session_id is None or (claims.tenant_id, claims.client_id) != (
        application.tenant.id,
        application.client_id,
    ):
        raise InvalidToken
    return EndUser.objects.filter(pk=UUID(claims.sub), tenant_id=claims.tenant_id).first()
