"""The end of a call to another server: a socket's timeout bounds one step, and a slow server makes many of them."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Self, TypeVar

Result = TypeVar("Result")


class TookTooLong(TimeoutError):
    """The deadline has passed."""


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """A time of the monotonic clock."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        return cls(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Return the seconds that are left, the timeout of the next step; raises TookTooLong when none are."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TookTooLong
        return left

    def check(self) -> None:
        """Raises TookTooLong when it has passed."""
        self.remaining()

    def wait_for(self, look_up: Callable[[], Result]) -> Result:
        """Return the result of a look-up of names, which knows no timeout; raises what it raises, or TookTooLong.

        A late one stays in its thread until the system's resolver gives up.
        """
        future: Future[Result] = Future()
        threading.Thread(target=_run, args=(look_up, future), daemon=True).start()
        try:
            return future.result(self.remaining())
        except TimeoutError:
            raise TookTooLong from None


def _run(look_up: Callable[[], Result], future: Future[Result]) -> None:
    try:
        future.set_result(look_up())
    except Exception as error:  # noqa: BLE001 - carried to the caller, who knows what to expect
        future.set_exception(error)
