from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tenants import outbound
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


@pytest.fixture
def trust(monkeypatch) -> Iterator[Callable[[Path], None]]:
    """Makes a certificate the only one that the system trusts."""

    def trust_only(certificate: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        outbound.tls_context.cache_clear()

    yield trust_only
    outbound.tls_context.cache_clear()
