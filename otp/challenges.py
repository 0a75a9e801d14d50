"""Issuing a challenge, and the only way in which one is answered: reserve a guess, compare, redeem once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from otp import codes, limits, public_sends
from otp.errors import BadCode, BadToken, BadVerificationToken, MismatchedProof
from otp.guesses import CodeRules
from otp.models import Challenge, Usage
from tenants import sealing, sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id
from tenants.models import Channel

DEVICES, BACK_END = "code-askers", "back end"
TOKEN_TTL = timedelta(seconds=300)  # contract §3.1: the otp_token is valid for 5 minutes
TOKEN_TTLS = {
    Usage.VERIFICATION: timedelta(seconds=600),  # contract cloudbase §4
    Usage.VERIFY_EMAIL: timedelta(days=1),  # of its link
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What a caller returns to prove that it holds an address.

    A browser has no token: the code is that of who asked for it, `asked_by_id`.
    """

    channel: str
    address: str  # canonical
    code: str
    token: str = ""
    asked_by_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ProvenChallenge:
    """A challenge whose code was right, to be redeemed in the transaction that it authorises."""

    id: UUID
    channel: str
    address: str
    by_token: bool = False  # the code was right earlier, and a verification token says so now


def issue(
    *,
    application: ApplicationConfiguration,
    usage: str,
    channel: str,
    address: str,
    auth_source_id: UUID | None,
    code: str,
    rules: CodeRules,
    code_ttl: timedelta,
    is_public: bool,
    now: datetime,
    asked_by_id: UUID | None = None,
    device_id: str = "",
) -> tuple[Challenge, str]:
    """Store a challenge for the code; it and its token, which is not stored."""
    token = codes.new_token()
    challenge_id = new_id()
    challenge = Challenge(
        id=challenge_id,
        tenant_id=application.tenant.id,
        application_id=application.id,
        usage=usage,
        channel=channel,
        destination=address,
        auth_source_id=auth_source_id,
        token_hash=codes.hash_token(token),
        code_hash=codes.hash_code(code, challenge_id),
        created_at=now,
        code_expires_at=now + code_ttl,
        token_expires_at=now + TOKEN_TTLS.get(Usage(usage), TOKEN_TTL),
        guesses_allowed=rules.guesses_allowed,
        guesses_of_day_allowed=rules.guesses_of_day_allowed,
        is_public=is_public,
        asked_by_id=asked_by_id,
        asker=_asker(asked_by_id, device_id, is_public),
    )
    sql.insert(challenge)
    return challenge, token


def seconds_left(
    *, application_id: UUID, usage: str, channel: str, address: str, asked_by_id: UUID, now: datetime
) -> int:
    """Return for how long the code is good that a browser was sent last for the address; 0 where it has none."""
    sent = Challenge.objects.filter(
        application_id=application_id,
        usage=usage,
        channel=channel,
        destination=address,
        asked_by_id=asked_by_id,
        redeemed_at=None,
        voided_at=None,
        code_expires_at__gt=now,
    )
    until = sent.order_by("-created_at").values_list("code_expires_at", flat=True).first()
    return int((until - now).total_seconds()) if until else 0


def prove(
    *,
    application: ApplicationConfiguration,
    usage: str,
    proof: Proof,
    now: datetime,
    auth_source_id: UUID | None = None,
) -> ProvenChallenge:
    """The challenge that the proof answers; raises BadToken or BadCode. Each wrong code stays counted.

    So does the right one, until the challenge is redeemed or the guess given back.
    Commits its counters, so it must run outside of any transaction.
    """
    challenge = _reserve_guess(application, usage, proof, auth_source_id, now)
    if challenge is None:
        raise BadToken(proof.channel)
    if challenge.code_expires_at <= now:
        raise BadCode(proof.channel)
    allowed = challenge.guesses_of_day_allowed
    if not limits.take_guess(application.tenant.id, proof.channel, proof.address, allowed=allowed, now=now):
        raise BadToken(proof.channel)
    if not codes.is_code(proof.code, challenge.id, challenge.code_hash):
        raise BadCode(proof.channel)
    limits.forgive_guesses(application.tenant.id, proof.channel, proof.address)
    if challenge.is_public and proof.channel == Channel.SMS:
        public_sends.note_returned(application.tenant, proof.address, now)
    return ProvenChallenge(challenge.id, proof.channel, proof.address)


def prove_as_sent(
    *, application: ApplicationConfiguration, usage: str, proof: Proof, auth_source_id: UUID | None, now: datetime
) -> ProvenChallenge:
    """As `prove`; raises MismatchedProof, and counts no guess, for a good token that was sent for something else."""
    try:
        return prove(application=application, usage=usage, proof=proof, auth_source_id=auth_source_id, now=now)
    except BadToken:
        found = _find_live(application.tenant.id, proof.token, now)
        wanted = (application.id, usage, proof.channel, proof.address, auth_source_id)
        if found and wanted != (
            *(found.application_id, found.usage, found.channel, found.destination, found.auth_source_id),
        ):
            raise MismatchedProof from None
        raise


def redeem(challenge: ProvenChallenge, now: datetime) -> None:
    """Spend the challenge, in the caller's transaction; raises BadToken if another request was first.

    Of a verification token: BadVerificationToken.
    """
    spent = sql.change(
        """UPDATE otp_challenge SET redeemed_at = %(now)s
           WHERE id = %(id)s AND redeemed_at IS NULL AND voided_at IS NULL""",
        {"id": challenge.id, "now": now},
    )
    if not spent:
        raise BadVerificationToken if challenge.by_token else BadToken(challenge.channel)


def give_guess_back(challenge: ProvenChallenge) -> None:
    """The code was right, but what it was for is refused: it may be returned once more."""
    if challenge.by_token:
        return
    sql.change("UPDATE otp_challenge SET guesses = guesses - 1 WHERE id = %(id)s", {"id": challenge.id})


def void(challenge_id: UUID, now: datetime) -> None:
    """The code was never sent, so its token opens nothing."""
    sql.change(
        "UPDATE otp_challenge SET voided_at = %(now)s WHERE id = %(id)s AND redeemed_at IS NULL",
        {"id": challenge_id, "now": now},
    )


def _asker(asked_by_id: UUID | None, device_id: str, is_public: bool) -> str | None:
    """Return what tells apart who asks for codes of one application; all that its back end asks for are the same's.

    None for who says nothing of himself: his codes replace none, as anybody may be asking for somebody else's address.
    """
    if asked_by_id:
        return asked_by_id.hex
    if device_id:
        return sealing.keyed_hash(DEVICES, device_id)
    return None if is_public else BACK_END


def _find_live(tenant_id: UUID, token: str, now: datetime) -> Challenge | None:
    """The challenge of a token that is still good for something; those of other tenants are unknown (S-77)."""
    rows = Challenge.objects.filter(token_hash=codes.hash_token(token), tenant_id=tenant_id, token_expires_at__gt=now)
    return rows.filter(redeemed_at=None, voided_at=None).first()


def _reserve_guess(
    application: ApplicationConfiguration, usage: str, proof: Proof, auth_source_id: UUID | None, now: datetime
) -> Challenge | None:
    """Count a guess at the live challenge with this token that was issued for just this.

    A newer one replaces it that the same asked for; what others ask for does not.
    """
    of_source = "auth_source_id IS NULL" if auth_source_id is None else "auth_source_id = %(source)s"
    known_by = "asked_by_id = %(asked_by)s" if proof.asked_by_id else "token_hash = %(token_hash)s"
    return sql.change_one(
        Challenge,
        f"""UPDATE otp_challenge SET guesses = guesses + 1
           WHERE {known_by} AND tenant_id = %(tenant)s AND application_id = %(application)s
             AND usage = %(usage)s AND channel = %(channel)s AND destination = %(address)s
             AND {of_source}
             AND token_expires_at > %(now)s AND redeemed_at IS NULL AND voided_at IS NULL
             AND guesses < guesses_allowed
             AND NOT EXISTS (
                 SELECT 1 FROM otp_challenge AS newer
                 WHERE newer.application_id = otp_challenge.application_id AND newer.usage = otp_challenge.usage
                   AND newer.destination = otp_challenge.destination AND newer.voided_at IS NULL
                   AND newer.asker = otp_challenge.asker
                   AND newer.created_at >= otp_challenge.created_at
                   AND (newer.created_at > otp_challenge.created_at OR newer.id > otp_challenge.id))""",
        {
            "token_hash": codes.hash_token(proof.token),
            "asked_by": proof.asked_by_id,
            "tenant": application.tenant.id,
            "application": application.id,
            "usage": usage,
            "channel": proof.channel,
            "address": proof.address,
            "source": auth_source_id,
            "now": now,
        },
    )
