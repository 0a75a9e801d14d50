"""Single statements that the ORM cannot say: conditional upserts, and updates that return their row."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Field, Model, QuerySet

Row = TypeVar("Row", bound=Model)
Converter = Callable[..., Any]
DELETED_AT_ONCE = 5_000


def fetch_all(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows; parameters are named as `%(name)s` and adapted to the database in use."""
    with connection.cursor() as cursor:
        cursor.execute(statement, _adapted(parameters))
        return list(cursor.fetchall())


def fetch_one(statement: str, parameters: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement, _adapted(parameters))
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def change(statement: str, parameters: Mapping[str, Any]) -> int:
    """Run an INSERT or UPDATE and return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, _adapted(parameters))
        return int(cursor.rowcount)


def change_one(model: type[Row], statement: str, parameters: Mapping[str, Any]) -> Row | None:
    """Run an UPDATE of at most one row and return that row as it is now; None if no row met its condition."""
    table, fields = model._meta.db_table, model._meta.concrete_fields
    columns = ", ".join(f'{table}."{field.column}"' for field in fields)
    row = fetch_one(f"{statement} RETURNING {columns}", parameters)
    if row is None:
        return None
    values = list(row)
    for position, convert, column in _converters(model, connection.vendor):
        values[position] = convert(values[position], column, connection)
    return model.from_db(connection.alias, [field.attname for field in fields], values)


def insert(row: Model) -> None:
    """Insert a complete new row as it stands, without what else `save()` does: half the time."""
    fields, statement = _insertion(type(row))
    with connection.cursor() as cursor:
        cursor.execute(statement, [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])


def insert_and_change(row: Model, statement: str, parameters: Mapping[str, Any]) -> int:
    """Insert a complete new row and run an UPDATE, both or neither, and return how many rows the UPDATE touched.

    That is one statement on PostgreSQL; SQLite knows none that changes two tables.
    """
    if connection.vendor != "postgresql":
        with transaction.atomic():
            insert(row)
            return change(statement, parameters)
    fields = type(row)._meta.concrete_fields
    values = {f"new_{one.column}": one.get_db_prep_save(getattr(row, one.attname), connection) for one in fields}
    columns, names = ", ".join(f'"{one.column}"' for one in fields), ", ".join(f"%({name})s" for name in values)
    insertion = f"INSERT INTO {type(row)._meta.db_table} ({columns}) VALUES ({names})"
    return change(f"WITH inserted AS ({insertion}) {statement}", {**parameters, **values})


def delete(rows: QuerySet[Any]) -> int:
    """Delete the rows of a query, some thousand at a time, and return how many; one that has left the query stays."""
    deleted = 0
    while ids := list(rows.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
        deleted += rows.filter(pk__in=ids).delete()[0]
    return deleted


@lru_cache
def _insertion(model: type[Model]) -> tuple[Sequence["Field[Any, Any]"], str]:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return fields, f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"


@lru_cache
def _converters(model: type[Model], vendor: str) -> list[tuple[int, Converter, Any]]:
    """How this database's values become the model's, by position: few on PostgreSQL, more on SQLite."""
    found = []
    for position, field in enumerate(model._meta.concrete_fields):
        column = field.get_col(model._meta.db_table)
        converters = (*connection.ops.get_db_converters(column), *column.get_db_converters(connection))
        found += [(position, convert, column) for convert in converters]
    return found


def _adapted(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _adapt(value) for name, value in parameters.items()}


def _adapt(value: Any) -> Any:
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
