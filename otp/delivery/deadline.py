"""A bound on the whole of a call to somebody else's server: socket timeouts bound only each of its steps."""

import threading
from collections.abc import Callable

from otp.delivery.senders import DeliveryError


def within(seconds: float, work: Callable[[], None]) -> None:
    """Run the work in a thread of its own; raises what it raises, or DeliveryError when it takes too long.

    A late thread is left behind, to end by its socket timeouts.
    """
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - carried to the caller, who knows what to expect
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failures:
        raise failures[0]
    if thread.is_alive():
        raise DeliveryError("The server took too long.")
