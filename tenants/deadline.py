"""A bound on the whole of a call to somebody else's server: socket timeouts bound only each of its steps."""

import ctypes
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


class TookTooLong(Exception):
    """The work was not done in its time."""


class TooLate(Exception):
    """Raised inside of work that nobody waits for any more."""


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Run the work, which knows no database, in a thread of its own; raises what it raises, or TookTooLong.

    Late work is left behind, and ends with the step that it is in.
    """
    results: list[Result] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except Exception as error:  # noqa: BLE001 - carried to the caller, who knows what to expect
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failures:
        raise failures[0]
    if results:
        return results[0]
    _interrupt(thread)
    raise TookTooLong


def _interrupt(thread: threading.Thread) -> None:
    """A server that sends a byte now and then would keep its thread and its socket for hours."""
    if thread.ident:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(TooLate))
