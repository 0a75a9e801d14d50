"""Tokens that are good for nothing any more: alone, or with the whole session that they belong to."""

from datetime import datetime
from uuid import UUID

from tenants import sql
from tenants.callers import InvalidClient
from tenants.configuration import ApplicationConfiguration
from tokens import access, refresh, sessions
from tokens.errors import InvalidToken
from tokens.models import RefreshToken, RevokedAccessToken, Session


def revoke(
    token: str, *, application_id: UUID | None, tenant_id: UUID | None, client_authenticated: bool, now: datetime
) -> None:
    """Sign out: end the session of an access or refresh token, however old.

    Of another application's or tenant's, nothing happens. Raises InvalidClient where only an authenticated client may
    end the session (RFC 7009 §2.1).

    An unknown token is none that could still be used (RFC 7009 §2.2).
    """
    session_id = _session_id(token)
    session = Session.objects.filter(pk=session_id).first() if session_id else None
    if session is None or application_id not in (None, session.application_id):
        return
    if tenant_id not in (None, session.tenant_id):
        return
    if session.client_authenticated and not client_authenticated:
        raise InvalidClient
    sessions.end(session.id, now)


def revoke_one(token: str, *, application: ApplicationConfiguration, client_authenticated: bool, now: datetime) -> None:
    """A refresh token ends its session, an access token only itself; another application's token nothing (RFC 7009)."""
    if token.startswith(refresh.PREFIX):
        revoke(
            token,
            application_id=application.id,
            tenant_id=application.tenant.id,
            client_authenticated=client_authenticated,
            now=now,
        )
        return
    try:
        claims = access.read(token, now)
    except InvalidToken:
        return
    if (claims.tenant_id, claims.client_id) == (application.tenant.id, application.client_id):
        sql.change(
            """INSERT INTO tokens_revokedaccesstoken (jti, tenant_id, expires_at)
               VALUES (%(jti)s, %(tenant)s, %(expires)s) ON CONFLICT (jti) DO NOTHING""",
            {"jti": claims.jti, "tenant": claims.tenant_id, "expires": claims.expires_at},
        )


def is_revoked(jti: str) -> bool:
    """Whether the access token with this id was revoked by itself."""
    return RevokedAccessToken.objects.filter(jti=jti).exists()


def _session_id(token: str) -> UUID | None:
    if token.startswith(refresh.PREFIX):
        found = RefreshToken.objects.filter(hash=refresh.hash_of(token))
        return found.values_list("session_id", flat=True).first()
    try:
        return access.session_of(token)
    except InvalidToken:
        return None
