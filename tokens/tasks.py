"""What workers run of sessions; it may run twice without harm."""

from typing import Any

from celery import shared_task

from tenants import isolation
from tokens import retention


@shared_task(name="tokens.prune")
def prune(**_: Any) -> None:
    """Delete what has served its time."""
    with isolation.across_tenants():
        retention.prune()
