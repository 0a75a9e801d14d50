"""A request whose length can be read in two ways is refused or is one request: never two (S-19)."""

import pytest

from tests.protocol.sockets import Connection, message

pytestmark = pytest.mark.protocol

HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked"
LENGTH = f"Content-Length: {len(HIDDEN)}"


def post(*headers: str, body: bytes) -> bytes:
    return message("POST /nothing", *headers, body=body)


# By one reading of each the hidden request is (a part of) the body; by another it is a second request.
AMBIGUOUS = {
    "both, chunks end": post(CHUNKED, f"Content-Length: {5 + len(HIDDEN)}", body=b"0\r\n\r\n" + HIDDEN),
    "both, the other order": post(f"Content-Length: {5 + len(HIDDEN)}", CHUNKED, body=b"0\r\n\r\n" + HIDDEN),
    "two lengths": post("Content-Length: 0", LENGTH, body=HIDDEN),
    "two lengths, the other order": post(LENGTH, "Content-Length: 0", body=HIDDEN),
    "a list of lengths": post(f"Content-Length: 0, {len(HIDDEN)}", body=HIDDEN),
    "a signed length": post("Content-Length: +0", body=HIDDEN),
    "a negative length": post("Content-Length: -1", body=HIDDEN),
    "a hexadecimal length": post("Content-Length: 0x0", body=HIDDEN),
    "a length with a space": post("Content-Length: 0 0", body=HIDDEN),
    "a length without digits": post("Content-Length: ", body=HIDDEN),
    "a coding in capitals": post(LENGTH, "Transfer-Encoding: CHUNKED", body=b"0\r\n\r\n" + HIDDEN),
    "an unknown coding": post(LENGTH, "Transfer-Encoding: x", body=HIDDEN),
    "a coding after chunked": post(LENGTH, "Transfer-Encoding: chunked, x", body=b"0\r\n\r\n" + HIDDEN),
    "two codings": post(LENGTH, CHUNKED, "Transfer-Encoding: identity", body=b"0\r\n\r\n" + HIDDEN),
    "a space before the colon": post(LENGTH, "Transfer-Encoding : chunked", body=b"0\r\n\r\n" + HIDDEN),
    "a folded line": post(LENGTH, "X: y\r\n Transfer-Encoding: chunked", body=b"0\r\n\r\n" + HIDDEN),
    "a vertical tab": post(LENGTH, "Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n" + HIDDEN),
    "a chunk of no size": post(CHUNKED, body=b"\r\n" + HIDDEN),
    "a chunk of a negative size": post(CHUNKED, body=b"-1\r\n\r\n" + HIDDEN),
    "a chunk with a prefix": post(CHUNKED, body=b"0x0\r\n\r\n" + HIDDEN),
    "a chunk too long": post(CHUNKED, body=b"ffffffffffffffff0\r\n" + HIDDEN),
    "a chunk without its line end": post(CHUNKED, body=b"1\r\nxx0\r\n\r\n" + HIDDEN),
    "HTTP/1.0 in chunks": b"POST /nothing HTTP/1.0\r\nHost: localhost\r\n"
    + CHUNKED.encode()
    + b"\r\nConnection: keep-alive\r\n\r\n0\r\n\r\n"
    + HIDDEN,
}


def answers(server, data: bytes) -> bytes:
    """All that the server says before it ends the connection or is silent for half a second."""
    connection = Connection(server.port, timeout=0.5).send(data)
    received = b""
    try:
        while part := connection.socket.recv(65_536):
            received += part
    except (TimeoutError, ConnectionResetError):
        pass
    finally:
        connection.close()
    return received


@pytest.mark.parametrize("data", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_ambiguous_length_never_makes_two_requests(server, data):
    assert answers(server, data).count(b"HTTP/1.1 ") <= 1


def test_two_requests_are_told_apart(server):
    """Or the test above would prove nothing."""
    assert answers(server, post("Content-Length: 0", body=HIDDEN)).count(b"HTTP/1.1 ") == 2
