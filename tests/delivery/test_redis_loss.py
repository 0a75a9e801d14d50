"""S-95: without Redis nothing new is sent, nothing else is lost, and all is well soon after it is back."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from accounts.models import EndUser
from otp.delivery.models import Delivery
from tests.clients import last_code
from tests.delivery.senders import make_delivery, make_gateway_sender, make_limited_tenant, nothing_is_charged
from tests.factories import make_application
from tests.servers import until

pytestmark = pytest.mark.servers

NUMBER = "13612345678"
OUTAGES = pytest.mark.parametrize("outage", [signal.SIGKILL, signal.SIGSTOP], ids=["down", "hung"])
CALLERS = 8


def send(rig, application, number: str = NUMBER):
    return rig.post(application, "/otp/send", {"usage": "signup", "phone_number": number})


def bring_redis_back(rig) -> None:
    rig.redis.signal(signal.SIGCONT)
    rig.start_redis()


@OUTAGES
def test_send_is_answered_and_given_back(rig, outage):
    application = make_application(make_limited_tenant())
    rig.redis.signal(outage)

    first, second = send(rig, application), send(rig, application)  # the window is given back, so the second may ask

    assert (first.status, first.body["error"]) == (503, "temporarily_unavailable")
    assert (second.status, second.body["error"]) == (503, "temporarily_unavailable")
    assert max(first.seconds, second.seconds) < 3
    assert nothing_is_charged(application.tenant)


@OUTAGES
def test_many_at_once_are_answered(rig, outage):
    """Nobody queues for a connection that hangs."""
    application = make_application(make_limited_tenant())
    for _ in range(3):
        send(rig, make_application())  # so that there are connections to lose
    rig.redis.signal(outage)

    with ThreadPoolExecutor(CALLERS) as callers:
        answers = list(callers.map(lambda position: send(rig, application, f"1361234567{position}"), range(CALLERS)))

    assert {answer.status for answer in answers} == {503}
    assert max(answer.seconds for answer in answers) < 4  # a caller may wait for another's thread, once
    assert nothing_is_charged(application.tenant)


@OUTAGES
def test_code_that_was_sent_before_still_signs_up(rig, outage):
    application = make_application()
    token = send(rig, application).body["otp_token"]
    proof = {"phone_number": NUMBER, "phone_number_otp_token": token, "phone_number_otp": last_code(f"+86{NUMBER}")}
    rig.redis.signal(outage)

    wrong = rig.post(application, "/signup", proof | {"phone_number_otp": "no"})
    right = rig.post(application, "/signup", proof)

    assert (wrong.status, wrong.body["error"]) == (400, "bad_phone_number_otp")
    assert (right.status, right.seconds < 3) == (200, True)


@OUTAGES
def test_code_for_a_new_password_is_answered_alike_and_sent_when_redis_is_back(rig, outage):
    """S-88: no request hands it over, so that none waits for Redis."""
    application = make_application()
    EndUser.objects.create(tenant=application.tenant, phone_number=f"+86{NUMBER}", phone_number_verified=True)
    rig.redis.signal(outage)

    known, unknown = (
        rig.post(application, "/otp/send", {"usage": "reset_password", "phone_number": number})
        for number in (NUMBER, "13712345678")
    )
    bring_redis_back(rig)

    assert (known.status, list(known.body)) == (unknown.status, list(unknown.body)) == (200, ["otp_token"])
    of_application = Delivery.objects.filter(tenant=application.tenant)
    until(lambda: of_application.filter(destination=f"+86{NUMBER}", status="sent").exists(), within=20)
    assert of_application.get(destination="+8613712345678").status == "skipped"


@pytest.mark.parametrize(("outage", "seconds"), [(signal.SIGKILL, 5), (signal.SIGSTOP, 10)], ids=["down", "hung"])
def test_all_is_well_soon_after_redis_is_back(rig, outage, seconds):
    """Within ten seconds: the web's publisher, the worker's consumer, and the schedule that drives lost messages."""
    application = make_application()
    rig.redis.signal(outage)
    send(rig, application)
    time.sleep(seconds)  # so that the worker has tried more than once, and has lost patience with a silent connection
    bring_redis_back(rig)

    rig.wait_until_ready(within=10)
    answer = send(rig, application)

    assert (answer.status, answer.seconds < 2) == (200, True)
    assert Delivery.objects.filter(tenant=application.tenant, status="sent").count() == 1
    lost = make_delivery(application, number="13700000000", age_seconds=6)
    until(lambda: Delivery.objects.filter(id=lost.delivery.id, status="sent").exists(), within=10)


def test_worker_with_work_in_hand_outlives_redis(rig, gateway):
    """Kombu 5.7 alone ends the worker here: it closes the channel of the unacknowledged messages twice."""
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)
    gateway.behave = gateway.hang
    send(rig, application)
    worker = rig.worker.running.pid

    rig.redis.kill()
    time.sleep(1)
    gateway.behave = None
    bring_redis_back(rig)
    rig.wait_until_ready(within=10)

    assert rig.worker.is_alive()
    assert rig.worker.running.pid == worker
    until(lambda: Delivery.objects.filter(tenant=application.tenant, status="sent").exists(), within=15)
    assert len(set(gateway.codes())) == 1


def test_messages_that_died_with_redis_are_sent(rig, gateway):
    """S-90: published, and forgotten by a broker that came back empty."""
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)
    rig.pause_worker()
    send(rig, application)
    rig.broker().flushall()
    rig.worker.signal(signal.SIGCONT)

    until(lambda: gateway.received, within=10)

    assert len(gateway.received) == 1


def test_worker_may_start_before_redis(rig):
    application = make_application()
    rig.worker.stop()
    rig.redis.kill()
    rig.worker.start()
    time.sleep(3)

    bring_redis_back(rig)

    rig.wait_until_ready(within=10)
    assert send(rig, application).status == 200


def test_worker_goes_on_when_redis_changes_its_role(rig):
    """As in a failover: the server that it waits at becomes a replica, which takes no writes, and later a master."""
    application = make_application()
    worker, files = rig.worker.pid, open_files(rig.worker.pid)
    with rig.broker() as redis:
        for _ in range(3):
            redis.execute_command("REPLICAOF", "127.0.0.1", "1")
            time.sleep(2)
            redis.execute_command("REPLICAOF", "NO", "ONE")
            time.sleep(0.5)

    rig.wait_until_ready(within=10)
    assert send(rig, application).status == 200
    assert (rig.worker.is_alive(), rig.worker.pid) == (True, worker)
    assert "Unrecoverable" not in rig.worker.output()
    assert open_files(worker) < files + 10


def open_files(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


@pytest.mark.parametrize("fault", ["full", "replica"])
def test_send_is_refused_while_redis_takes_nothing(rig, fault):
    application = make_application(make_limited_tenant())
    with rig.broker() as redis:
        break_off = {"full": ("CONFIG", "SET", "maxmemory", "1"), "replica": ("REPLICAOF", "127.0.0.1", "1")}
        mend = {"full": ("CONFIG", "SET", "maxmemory", "0"), "replica": ("REPLICAOF", "NO", "ONE")}
        redis.execute_command(*break_off[fault])
        refused = send(rig, application)
        is_charged = not nothing_is_charged(application.tenant)
        redis.execute_command(*mend[fault])

    assert (refused.status, refused.body["error"], is_charged) == (503, "temporarily_unavailable", False)
    rig.wait_until_ready(within=10)
    assert send(rig, application).status == 200
