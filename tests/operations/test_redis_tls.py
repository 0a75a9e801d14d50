"""Redis over TLS proves that it is the host of REDIS_URL, to each client of ours (S-107)."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread

import kombu
import pytest
import redis

from ciam import variables
from tests.delivery.mail_servers import make_certificate, server_context

pytestmark = pytest.mark.embedded


class TLSServer:
    """Ends each connection after its handshake, and counts those that clients have agreed to."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self.context = server_context(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.agreed = 0
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._shake_hands(self.listener.accept()[0])

    def _shake_hands(self, connection: socket.socket) -> None:
        with connection, suppress(ssl.SSLError, ConnectionError), self.context.wrap_socket(connection, True) as agreed:
            self.agreed += len(agreed.recv(1))


@pytest.fixture
def certificate(tmp_path) -> tuple[Path, Path]:
    return make_certificate(tmp_path, "localhost")


@pytest.fixture
def server(certificate) -> Iterator[TLSServer]:
    server = TLSServer(*certificate)
    yield server
    server.listener.close()


def by_celery(url: str) -> None:
    with kombu.Connection(url) as connection:
        connection.default_channel.client.ping()


def by_ourselves(url: str) -> None:
    redis.Redis.from_url(url, socket_timeout=2).ping()


@pytest.mark.parametrize("ping", [by_celery, by_ourselves])
@pytest.mark.parametrize(
    ("host", "query", "is_trusted"),
    [
        ("localhost", "?ssl_ca_certs={certificate}", True),
        ("localhost", "", False),
        ("127.0.0.1", "?ssl_ca_certs={certificate}", False),
    ],
    ids=["trusted", "untrusted", "another host"],
)
def test_certificate_of_redis_is_verified(monkeypatch, server, certificate, ping: Callable, host, query, is_trusted):
    monkeypatch.setenv("REDIS_URL", f"rediss://{host}:{server.port}/0{query.format(certificate=certificate[0])}")

    with pytest.raises((redis.ConnectionError, kombu.exceptions.OperationalError)):
        ping(variables.redis("REDIS_URL"))

    assert bool(server.agreed) is is_trusted
