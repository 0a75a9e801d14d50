"""A second and a third try of what a worker stores, when it loses the database in the middle of a delivery."""

import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

Result = TypeVar("Result")
PAUSES_SECONDS = (0.3, 1.0)  # without them the delivery waits for the schedule, which finds it after ten seconds


def again_if_lost(store: Callable[[], Result]) -> Result:
    """Return the result of statements that may run twice; raises what the last try raises.

    A web process that sends by itself tries once: a request waits for it.
    """
    for pause in () if settings.IS_EAGER else PAUSES_SECONDS:
        try:
            return store()
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(pause)
    return store()
