"""What happens in the database beside a request, or instead of what the request wants."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests.walls import as_owner

MAKE = {
    "sqlite": (
        """CREATE TRIGGER refuse BEFORE INSERT ON {table} WHEN {when}
           BEGIN SELECT RAISE(ABORT, '{message}'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END $$""",
        "CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()",
    ),
}
REMOVE = {
    "sqlite": ("DROP TRIGGER refuse",),
    "postgresql": ("DROP TRIGGER refuse ON {table}", "DROP FUNCTION refuse()"),
}


@contextmanager
def refused_inserts(table: str, message: str, *, when: str = "1 = 1") -> Iterator[None]:
    """Each new row for which the condition holds violates a constraint, and the database's error has this message."""
    _execute(MAKE[connection.vendor], table=table, message=message, when=when)
    try:
        yield
    finally:
        _execute(REMOVE[connection.vendor], table=table)


@contextmanager
def meanwhile(statement: str, work: Callable[[], object]) -> Iterator[None]:
    """Do the work once: when the first statement that contains this text is about to be executed."""
    pending = [work]

    def execute(run: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if pending and statement in sql:
            pending.pop()()
        return run(sql, *arguments)

    with connection.execute_wrapper(execute):
        yield
    assert not pending, f"No statement contained {statement}."


def _execute(statements: tuple[str, ...], **parts: str) -> None:
    with as_owner(connection), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement.format(**parts), None)
