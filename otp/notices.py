"""Messages without a code: they tell the owner of an address what has changed in the account."""

from datetime import datetime, timedelta
from uuid import UUID

from otp import limits
from otp.delivery import handover
from otp.delivery.models import Delivery
from otp.errors import QuotaUsedUp, SendLimitReached
from otp.models import Usage
from tenants import sealing, sql
from tenants.configuration import SendLimits, TenantSettings
from tenants.ids import new_id

LIFETIME = timedelta(days=1)  # later it is no news
# Of one end user and channel, beside those of codes: notices never use up what the owner needs to log in.
LIMITS = SendLimits(interval_seconds=0, per_day=20)


def send(
    *,
    tenant: TenantSettings,
    about: UUID,
    usage: Usage,
    channel: str,
    address: str,
    language: str,
    now: datetime,
) -> None:
    """Send a notice about an end user to an address once the caller's transaction is committed.

    The request neither waits for it nor fails because of it: past the limit or the tenant's quota nothing is sent.
    """
    try:
        limits.take_send(tenant, channel, f"notice:{about.hex}", now, limits=LIMITS)
        limits.take_quota(tenant, channel)
    except (SendLimitReached, QuotaUsedUp):
        return
    delivery = Delivery(
        id=new_id(),
        tenant_id=tenant.id,
        challenge_id=None,
        channel=channel,
        destination=address,
        usage=usage,
        language=language,
        sealed_code=sealing.seal(""),
        has_quota=tenant.quotas[channel] is not None,
        is_kept_charged=True,
        created_at=now,
        code_expires_at=now + LIFETIME,
        send_before=now + LIFETIME,
    )
    sql.insert(delivery)
    handover.leave(delivery)
