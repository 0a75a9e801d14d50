"""What an administrator or a back end does to an end user: block, freeze, and end either."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import EndUser
from tenants import audit, clock
from tenants.ids import new_id

LONGEST_REASON = 200
EVENT = "end_user.status"
NO_BLOCK: dict[str, Any] = {"blocked_at": None, "blocked_by": "", "block_reason": "", "blocked_until": None}
COLUMNS = ("status", *NO_BLOCK)


def set_status(
    end_user: EndUser, status: str, now: datetime, *, reason: str = "", until: datetime | None = None
) -> bool:
    """Change the status, and end the sessions of who is not normal any more; return whether there was a change."""
    with transaction.atomic():
        row = EndUser.objects.select_for_update(no_key=True).get(pk=end_user.pk)
        before = row.status_at(now)
        if before == status:
            return False
        changes = values(status, clock.now(), actor=audit.current_actor(), reason=reason, until=until)
        EndUser.objects.filter(pk=row.pk).update(**changes)
        audit.record(
            EVENT,
            tenant_id=row.tenant_id,
            now=now,
            subject=f"end user {row.sub}",
            about=row.pk,
            detail=detail(before, status, reason=reason, until=until),
        )
    return True


def values(
    status: str,
    now: datetime,
    *,
    actor: str,
    reason: str = "",
    until: datetime | None = None,
    change: UUID | None = None,
) -> dict[str, Any]:
    """Return the columns of an end user whose status becomes this one; `change` names the act.

    `now` is a moment since which the row has been locked: log-ins go on until then, and their sessions end.
    """
    is_blocked = status != EndUser.Status.NORMAL
    found: dict[str, Any] = {"status": status, "status_change": change or new_id()}
    if is_blocked:
        block = {"blocked_at": now, "blocked_by": actor, "block_reason": reason, "blocked_until": until}
        return found | block | {"sessions_valid_from": now}
    return found | NO_BLOCK


def detail(before: str, after: str, *, reason: str = "", until: datetime | None = None) -> dict[str, Any]:
    """Return what the audit log tells of a change."""
    told = {"status": after, "reason": reason, "until": until.isoformat() if until else ""}
    return {"before": {"status": before}, "after": {name: value for name, value in told.items() if value}}
