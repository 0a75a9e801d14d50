"""A tenant's HTTP gateway on loopback, that takes messages or misbehaves in the ways that real ones do."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DRIP_SECONDS = 0.2
HANG_SECONDS = 20


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]  # by lower-cased name
    raw: bytes
    received_at: float = field(default_factory=time.time)

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class Gateway(ThreadingHTTPServer):
    """Answers with `status`, or does `behave(connection)` instead; keeps what it received."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.received: list[Received] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.behave: Callable[[socket.socket], None] | None = None
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sms"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that the test breaks are no news."""

    def codes(self, destination: str | None = None) -> list[str]:
        return [one.body["code"] for one in self.received if destination in (None, one.body["to"])]

    # Ways to misbehave

    def hang(self, connection: socket.socket) -> None:
        self.closing.wait(HANG_SECONDS)

    def reset(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def drip(self, connection: socket.socket) -> None:
        """A header that never ends, a byte at a time: no single read takes long."""
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.closing.wait(DRIP_SECONDS):
            connection.sendall(b"a")


class Handler(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.received.append(Received(self.path, headers, raw))
        self.close_connection = True
        if self.server.behave:
            self.server.behave(self.connection)
            return
        self.send_response(self.server.status)
        for name, value in {"Content-Length": "0", **self.server.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        pass


@contextmanager
def open_gateway() -> Iterator[Gateway]:
    gateway = Gateway()
    thread = threading.Thread(target=gateway.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.closing.set()
        gateway.shutdown()
        gateway.server_close()
        thread.join()
