"""Foreign keys that hold the tenant on PostgreSQL: no row can refer to a row of another tenant.

Django declares foreign keys of one column. Each one between two tenant-owned tables is replaced by the same key of
two columns, `(tenant_id, x_id)`. A tenant-owned table whose model has no tenant gets the column, which a trigger fills.
"""

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tenants import catalog
from tenants.catalog import Catalog, ForeignKey

FILL = """
    CREATE OR REPLACE FUNCTION {child}_tenant() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        NEW.tenant_id := (SELECT tenant_id FROM {parent} WHERE {parent_column} = NEW.{column});
        RETURN NEW;
    END $$;
    ALTER TABLE {child} ADD COLUMN tenant_id uuid;
    UPDATE {child} SET tenant_id = parent.tenant_id
        FROM {parent} AS parent WHERE parent.{parent_column} = {child}.{column};
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE {child} ALTER COLUMN tenant_id SET NOT NULL;
    CREATE TRIGGER fill_tenant BEFORE INSERT ON {child} FOR EACH ROW EXECUTE FUNCTION {child}_tenant()"""
UNIQUE_COLUMNS = """
    SELECT 1 FROM pg_index WHERE indrelid = %s::regclass AND indisunique AND indpred IS NULL AND indnkeyatts = 2
        AND (SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
             WHERE attrelid = indrelid AND attnum = ANY (indkey::int2[])) = %s"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the columns and keys that are missing. It may run any number of times; the role owns the tables."""
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0", None)  # a large table takes its time
        found = catalog.read(connection)
        while missing := _table_without_tenant(found):
            _add_tenant(connection, missing)
            found = catalog.read(connection)
        for key in found.between_owned():
            if "tenant_id" not in key.columns:
                _replace(connection, key)


def _table_without_tenant(found: Catalog) -> ForeignKey | None:
    """Return a foreign key from a tenant-owned table without the column to one that has it; None if all have it."""
    keys = [key for key in found.foreign_keys if key.parent in found.tenant_tables and key.is_required]
    return next((key for key in keys if key.child not in found.tenant_tables), None)


def _add_tenant(connection: BaseDatabaseWrapper, key: ForeignKey) -> None:
    (column,), (parent_column,) = key.columns, key.parent_columns
    statements = FILL.format(child=key.child, parent=key.parent, column=column, parent_column=parent_column)
    with connection.cursor() as cursor:
        cursor.execute(statements, None)


def _replace(connection: BaseDatabaseWrapper, key: ForeignKey) -> None:
    """Replace the key; what follows the columns in its definition stays as Django wrote it."""
    (column,), (parent_column,) = key.columns, key.parent_columns
    rest = key.definition.partition(f"REFERENCES {key.parent}({parent_column})")[2]
    with connection.cursor() as cursor:
        cursor.execute(UNIQUE_COLUMNS, [key.parent, sorted(["tenant_id", parent_column])])
        if not cursor.fetchone():
            cursor.execute(
                f"CREATE UNIQUE INDEX {key.parent}_of_tenant ON {key.parent} ({parent_column}, tenant_id)", None
            )
        cursor.execute(
            f"""ALTER TABLE {key.child} DROP CONSTRAINT "{key.name}", ADD CONSTRAINT "{key.name}"
                FOREIGN KEY (tenant_id, {column}) REFERENCES {key.parent} (tenant_id, {parent_column}){rest}""",
            None,
        )
