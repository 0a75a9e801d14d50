"""The trail: what was done by whom, one row each, that nobody changes afterwards (S-109)."""

import getpass
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction

from tenants import counters, sql
from tenants.authentication_failures import WINDOW
from tenants.ids import first_id_at, new_id
from tenants.models import AuditEntry

Outcome = AuditEntry.Outcome
SERVER, WORKER = "server", "worker"
UNKNOWN_APPLICATION, UNKNOWN_STAFF = "unknown application", "unknown staff"
_actor: ContextVar[str] = ContextVar("actor", default=SERVER)


@contextmanager
def acting_as(actor: str) -> Iterator[None]:
    """Whatever is recorded in here, this actor did."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def current_actor() -> str:
    """Return who is at work, as the next line will tell."""
    return _actor.get()


def application_actor(client_id: str) -> str:
    return f"application:{client_id}"


def client_id_of(actor: str) -> str:
    """Return the client id of an actor that is an application."""
    return actor.partition(":")[2]


def end_user_actor(sub: str) -> str:
    return f"end_user:{sub}"


def staff_actor(username: str) -> str:
    return f"staff:{username}"


def command_actor() -> str:
    """Return the actor of a command: the account that runs it."""
    try:
        return f"command:{getpass.getuser()}"
    except (KeyError, OSError):  # a container's account may have no name
        return "command"


def record(
    event: str,
    outcome: str = Outcome.SUCCEEDED,
    *,
    tenant_id: UUID | None,
    now: datetime,
    actor: str = "",
    subject: str = "",
    about: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one line, in the caller's transaction if there is one; `about` is the id of the row that it is about.

    The caller masks addresses, and leaves secrets out.
    """
    origin = structlog.contextvars.get_contextvars()
    sql.insert(
        AuditEntry(
            id=new_id(),
            at=now,
            tenant_id=tenant_id,
            actor=actor or _actor.get(),
            event=event,
            outcome=outcome,
            subject=subject[:320].rstrip(":"),
            object_id=about.hex if about else "",
            detail=dict(detail or {}),
            source=origin.get("source", ""),
            request_id=origin.get("request_id", ""),
        )
    )


def record_many(
    event: str,
    about: Iterable[tuple[UUID, str, Mapping[str, Any]]],
    *,
    tenant_id: UUID,
    now: datetime,
    actor: str,
) -> None:
    """Write a line for each (id, subject, detail), as `record` does, by one statement for some hundreds."""
    lines = [
        AuditEntry(
            at=now,
            tenant_id=tenant_id,
            actor=actor,
            event=event,
            outcome=Outcome.SUCCEEDED,
            subject=subject,
            object_id=row_id.hex,
            detail=dict(detail),
        )
        for row_id, subject, detail in about
    ]
    AuditEntry.objects.bulk_create(lines, batch_size=500)


def is_first_in_window(event: str, now: datetime) -> bool:
    """Return whether the event is the first one from this network address in five minutes.

    For what strangers may do as often as they like: entries stay for a year, and would fill the database.
    """
    source = str(structlog.contextvars.get_contextvars().get("source", ""))
    return counters.take(f"first {event}", source, window=WINDOW, now=now, most=1) == 1


def prune(now: datetime) -> int:
    """Delete the entries that have been kept for AUDIT_DAYS, and return how many; the database lets nobody else."""
    oldest = now - timedelta(days=settings.AUDIT_DAYS)
    rows = AuditEntry.objects.filter(id__lt=first_id_at(oldest), at__lt=oldest)
    deleted = 0
    while ids := list(rows.values_list("pk", flat=True)[: sql.DELETED_AT_ONCE]):
        with transaction.atomic():
            if connection.vendor == "postgresql":  # SQLite has no variables; its trigger refuses changes alone
                days = {"days": str(settings.AUDIT_DAYS)}
                sql.fetch_one("SELECT set_config('ciam.audit_days', %(days)s, true)", days)
            deleted += AuditEntry.objects.filter(pk__in=ids).delete()[0]
    return deleted
