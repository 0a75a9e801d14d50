"""How long a statement waits for a server that sends nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SECONDS_OF_A_PART = 5.5  # of web and worker: more than the statements there may take, which the server itself ends
SECONDS_OF_CALLS = 2.5  # of API calls and hosted pages, whose statements take milliseconds

_of_process: list[float] = []  # empty in commands: a migration or an import may take minutes
_of_context: ContextVar[float | None] = ContextVar("silent_seconds", default=None)


def bound_process() -> None:
    """Let every statement of this process give up on a silent server: of a web process, or a worker."""
    _of_process[:] = [SECONDS_OF_A_PART]


@contextmanager
def impatient() -> Iterator[None]:
    """Let the statements of this block give up on a silent server early."""
    token = _of_context.set(SECONDS_OF_CALLS)
    try:
        yield
    finally:
        _of_context.reset(token)


def seconds() -> float | None:
    """Return how long the next statement may wait for a byte; None without a bound."""
    return _of_context.get() or next(iter(_of_process), None)
