"""Calls that really run at once, for tests with the marker `race`."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.db import connection
from django.http import HttpResponse

THREADS = 50
Result = TypeVar("Result")


def at_once(calls: list[Callable[[], Result]]) -> list[Result]:
    """Return what the calls return, in their order; up to fifty threads make them, all starting at one moment.

    They reach the rows that the test reaches.
    """
    threads = min(len(calls), THREADS)
    barrier = threading.Barrier(threads)

    def run(first: int) -> dict[int, Result]:
        barrier.wait(timeout=10)
        try:
            return {number: calls[number]() for number in range(first, len(calls), threads)}
        finally:
            connection.close()

    contexts = [copy_context() for _ in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        shares = pool.map(lambda first: contexts[first].run(run, first), range(threads))
        results = {number: result for share in shares for number, result in share.items()}
    return [results[number] for number in range(len(calls))]


def outcome_of(call: Callable[[], Result]) -> Callable[[], Result | Exception]:
    """Make a call that returns an exception instead of raising it."""

    def run() -> Result | Exception:
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - told to the test
            return error

    return run


def tally(responses: Iterable[HttpResponse]) -> dict[str, int]:
    """Count the responses that are "ok", and those with each error."""
    return dict(Counter(response.json().get("error", "ok") for response in responses))
