"""The code that answers an authorization request: kept as its hash, good for two minutes and one exchange (PKCE)."""

import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.db import transaction

from accounts import end_users
from accounts.models import EndUser
from otp import codes
from signup.errors import SessionGone
from signup.models import BrowserSession
from tenants import sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id
from tokens import sessions
from tokens.authorization import AuthorizationRequest
from tokens.errors import InvalidGrant
from tokens.models import AuthorizationCode

LIFETIME = timedelta(seconds=120)
CODE_BYTES = 96  # contract tencent §6
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)


def grant(
    *,
    application: ApplicationConfiguration,
    request: AuthorizationRequest,
    end_user: EndUser,
    session: BrowserSession,
    now: datetime,
) -> str:
    """Where the browser goes with a code for the application.

    `session` is the browser's, in which the end user is logged in; raises SessionGone if that was ended meanwhile.
    """
    assert session.authenticated_at is not None
    code = secrets.token_urlsafe(CODE_BYTES)
    row = AuthorizationCode(
        id=new_id(),
        tenant_id=application.tenant.id,
        application_id=application.id,
        end_user_id=end_user.id,
        hash=codes.hash_token(code),
        redirect_uri=request.redirect_uri,
        scope=request.scope,
        nonce=request.nonce,
        code_challenge=request.code_challenge,
        authenticated_at=session.authenticated_at,
        expires_at=now + LIFETIME,
    )
    with transaction.atomic():
        end_users.lock(end_user.id)
        if not _is_logged_in(end_user, session):
            raise SessionGone
        sql.insert(row)
    return request.answered(application.tenant.issuer, code=code)


def find(
    *, application: ApplicationConfiguration, code: str, redirect_uri: str, code_verifier: str, now: datetime
) -> AuthorizationCode:
    """The code with its end user, if the application may spend it now; raises InvalidGrant.

    One that comes back after it was spent has been stolen: what it opened ends (RFC 6749 §10.5).
    """
    rows = AuthorizationCode.objects.select_related("end_user")
    row = rows.filter(hash=codes.hash_token(code), application_id=application.id).first()
    if row is None or row.redirect_uri != redirect_uri or not _is_verified(row.code_challenge, code_verifier):
        raise InvalidGrant
    if row.spent_at is not None:
        if row.session_id:
            sessions.end(row.session_id, now)
        raise InvalidGrant
    if row.expires_at <= now or row.authenticated_at < row.end_user.sessions_valid_from:
        raise InvalidGrant
    return row


def spend(row: AuthorizationCode, now: datetime) -> bool:
    """Whether nobody was faster; in the caller's transaction."""
    return bool(AuthorizationCode.objects.filter(pk=row.pk, spent_at=None).update(spent_at=now))


def keep_session(row: AuthorizationCode, session_id: UUID) -> None:
    """Remember what the code opened, in the transaction that spends it."""
    AuthorizationCode.objects.filter(pk=row.pk).update(session_id=session_id)


def _is_logged_in(end_user: EndUser, session: BrowserSession) -> bool:
    """Return whether the end user still is, by the same log-in."""
    log_in = {"end_user_id": end_user.id, "authenticated_at": session.authenticated_at}
    return BrowserSession.objects.filter(pk=session.pk, **log_in).exists()


def _is_verified(challenge: str, verifier: str) -> bool:
    """By S256 alone; a verifier without a challenge is refused too (RFC 9700 §4.8.2)."""
    if not challenge:
        return not verifier
    return bool(VERIFIER.fullmatch(verifier)) and create_s256_code_challenge(verifier) == challenge
