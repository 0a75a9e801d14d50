"""What workers run: each task carries ids alone, and may run twice without harm."""

from typing import Any
from uuid import UUID

from celery import shared_task

from otp.delivery import dispatch, growth, retention, verdicts
from tenants import isolation


@shared_task(name="otp.deliver")
def deliver(*, delivery_id: str, **_: Any) -> str | None:
    """Send one delivery, and tell the request that waits for it."""
    status = dispatch.deliver(UUID(delivery_id))
    if status and not deliver.request.is_eager:
        verdicts.announce(UUID(delivery_id), status)
    return status


@shared_task(name="otp.redrive")
def redrive(**_: Any) -> None:
    """Publish again what no worker finished: its message was lost, or its worker died."""
    with isolation.across_tenants():
        unfinished = retention.unfinished()
    for delivery_id in unfinished:
        deliver.apply_async(kwargs={"delivery_id": delivery_id.hex})


@shared_task(name="otp.watch")
def watch(**_: Any) -> None:
    """Tell of tenants that send far more than usual."""
    with isolation.across_tenants():
        growth.watch()


@shared_task(name="otp.prune")
def prune(**_: Any) -> None:
    """Delete what has served its time."""
    with isolation.across_tenants():
        retention.prune()
