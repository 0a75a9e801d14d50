"""Clients that do not read their answers keep neither connections nor memory (S-89)."""

import os
import select
import socket
import time
from pathlib import Path

import drf_spectacular_sidecar
import pytest

from ciam.listeners import SILENT_SECONDS
from tests.protocol.sockets import Connection, message

pytestmark = pytest.mark.protocol

BIG_FILE = "/static/swagger-ui/swagger-ui-bundle.js"
MORE_THAN_SYSTEMS_BUFFER = 6  # answers with the file
CLIENTS = 40
MIB = 1024 * 1024


class Deaf(Connection):
    """A connection that takes next to nothing unless it is asked to."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.settimeout(5)
        self.socket.connect(("127.0.0.1", port))
        self.started = time.monotonic()
        self.send(message(f"GET {BIG_FILE}") * MORE_THAN_SYSTEMS_BUFFER)

    def is_cut(self) -> bool:
        """Return whether the server has ended the connection; a client learns of it when it sends something."""
        self.send(b"G")
        errors = select.poll()
        errors.register(self.socket, 0)  # they are told always
        return bool(errors.poll(1_000))


def memory(pid: int) -> int:
    """Of the children of a process, in bytes."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = sum(int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in children)
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_answers_that_nobody_reads_are_cut_and_take_little_memory(server, ask):
    whole = len(ask(f"GET {BIG_FILE}").body)
    before = memory(server.web.running.pid)

    clients = [Deaf(server.port) for _ in range(CLIENTS)]
    time.sleep(2)
    taken = memory(server.web.running.pid) - before

    assert taken < CLIENTS * whole / 2
    assert not clients[0].is_cut()
    time.sleep(SILENT_SECONDS + 5)
    assert all(client.is_cut() for client in clients)


@pytest.mark.parametrize("of_range", [(), ("Range: bytes=1000-1999",)], ids=["whole", "range"])
def test_files_are_answered_as_they_are(ask, of_range):

    content = (
        Path(drf_spectacular_sidecar.__file__)
        .parent.joinpath("static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js")
        .read_bytes()
    )

    answer = ask(f"GET {BIG_FILE}", *of_range)

    assert answer.body == (content[1000:2000] if of_range else content)
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["server"] == "ciam"


def test_a_file_is_not_modified_and_has_a_head(ask):
    whole = ask(f"HEAD {BIG_FILE}")

    again = ask(f"GET {BIG_FILE}", f"If-Modified-Since: {whole.headers['last-modified']}")

    assert (whole.status, whole.body, again.status, again.body) == (200, b"", 304, b"")
