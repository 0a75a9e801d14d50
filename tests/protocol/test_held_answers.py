"""An answer that is held until others of its kind leave keeps no thread."""

import json
import time

import pytest

from accounts.passwords.costs import LEAST_SECONDS
from tests.protocol.conftest import THREADS
from tests.protocol.sockets import Connection, message

pytestmark = pytest.mark.protocol


def test_refused_passwords_are_held_while_other_requests_are_answered(server):
    application = {
        "client_id": "held",
        "name": "Held",
        "type": "spa",
        "login": {"preferred_auth_source": "accounts"},
    }
    sources = [{"key": "accounts", "name": "Accounts"}]
    server.provision(
        {"tenants": [{"slug": "held", "name": "Held", "password_auth_sources": sources, "applications": [application]}]}
    )
    body = json.dumps({"username": "nobody", "password": "wrong"}).encode()
    sign_in = message("POST /auth/v1/signin?client_id=held", "X-Device-Id: d1", "Content-Type: text/plain", body=body)
    started = time.monotonic()

    held = [Connection(server.port).send(sign_in) for _ in range(2 * THREADS)]
    other = Connection(server.port).send(message("GET /auth/v1/signup?client_id=held")).answer("GET")
    answers = [connection.answer() for connection in held]

    assert other.status < 500
    assert {answer.status for answer in answers} == {400}
    assert time.monotonic() - started >= LEAST_SECONDS
