"""Threads of a web process that run requests: one that waits in a line is replaced, so that others are not held up."""

from collections.abc import Callable
from threading import Lock, get_ident, local

from django.db import connection

KEPT_CONNECTIONS = 8  # of threads that wait; the pool has more than these and the threads that run

_of_thread = local()
_lock = Lock()
_waiting: set[int] = set()  # the identities of replaced threads that have not come to rest


def register(start_another: Callable[[], None]) -> None:
    """Mark this thread as one that runs requests; `start_another` starts its replacement."""
    _of_thread.start_another, _of_thread.is_replaced = start_another, False


def rest() -> None:
    """Tell that this replaced thread has ended its request."""
    with _lock:
        _waiting.discard(get_ident())


def is_replaced() -> bool:
    """Return whether another thread runs requests in place of this one, which rests after its own."""
    return bool(_of_thread.is_replaced)


def replace() -> None:
    """Start the replacement of this thread, once; for a thread that will wait.

    Where many wait, it lends out its database connection meanwhile. Threads that run no requests stay as they are.
    """
    start_another = getattr(_of_thread, "start_another", None)
    if start_another is None:
        return
    if not _of_thread.is_replaced:
        _of_thread.is_replaced = True
        start_another()
    with _lock:
        _waiting.add(get_ident())
        is_lent = len(_waiting) > KEPT_CONNECTIONS
    if is_lent and not connection.in_atomic_block:
        connection.close()
