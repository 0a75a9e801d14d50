"""What the backend for PostgreSQL tells the database, and when (ciam/postgresql)."""

import psycopg
import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction

from tenants import isolation
from tenants.models import Application, Group
from tests.factories import make_application, make_tenant

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def seen():
    """Return the names of the groups that a statement without a filter reaches."""
    return set(Group.objects.values_list("name", flat=True))


def told():
    """Return what the transaction was told, by a statement that tells nothing."""
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute("SELECT current_setting('ciam.tenant', true)").fetchone()[0] or ""


def another_connection():
    return psycopg.connect(connection.connection.info.dsn, password="", autocommit=True)


@pytest.fixture
def tenants():
    ours, theirs = make_tenant(), make_tenant()
    Group.objects.create(tenant=ours, name="ours")
    Group.objects.create(tenant=theirs, name="theirs")
    return ours, theirs


def test_outside_of_transactions_it_goes_with_each_statement_and_leaves_nothing(tenants):
    ours, theirs = tenants

    for _ in range(3):  # the first ones are not prepared yet
        with isolation.within_tenant(ours.id):
            assert seen() == {"ours"}
        assert told() == ""
        with isolation.within_tenant(theirs.id):
            assert seen() == {"theirs"}
        with isolation.outside_tenants():
            assert seen() == set()
        assert seen() == {"ours", "theirs"}


def test_in_a_transaction_it_holds_until_it_changes_or_the_transaction_ends(tenants):
    ours, theirs = tenants

    with transaction.atomic():
        with isolation.within_tenant(ours.id):
            assert seen() == {"ours"}
            assert told() == str(ours.id)
        with isolation.outside_tenants():
            assert seen() == set()
        with isolation.within_tenant(theirs.id):
            assert seen() == {"theirs"}
    assert told() == ""


def test_next_transaction_is_told_anew(tenants):
    ours, _ = tenants

    with isolation.within_tenant(ours.id):
        for _ in range(3):
            with transaction.atomic():
                assert seen() == {"ours"}


def test_rollback_to_a_savepoint_takes_nobody_back_to_another_tenant(tenants):
    ours, theirs = tenants

    with transaction.atomic():
        with isolation.within_tenant(ours.id):
            assert seen() == {"ours"}
        with isolation.within_tenant(theirs.id):
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                len(seen()) / 0
            assert seen() == {"theirs"}
        with isolation.outside_tenants():
            with pytest.raises(ZeroDivisionError), transaction.atomic():
                1 / 0  # noqa: B018
            assert seen() == set()


def test_committed_savepoint_keeps_what_was_told(tenants):
    ours, theirs = tenants

    with transaction.atomic(), isolation.within_tenant(ours.id):
        with transaction.atomic(), isolation.within_tenant(theirs.id):
            assert seen() == {"theirs"}
        assert seen() == {"ours"}


def test_statement_that_fails_raises_its_own_error_and_spoils_nothing(tenants):
    ours, _ = tenants

    with isolation.within_tenant(ours.id):
        for _ in range(3):
            with pytest.raises(DataError, match="division by zero"), connection.cursor() as cursor:
                cursor.execute("SELECT 1 / %s", [0])
            with pytest.raises(ProgrammingError, match="no_such_table"), connection.cursor() as cursor:
                cursor.execute("SELECT * FROM no_such_table WHERE id = %s", [1])
            assert seen() == {"ours"}


def test_statement_that_could_not_be_prepared_is_prepared_later(tenants):
    ours, _ = tenants
    statement = "SELECT name FROM tenants_group WHERE tenant_id = %s"

    def run():
        with isolation.within_tenant(ours.id), connection.cursor() as cursor:
            cursor.execute(statement, [ours.id])
            return cursor.fetchall()

    assert run() == [("ours",)]
    with another_connection() as other, other.transaction():
        other.execute("LOCK TABLE tenants_group")
        with pytest.raises(OperationalError, match="lock timeout"):
            run()  # the second time it is prepared, which takes the lock

    assert [run() for _ in range(3)] == [[("ours",)]] * 3


def test_lost_connection_is_an_error_of_the_database(tenants):
    ours, _ = tenants

    with isolation.within_tenant(ours.id):
        seen()
        pid = connection.connection.info.backend_pid
        with another_connection() as other:
            other.execute("SET ROLE NONE")
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        with pytest.raises(OperationalError):
            seen()
        connection.close()

        assert seen() == {"ours"}


def test_rows_of_another_tenant_are_not_touched_by_a_bulk_change(tenants):
    ours, theirs = tenants
    make_application(theirs)

    with isolation.within_tenant(ours.id):
        assert Application.objects.update(name="taken over") == 0
        assert Group.objects.all().delete() == (1, {"tenants.Group": 1})

    assert seen() == {"theirs"}
