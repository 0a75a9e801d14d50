"""Threads of a web process that run requests: one that waits in a line is replaced, so that others are not held up."""

from collections.abc import Callable
from threading import local

from django.db import connection

_of_thread = local()


def register(start_another: Callable[[], None]) -> None:
    """Mark this thread as one that runs requests; `start_another` starts its replacement."""
    _of_thread.start_another, _of_thread.is_replaced = start_another, False


def is_replaced() -> bool:
    """Return whether another thread runs requests in place of this one, which ends after its own."""
    return bool(_of_thread.is_replaced)


def replace() -> None:
    """Start the replacement of this thread, once, and lend out its database connection; for a thread that will wait.

    Other threads stay as they are.
    """
    start_another = getattr(_of_thread, "start_another", None)
    if start_another is None:
        return
    if not _of_thread.is_replaced:
        _of_thread.is_replaced = True
        start_another()
    if not connection.in_atomic_block:
        connection.close()
