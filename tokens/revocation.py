"""Signing out: whoever holds one token of a session, however old, may end it."""

from datetime import datetime
from uuid import UUID

from tokens import access, refresh, sessions
from tokens.errors import InvalidToken
from tokens.models import RefreshToken, Session


def revoke(token: str, *, application_id: UUID | None, tenant_id: UUID | None, now: datetime) -> None:
    """End the session of an access or refresh token; of another application's or tenant's, nothing happens.

    An unknown token is none that could still be used (RFC 7009 §2.2).
    """
    session_id = _session_id(token)
    session = Session.objects.filter(pk=session_id).first() if session_id else None
    if session is None or application_id not in (None, session.application_id):
        return
    if tenant_id in (None, session.tenant_id):
        sessions.end(session.id, now)


def _session_id(token: str) -> UUID | None:
    if token.startswith(refresh.PREFIX):
        found = RefreshToken.objects.filter(hash=refresh.hash_of(token))
        return found.values_list("session_id", flat=True).first()
    try:
        return access.session_of(token)
    except InvalidToken:
        return None
