"""What Django is told of a request, and what a thread keeps of one."""

import os
from types import SimpleNamespace

import pytest
from structlog.contextvars import bind_contextvars, get_contextvars

pytestmark = pytest.mark.embedded


class Headers(list):
    def items(self):
        return list(self)


def scope(*headers: tuple[str, str], **attributes: str) -> SimpleNamespace:
    usual = {"method": "GET", "path": "/x", "query_string": "a=b", "http_version": "1.1", "scheme": "http"}
    addresses = {"client": "203.0.113.7:50000", "server": "127.0.0.1:8000", "authority": None}
    return SimpleNamespace(headers=Headers(headers), **usual | addresses | attributes)


def test_environment_of_the_process_is_not_in_the_request(monkeypatch):
    from ciam import rsgi  # it sets Django up

    monkeypatch.setenv("SECRET_KEY", "a-secret-of-the-process")

    environ = rsgi.environ_of(scope(("host", "localhost"), ("user-agent", "test")))

    assert set(environ) & set(os.environ) == set()
    assert "a-secret-of-the-process" not in str(environ)
    assert (environ["HTTP_HOST"], environ["REMOTE_ADDR"], environ["PATH_INFO"]) == ("localhost", "203.0.113.7", "/x")


def test_address_of_an_ipv6_client_has_no_brackets():
    from ciam import rsgi

    assert rsgi.environ_of(scope(client="[2001:db8::1]:50000"))["REMOTE_ADDR"] == "2001:db8::1"


def test_what_is_no_request_is_a_json_error_that_leaves_no_context(caplog):
    from ciam import rsgi
    from ciam.wsgi import application

    bind_contextvars(tenant="of-the-request-before")

    status, headers, body = rsgi.respond(application, {"PATH_INFO": "/x"})

    assert (status, body) == (500, b'{"error": "server_error"}')
    assert ("X-Content-Type-Options", "nosniff") in headers
    assert get_contextvars() == {}
    assert [record.getMessage() for record in caplog.records] == ["A request failed before Django had it."]
