"""Sending over a real web server, broker and worker."""

import base64
import json
import re
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.db import connection

from otp.delivery.models import Delivery, OutboxMessage
from tests.clients import last_code
from tests.delivery.senders import GATEWAY_SECRET, make_gateway_sender, make_limited_tenant, nothing_is_charged
from tests.factories import SECRET, make_application
from tests.servers import everything_in, until

pytestmark = pytest.mark.servers

NUMBER = "13612345678"


def send(rig, application, number: str = NUMBER):
    return rig.post(application, "/otp/send", {"usage": "signup", "phone_number": number})


def proof(number: str, token: str, code: str) -> dict[str, str]:
    return {"phone_number": number, "phone_number_otp_token": token, "phone_number_otp": code}


def numbers(count: int) -> list[str]:
    return [f"136{position:08d}" for position in range(count)]


def test_code_is_sent_and_signs_up(rig):
    application = make_application()

    sent = send(rig, application)
    code = last_code(f"+86{NUMBER}")
    answer = rig.post(application, "/signup", proof(NUMBER, sent.body["otp_token"], code))

    assert (sent.status, answer.status) == (200, 200)
    assert answer.body["sub"]
    assert sent.seconds < 2


def test_hundred_codes_at_once_are_all_delivered(rig, gateway):
    """Each task gives its database connection back, or the seventeenth would have none."""
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)

    with ThreadPoolExecutor(16) as callers:
        answers = list(callers.map(lambda number: send(rig, application, number), numbers(100)))

    assert {answer.status for answer in answers} == {200}
    until(lambda: len(gateway.received) >= 100, within=10)
    assert sorted(one.body["to"] for one in gateway.received) == sorted(f"+86{number}" for number in numbers(100))
    until(lambda: not open_transactions(), within=2)


def open_transactions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in %%'", ()
        )
        return [query for (query,) in cursor.fetchall()]


def test_refusal_is_told_to_as_many_as_there_are_threads(rig, gateway):
    """Once a sender has refused a message, the other half of the threads waits, too, for what it refuses at once."""
    application = make_application(make_limited_tenant())
    make_gateway_sender(application.tenant, gateway.url)
    gateway.status = 422
    threads = settings.WEB_WORKERS * settings.WEB_THREADS

    with ThreadPoolExecutor(threads) as callers:
        list(callers.map(lambda number: send(rig, application, number), numbers(2 * threads)))
        answers = list(callers.map(lambda number: send(rig, application, f"137{number[3:]}"), numbers(threads)))

    assert {answer.status for answer in answers} == {503}
    assert nothing_is_charged(application.tenant)


def test_refusal_within_the_wait_is_answered(rig, gateway):
    """Refused by every sender: the documented 503, and nothing is charged."""
    application = make_application(make_limited_tenant())
    make_gateway_sender(application.tenant, gateway.url)
    gateway.status = 422

    answer = send(rig, application)

    assert answer.status == 503
    assert answer.body["error"] == "temporarily_unavailable"
    assert answer.seconds < 2
    assert nothing_is_charged(application.tenant)


@pytest.mark.parametrize("misbehaviour", ["reset", "drip"])
def test_misbehaving_gateway_holds_nobody_up(rig, gateway, misbehaviour):
    """S-94: the request is answered in six seconds, and the worker serves the other tenants meanwhile."""
    troubled, other = make_application(make_limited_tenant()), make_application()
    make_gateway_sender(troubled.tenant, gateway.url)
    gateway.behave = getattr(gateway, misbehaviour)

    with ThreadPoolExecutor(1) as callers:
        waiting = callers.submit(send, rig, troubled)
        until(lambda: gateway.received, within=5)
        answer = send(rig, other)

    assert (answer.status, answer.seconds < 1) == (200, True)
    assert waiting.result().seconds < 6
    until(lambda: nothing_is_charged(troubled.tenant), within=15)
    assert Delivery.objects.get(tenant=troubled.tenant).status == Delivery.Status.FAILED


def test_half_of_the_web_threads_stay_free(rig, gateway):
    """Design 4.6: beyond half of the threads, a request does not wait for its verdict."""
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)
    gateway.behave = gateway.hang
    threads = settings.WEB_WORKERS * settings.WEB_THREADS

    with ThreadPoolExecutor(threads) as callers:
        answers = list(callers.map(lambda number: send(rig, application, number), numbers(threads)))

    waited = [answer for answer in answers if answer.seconds > 1.5]
    assert {answer.status for answer in answers} == {200}
    assert 1 <= len(waited) <= threads // 2
    assert max(answer.seconds for answer in answers) < 3


def test_flushed_redis_resets_no_counter(rig):
    """S-96: truth is in the database."""
    application = make_application()
    token = send(rig, application).body["otp_token"]
    code = last_code(f"+86{NUMBER}")
    wrong = proof(NUMBER, token, f"{(int(code) + 1) % 10**6:06d}")
    errors = []

    for _ in range(5):
        errors.append(rig.post(application, "/signup", wrong).body["error"])
        rig.broker().flushall()
    after_five = rig.post(application, "/signup", proof(NUMBER, token, code))
    too_soon = send(rig, application)

    assert errors == ["bad_phone_number_otp"] * 5
    assert after_five.body["error"] == "bad_phone_number_otp_token"
    assert too_soon.body["error"] == "sms_rate_limit_exceeded"


def test_code_is_redeemed_once_whatever_redis_forgets(rig):
    """S-96"""
    application = make_application()
    token = send(rig, application).body["otp_token"]
    body = proof(NUMBER, token, last_code(f"+86{NUMBER}"))

    first = rig.post(application, "/signup", body)
    rig.broker().flushall()
    second = rig.post(application, "/signup", body)

    assert (first.status, second.status) == (200, 400)


def test_sending_goes_on_after_a_flush(rig):
    application = make_application()
    rig.broker().flushall()

    answer = send(rig, application)

    assert answer.status == 200
    assert OutboxMessage.objects.filter(tenant=application.tenant).count() == 1
    assert rig.get("/readyz").status == 200


# /readyz


def test_ready_server_says_so(rig):
    answer = rig.get("/readyz")

    assert answer.body == {"database": "ok", "broker": "ok", "worker": "ok"}
    assert answer.seconds < 1


def test_server_without_a_worker_is_not_ready(rig):
    rig.worker.stop()

    answer = rig.get("/readyz")

    assert answer.status == 503
    assert answer.body == {"database": "ok", "broker": "ok", "worker": "unavailable"}
    assert answer.seconds < 2


@pytest.mark.parametrize("outage", [signal.SIGKILL, signal.SIGSTOP], ids=["down", "hung"])
def test_server_without_redis_is_not_ready_but_alive(rig, outage):
    rig.redis.signal(outage)

    ready, alive = rig.get("/readyz"), rig.get("/healthz")

    assert ready.status == 503
    assert ready.body == {"database": "ok", "broker": "unavailable", "worker": "unknown"}
    assert ready.seconds < 2
    assert alive.status == 200


# What is kept where: last, so that the logs of all of the above are there


def test_no_secret_is_in_redis(rig, gateway):
    """S-34, S-105: while messages wait for a worker that is paused."""
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)
    rig.pause_worker()
    with ThreadPoolExecutor(3) as callers:
        answers = list(callers.map(lambda number: send(rig, application, number), numbers(3)))

    kept = everything_in(rig.broker())
    rig.worker.signal(signal.SIGCONT)
    until(lambda: len(gateway.received) >= 3, within=15)

    assert "otp.deliver" in kept
    tokens = [answer.body["otp_token"] for answer in answers]
    for canary in [*tokens, *gateway.codes(), SECRET, GATEWAY_SECRET, settings.SECRET_KEY, "13600000000"]:
        assert canary not in kept


def test_no_secret_is_in_the_logs(rig, gateway):
    """S-34, S-105: of all that was done until now, failures included."""
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)
    token = send(rig, application).body["otp_token"]
    gateway.status = 500
    send(rig, application, "13700000000")

    logs = rig.output()

    codes = [*gateway.codes(), *OutboxMessage.objects.values_list("code", flat=True)]
    assert len(codes) > 5
    assert "delivery" in logs
    for canary in [token, SECRET, base64_of(SECRET), GATEWAY_SECRET, settings.SECRET_KEY, "13700000000", NUMBER]:
        assert canary not in logs
    assert not [code for code in codes if re.search(rf"(?<![0-9a-f]){code}(?![0-9a-f])", logs)]


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()[:-2]


def test_messages_carry_ids_alone(rig):
    """S-103"""
    application = make_application()
    rig.pause_worker()
    send(rig, application)

    message = json.loads(rig.broker().lindex("celery", 0))
    args, kwargs, _ = json.loads(base64.b64decode(message["body"]))

    assert args == []
    assert kwargs == {"delivery_id": Delivery.objects.get(tenant=application.tenant).id.hex}
    assert (message["content-type"], message["headers"]["task"]) == ("application/json", "otp.deliver")
