"""The audit log is kept for as long as the operator says, and only pruning deletes it."""

import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tenants import clock
from tenants.ids import first_id_at
from tenants.models import AuditEntry

pytestmark = pytest.mark.django_db


def make_entry(days: float, **fields: object) -> AuditEntry:
    """An entry of so many days ago."""
    at = clock.now() - timedelta(days=days)
    made = uuid.UUID(int=first_id_at(at).int | uuid.uuid4().int & 0xFFFF)
    return AuditEntry.objects.create(**{"id": made, "at": at, "actor": "server", "event": f"{days:g}"} | fields)


def kept() -> set[str]:
    return set(AuditEntry.objects.values_list("event", flat=True))


@pytest.mark.parametrize(("setting", "expected"), [(400, {"1", "89", "91", "399"}), (90, {"1", "89"}), (30, {"1"})])
def test_entries_are_kept_for_the_days_of_the_setting(settings, setting, expected):
    settings.AUDIT_DAYS = setting
    for days in (1, 89, 91, 399, 401, 3_000):
        make_entry(days)

    call_command("prune")

    assert kept() == expected


def test_an_id_of_a_clock_that_was_slow_deletes_nothing_too_soon(settings):
    settings.AUDIT_DAYS = 30
    make_entry(29, id=first_id_at(clock.now() - timedelta(days=31)))

    call_command("prune")

    assert kept() == {"29"}


@pytest.mark.postgresql
@pytest.mark.parametrize("days", [1, 29, 366, 5_000])
def test_the_database_lets_nobody_else_delete(days):
    make_entry(days)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tenants_auditentry", ())


@pytest.mark.postgresql
@pytest.mark.parametrize("variable", ["0", "1", "29"])
def test_the_database_knows_the_floor(variable):
    make_entry(29)

    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ciam.audit_days = {variable}", ())
        with pytest.raises(DatabaseError, match="append-only"):
            cursor.execute("DELETE FROM tenants_auditentry", ())


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_pruning_opens_no_door(settings):
    settings.AUDIT_DAYS = 30
    make_entry(31)
    call_command("prune")
    make_entry(366)

    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tenants_auditentry", ())


@pytest.mark.parametrize("change", ["actor = 'nobody'", "at = '2020-01-01'"])
def test_an_old_entry_is_not_changed_either(change):
    make_entry(3_000)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE tenants_auditentry SET {change}", ())
