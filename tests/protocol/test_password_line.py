"""Log-ins by password wait in a line for their hash, and hold up no other request (S-53)."""

import json
import time

import pytest

from tests.protocol.conftest import THREADS
from tests.protocol.sockets import Connection, message

pytestmark = pytest.mark.protocol

LOG_INS = 20 * THREADS  # fewer than the line takes


def test_other_requests_pass_those_that_wait_for_a_hash(server):
    application = {"client_id": "line", "name": "Line", "type": "spa", "login": {"preferred_auth_source": "accounts"}}
    sources = [{"key": "accounts", "name": "Accounts"}]
    server.provision(
        {"tenants": [{"slug": "line", "name": "Line", "password_auth_sources": sources, "applications": [application]}]}
    )

    waiting = [Connection(server.port).send(log_in(number)) for number in range(LOG_INS)]
    time.sleep(0.2)  # until all of them are there
    other = Connection(server.port).send(message("GET /signup/contract?client_id=line")).answer("GET")
    answers = [connection.answer() for connection in waiting]

    assert other.status < 500
    assert {answer.status for answer in answers} <= {400, 503}  # on a slow machine some wait too long
    assert other.seconds < max(answer.seconds for answer in answers) / 2


def log_in(number: int) -> bytes:
    """From a network of its own, so that no limit of one network is met."""
    source = f"X-Forwarded-For: 203.0.113.{number}"
    body = json.dumps({"username": f"nobody-{number}", "password": "wrong"}).encode()
    return message("POST /auth/v1/signin?client_id=line", source, "Content-Type: text/plain", body=body)
