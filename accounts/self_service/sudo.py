"""Sudo: for a quarter of an hour a session may do what needs a proof that its user is there."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts import end_users
from accounts.codes import ATTRIBUTES
from accounts.errors import BadSudoToken, EndUserGone
from accounts.models import EndUser, SudoToken
from accounts.self_service import trail
from otp import challenges, codes, verifications
from otp.errors import BadVerificationToken
from tenants import sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id
from tenants.models import Channel

LIFETIME = timedelta(seconds=900)


def grant_by_code(
    *,
    application: ApplicationConfiguration,
    end_user: EndUser,
    session_id: UUID,
    verification_token: str,
    now: datetime,
) -> str:
    """A token for who holds one of the end user's own proven addresses; raises BadVerificationToken."""
    proof = verifications.find(application=application, token=verification_token, now=now).challenge
    if not end_user.is_proven(ATTRIBUTES[Channel(proof.channel)], proof.address):
        raise BadVerificationToken
    with transaction.atomic():
        challenges.redeem(proof, now)
        return grant(end_user=end_user, session_id=session_id, now=now)


def grant(*, end_user: EndUser, session_id: UUID, now: datetime) -> str:
    """A token for a session whose user has just given a proof; the expired ones of that user go.

    Raises EndUserGone.
    """
    token = codes.new_token()
    row = SudoToken(
        id=new_id(),
        tenant_id=end_user.tenant_id,
        end_user_id=end_user.id,
        session_id=session_id,
        hash=codes.hash_token(token),
        expires_at=now + LIFETIME,
    )
    with transaction.atomic():
        if end_users.lock(end_user.id) is None:
            raise EndUserGone
        SudoToken.objects.filter(end_user=end_user, expires_at__lte=now).delete()
        sql.insert(row)
        trail.record("end_user.sudo", end_user, now)
    return token


def check(token: str, *, end_user: EndUser, session_id: UUID, now: datetime) -> None:
    """Raises BadSudoToken unless this session was given the token, and it is still good."""
    granted = SudoToken.objects.filter(
        hash=codes.hash_token(token), end_user=end_user, session_id=session_id, expires_at__gt=now
    )
    if not granted.exists():
        raise BadSudoToken


def forget(end_user: EndUser) -> None:
    """What was proven by a password or an address that is no longer the user's, proves nothing."""
    SudoToken.objects.filter(end_user=end_user).delete()
