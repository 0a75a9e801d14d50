"""A call to another server ends in time, however slowly that server goes on, and leaves nothing running behind it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from otp.delivery.messages import Message
from otp.delivery.senders.smtp import SmtpSender
from tenants import clock, outbound
from tenants.deadline import Deadline, TookTooLong
from tests.delivery.mail_servers import RudeServer

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

SECONDS = 0.5
TLS_RECORD = b"\x16\x03\x03\x0f\xff"  # the start of a handshake of four thousand bytes
GATEWAY_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n"
MAIL_STAGES = ["GREETING", "EHLO", "MAIL", "RCPT", "DATA"]


def slowly(start: bytes, byte: bytes = b"a") -> Callable[[socket.socket], None]:
    """Send the start at once, and then a byte now and then: no single read takes long."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(100):
            time.sleep(SECONDS / 5)
            connection.sendall(byte)

    return send


def without_end(line: bytes, start: bytes = b"") -> Callable[[socket.socket], None]:
    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(line * 1_000)

    return send


def deaf(connection: socket.socket) -> None:
    """Read nothing, and say nothing."""
    time.sleep(20 * SECONDS)


@pytest.fixture
def server() -> Iterator[RudeServer]:
    running = RudeServer()
    yield running
    running.close()


@contextmanager
def on_time() -> Iterator[None]:
    threads = threading.active_count() + 1  # the server's own, for the connection
    started = time.monotonic()
    yield
    assert time.monotonic() - started < 8 * SECONDS  # the servers here would go on for 20 and more
    assert threading.active_count() <= threads


def call(server: RudeServer, scheme: str = "http", body: bytes = b"{}") -> outbound.Answer:
    url = f"{scheme}://127.0.0.1:{server.port}/"
    return outbound.call("POST", url, body, {}, deadline=Deadline.after(SECONDS), read_at_most=100_000)


def send_mail(server: RudeServer, security: str = "none") -> None:
    sender = SmtpSender({"host": "127.0.0.1", "port": server.port, "from": "a@acme.example", "security": security}, "")
    sender.send(make_message(), Deadline.after(SECONDS))


def make_message() -> Message:
    now = clock.now()
    return Message(
        delivery_id=uuid4(),
        tenant_id=uuid4(),
        channel="email",
        destination="mei@example.com",
        usage="signup",
        language="en",
        code="012345",
        subject="Subject",
        body="Body 012345",
        sent_at=now,
        expires_at=now,
    )


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(deaf, id="nothing"),
        pytest.param(slowly(b"HTTP/1.1 "), id="status"),
        pytest.param(slowly(GATEWAY_ANSWER + b"X-Slow: "), id="headers"),
        pytest.param(slowly(GATEWAY_ANSWER + b"\r\n"), id="body"),
        pytest.param(without_end(b"HTTP/1.1 100 Continue\r\n\r\n"), id="informational answers"),
    ],
)
def test_slow_gateway_is_left_in_time(server, answer):
    server.replies["GREETING"] = answer

    with on_time(), pytest.raises(TookTooLong):
        call(server)


def test_slow_handshake_is_left_in_time(server):
    server.replies["GREETING"] = slowly(TLS_RECORD, b"\0")

    with on_time(), pytest.raises(TookTooLong):
        call(server, "https")


def test_gateway_that_does_not_read_is_left_in_time(server):
    server.replies["GREETING"] = deaf

    with on_time(), pytest.raises(TookTooLong):
        call(server, body=b"x" * 50_000_000)


def test_answer_without_end_is_left_at_its_bound(server):
    server.replies["GREETING"] = without_end(b"a", start=b"HTTP/1.1 200 OK\r\n\r\n")

    with on_time(), pytest.raises(outbound.Unreachable, match="ReadError"):
        call(server)


@pytest.mark.parametrize("call_out", [call, send_mail], ids=["HTTP", "SMTP"])
def test_slow_look_up_of_a_name_is_left_in_time(server, monkeypatch, call_out):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(20 * SECONDS))
    started = time.monotonic()

    with pytest.raises(TookTooLong):
        call_out(server)

    assert time.monotonic() - started < 8 * SECONDS  # the servers here would go on for 20 and more


@pytest.mark.parametrize("stage", MAIL_STAGES)
@pytest.mark.parametrize(
    "answer", [deaf, slowly(b"250 "), slowly(b"250-a\r\n", b"250-a\r\n")], ids=["nothing", "line", "lines"]
)
def test_slow_mail_server_is_left_in_time(server, stage, answer):
    server.replies[stage] = answer

    with on_time(), pytest.raises(TookTooLong):
        send_mail(server)


@pytest.mark.parametrize(
    ("stage", "security", "start"),
    [
        ("GREETING", "tls", b""),
        ("STARTTLS", "starttls", b"220 go ahead\r\n"),
    ],
)
def test_slow_handshake_of_a_mail_server_is_left_in_time(server, stage, security, start):
    server.replies[stage] = slowly(start + TLS_RECORD, b"\0")

    with on_time(), pytest.raises(TookTooLong):
        send_mail(server, security)


@pytest.mark.parametrize("stage", MAIL_STAGES)
def test_mail_server_that_talks_without_end_is_left(server, stage):
    server.replies[stage] = without_end(b"250-a\r\n")

    with on_time(), pytest.raises(outbound.Unreachable, match="SMTPServerDisconnected"):
        send_mail(server)
