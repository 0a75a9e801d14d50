"""`manage.py`: commands, and one sentence instead of a traceback for what an operator can mend."""

import os
import sys
from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, OperationalError

from tenants import isolation

NO_TABLES = "The database lacks tables or columns. Make them with: manage.py migrate"
NO_DATABASE = "The database cannot be reached. Check DATABASE_URL; without it, that CIAM_DATA_DIR is a directory."
MISSING = ("no such table", "no such column", "has no column named")  # as SQLite says it
MISSING_STATES = ("42P01", "42703")  # as PostgreSQL does: undefined table, undefined column


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ciam.settings")
    try:
        with isolation.across_tenants():  # commands are the operator's
            execute_from_command_line(arguments)
    except (ImproperlyConfigured, DatabaseError) as error:
        sentence = explain(error)
        if not sentence:
            raise
        sys.exit(sentence)


def explain(error: Exception) -> str:
    """Return what is missing, in one sentence; "" for an error that no variable and no migration mends."""
    if isinstance(error, ImproperlyConfigured):
        return f"{error} The variables are described in docs/operations.md."
    if any(_is_missing(one) for one in _chain(error)):
        return NO_TABLES
    is_of_connection = isinstance(error, OperationalError) and not getattr(error.__cause__, "sqlstate", None)
    return NO_DATABASE if is_of_connection else ""


def _is_missing(error: BaseException) -> bool:
    return getattr(error, "sqlstate", None) in MISSING_STATES or str(error).startswith(MISSING)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
