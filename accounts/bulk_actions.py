"""Mass actions: the status of many end users, changed in batches by a job that can be stopped, resumed and undone.

The end users are those that were confirmed: their ids are stored when the action starts. A batch, its progress and its
lines of the audit log are one transaction, and a process works on an action only while it holds the claim, so no end
user is changed twice, and another process goes on where one was killed.
"""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, UUIDField, Value

from accounts import statuses
from accounts.bulk_changes import APPLIES_TO, Change, change_of
from accounts.models import BulkAction, BulkActionItem, EndUser
from tenants import audit, clock, isolation
from tenants.ids import new_id

Verb, State = BulkAction.Verb, BulkAction.State
MOST = 100_000  # end users of one action: storing who they are takes about two seconds
BATCH = 500
LEASE = timedelta(seconds=30)
UNDO_PERIOD = timedelta(days=30)  # then it is forgotten who was changed


class OtherCount(Exception):
    """The action would not change as many end users as were confirmed."""


class TooMany(Exception):
    """More end users than one action may change."""


class NotUndoable(Exception):
    """The action still runs, was undone before, or is too old."""


def applicable(chosen: QuerySet[EndUser], verb: str, now: datetime) -> QuerySet[EndUser]:
    """Return those of the chosen end users whom the action would change."""
    return EndUser.objects.filter(pk__in=chosen.order_by().values("pk")).with_status(APPLIES_TO[Verb(verb)], now)


def start(
    rows: QuerySet[EndUser],
    *,
    verb: str,
    tenant_id: UUID,
    count: int,
    now: datetime,
    reason: str = "",
    until: datetime | None = None,
    undoes: BulkAction | None = None,
) -> BulkAction:
    """Store the action and whom it is about; raises OtherCount if that are not `count` end users, and TooMany."""
    if count > MOST:
        raise TooMany
    action = BulkAction(
        tenant_id=tenant_id,
        verb=verb,
        reason=reason,
        until=until,
        undoes=undoes,
        actor=audit.current_actor(),
        total=count,
        created_at=now,
    )
    with transaction.atomic():
        action.save(force_insert=True)
        if _store_items(action, rows.filter(tenant_id=tenant_id)) != count:
            raise OtherCount
        _record(action, "start", now, end_users=count)
    return action


def left_by(action: BulkAction) -> QuerySet[EndUser]:
    """Return the end users whom the action changed, and whose status nobody has changed since."""
    changed = BulkActionItem.objects.filter(action=action, before__isnull=False)
    return EndUser.objects.filter(pk__in=changed.values("end_user_id"), status_change=action.pk)


def may_be_undone(action: BulkAction, now: datetime) -> bool:
    is_recent = action.finished_at is not None and action.finished_at > now - UNDO_PERIOD
    return is_recent and action.changed > 0 and not BulkAction.objects.filter(undoes=action).exists()


def undo(action: BulkAction, *, count: int, now: datetime) -> BulkAction:
    """Give the end users the status back that they had; raises NotUndoable, or what `start` raises."""
    with transaction.atomic():
        row = BulkAction.objects.select_for_update(no_key=True).get(pk=action.pk)
        if not may_be_undone(row, now):
            raise NotUndoable
        return start(left_by(row), verb=Verb.UNDO, tenant_id=row.tenant_id, count=count, undoes=row, now=now)


def stop(action: BulkAction, now: datetime) -> bool:
    """Stop the action after the batch that is at work; return whether it was still running."""
    with transaction.atomic():
        rows = BulkAction.objects.filter(pk=action.pk, state__in=BulkAction.OPEN)
        if not rows.update(state=State.STOPPED, finished_at=now, claimed_until=None):
            return False
        action.refresh_from_db()
        _record(action, "stop", now, changed=action.changed, of=action.total)
    return True


def unfinished(now: datetime) -> list[UUID]:
    """Return the actions that wait, or whose process has not been heard of for a while."""
    rows = BulkAction.objects.filter(state__in=BulkAction.OPEN)
    with isolation.across_tenants():
        return list(rows.filter(Q(claimed_until=None) | Q(claimed_until__lte=now)).values_list("pk", flat=True))


def work(action_id: UUID, *, seconds: float) -> bool:
    """Do batches of the action for so long, unless another process is at it; return whether there is more to do."""
    claim = new_id()
    with isolation.across_tenants():
        if not _claim(action_id, claim, clock.now()):
            return False
        tenant_id = BulkAction.objects.values_list("tenant_id", flat=True).get(pk=action_id)
    with isolation.within_tenant(tenant_id):
        return _work(action_id, claim, seconds)


def _work(action_id: UUID, claim: UUID, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while is_left := _do_batch(action_id, claim, clock.now()):
        if time.monotonic() > end:
            BulkAction.objects.filter(pk=action_id, claimed_by=claim).update(claimed_until=None)
            break
    return is_left


def _store_items(action: BulkAction, rows: QuerySet[EndUser]) -> int:
    """Store the ids of all rows by one statement, and return how many they are."""
    values = (Value(action.pk, UUIDField()), Value(action.tenant_id, UUIDField()), F("pk"))
    query, parameters = rows.order_by("pk").values_list(*values).query.get_compiler(connection=connection).as_sql()
    columns = "(action_id, tenant_id, end_user_id)"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {BulkActionItem._meta.db_table} {columns} {query}", parameters)
        return int(cursor.rowcount)


def _claim(action_id: UUID, claim: UUID, now: datetime) -> bool:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    rows = BulkAction.objects.filter(free, pk=action_id, state__in=BulkAction.OPEN)
    return bool(rows.update(state=State.RUNNING, claimed_by=claim, claimed_until=now + LEASE))


def _do_batch(action_id: UUID, claim: UUID, now: datetime) -> bool:
    """Change the next end users, unless the claim was lost or the action stopped; return whether more may follow."""
    with transaction.atomic():
        mine = BulkAction.objects.select_for_update(no_key=True).filter(pk=action_id, claimed_by=claim)
        action = mine.filter(state=State.RUNNING).first()
        if action is None:
            return False
        left = action.items.filter(end_user_id__gt=action.position) if action.position else action.items.all()
        items = list(left.order_by("end_user_id")[:BATCH])
        changed = _change(action, items)
        action.changed += changed
        action.skipped += len(items) - changed
        action.position = items[-1].end_user_id if items else action.position
        action.claimed_until = now + LEASE
        if len(items) < BATCH:
            _finish(action, now)
        action.save(update_fields=["changed", "skipped", "position", "claimed_until", "state", "finished_at"])
    return action.is_open


def _finish(action: BulkAction, now: datetime) -> None:
    action.state, action.finished_at, action.claimed_until = State.FINISHED, now, None
    _record(action, "finish", now, changed=action.changed, skipped=action.skipped)


def _change(action: BulkAction, items: Iterable[BulkActionItem]) -> int:
    """Change whom the action still applies to, with a line of the audit log for each; return how many."""
    ids = [item.end_user_id for item in items]
    rows = list(EndUser.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    now = clock.now()  # log-ins went on until the rows were locked
    earlier = _before(action, ids)
    changes = [found for row in rows if (found := change_of(action, row, now, restored=earlier.get(row.pk)))]
    _store(action, changes)
    audit.record_many(
        statuses.EVENT,
        [(one.end_user.pk, f"end user {one.end_user.sub}", one.detail) for one in changes],
        tenant_id=action.tenant_id,
        actor=action.actor,
        now=now,
    )
    return len(changes)


def _before(action: BulkAction, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what the end users had before the action that this one undoes."""
    if action.undoes_id is None:
        return {}
    items = BulkActionItem.objects.filter(action=action.undoes_id, end_user_id__in=ids)
    return {item.end_user_id: item.before for item in items if item.before}


def _store(action: BulkAction, changes: list[Change]) -> None:
    """Two statements for all who had, and get, the same columns."""
    groups: dict[Any, list[Change]] = {}
    for change in changes:
        groups.setdefault((*change.columns.items(), *change.before.items()), []).append(change)
    for members in groups.values():
        ids = [one.end_user.pk for one in members]
        EndUser.objects.filter(pk__in=ids).update(**members[0].columns)
        BulkActionItem.objects.filter(action=action, end_user_id__in=ids).update(before=members[0].before)


def _record(action: BulkAction, did: str, now: datetime, **detail: object) -> None:
    audit.record(
        f"mass_action.{did}",
        tenant_id=action.tenant_id,
        now=now,
        actor=action.actor if did == "finish" else "",
        subject=f"mass action {action}",
        about=action.pk,
        detail=detail,
    )
