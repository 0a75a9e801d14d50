"""A web process that is asked to stop answers what it has begun."""

import time

import pytest

from ciam.serve import GRACE_SECONDS
from tests.browser.servers import running
from tests.protocol.sockets import Connection, message
from tests.servers import until

pytestmark = pytest.mark.protocol


def test_request_in_flight_is_answered_before_the_end(tmp_path):
    directory = tmp_path / "server"
    directory.mkdir()
    with running(directory) as server:
        begun = message("POST /oauth2/token", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 3")
        connection, idle = Connection(server.port).send(begun + b"a"), Connection(server.port).send(message("GET /x"))
        idle.answer("GET")
        time.sleep(0.5)

        server.web.running.terminate()
        time.sleep(0.5)
        answer = connection.send(b"=b").answer()

        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (401, "application/json")
        until(lambda: not server.web.is_alive(), within=GRACE_SECONDS + 2)
