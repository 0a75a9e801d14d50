"""HTTP as bytes on a socket, so that a test can send what no client library sends."""

import json
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

HANG_SECONDS = 30


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body)


CLOSED = Answer(0)  # the server ended the connection without an answer


class Connection:
    """One connection to the server; `ask` sends bytes and reads one answer."""

    def __init__(self, port: int, timeout: float = HANG_SECONDS) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.started = time.monotonic()

    def send(self, data: bytes) -> "Connection":
        with suppress(BrokenPipeError, ConnectionResetError):  # the answer came before all was sent
            self.socket.sendall(data)
        return self

    def answer(self, method: str = "POST") -> Answer:
        received = self._read(lambda received: b"\r\n\r\n" in received, b"")
        if b"\r\n\r\n" not in received:
            return CLOSED
        head, _, body = received.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = 0 if method == "HEAD" else int(headers.get("content-length", 0))
        body = self._read(lambda received: len(received) >= length, body)
        return Answer(int(status.split(" ")[1]), headers, body, time.monotonic() - self.started)

    def is_closed(self) -> bool:
        """Whether the server has ended the connection; waits for it."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self.socket.close()

    def _read(self, is_enough: Any, received: bytes) -> bytes:
        while not is_enough(received):
            try:
                part = self.socket.recv(65_536)
            except ConnectionResetError:
                break
            if not part:
                break
            received += part
        return received


def message(start: str, *headers: str, body: bytes = b"", host: str = "localhost") -> bytes:
    """The bytes of a request; a body of known length says so itself unless a header does."""
    lines = [f"{start} HTTP/1.1", *([f"Host: {host}"] if host else []), *headers]
    if body and not any(header.lower().startswith(("content-length", "transfer-encoding")) for header in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
