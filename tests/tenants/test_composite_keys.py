"""A row never refers to a row of another tenant: PostgreSQL itself refuses it."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from tenants import catalog
from tenants.catalog import ForeignKey
from tests.factories import make_tenant
from tests.tenants.rows import MODELS, field_of_column, has_tenant, make_row
from tests.walls import as_owner

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

FOREIGN_KEY_VIOLATION = "23503"


def keys() -> list[ForeignKey]:
    return catalog.read(connection).between_owned()


def execute(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def check_deferred_constraints() -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_every_tenant_owned_table_has_the_tenant():
    found = catalog.read(connection)

    assert found.owned_tables == found.tenant_tables
    assert "tenants_publication" in found.tenant_tables


def test_every_foreign_key_between_tenant_owned_tables_has_the_tenant():
    without = [f"{key.child}: {key.definition}" for key in keys() if "tenant_id" not in key.columns]

    assert len(keys()) > 30
    assert without == []


def test_no_row_can_be_pointed_at_another_tenant():
    ours, theirs = make_tenant(), make_tenant()
    for key in keys():
        column, parent_column = key.columns[1], key.parent_columns[1]
        field = field_of_column(key.child, column)
        row = make_row(key.child, ours, **{field: make_row(key.parent, ours)})
        foreign = make_row(key.parent, theirs)
        execute("SAVEPOINT before")

        with pytest.raises(IntegrityError) as refusal:  # noqa: PT012 - the constraint is deferred
            statement = f"UPDATE {key.child} SET {column} = %s WHERE {MODELS[key.child]._meta.pk.column} = %s"
            execute(statement, getattr(foreign, MODELS[key.parent]._meta.pk.attname), row.pk)
            check_deferred_constraints()

        assert (key.name, refusal.value.__cause__.sqlstate) == (key.name, FOREIGN_KEY_VIOLATION)
        assert parent_column == MODELS[key.parent]._meta.pk.column
        execute("ROLLBACK TO before")


def test_no_row_can_be_inserted_that_refers_to_another_tenant():
    ours, theirs = make_tenant(), make_tenant()
    for key in keys():
        if not has_tenant(key.child):
            continue  # it takes the tenant of its parent, see below
        foreign = make_row(key.parent, theirs)
        execute("SAVEPOINT before")

        with pytest.raises(IntegrityError) as refusal:  # noqa: PT012 - the constraint is deferred
            make_row(key.child, ours, **{field_of_column(key.child, key.columns[1]): foreign})
            check_deferred_constraints()

        assert (key.name, refusal.value.__cause__.sqlstate) == (key.name, FOREIGN_KEY_VIOLATION)
        execute("ROLLBACK TO before")


@pytest.mark.parametrize("table", ["tenants_clientsecret", "tenants_signupattribute", "accounts_enduser_groups"])
def test_a_row_whose_model_has_no_tenant_takes_that_of_its_parent(table):
    tenant = make_tenant()

    row = make_row(table, tenant)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tenant_id FROM {table} WHERE id = %s", [row.pk])
        assert cursor.fetchone() == (tenant.id,)


def test_migrate_finds_new_tables():
    with as_owner(connection):
        execute("CREATE TABLE one (id uuid PRIMARY KEY, tenant_id uuid NOT NULL)")
        execute("CREATE TABLE two (id uuid PRIMARY KEY, one_id uuid NOT NULL REFERENCES one ON DELETE CASCADE)")

        call_command("migrate", verbosity=0)

    (key,) = [key for key in keys() if key.child == "two"]
    assert key.definition == "FOREIGN KEY (tenant_id, one_id) REFERENCES one(tenant_id, id) ON DELETE CASCADE"
