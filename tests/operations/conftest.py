from collections.abc import Iterator

import pytest

from tests.delivery.gateways import Gateway, open_gateway
from tests.operations.lines import lines
from tests.servers import rig, running_rig

__all__ = ["lines", "rig", "running_rig"]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with open_gateway() as running:
        yield running
