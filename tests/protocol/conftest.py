"""One web process on SQLite, as `make run` has it, for all tests of what it does with odd bytes."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser.servers import PROXY, TrialServer, running
from tests.protocol.sockets import Answer, Connection, message

THREADS = 2


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialServer]:
    directory = tmp_path_factory.mktemp("protocol") / "server"
    directory.mkdir()
    with running(directory, **PROXY, CIAM_WEB_THREADS=str(THREADS), TMPDIR=str(directory)) as server:
        yield server


@pytest.fixture
def ask(server: TrialServer) -> Iterator[Callable[..., Answer]]:
    """Send one request on a connection of its own."""
    connections: list[Connection] = []

    def send(start: str, *headers: str, body: bytes = b"", host: str = "localhost") -> Answer:
        connections.append(Connection(server.port))
        connection = connections[-1].send(message(start, *headers, body=body, host=host))
        return connection.answer(start.partition(" ")[0])

    yield send
    for connection in connections:
        connection.close()
