"""The canary rule with real servers: logs, Redis and PostgreSQL after and during a run (S-34, S-105)."""

import json
import signal
import urllib.request

import pytest
from django.conf import settings

from tests.clients import last_code
from tests.delivery.senders import GATEWAY_SECRET, make_gateway_sender
from tests.factories import SECRET, make_application
from tests.operations.test_no_secret_is_told import STRONG, WEAK, found
from tests.servers import Rig, every_text_in_the_database, everything_in, until

pytestmark = pytest.mark.servers

GOODBYE = ("", "worker: Warm shutdown (MainProcess)")  # Celery's, on stdout
PHONE, AGAIN, WAITING = "13812345678", "13812345679", "13812345670"


def sign_up_with_mistakes(rig: Rig, application) -> list[str]:
    """Wrong code, weak password, wrong type, then all of it right; what was secret in it."""
    token = rig.post(application, "/otp/send", {"usage": "signup", "phone_number": PHONE}).body["otp_token"]
    code = last_code(f"+86{PHONE}")
    proof = {"phone_number": PHONE, "phone_number_otp_token": token, "phone_number_otp": code}
    for change in ({"phone_number_otp": "000000"}, {"password": WEAK}, {"password": [STRONG]}):
        assert rig.post(application, "/signup", proof | change).status == 400
    assert rig.post(application, "/signup", proof | {"password": STRONG}).status == 200
    return [code, token]


def send(rig: Rig, application, number: str) -> str:
    """Its token, if it was sent."""
    body = rig.post(application, "/otp/send", {"usage": "signup", "phone_number": number}).body
    return str(body.get("otp_token", "no-token-was-given"))


@pytest.fixture
def kept(rig, gateway) -> dict[str, object]:
    """A whole run, with what was secret in it and what was found in each place."""
    application = make_application(password_source={})
    secrets = sign_up_with_mistakes(rig, application)
    make_gateway_sender(application.tenant, gateway.url)
    gateway.status = 500
    secrets.append(send(rig, application, AGAIN))
    rig.pause_worker()
    gateway.status = 200
    secrets.append(send(rig, application, WAITING))
    waiting = everything_in(rig.broker()) + every_text_in_the_database(but_not="delivery_outboxmessage")
    rig.worker.signal(signal.SIGCONT)
    until(lambda: len(gateway.received) >= 3, within=10)
    until(lambda: '"outcome": "sent", "vendor": "custom"' in rig.worker.output(), within=5)
    return {
        "secrets": [*secrets, *gateway.codes(), STRONG, WEAK, SECRET, GATEWAY_SECRET, settings.SECRET_KEY],
        "while_it_waited": waiting,
        "redis": everything_in(rig.broker()),
        "postgresql": every_text_in_the_database(but_not="delivery_outboxmessage"),
        "logs": rig.output(),
        "metrics": urllib.request.urlopen(f"http://127.0.0.1:{rig.port}/metrics").read().decode(),
    }


def test_no_secret_is_kept_anywhere(kept):
    secrets = kept.pop("secrets")

    assert "otp.deliver" in kept["while_it_waited"]
    assert "+8613812345678" in kept["postgresql"]
    assert 'ciam_deliveries_total{channel="sms",outcome="sent"}' in kept["metrics"]
    assert {place: found(secrets, text) for place, text in kept.items()} == {place: [] for place in kept}
    assert found([PHONE, AGAIN, WAITING], kept["logs"]) == []


def test_every_line_of_web_and_worker_is_json(rig):
    rig.get("/no/such/path")
    rig.worker.stop()
    rig.redis.kill()
    rig.get("/readyz")
    rig.repair()

    for part in (rig.web, rig.worker):
        lines = [line for line in part.output().splitlines() if line not in GOODBYE]
        assert lines
        for line in lines:
            assert {"timestamp", "level", "logger", "event"} <= set(json.loads(line)), line


def test_counts_of_web_and_worker_are_told_by_either_web_process(rig):
    application = make_application()
    send(rig, application, PHONE[:-1] + "1")
    sample = 'ciam_delivery_attempt_seconds_count{outcome="sent",vendor="outbox"}'

    answers = {urllib.request.urlopen(f"http://127.0.0.1:{rig.port}/metrics").read().decode() for _ in range(6)}

    counts = {line.rpartition(" ")[2] for answer in answers for line in answer.splitlines() if line.startswith(sample)}
    assert len(counts) == 1
    assert float(counts.pop()) >= 1
