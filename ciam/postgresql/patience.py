"""How long a statement waits for a silent server."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

SILENT_SECONDS = 5.5  # more than a statement may take, so that a slow statement ends by the server's own limit
SILENT_SECONDS_OF_CALLS = 2.5  # of API calls and hosted pages, whose statements take milliseconds

silent_seconds: ContextVar[float] = ContextVar("silent_seconds", default=SILENT_SECONDS)


@contextmanager
def impatient() -> Iterator[None]:
    """Let the statements of this block give up early on a silent server."""
    token = silent_seconds.set(SILENT_SECONDS_OF_CALLS)
    try:
        yield
    finally:
        silent_seconds.reset(token)
