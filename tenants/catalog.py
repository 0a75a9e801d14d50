"""Which tables of a PostgreSQL database belong to a tenant, and the foreign keys between them, from its catalogs.

A table is tenant-owned if it has a column `tenant_id`, or a foreign key to a table that is.
"""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

TENANT_TABLES = """
    SELECT relation.relname
    FROM pg_class AS relation JOIN pg_attribute AS attribute ON attribute.attrelid = relation.oid
    WHERE relation.relnamespace = current_schema()::regnamespace AND relation.relkind IN ('r', 'p')
        AND attribute.attname = 'tenant_id' AND NOT attribute.attisdropped"""
FOREIGN_KEYS = """
    SELECT key.conname, child.relname, parent.relname, pg_get_constraintdef(key.oid),
        (SELECT array_agg(attname::text ORDER BY position)
            FROM unnest(key.conkey) WITH ORDINALITY AS part(number, position)
            JOIN pg_attribute ON attrelid = key.conrelid AND attnum = part.number),
        (SELECT array_agg(attname::text ORDER BY position)
            FROM unnest(key.confkey) WITH ORDINALITY AS part(number, position)
            JOIN pg_attribute ON attrelid = key.confrelid AND attnum = part.number),
        (SELECT bool_and(attnotnull) FROM pg_attribute WHERE attrelid = key.conrelid AND attnum = ANY (key.conkey))
    FROM pg_constraint AS key
    JOIN pg_class AS child ON child.oid = key.conrelid JOIN pg_class AS parent ON parent.oid = key.confrelid
    WHERE key.contype = 'f' AND key.connamespace = current_schema()::regnamespace
    ORDER BY child.relname, key.conkey"""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    name: str
    child: str
    parent: str
    definition: str
    columns: list[str]
    parent_columns: list[str]
    is_required: bool


@dataclass(frozen=True, slots=True)
class Catalog:
    tenant_tables: frozenset[str]  # those with a column `tenant_id`
    foreign_keys: tuple[ForeignKey, ...]

    @property
    def owned_tables(self) -> frozenset[str]:
        """The names of all tenant-owned tables."""
        owned = set(self.tenant_tables)
        while more := {key.child for key in self.foreign_keys if key.parent in owned} - owned:
            owned |= more
        return frozenset(owned)

    def between_owned(self) -> list[ForeignKey]:
        """The foreign keys from one tenant-owned table to another."""
        owned = self.owned_tables
        return [key for key in self.foreign_keys if key.child in owned and key.parent in owned]


def read(connection: BaseDatabaseWrapper) -> Catalog:
    with connection.cursor() as cursor:
        cursor.execute(TENANT_TABLES)
        tables = frozenset(name for (name,) in cursor.fetchall())
        cursor.execute(FOREIGN_KEYS)
        return Catalog(tables, tuple(ForeignKey(*row) for row in cursor.fetchall()))
