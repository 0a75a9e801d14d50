"""The two roles of PostgreSQL in tests: the server's, for which policies hold, and the owner of the tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

from tenants import row_security


def log_in_as_application(connection: BaseDatabaseWrapper) -> None:
    """Every connection from now on has a role of its own, named as the database.

    Beside the server's rights it may empty tables, and tables that a test makes.
    """
    role = connection.settings_dict["NAME"]
    row_security.admit(connection, role=role, password=role)
    with connection.cursor() as cursor:
        cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{role}"', None)
        cursor.execute(f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO "{role}"', None)
    connection.settings_dict["OPTIONS"]["options"] = f"-c role={role}"
    _reconnect(connection)


def log_in_as_owner(connection: BaseDatabaseWrapper) -> None:
    """As before; the role is dropped."""
    role = connection.settings_dict["NAME"]
    del connection.settings_dict["OPTIONS"]["options"]
    _reconnect(connection)
    with connection.cursor() as cursor:
        cursor.execute(f'DROP OWNED BY "{role}"', None)
        cursor.execute(f'DROP ROLE "{role}"', None)


@contextmanager
def as_owner(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Do as the owner what the application may not: change tables."""
    if connection.vendor != "postgresql":
        yield
        return
    _execute(connection, "SET ROLE NONE")
    try:
        yield
    finally:
        _execute(connection, "RESET ROLE")


def _reconnect(connection: BaseDatabaseWrapper) -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]


def _execute(connection: BaseDatabaseWrapper, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, None)
