"""A web process that is asked to stop answers what it has begun."""

import json
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


def test_message_that_waits_for_its_answer_is_sent_before_the_end(tmp_path):
    directory = tmp_path / "server"
    directory.mkdir()
    secret, email = "a-client-secret-for-tests", "mei@example.com"
    application = {"client_id": "shop", "name": "Shop", "type": "web", "client_secret": secret}
    (directory / "users.jsonl").write_text(json.dumps({"email": email, "email_verified": True}))
    with running(directory) as server:
        server.provision({"tenants": [{"slug": "acme", "name": "Acme", "applications": [application]}]})
        server.manage("import_users", str(directory / "users.jsonl"), "--tenant", "acme")

        asked = server.post("/otp/send", {"usage": "reset_password", "email": email}, "shop", secret)
        server.web.stop()

        assert "otp_token" in asked
        assert json.loads(server.manage("outbox", "--to", email, "--latest", "--json"))["usage"] == "reset_password"
