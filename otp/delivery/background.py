"""Work that waits until the request is answered, so that the time of the answer tells nothing of it.

Only a web process has the threads for it: in a command, a worker or a test it is done at once.
"""

import logging
import time
from collections.abc import Callable
from queue import Full, Queue
from threading import Thread

from django.db import connections

THREADS = 4  # without a worker each sends by itself, and a sender that hangs keeps one for two seconds
MOST_WAITING = 1_000
DELAY_SECONDS = 0.1  # by then the answer has left
STOP_SECONDS = 5

Job = Callable[[], None]
logger = logging.getLogger(__name__)


class Background:
    """Runs jobs a moment after they were put; before `start`, at once."""

    def __init__(self) -> None:
        self._waiting: Queue[tuple[float, Job]] = Queue(MOST_WAITING)
        self._is_started = False

    def start(self) -> None:
        """Start the threads."""
        self._is_started = True
        for number in range(THREADS):
            Thread(target=self._work, name=f"background-{number}", daemon=True).start()

    def put(self, job: Job) -> None:
        """Run the job later. One that does not fit is dropped: the worker's schedule finds its delivery again."""
        if not self._is_started:
            job()
            return
        try:
            self._waiting.put_nowait((time.monotonic() + DELAY_SECONDS, job))
        except Full:
            logger.warning("%d messages wait to be handed over; one more is left to the schedule", MOST_WAITING)

    def stop(self) -> None:
        """Wait a little for what was put before the process ends."""
        end = time.monotonic() + STOP_SECONDS
        while self._waiting.unfinished_tasks and time.monotonic() < end:
            time.sleep(0.01)

    def _work(self) -> None:
        while True:
            due, job = self._waiting.get()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                job()
            except Exception:
                logger.exception("A message was not handed over")
            finally:
                connections.close_all()
                self._waiting.task_done()


BACKGROUND = Background()
