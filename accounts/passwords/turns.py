"""Lets costly work happen a few at a time, with a short line before it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, local

from accounts.errors import HashingBusy
from tenants import request_threads


class Turns:
    """So many threads at once, so many more in line, each for so long."""

    def __init__(self, *, at_once: int, waiting: int, patience_seconds: float) -> None:
        self._places = BoundedSemaphore(at_once + waiting)
        self._seats = BoundedSemaphore(at_once)
        self.patience_seconds = patience_seconds
        self._of_thread = local()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and keep it; raises HashingBusy when the line is full or does not move.

        A thread that waits holds up no request but its own.
        """
        came = time.monotonic()
        with _one_of(self._places, timeout=0), _one_of(self._seats, timeout=self.patience_seconds):
            self._of_thread.waited = self.waited_seconds() + time.monotonic() - came
            yield

    def waited_seconds(self) -> float:
        """Return how long this thread has waited for its turns, in all."""
        return float(getattr(self._of_thread, "waited", 0.0))


@contextmanager
def _one_of(semaphore: BoundedSemaphore, *, timeout: float) -> Iterator[None]:
    if not semaphore.acquire(blocking=False):
        if not timeout:
            raise HashingBusy
        request_threads.replace()
        if not semaphore.acquire(timeout=timeout):
            raise HashingBusy
    try:
        yield
    finally:
        semaphore.release()
