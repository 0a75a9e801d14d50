"""A scan says what is vulnerable, and never that nothing is without having been told so for each package (S-118)."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from supply_chain import locks, scan
from tests.servers import free_port


class Osv(ThreadingHTTPServer):
    """Answers as OSV does; `answer` makes the answer of the queries."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/v1/querybatch"
        self.status = 200
        self.answer: Any = lambda queries: json.dumps({"results": [{} for _ in queries]})
        self.queries: list[dict[str, Any]] = []


class Handler(BaseHTTPRequestHandler):
    server: Osv

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.queries = json.loads(body)["queries"]
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.answer(self.server.queries).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        pass


@pytest.fixture
def osv() -> Iterator[Osv]:
    server = Osv()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_clean_scan_asks_for_every_locked_version(osv, capsys):
    assert scan.main(["--url", osv.url]) == 0

    asked = {(one["package"]["ecosystem"], one["package"]["name"], one["version"]) for one in osv.queries}
    assert asked == {("PyPI", one.name, one.version) for lock in locks.LOCKS for one in locks.read(lock)}
    assert f"{len(asked)} locked versions scanned, 0 of them" in capsys.readouterr().out


def test_a_vulnerable_version_is_named(osv, capsys):
    def answer(queries: list[dict[str, Any]]) -> str:
        found = {"vulns": [{"id": "GHSA-1"}, {"id": "PYSEC-2"}]}
        return json.dumps({"results": [found if one["package"]["name"] == "django" else {} for one in queries]})

    osv.answer = answer

    assert scan.main(["--url", osv.url]) == 1
    printed = capsys.readouterr().out
    assert "django 5.2.19: GHSA-1, PYSEC-2" in printed
    assert "1 of them have known vulnerabilities" in printed


@pytest.mark.parametrize(
    "answer",
    [
        "<html>Log in to the hotel's network</html>",
        "[]",
        "null",
        "{}",
        '{"results": null}',
        '{"results": []}',
        '{"results": [{}]}',
    ],
)
def test_an_answer_that_does_not_speak_of_each_package_is_no_scan(osv, capsys, answer):
    osv.answer = lambda _: answer

    assert scan.main(["--url", osv.url]) == 2
    assert "Not scanned" in capsys.readouterr().err


@pytest.mark.parametrize("result", [None, 1, {"vulns": [1]}, {"vulns": [{}]}, {"vulns": 1}])
def test_a_malformed_result_is_no_scan(osv, result):
    osv.answer = lambda queries: json.dumps({"results": [result for _ in queries]})

    assert scan.main(["--url", osv.url]) == 2


def test_a_server_that_refuses_is_no_scan(osv, capsys):
    osv.status = 503

    assert scan.main(["--url", osv.url]) == 2
    assert "Whether the locked versions are vulnerable is not known" in capsys.readouterr().err


def test_a_server_that_cannot_be_reached_is_no_scan(capsys):
    assert scan.main(["--url", f"http://127.0.0.1:{free_port()}/"]) == 2
    assert "cannot be reached (ConnectError)" in capsys.readouterr().err
