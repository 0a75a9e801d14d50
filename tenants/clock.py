"""The one source of `now`: the database's time, read by the statement that reads the caller's configuration."""

from datetime import UTC, datetime, timedelta

from django.db import connection

shift = timedelta()  # tests move time here, and nowhere else


def expression() -> str:
    """SQL for the present time, to stand in a SELECT list; `read` turns its value into a datetime."""
    return {"postgresql": "statement_timestamp()", "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"}[
        connection.vendor
    ]


def read(value: datetime | str) -> datetime:
    """`now`, an aware UTC datetime, from what the expression returned."""
    return stored(value) + shift


def stored(value: datetime | str) -> datetime:
    """An aware UTC datetime from a column that was read without the ORM."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def now() -> datetime:
    """The present time for work that reads no caller: tasks and commands."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression()}", ())
        (value,) = cursor.fetchone()
    return read(value)
