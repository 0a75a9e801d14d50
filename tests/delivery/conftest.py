from collections.abc import Iterator

import pytest

from tests.delivery.gateways import Gateway, open_gateway
from tests.servers import rig, running_rig

__all__ = ["rig", "running_rig"]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with open_gateway() as running:
        yield running


@pytest.fixture
def second_gateway() -> Iterator[Gateway]:
    with open_gateway() as running:
        yield running
