"""Rows into the tables, all of a batch at once; whoever has a key already keeps it.

A batch goes in by COPY and one INSERT on PostgreSQL, inside a savepoint. Only where that fails are the duplicates
looked for, and what else a database may refuse is found by halves. Sign-ups go on beside it: nothing is locked but the
rows themselves.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from accounts.importing.batches import Reject
from accounts.importing.belongings import HISTORY_COLUMNS, IDENTITY_COLUMNS
from accounts.importing.lines import NULL
from accounts.importing.rows import USER_COLUMNS, Key, Row
from accounts.models import EndUser, Identity, PasswordHistory
from tenants import isolation
from tenants.ids import new_id
from tenants.models import Group

USERS, HISTORY, IDENTITIES = EndUser._meta.db_table, PasswordHistory._meta.db_table, Identity._meta.db_table
MEMBERSHIPS = EndUser.groups.through._meta.db_table
MEMBERSHIP_COLUMNS = ("enduser_id", "group_id")
ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
AT_A_TIME = 500  # keys of one query
DEADLOCK = "40P01"  # with a sign-up that wants two of the batch's keys in another order


class Store:
    """Where the rows of one run go; it remembers the groups, and whether duplicates are to be expected."""

    def __init__(self, tenant_id: UUID) -> None:
        self._tenant_id = tenant_id
        self._groups: dict[str, str] = {}
        self._expects_duplicates = False

    def put(self, rows: Sequence[Row]) -> list[Reject]:
        """Store the rows in the caller's transaction; those that cannot be stored come back with a reason."""
        _be_patient()
        if self._expects_duplicates:
            return self._put_fresh(rows)
        return [] if self._try(rows) else self._put_fresh(rows)

    def _put_fresh(self, rows: Sequence[Row]) -> list[Reject]:
        fresh, rejects = split(self._tenant_id, rows)
        self._expects_duplicates = bool(rejects)
        return rejects + self._put_halves(fresh)

    def _put_halves(self, rows: Sequence[Row]) -> list[Reject]:
        """A sign-up came first, or the database refuses a value; how many rows that is, nobody knows yet."""
        if not rows or self._try(rows):
            return []
        fresh, rejects = split(self._tenant_id, rows)
        if rejects:
            return rejects + self._put_halves(fresh)
        if len(rows) == 1:
            return [Reject(rows[0].line, "is refused by the database")]
        middle = len(rows) // 2
        return self._put_halves(rows[:middle]) + self._put_halves(rows[middle:])

    def _try(self, rows: Sequence[Row]) -> bool:
        groups = self._groups_of(rows)
        memberships = [f"{row.id}\t{groups[name]}" for row in rows for name in row.groups]
        try:
            with transaction.atomic():
                _copy(USERS, USER_COLUMNS, [row.user for row in rows])
                _copy(HISTORY, HISTORY_COLUMNS, [line for row in rows for line in row.history])
                _copy(IDENTITIES, IDENTITY_COLUMNS, [line for row in rows for line in row.identities])
                _copy(MEMBERSHIPS, MEMBERSHIP_COLUMNS, memberships)
        except (IntegrityError, DataError):
            return False
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != DEADLOCK:
                raise
            return False
        return True

    def _groups_of(self, rows: Sequence[Row]) -> dict[str, str]:
        """The ids of the groups that the rows name; those that are not there are made, with the batch."""
        wanted = {name for row in rows for name in row.groups} - self._groups.keys()
        if not wanted:
            return self._groups
        missing = [Group(id=new_id(), tenant_id=self._tenant_id, name=name) for name in sorted(wanted)]
        Group.objects.bulk_create(missing, ignore_conflicts=True)
        found = Group.objects.filter(tenant_id=self._tenant_id, name__in=wanted)
        self._groups |= {group.name: group.id.hex for group in found}
        return self._groups


def _be_patient() -> None:
    """A batch may take longer than a request, until the end of its transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', '120s', true)", ())
            cursor.execute("SELECT set_config('lock_timeout', '60s', true)", ())


def split(tenant_id: UUID, rows: Sequence[Row]) -> tuple[list[Row], list[Reject]]:
    """The rows whose keys nobody has, and a reject for each of the others."""
    taken = set(_taken(tenant_id, rows))
    fresh: list[Row] = []
    rejects: list[Reject] = []
    for row in rows:
        name = next((name for name, value in row.keys if (name, value) in taken), None)
        if name is None:
            fresh.append(row)
            taken |= set(row.keys)
        else:
            rejects.append(Reject(row.line, duplicate(name)))
    return fresh, rejects


def duplicate(name: str) -> str:
    if name == "id":
        return "sub is taken: by a user of this or another tenant, or by an earlier line; --new-subs makes new ones"
    return f"{name} is taken: by a user of the tenant, or by an earlier line"


def _taken(tenant_id: UUID, rows: Sequence[Row]) -> Iterator[Key]:
    by_name: dict[str, list[str]] = {}
    for row in rows:
        for name, value in row.keys:
            by_name.setdefault(name, []).append(value)
    for name, values in by_name.items():
        for first in range(0, len(values), AT_A_TIME):
            yield from ((name, value) for value in _held(tenant_id, name, values[first : first + AT_A_TIME]))


def _held(tenant_id: UUID, name: str, values: list[str]) -> Iterable[str]:
    if name == "id":  # one for all tenants
        with isolation.across_tenants():
            return [found.hex for found in EndUser.objects.filter(id__in=values).values_list("id", flat=True)]
    if name == "identity":
        subjects = [value.partition("\n")[2] for value in values]
        found = Identity.objects.filter(tenant_id=tenant_id, subject__in=subjects).values_list("provider", "subject")
        return [f"{provider}\n{subject}" for provider, subject in found]
    users = EndUser.objects.filter(tenant_id=tenant_id, **{f"{name}__in": values})
    return list(users.values_list(name, flat=True))


def _copy(table: str, columns: Sequence[str], lines: Sequence[str]) -> None:
    if not lines:
        return
    if connection.vendor == "postgresql":
        _copy_by_temporary_table(table, ", ".join(columns), lines)
    else:
        _insert(table, columns, lines)


def _copy_by_temporary_table(table: str, columns: str, lines: Sequence[str]) -> None:
    """COPY does not go into a table with row-level security; an INSERT of many rows does."""
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE copied AS SELECT {columns} FROM {table} WITH NO DATA", ())
        with cursor.copy("COPY copied FROM STDIN (NULL e'\\x01')") as copy:
            copy.write("\n".join([*lines, ""]))
        cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM copied", ())
        cursor.execute("DROP TABLE copied", ())


def _insert(table: str, columns: Sequence[str], lines: Sequence[str]) -> None:
    """The same for a database that has no COPY: SQLite reads the texts as the columns' types."""
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        cursor.executemany(statement, [_values(line) for line in lines])


def _values(line: str) -> list[str | None]:
    return [None if value == NULL else _unescaped(value) for value in line.split("\t")]


def _unescaped(value: str) -> str:
    return re.sub(r"\\.", lambda match: ESCAPES[match[0]], value) if "\\" in value else value
