"""An e-mail address that was only claimed: one message carries a link and a code, and either proves it (S-35)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts import takeover
from accounts.errors import VerificationExpired, VerificationUsed
from accounts.models import EndUser
from accounts.self_service import trail
from accounts.takeover import Outcome
from otp import addresses, challenges, limits, sending, verification_links
from otp.challenges import Proof, ProvenChallenge
from otp.delivery.messages import language_of
from otp.errors import BadCode, BadToken, BadVerificationToken, QuotaUsedUp, SendLimitReached, UndeliverableEmail
from otp.models import Challenge, Usage
from otp.sending import HandOver
from tenants import isolation
from tenants.call_limits import TooManyCalls
from tenants.callers import InvalidClient, identify
from tenants.configuration import ApplicationConfiguration, SendLimits, TenantSettings
from tenants.models import Channel

LIMITS = SendLimits(interval_seconds=60, per_day=5)  # of one end user, beside the tenant's limits of the address


@dataclass(frozen=True, slots=True)
class Link:
    """A link that we sent and still know, with the application through which it was sent, as it is configured now."""

    challenge: Challenge
    application: ApplicationConfiguration
    now: datetime


def is_pending(tenant: TenantSettings, end_user: EndUser) -> bool:
    """Whether the end user may not log in before the address is verified."""
    return tenant.force_email_verification and is_due(tenant, end_user)


def is_due(tenant: TenantSettings, end_user: EndUser, *, is_asked_for: bool = True) -> bool:
    """Whether a new end user is to be sent a message: the address is not proven, and somebody wants it to be."""
    is_wanted = is_asked_for or tenant.force_email_verification
    return is_wanted and end_user.email is not None and not end_user.email_verified


def send(
    *,
    application: ApplicationConfiguration,
    end_user: EndUser,
    language: str = "",
    is_public: bool = True,
    now: datetime,
) -> None:
    """Send the message once the caller's transaction is committed, if there is one.

    Without a language it is that of the end user's locale. Raises UndeliverableEmail, SendLimitReached, TooManyCalls or
    QuotaUsedUp.
    """
    assert end_user.email is not None
    addresses.check_deliverable(end_user.email)
    with transaction.atomic():
        of_end_user = f"{Usage.VERIFY_EMAIL}:{end_user.sub}"
        limits.take_send(application.tenant, Channel.EMAIL, of_end_user, now, limits=LIMITS)
        sending.send_code(
            application=application,
            usage=Usage.VERIFY_EMAIL,
            channel=Channel.EMAIL,
            address=end_user.email,
            source=None,
            language=language or language_of(end_user.attributes.get("locale")),
            now=now,
            is_public=is_public,
            asked_by_id=end_user.id,
            hand_over=HandOver.ON_COMMIT,
        )


def resend(*, application: ApplicationConfiguration, end_user: EndUser, language: str = "", now: datetime) -> int:
    """Send another message; the seconds until the next one. Raises VerificationUsed, and what `send` raises."""
    if not is_due(application.tenant, end_user):
        raise VerificationUsed
    send(application=application, end_user=end_user, language=language, now=now)
    return LIMITS.interval_seconds


def remind(*, application: ApplicationConfiguration, end_user: EndUser, now: datetime) -> None:
    """Send another message, unless a limit stands against it: nobody waits for this one."""
    try:
        send(application=application, end_user=end_user, now=now)
    except (SendLimitReached, QuotaUsedUp, UndeliverableEmail, TooManyCalls):
        return


def find_link(*, token: str, tenant_id: UUID | None) -> Link:
    """What the token of a link stands for; `tenant_id` is the one that the Host names. Raises BadVerificationToken."""
    challenge_id = verification_links.find_challenge_id(token)
    if challenge_id is None:
        raise BadVerificationToken
    rows = Challenge.objects.filter(pk=challenge_id, usage=Usage.VERIFY_EMAIL).select_related("application")
    with isolation.across_tenants():
        row = rows.first()
    if row is None:
        raise BadVerificationToken
    try:
        caller = identify(client_id=row.application.client_id, tenant_id=tenant_id)
    except InvalidClient:
        raise BadVerificationToken from None
    return Link(row, caller.application, caller.now)


def check_link(link: Link) -> None:
    """Raises VerificationUsed, VerificationExpired, or BadVerificationToken if the link verifies nothing any more."""
    challenge = link.challenge
    if challenge.redeemed_at is not None:
        raise VerificationUsed
    if challenge.token_expires_at <= link.now:
        raise VerificationExpired
    if challenge.voided_at is not None or challenge.asked_by_id is None:
        raise BadVerificationToken


def confirm_by_link(link: Link, *, session_user_id: UUID | None) -> Outcome:
    """Verify the address; raises what `check_link` raises.

    `session_user_id` is the end user whose browser session it is. Whoever confirms in another one, or without, is
    somebody else than who signed up, as far as anybody can tell.
    """
    check_link(link)
    challenge = link.challenge
    assert challenge.asked_by_id is not None
    proven = ProvenChallenge(challenge.id, challenge.channel, challenge.destination)
    is_own = session_user_id == challenge.asked_by_id
    return _confirm(link.application, proven, challenge.asked_by_id, "link", link.now, is_own=is_own)[1]


def confirm_by_code(*, application: ApplicationConfiguration, end_user: EndUser, code: str, now: datetime) -> EndUser:
    """The same by the newest message's code, for the end user who was asked.

    Raises BadCode, VerificationExpired or VerificationUsed, and BadVerificationToken if there is no code to compare
    with, or it was guessed at too often.
    """
    proof = Proof(Channel.EMAIL, end_user.email or "", code, asked_by_id=end_user.id)
    try:
        proven = challenges.prove(application=application, usage=Usage.VERIFY_EMAIL, proof=proof, now=now)
    except (BadCode, BadToken) as refusal:
        _explain(refusal, end_user, now)
        raise
    return _confirm(application, proven, end_user.id, "code", now, is_own=True)[0]


def _explain(refusal: BadCode | BadToken, end_user: EndUser, now: datetime) -> None:
    """Raises what a person can make more of than that the code is bad."""
    sent = Challenge.objects.filter(
        asked_by_id=end_user.id, usage=Usage.VERIFY_EMAIL, destination=end_user.email or "", voided_at=None
    )
    newest = sent.order_by("-created_at").first()
    if newest and newest.redeemed_at is not None:
        raise VerificationUsed from None
    if newest and newest.code_expires_at <= now:
        raise VerificationExpired from None
    if isinstance(refusal, BadToken):
        raise BadVerificationToken from None


def _confirm(
    application: ApplicationConfiguration,
    proven: ProvenChallenge,
    end_user_id: UUID,
    way: str,
    now: datetime,
    *,
    is_own: bool,
) -> tuple[EndUser, Outcome]:
    """Spend the challenge, and verify that very address if it still is the end user's."""
    with transaction.atomic():
        try:
            challenges.redeem(proven, now)
        except BadToken:  # another request was faster
            raise VerificationUsed from None
        theirs = EndUser.objects.filter(pk=end_user_id, tenant_id=application.tenant.id, email=proven.address)
        verified = {"email_verified": True, "email_verified_at": now, "updated_at": now}
        is_first = theirs.filter(email_verified=False).update(**verified)
        end_user = theirs.first()
        if end_user is None:
            raise BadVerificationToken
        if not is_first:
            raise VerificationUsed
        outcome = Outcome.KEPT
        if not is_own:
            outcome = takeover.confirm_elsewhere(application=application, end_user=end_user, now=now)
        detail = {"email": addresses.mask(proven.address), "by": way, "account": outcome}
        trail.record("end_user.email_verified", end_user, now, detail=detail)
        return end_user, outcome
