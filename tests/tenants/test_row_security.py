"""The second wall between tenants on PostgreSQL (S-73); the suite's role is not the owner, see tests/walls.py."""

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction

from ciam.findings import find
from tenants import audit, catalog, clock, isolation, row_security
from tenants.models import Application, AuditEntry
from tests.factories import make_application, make_tenant
from tests.tenants.rows import MODELS, has_tenant, make_row
from tests.walls import as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

INSUFFICIENT_PRIVILEGE = "42501"


def execute(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def tables():
    return sorted(catalog.read(connection).tenant_tables)


def tenants_in(table):
    return {tenant_id for (tenant_id,) in execute(f"SELECT tenant_id FROM {table} WHERE tenant_id IS NOT NULL")}


def refused(statement, *parameters):
    """Tell whether PostgreSQL refuses the statement for want of a right."""
    try:
        with transaction.atomic():
            execute(statement, *parameters)
    except ProgrammingError as error:
        return error.__cause__.sqlstate == INSUFFICIENT_PRIVILEGE
    return False


def test_every_table_with_a_tenant_has_a_policy():
    protected = execute("SELECT tablename FROM pg_policies WHERE policyname = 'tenant' AND cmd = 'ALL'")
    enabled = execute("SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity")

    assert len(tables()) > 40
    assert {name for (name,) in protected} == {name for (name,) in enabled} == set(tables())


def test_models_of_a_tenant_have_such_a_table():
    owned = {table for table in MODELS if has_tenant(table)}

    assert owned <= set(tables())


def test_statement_without_a_filter_reaches_the_rows_of_one_tenant():
    ours, theirs = make_tenant(), make_tenant()
    for table in tables():
        make_row(table, ours)
        make_row(table, theirs)

        with isolation.within_tenant(ours.id):
            of_ours = tenants_in(table)
        with isolation.outside_tenants():
            of_none = tenants_in(table)

        assert (table, of_ours, of_none) == (table, {ours.id}, set())
        assert tenants_in(table) >= {ours.id, theirs.id}


def test_rows_of_another_tenant_can_be_neither_changed_nor_deleted():
    ours, theirs = make_tenant(), make_tenant()
    for table in tables():
        row = make_row(table, theirs)
        key = MODELS[table]._meta.pk.column

        with isolation.within_tenant(ours.id):
            changed = execute(f"UPDATE {table} SET {key} = {key} WHERE {key} = %s", row.pk)
            deleted = execute(f"DELETE FROM {table} WHERE {key} = %s", row.pk)

        assert (table, changed, deleted) == (table, 0, 0)


def test_row_for_another_tenant_is_refused():
    ours, theirs = make_tenant(), make_tenant()
    for table in tables():
        before = len(execute(f"SELECT 1 FROM {table}"))

        with isolation.within_tenant(ours.id), pytest.raises(ProgrammingError) as refusal, transaction.atomic():
            make_row(table, theirs)

        assert (table, refusal.value.__cause__.sqlstate) == (table, INSUFFICIENT_PRIVILEGE)
        assert len(execute(f"SELECT 1 FROM {table}")) == before


def test_row_cannot_be_moved_to_another_tenant():
    ours, theirs = make_tenant(), make_tenant()
    application = make_application(ours)

    with isolation.within_tenant(ours.id):
        assert refused("UPDATE tenants_application SET tenant_id = %s WHERE id = %s", theirs.id, application.id)


def test_audit_entry_of_no_tenant_is_written_by_all_and_read_across_tenants_alone():
    tenant = make_tenant()
    with isolation.within_tenant(tenant.id):
        audit.record("address.lock", tenant_id=None, now=clock.now())
        of_tenant = AuditEntry.objects.count()
    with isolation.outside_tenants():
        audit.record("address.lock", tenant_id=None, now=clock.now())
        of_none = AuditEntry.objects.count()

    assert (of_tenant, of_none, AuditEntry.objects.count()) == (0, 0, 2)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE tenants_application DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON tenants_application",
        "DROP TRIGGER fill_tenant ON tenants_clientsecret",
        "CREATE TABLE mine (id int)",
    ],
)
def test_application_role_cannot_take_the_wall_down(statement):
    with as_owner(connection):
        execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")  # what it is from PostgreSQL 15 on

    assert refused(statement)


def test_owner_of_the_tables_is_exempt():
    make_application()

    with isolation.outside_tenants():
        of_application = Application.objects.count()
        with as_owner(connection):
            of_owner = Application.objects.count()

    assert (of_application, of_owner) == (0, 1)


def test_migrate_makes_policies_for_new_tables_and_may_run_again():
    with as_owner(connection):
        execute("CREATE TABLE one (id uuid PRIMARY KEY, tenant_id uuid NOT NULL)")

        call_command("migrate", verbosity=0)
        call_command("migrate", verbosity=0)

    assert {"one", "tenants_application"} <= {name for (name,) in execute("SELECT tablename FROM pg_policies")}


def test_missing_role_is_created_with_a_verifier_of_its_password():
    with as_owner(connection):
        row_security.admit(connection, role="ciam-test-new", password="s3cr@t's")

        (role,) = execute(
            """SELECT rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolpassword FROM pg_authid
               WHERE rolname = 'ciam-test-new'"""
        )
        may = execute("SELECT has_table_privilege('ciam-test-new', 'accounts_enduser', 'INSERT')")
    assert role[:4] == (True, False, False, False)
    assert role[4].startswith("SCRAM-SHA-256$")
    assert may == [(True,)]


def test_owner_who_may_not_create_roles_is_told():
    with pytest.raises(row_security.CannotCreateRole):
        row_security.admit(connection, role="ciam-test-new", password="")


@pytest.mark.parametrize("is_trial", [True, False])
def test_server_that_owns_its_tables_is_warned_in_production(settings, is_trial):
    make_tenant()
    settings.IS_TRIAL = is_trial

    of_application = {finding.code for finding in find()}
    with as_owner(connection):
        of_owner = {finding.code for finding in find()}

    assert "no-row-security" not in of_application
    assert ("no-row-security" in of_owner) is not is_trial
