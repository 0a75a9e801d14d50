"""Sending a code to an address: count it, store it, hand it over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial
from uuid import UUID

from django.db import transaction

from otp import challenges, codes, guesses, limits, public_sends
from otp.addresses import mask
from otp.audit_ids import audit_id
from otp.delivery import handover
from otp.delivery.background import BACKGROUND
from otp.delivery.models import Delivery
from otp.models import Challenge, Usage
from tenants import audit, sealing, sql
from tenants.configuration import ApplicationConfiguration, OtpSource
from tenants.ids import new_id

DEFAULT_LENGTH = 6  # contract §3.1: what holds where no authentication source does
DEFAULT_TTL_SECONDS = 60
TTL_SECONDS = {Usage.VERIFICATION: 600, Usage.VERIFY_EMAIL: 600}  # contract cloudbase §5
BROWSER_TTL_SECONDS = 300  # on our own pages, where somebody has to open his mail first: as long as an otp_token
OF_BROWSERS = (Usage.SIGNUP, Usage.RESET_PASSWORD)
LEAST_VALIDITY = timedelta(seconds=10)  # a code is not sent with less of it left; for short-lived ones, half their life


class HandOver(Enum):
    """When a worker is told of the message, and whether the caller waits for what becomes of it."""

    AWAITED = auto()
    LATER = auto()  # once the caller is answered, who is not told what becomes of it: it stays charged
    ON_COMMIT = auto()  # it belongs to the caller's transaction


def send_code(
    *,
    application: ApplicationConfiguration,
    usage: str,
    channel: str,
    address: str,
    source: OtpSource | None,
    language: str,
    now: datetime,
    is_public: bool,
    is_sent: bool = True,
    asked_by_id: UUID | None = None,
    device_id: str = "",
    hand_over: HandOver = HandOver.AWAITED,
    notice: Usage | None = None,
) -> str:
    """Send a new code to a canonical address; the token with which it is to be returned.

    A `is_public` message is one for a caller who shows no secret, and is no known device of the address's owner. With
    `is_sent` false the same is counted, stored and answered, and no sender gets it. With a `notice` its words go out
    instead of the code, which nobody will ever know. Raises SendLimitReached, QuotaUsedUp, SendingFailed, or
    TooManyCalls of a public message; nothing is charged then.
    """
    is_of_browser = asked_by_id is not None and usage in OF_BROWSERS
    without_source = BROWSER_TTL_SECONDS if is_of_browser else TTL_SECONDS.get(Usage(usage), DEFAULT_TTL_SECONDS)
    ttl = timedelta(seconds=source.code_ttl_seconds if source else without_source)
    with transaction.atomic():
        guessed = limits.take_send(application.tenant, channel, address, now, is_public=is_public)
        rules = guesses.rules(source.code_length if source else DEFAULT_LENGTH, guessed)
        code = codes.new_code(rules.length)
        challenge, token = challenges.issue(
            application=application,
            usage=usage,
            channel=channel,
            address=address,
            auth_source_id=source.id if source else None,
            code=code,
            rules=rules,
            code_ttl=ttl,
            is_public=is_public,
            now=now,
            asked_by_id=asked_by_id,
            device_id=device_id,
        )
        delivery = _delivery(challenge, code if is_sent and not notice else "", ttl, language)
        delivery.usage = notice or usage
        delivery.is_kept_charged = hand_over == HandOver.LATER
        delivery.has_quota = application.tenant.quotas[channel] is not None
        if not is_sent:
            delivery.status, delivery.finished_at = Delivery.Status.SKIPPED, now
        sql.insert(delivery)
        _record(application, challenge)
        if is_public:
            public_sends.take(application.tenant, channel, address, now)
        limits.take_quota(application.tenant, channel)
    HAND_OVER[hand_over](delivery)
    return token


def _publish_later(delivery: Delivery) -> None:
    """One that is skipped is published too: it costs the same."""
    BACKGROUND.put(partial(handover.publish, delivery.id))


def _publish_on_commit(delivery: Delivery) -> None:
    transaction.on_commit(partial(handover.publish, delivery.id), robust=True)


HAND_OVER: dict[HandOver, Callable[[Delivery], None]] = {
    HandOver.AWAITED: handover.hand_over,
    HandOver.LATER: _publish_later,
    HandOver.ON_COMMIT: _publish_on_commit,
}


def _delivery(challenge: Challenge, code: str, ttl: timedelta, language: str) -> Delivery:
    return Delivery(
        id=new_id(),
        tenant_id=challenge.tenant_id,
        challenge_id=challenge.id,
        channel=challenge.channel,
        destination=challenge.destination,
        usage=challenge.usage,
        language=language,
        sealed_code=sealing.seal(code),
        created_at=challenge.created_at,
        code_expires_at=challenge.code_expires_at,
        send_before=challenge.code_expires_at - min(LEAST_VALIDITY, ttl / 2),
    )


def _record(application: ApplicationConfiguration, challenge: Challenge) -> None:
    audit.record(
        "code.request",
        tenant_id=challenge.tenant_id,
        now=challenge.created_at,
        actor=audit.application_actor(application.client_id),
        subject=mask(challenge.destination),
        about=audit_id(challenge.destination),
        detail={"usage": challenge.usage, "channel": challenge.channel},
    )
