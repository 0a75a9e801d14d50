"""A code is returned first, and what it is for comes later: a verification token stands for the proof in between."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from otp import challenges, codes
from otp.challenges import Proof, ProvenChallenge
from otp.errors import BadToken, BadVerificationToken
from otp.models import Challenge, Usage
from tenants import sql
from tenants.configuration import ApplicationConfiguration

LIFETIME = timedelta(seconds=600)


@dataclass(frozen=True, slots=True)
class Verification:
    """A proof that waits to be used: `redeem` its challenge in the transaction that it authorises."""

    challenge: ProvenChallenge
    asked_by_id: UUID | None  # the end user who was signed in when the code was asked for


def verify(*, application: ApplicationConfiguration, verification_id: str, code: str, now: datetime) -> str:
    """The verification token for a right code, given once; raises BadToken or BadCode, and counts the guess."""
    found = Challenge.objects.filter(
        token_hash=codes.hash_token(verification_id), application_id=application.id, usage=Usage.VERIFICATION
    ).first()
    if found is None or found.verification_hash is not None:
        raise BadToken("")
    proof = Proof(found.channel, found.destination, code, token=verification_id)
    proven = challenges.prove(application=application, usage=Usage.VERIFICATION, proof=proof, now=now)
    token = codes.new_token()
    first = sql.change(
        """UPDATE otp_challenge SET verification_hash = %(hash)s, verification_expires_at = %(expires)s
           WHERE id = %(id)s AND verification_hash IS NULL AND redeemed_at IS NULL AND voided_at IS NULL""",
        {"id": proven.id, "hash": codes.hash_token(token), "expires": now + LIFETIME},
    )
    if not first:
        raise BadToken(proven.channel)
    return token


def find(*, application: ApplicationConfiguration, token: str, now: datetime) -> Verification:
    """What the token proves, to this application alone; raises BadVerificationToken."""
    row = Challenge.objects.filter(
        verification_hash=codes.hash_token(token),
        tenant_id=application.tenant.id,
        application_id=application.id,
        verification_expires_at__gt=now,
        redeemed_at=None,
        voided_at=None,
    ).first()
    if row is None:
        raise BadVerificationToken
    return Verification(_proven(row), row.asked_by_id)


def find_for(
    *, application: ApplicationConfiguration, token: str, channel: str, address: str, now: datetime
) -> ProvenChallenge:
    """The proof of this very address; raises BadVerificationToken."""
    challenge = find(application=application, token=token, now=now).challenge
    if (challenge.channel, challenge.address) != (channel, address):
        raise BadVerificationToken
    return challenge


def find_asked_by(
    *, application: ApplicationConfiguration, end_user_id: UUID, channel: str, address: str, now: datetime
) -> ProvenChallenge:
    """The newest proof of the address that this end user asked for and nobody used; raises BadVerificationToken."""
    rows = Challenge.objects.filter(
        asked_by_id=end_user_id,
        application_id=application.id,
        usage=Usage.VERIFICATION,
        channel=channel,
        destination=address,
        verification_expires_at__gt=now,
        redeemed_at=None,
        voided_at=None,
    )
    row = rows.order_by("-created_at").first()
    if row is None:
        raise BadVerificationToken
    return _proven(row)


def _proven(row: Challenge) -> ProvenChallenge:
    return ProvenChallenge(row.id, row.channel, row.destination, by_token=True)
