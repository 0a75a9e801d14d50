"""Lets costly work happen a few at a time, with a short line before it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from accounts.errors import HashingBusy


class Turns:
    """So many threads at once, so many more in line, each for so long."""

    def __init__(self, *, at_once: int, waiting: int, patience_seconds: float) -> None:
        self._places = BoundedSemaphore(at_once + waiting)
        self._seats = BoundedSemaphore(at_once)
        self.patience_seconds = patience_seconds

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and keep it; raises HashingBusy when the line is full or does not move."""
        with _one_of(self._places, timeout=0), _one_of(self._seats, timeout=self.patience_seconds):
            yield


@contextmanager
def _one_of(semaphore: BoundedSemaphore, *, timeout: float) -> Iterator[None]:
    if not semaphore.acquire(timeout=timeout):
        raise HashingBusy
    try:
        yield
    finally:
        semaphore.release()
