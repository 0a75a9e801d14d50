"""How much a request asks of the database."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext

VALUES = re.compile(r"\bs\d+_x\d+\b|'(?:[^']|'')*'(?:::\w+)?|\b[0-9a-f]{32}\b|\b\d[\d.]*\b|\bNULL\b|\bTrue\b|\bFalse\b")


def without_values(captured: Iterable[dict[str, str]]) -> list[str]:
    """Statements that are equal where they differ in their values alone."""
    return [VALUES.sub("?", one["sql"]) for one in captured]


@dataclass
class Work:
    """Statements, and what they took: rows that PostgreSQL visited, or steps of SQLite."""

    statements: int = 0
    visited: int = 0


@contextmanager
def count_work() -> Iterator[Work]:
    """Within the transaction of a test; PostgreSQL plans as for large tables."""
    work = Work()
    visits = _postgresql_rows() if connection.vendor == "postgresql" else _sqlite_steps()
    with visits as count, CaptureQueriesContext(connection) as captured:
        yield work
    work.statements, work.visited = len(captured), count[0]


@contextmanager
def _sqlite_steps() -> Iterator[list[int]]:
    count = [0]

    def step() -> int:
        count[0] += 1
        return 0

    connection.connection.set_progress_handler(step, 1)
    yield count
    connection.connection.set_progress_handler(None, 1)


@contextmanager
def _postgresql_rows() -> Iterator[list[int]]:
    count = [0]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    before = _visited_rows()
    yield count
    count[0] = _visited_rows() - before


def _visited_rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0])
