"""What end users do to their own accounts, in the trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import EndUser
from tenants import audit


def record(
    event: str,
    end_user: EndUser,
    now: datetime,
    *,
    outcome: str = audit.Outcome.SUCCEEDED,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write an entry about what the end user did: to himself, or to the `subject`. The caller masks addresses."""
    audit.record(
        event,
        outcome,
        tenant_id=end_user.tenant_id,
        now=now,
        actor=audit.end_user_actor(end_user.sub),
        subject=subject or f"end user {end_user.sub}",
        about=end_user.id,
        detail=detail,
    )
