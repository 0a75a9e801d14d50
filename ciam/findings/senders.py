"""A tenant's ways out: senders that take nothing, quotas that end, and messages that suddenly grow."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from ciam.findings.finding import Finding, of_tenant
from ciam.findings.obstacles import cure_of, dead_channels, find_obstacle, row_of, why_dead
from otp.delivery.attempts import FAILURES_UNTIL_REST
from otp.delivery.growth import Growth
from otp.delivery.models import SenderHealth
from tenants.models import Channel, Sender, Tenant

NEARLY = 0.9  # of a quota


def warnings(tenant: Tenant, uses: Mapping[tuple[UUID, str], int], growths: Mapping[UUID, Growth]) -> Iterator[Finding]:
    for sender in tenant.senders.all():
        if sender.enabled:
            yield from _stopped(tenant, sender)
            yield from _failing(tenant, sender)
    yield from no_verification_mail(tenant)
    for channel, quota in ((Channel.SMS, tenant.sms_quota), (Channel.EMAIL, tenant.email_quota)):
        if quota is not None:
            yield from _quota(tenant, channel, quota, uses.get((tenant.pk, channel), 0))
    if tenant.pk in growths:
        yield _growth(tenant, growths[tenant.pk])


def _stopped(tenant: Tenant, sender: Sender) -> Iterator[Finding]:
    obstacle = find_obstacle(sender)
    if obstacle:
        yield of_tenant(
            tenant,
            "trial-sender" if obstacle.is_mode else "unusable-sender",
            subject=f"sender {sender.key}",
            message=f"The sender {sender.key} is on and takes no message, because {obstacle.reason}.",
            cure=obstacle.cure,
            row=sender,
        )


def _failing(tenant: Tenant, sender: Sender) -> Iterator[Finding]:
    health: SenderHealth | None = getattr(sender, "health", None)
    if health and health.failures >= FAILURES_UNTIL_REST:
        yield of_tenant(
            tenant,
            "failing-sender",
            subject=f"sender {sender.key}",
            message=f"The sender {sender.key} failed {health.failures} times in a row and has sent nothing since.",
            cure="See why in the attempts of the last deliveries, then mend its settings or ask the vendor; "
            "it is tried again by itself.",
            row=sender,
        )


def no_verification_mail(tenant: Tenant) -> Iterator[Finding]:
    dead = dead_channels(tenant) if tenant.force_email_verification else {}
    if Channel.EMAIL in dead:
        yield of_tenant(
            tenant,
            "no-verification-mail",
            subject="forced verification",
            message="Whoever has an e-mail address may not log in before it is verified, but no message can be sent "
            f"to it: {why_dead(Channel.EMAIL, dead)}.",
            cure=f"{cure_of(Channel.EMAIL, dead)} Or set `force_email_verification: false`.",
            row=row_of(Channel.EMAIL, dead),
        )


def _quota(tenant: Tenant, channel: Channel, quota: int, used: int) -> Iterator[Finding]:
    if used < quota * NEARLY:
        return
    is_used_up = used >= quota
    then = "so no more is sent" if is_used_up else f"so {quota - used} more can be sent"
    yield of_tenant(
        tenant,
        "quota-used-up" if is_used_up else "quota-low",
        subject=f"{channel.label} quota",
        message=f"{used} of {quota} messages of the {channel.label} quota are used, {then}.",
        cure=f"Raise `quotas.{channel}`, or set it to null: unlimited.",
        row=tenant,
    )


def _growth(tenant: Tenant, growth: Growth) -> Finding:
    return of_tenant(
        tenant,
        "sends-growth",
        subject="messages",
        message=f"{growth.sent} messages were asked for in the last hour; about {growth.usual} are usual.",
        cure="See to whom in the deliveries. If these are not customers of yours: list `phone_regions`, lower "
        "`limits.public_per_hour`, set quotas.",
        row=tenant,
    )
