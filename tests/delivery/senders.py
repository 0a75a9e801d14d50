"""Sender rows, and what became of a message, as the tests of delivery need them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from otp import challenges, guesses, limits
from otp.delivery.models import Delivery, SenderHealth
from otp.models import Challenge, Destination, QuotaUse, Usage
from tenants import clock, sealing
from tenants.ids import first_id_at, new_id
from tenants.models import Application, Channel, Sender, Tenant
from tests.factories import configuration_of, make_tenant

GATEWAY_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def make_sender(tenant: Tenant, vendor: str, *, secret: str = "", settings: dict[str, Any], **fields: Any) -> Sender:
    """An enabled sender; its key is made of its vendor and its position unless given."""
    defaults = {"channel": Channel.SMS, "position": 0} | fields
    return Sender.objects.create(
        tenant=tenant,
        vendor=vendor,
        settings=settings,
        sealed_secret=sealing.seal(secret) if secret else "",
        **({"key": f"{vendor}-{defaults['position']}"} | defaults),
    )


def make_gateway_sender(tenant: Tenant, url: str, **fields: Any) -> Sender:
    return make_sender(tenant, "custom", **({"secret": GATEWAY_SECRET, "settings": {"url": url}} | fields))


def make_limited_tenant(**quotas: int) -> Tenant:
    """A tenant whose messages are counted against a quota on both channels."""
    return make_tenant(**({"sms_quota": 100, "email_quota": 100} | quotas))


@dataclass(frozen=True)
class Handed:
    """A delivery as a request leaves it before it tells a worker, and what its caller would return."""

    delivery: Delivery
    token: str
    code: str

    @property
    def proof(self) -> dict[str, str]:
        number = self.delivery.destination.removeprefix("+86")
        return {"phone_number": number, "phone_number_otp_token": self.token, "phone_number_otp": self.code}


def make_delivery(
    application: Application,
    *,
    number: str = "13612345678",
    code: str = "123456",
    age_seconds: float = 0,
    **fields: Any,
) -> Handed:
    """A committed, charged, pending delivery of a sign-up code that nobody was told of."""
    configuration = configuration_of(application)
    now = clock.now() - timedelta(seconds=age_seconds)
    limits.take_send(configuration.tenant, Channel.SMS, f"+86{number}", now)
    challenge, token = challenges.issue(
        application=configuration,
        usage=Usage.SIGNUP,
        channel=Channel.SMS,
        address=f"+86{number}",
        auth_source_id=None,
        code=code,
        rules=guesses.rules(6, 0),
        is_public=False,
        code_ttl=timedelta(seconds=60),
        now=now,
    )
    limits.take_quota(configuration.tenant, Channel.SMS)
    defaults = {
        "id": new_id(),
        "tenant": application.tenant,
        "challenge": challenge,
        "channel": challenge.channel,
        "destination": challenge.destination,
        "usage": challenge.usage,
        "language": "en",
        "sealed_code": sealing.seal(code),
        "has_quota": application.tenant.sms_quota is not None,
        "created_at": now,
        "code_expires_at": challenge.code_expires_at,
        "send_before": challenge.code_expires_at - timedelta(seconds=10),
    }
    return Handed(Delivery.objects.create(**(defaults | fields)), token, code)


def nothing_is_charged(tenant: Tenant) -> bool:
    """Whether no message of the tenant counts, and every token that was made for one is void."""
    used = sum(QuotaUse.objects.filter(tenant=tenant).values_list("used", flat=True))
    destinations = Destination.objects.filter(tenant=tenant)
    window = any(one.sent_that_day or one.last_sent_at for one in destinations)
    live = Challenge.objects.filter(tenant=tenant, voided_at=None).exists()
    kept_codes = Delivery.objects.filter(tenant=tenant).exclude(sealed_code="").exists()
    return not (used or window or live or kept_codes)


def failures_of(sender: Sender) -> int:
    health = SenderHealth.objects.filter(sender=sender).first()
    return health.failures if health else 0


def make_deliveries(application: Application, count: int, *, minutes_ago: int) -> None:
    """As many deliveries as if they had been asked for then; their ids tell the time."""
    moment = clock.now() - timedelta(minutes=minutes_ago)
    first, message = first_id_at(moment).int, {"channel": Channel.SMS, "destination": "+8613612345678"}
    times = {"created_at": moment, "code_expires_at": moment}
    challenges_of_then, deliveries = [], []
    for number in range(count):
        shared = {
            "id": UUID(int=first + number),
            "tenant": application.tenant,
            "usage": Usage.SIGNUP,
            **message,
            **times,
        }
        hashes = {"token_hash": f"{first + number}", "code_hash": "none"}
        challenge = Challenge(**shared, **hashes, application=application, token_expires_at=moment, guesses_allowed=5)
        challenges_of_then.append(challenge)
        deliveries.append(Delivery(**shared, challenge=challenge, language="en", has_quota=False, send_before=moment))
    Challenge.objects.bulk_create(challenges_of_then)
    Delivery.objects.bulk_create(deliveries)
