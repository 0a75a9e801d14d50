from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tenants import clock


@pytest.fixture
def pass_time() -> Iterator[Callable[[float], None]]:
    """Moves the server's clock on, the one place where time is read."""

    def move(seconds: float) -> None:
        clock.shift += timedelta(seconds=seconds)

    yield move
    clock.shift = timedelta()
