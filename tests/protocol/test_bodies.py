"""How the server reads bodies: whole, bounded in bytes and in time, before a thread is taken."""

import json
import time
from pathlib import Path

import pytest

from tests.protocol.conftest import THREADS
from tests.protocol.sockets import CLOSED, Connection, chunked, message

pytestmark = pytest.mark.protocol

JSON, FORM = "Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"
CHUNKED = "Transfer-Encoding: chunked"
MIB = 1024 * 1024
TOO_LARGE = {"error": "invalid_request", "error_description": "The body is too large."}
TOO_SLOW = {"error": "invalid_request", "error_description": "The body did not arrive in time."}
OF_DIALECTS = {
    "/oauth2/token": TOO_SLOW,
    "/api/v1/users": TOO_SLOW | {"status": 408},
    "/auth/v1/signin": {
        "error": "invalid_argument",
        "error_code": 3,
        "error_description": TOO_SLOW["error_description"],
    },
    "/healthz": TOO_SLOW,
}


def test_slow_bodies_hold_no_thread_and_are_cut(server, ask):
    slow = [
        (path, Connection(server.port).send(message(f"POST {path}", JSON, "Content-Length: 100") + b"{"))
        for path in [*OF_DIALECTS, *["/auth/v1/signin"] * 4 * THREADS]
    ]
    time.sleep(0.5)

    quick = ask("GET /healthz")

    assert (quick.status, quick.seconds < 2) == (200, True)
    for path, connection in slow:
        answer = connection.answer()
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (408, "application/json")
        assert {name: answer.json[name] for name in OF_DIALECTS[path]} == OF_DIALECTS[path]
        assert 8 < answer.seconds < 15
        assert connection.is_closed()


@pytest.mark.parametrize("length", [f"Content-Length: {2 * MIB}", "Content-Length: 9999999999999"])
def test_body_over_the_bound_is_refused_before_it_is_sent(ask, length):
    answer = ask("POST /login/callback/google", FORM, length)

    assert (answer.status, answer.json) == (413, TOO_LARGE)
    assert answer.headers["x-request-id"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "headers",
    [
        (CHUNKED,),
        ("Content-Length: 1", CHUNKED),
        (CHUNKED, "Content-Length: 1"),
        ("Transfer-Encoding: gzip, chunked",),
    ],
    ids=str,
)
def test_chunked_body_over_the_bound_is_refused(ask, headers):
    answer = ask("POST /auth/v1/signin", JSON, *headers, body=chunked(b"x" * 2 * MIB))

    assert (answer.status, answer.json["error"]) == (413, "invalid_argument")


def test_a_length_beside_chunks_makes_no_second_request(server):
    """The length ends where another request seems to begin."""
    hidden = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    both = message("POST /nothing", JSON, "Content-Length: 5", CHUNKED, body=b"0\r\n\r\n" + hidden)
    connection = Connection(server.port).send(both)

    assert connection.answer().status == 404
    assert connection.is_closed()


def test_large_bodies_of_strangers_do_not_fill_the_memory(server, ask):
    """Sixty of 1.1 MiB are more than the server keeps at once."""
    large = message("POST /nothing", FORM, f"Content-Length: {11 * MIB // 10}")
    held = [Connection(server.port).send(large + b"x") for _ in range(60)]
    time.sleep(0.5)

    refused, small = Connection(server.port).send(large).answer(), ask("POST /nothing", FORM, body=b"a=b")

    for connection in held:
        connection.close()
    time.sleep(0.5)
    again = Connection(server.port).send(large + b"x" * (11 * MIB // 10)).answer()
    assert (refused.status, refused.json) == (413, TOO_LARGE)
    assert (small.status, again.status) == (404, 404)


def test_refused_body_is_logged_and_counted(server, ask):
    ask("POST /oauth2/revoke", FORM, f"Content-Length: {2 * MIB}")

    lines = [json.loads(line) for line in server.web.output().splitlines() if "/oauth2/revoke" in line]
    assert [(line["event"], line["status"], line["source"]) for line in lines] == [("request", 413, "127.0.0.1")]
    assert b'ciam_request_seconds_count{method="POST",route="none",status="4xx"}' in ask("GET /metrics").body


def test_body_that_ends_early_starts_nothing(server, ask):
    connection = Connection(server.port).send(message("POST /signup?cut", JSON, "Content-Length: 100") + b"{}")
    connection.close()

    assert ask("GET /healthz").status == 200
    assert not [line for line in server.web.output().splitlines() if '"/signup"' in line or "rror" in line]


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/revoke"])
@pytest.mark.parametrize(
    "framed",
    [
        (lambda body: ([], body)),
        (lambda body: ([CHUNKED], chunked(body))),
    ],
    ids=["length", "chunked"],
)
def test_forms_are_read_chunked_or_not(ask, path, framed):
    """A parameter that comes twice is refused, so both were read."""
    headers, body = framed(b"grant_type=client_credentials&client_id=a&client_id=a")

    answer = ask(f"POST {path}", FORM, *headers, body=body)

    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


def test_form_of_a_third_party_is_read_chunked(ask):
    answer = ask("POST /login/callback/apple", FORM, CHUNKED, body=chunked(b"code=c&state=s&user=u"))

    assert (answer.status, answer.headers["location"]) == (303, "/login/callback/apple?code=c&state=s")


def test_form_of_a_third_party_is_bounded(ask):
    answer = ask("POST /login/callback/apple", FORM, body=b"code=" + b"c" * 17 * 1024)

    assert (answer.status, answer.json) == (413, TOO_LARGE)


@pytest.mark.parametrize("path", ["/login/callback/apple", "/admin/login/", "/admin/tenants/tenant/add/", "/signup"])
def test_files_of_strangers_are_not_written(server, ask, path):
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    connection = Connection(server.port)
    connection.send(message(f"POST {path}", "Content-Type: multipart/form-data; boundary=b", "Content-Length: 4000000"))
    connection.send(head + b"x" * 3_500_000)
    time.sleep(0.3)

    written = [file for file in Path(server.directory).rglob("*.upload*") if file.stat().st_size]

    connection.close()
    assert written == []


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=b; a*=bz2_codec''%41", "multipart/form-data; charset=bz2_codec; boundary=b"]
)
def test_form_that_cannot_be_parsed_is_refused(ask, kind):
    answer = ask("POST /admin/login/", f"Content-Type: {kind}", body=b"--b--\r\n")

    assert answer.status in (400, 403)


def test_expected_continue_is_sent(server):
    connection = Connection(server.port)
    connection.send(message("POST /oauth2/token", FORM, "Content-Length: 3", "Expect: 100-continue"))

    assert connection.socket.recv(100).startswith(b"HTTP/1.1 100 ")
    assert connection.send(b"a=b").answer() != CLOSED
