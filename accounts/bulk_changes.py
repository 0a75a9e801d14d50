"""What a mass action makes of one end user, and what of that is kept to undo it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import statuses
from accounts.models import BulkAction, EndUser

Verb = BulkAction.Verb
RESULT = {
    Verb.BLOCK: EndUser.Status.LOCK,
    Verb.FREEZE: EndUser.Status.FREEZE,
    Verb.UNBLOCK: EndUser.Status.NORMAL,
    Verb.UNFREEZE: EndUser.Status.NORMAL,
}
APPLIES_TO = {
    Verb.BLOCK: EndUser.Status.NORMAL,
    Verb.FREEZE: EndUser.Status.NORMAL,
    Verb.UNBLOCK: EndUser.Status.LOCK,
    Verb.UNFREEZE: EndUser.Status.FREEZE,
}
NOT_BLOCKED = {"status": EndUser.Status.NORMAL.value, **statuses.NO_BLOCK}
MOMENTS = ("blocked_at", "blocked_until")


@dataclass(frozen=True, slots=True)
class Change:
    end_user: EndUser
    columns: dict[str, Any]
    before: dict[str, Any]
    detail: dict[str, Any]


def change_of(
    action: BulkAction, end_user: EndUser, now: datetime, *, restored: dict[str, Any] | None = None
) -> Change | None:
    """Return what becomes of the end user, locked by the caller; None if somebody else was faster."""
    verb, present = Verb(action.verb), end_user.status_at(now)
    if verb == Verb.UNDO:
        return _undone(action, end_user, now, restored) if restored else None
    if present != APPLIES_TO[verb]:
        return None
    block: dict[str, Any] = {"reason": action.reason, "until": action.until}
    return Change(
        end_user,
        statuses.values(RESULT[verb], now, actor=action.actor, change=action.pk, **block),
        _kept(end_user, present),
        statuses.detail(present, RESULT[verb], **block) | {"mass_action": str(action)},
    )


def _undone(action: BulkAction, end_user: EndUser, now: datetime, restored: dict[str, Any]) -> Change | None:
    if end_user.status_change != action.undoes_id:
        return None
    columns: dict[str, Any] = dict(restored)
    for name in MOMENTS:
        columns[name] = datetime.fromisoformat(columns[name]) if columns[name] else None
    if columns["status"] != EndUser.Status.NORMAL:
        columns["sessions_valid_from"] = now
    present, until = end_user.status_at(now), columns["blocked_until"]
    detail = statuses.detail(present, columns["status"], reason=columns["block_reason"], until=until)
    kept = _kept(end_user, present)
    return Change(end_user, columns | {"status_change": action.pk}, kept, detail | {"mass_action": str(action)})


def _kept(end_user: EndUser, present: str) -> dict[str, Any]:
    """Return the columns to go back to; those of a block that has ended are none."""
    if present == EndUser.Status.NORMAL:
        return NOT_BLOCKED
    found = {name: getattr(end_user, name) for name in statuses.COLUMNS}
    return {name: value.isoformat() if name in MOMENTS and value else value for name, value in found.items()}
