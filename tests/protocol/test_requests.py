"""What the server makes of a request's line and headers."""

import re
import time
from pathlib import Path

import pytest

from tests.protocol.sockets import CLOSED, Connection, message

pytestmark = pytest.mark.protocol

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = bytes.fromhex("000000040000000000")
NO_SUCH_HOST = "This server does not answer for that Host."
ODD_CHARSETS = ("bz2_codec", "zlib_codec", "rot13", "punycode", "utf-16", "nothing")


def processor_seconds(pid: int) -> float:
    """Of the process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    fields = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in (pid, *children)]
    return sum(int(one[11]) + int(one[12]) for one in fields) / 100


def test_http_2_in_clear_text_is_refused_and_nothing_spins(server, ask):
    headers = bytes.fromhex("00000a0104000000018386c0010a2f6865616c74687a")
    answers = [Connection(server.port).send(PREFACE + SETTINGS + headers) for _ in range(4)]

    assert all(connection.is_closed() for connection in answers)
    before = processor_seconds(server.web.running.pid)
    time.sleep(1)
    assert processor_seconds(server.web.running.pid) - before < 0.3
    assert ask("GET /healthz").status == 200


def test_upgrade_to_http_2_is_ignored(ask):
    upgrade = ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__")

    answer = ask("GET /healthz", *upgrade)

    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "twin", ["X_Forwarded_For: 10.0.0.1", "x_forwarded_for: 10.0.0.1", "X-Forwarded_For: 10.0.0.1"]
)
def test_header_names_with_an_underscore_do_not_count(ask, twin):
    """An outsider, through the proxy, says that it comes from inside."""
    assert ask("GET /metrics", "X-Forwarded-For: 203.0.113.7", twin).status == 404
    assert ask("GET /metrics", twin, "X-Forwarded-For: 203.0.113.7").status == 404


def test_a_second_request_id_does_not_count(ask):
    assert (
        ask("GET /healthz", "X-Request-Id: the-one-of-the-proxy", "X_Request_Id: another-one").headers["x-request-id"]
        == "the-one-of-the-proxy"
    )


@pytest.mark.parametrize("charset", ODD_CHARSETS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_charset_of_the_client_decodes_nothing(ask, method, charset):
    """The query is decoded while the request is made, before any of our code."""
    answer = ask(f"{method} /nothing?x=%C3%A9", f"Content-Type: application/json; charset={charset}", body=b"{}")

    assert (answer.status, answer.json) == (404, {"error": "not_found"})


@pytest.mark.parametrize(
    "kind", ["text/plain; a*=bz2_codec''%41", "text/plain; a*=nothing''%41", "a; " + "b;" * 6_000, ";", "\xff"]
)
def test_content_type_that_cannot_be_parsed_is_none(ask, kind):
    assert ask("GET /nothing?x=1", f"Content-Type: {kind}").status == 404


@pytest.mark.parametrize("host", ["", "localhost\r\nHost: localhost", "localhost\r\nHost: evil.example", "a,b", "évil"])
def test_one_host_is_needed(ask, host):
    answer = ask("GET /nothing", host=host)

    assert (answer.status, answer.json.get("error_description")) == (400, NO_SUCH_HOST)


def test_host_in_the_request_line_is_that_of_the_header(ask):
    assert ask("GET http://localhost/nothing").status == 404
    assert ask("GET http://evil.example/nothing").status == 400


@pytest.mark.parametrize("target", ["/%ff", "/%00", "/%C3%A9", "/a%2Fb", "/x?%ff=%ff", "/x?\xc3\xa9=\xc3\xa9", "*"])
def test_odd_target_is_not_found(ask, target):
    assert ask(f"OPTIONS {target}").json == {"error": "not_found"}


@pytest.mark.parametrize("path", ["/healthz", "/nothing", "/static/admin/css/base.css"])
def test_an_answer_names_neither_the_web_server_nor_a_version(ask, path):
    assert ask(f"GET {path}").headers["server"] == "ciam"


def test_unicode_in_a_path_arrives(ask):
    answer = ask("POST /login/callback/%C3%A9%0d%0ax", "Content-Type: text/plain")

    assert (answer.status, answer.headers["location"]) == (303, "/login/callback/%C3%A9%0D%0Ax?")


def test_head_has_the_headers_of_get_and_no_body(server):
    connection = Connection(server.port)
    for path in ("/healthz", "/static/admin/css/base.css"):
        length = connection.send(message(f"GET {path}")).answer("GET").headers["content-length"]
        head = connection.send(message(f"HEAD {path}")).answer("HEAD")

        assert (head.status, head.headers["content-length"], head.body) == (200, length, b"")


def test_static_file_is_whole(ask):
    answer = ask("GET /static/admin/css/base.css")

    assert (answer.status, answer.headers["content-type"]) == (200, 'text/css; charset="utf-8"')
    assert len(answer.body) == int(answer.headers["content-length"]) > 10_000


def test_cookies_of_two_headers_and_odd_ones_are_read(ask):
    answer = ask("GET /nothing", "Cookie: a=1", "Cookie: session=2", "Cookie: b=\xff")

    assert answer.status == 404


def test_requests_on_one_connection_are_answered_in_order(server):
    connection = Connection(server.port)

    connection.send(message("GET /nothing") + message("GET /healthz"))

    received = b""
    while received.count(b"HTTP/1.1 ") < 2:
        received += connection.socket.recv(65_536)
    assert received.index(b"HTTP/1.1 404 ") < received.index(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nA B: c\r\n\r\n",
        b"GET /?\xe9 HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_not_http_is_closed(server, bytes_sent):
    answer = Connection(server.port).send(bytes_sent).answer()

    assert answer == CLOSED or answer.status == 400


def test_headers_over_16_kib_are_refused(ask):
    """S-02."""
    assert ask("GET /healthz", f"X: {'x' * 15_000}").status == 200
    assert ask("GET /healthz", f"X: {'x' * 17_000}").status == 431


def test_slow_headers_are_cut(server, ask):
    """S-89."""
    slow = [Connection(server.port).send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ") for _ in range(50)]

    quick = ask("GET /healthz")

    assert (quick.status, quick.seconds < 2) == (200, True)
    assert {connection.answer().status for connection in slow} <= {CLOSED.status, 408}
    assert 8 < time.monotonic() - slow[0].started < 15


def test_no_odd_request_was_an_error_of_the_server(server):
    """Whatever the tests above have sent."""
    lines = server.web.output()

    assert not re.search(r'"level": "(error|critical)"', lines), lines[-2000:]
