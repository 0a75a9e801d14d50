"""Work that really runs at once, where the database lets it."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection


def require_postgresql() -> None:
    if connection.vendor != "postgresql":
        refuse = pytest.fail if os.environ.get("CIAM_CI_SERVERS") == "required" else pytest.skip
        refuse("Races need PostgreSQL, and DATABASE_URL names none.")


def all_at_once(number: int, work: Callable[[], object]) -> list[object]:
    """What so many threads got from the same work, all starting at one moment; an exception is told as itself."""
    require_postgresql()
    barrier = threading.Barrier(number)

    def run(_: int) -> object:
        barrier.wait(timeout=10)
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - told to the test
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))
