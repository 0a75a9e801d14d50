"""Processes that die at the worst moment: every accepted code is sent soon, with at most one copy, or not at all."""

import socket
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from otp.delivery.models import Delivery
from tenants import clock
from tests.delivery.senders import make_delivery, make_gateway_sender, make_limited_tenant, nothing_is_charged
from tests.factories import make_application
from tests.servers import until

pytestmark = pytest.mark.servers

LOST = 50
IN_FLIGHT = 4


def numbers(count: int) -> list[str]:
    return [f"136{position:08d}" for position in range(count)]


def send_all(rig, application, count: int) -> dict[str, str]:
    """The token of each number."""

    def send(number: str) -> str:
        answer = rig.post(application, "/otp/send", {"usage": "signup", "phone_number": number})
        assert answer.status == 200
        return answer.body["otp_token"]

    with ThreadPoolExecutor(count) as callers:
        return dict(zip(numbers(count), callers.map(send, numbers(count)), strict=True))


def codes_of(gateway, application) -> dict[str, list[str]]:
    """The codes that each number of the application was sent."""
    codes = defaultdict(list)
    for delivery in Delivery.objects.filter(tenant=application.tenant):
        number = delivery.destination.removeprefix("+86")
        codes[number] += [one.body["code"] for one in gateway.received if one.body["id"] == delivery.id.hex]
    return codes


def sign_up(rig, application, number: str, token: str, codes: list[str]) -> list[int]:
    """The statuses of two sign-ups with the one code that all copies must have."""
    (code,) = set(codes)
    proof = {"phone_number": number, "phone_number_otp_token": token, "phone_number_otp": code}
    return [rig.post(application, "/signup", proof).status for _ in range(2)]


def all_claimed(application) -> bool:
    claimed = Delivery.objects.filter(tenant=application.tenant, status=Delivery.Status.CLAIMED)
    return claimed.count() == IN_FLIGHT


def all_finished(application) -> bool:
    unfinished = [Delivery.Status.PENDING, Delivery.Status.CLAIMED]
    return not Delivery.objects.filter(tenant=application.tenant, status__in=unfinished).exists()


def test_what_no_worker_was_told_of_is_sent(rig, gateway):
    """S-90: the web process died between COMMIT and publishing."""
    application = make_application(make_limited_tenant())
    make_gateway_sender(application.tenant, gateway.url)
    handed = {number: make_delivery(application, number=number) for number in numbers(LOST)}

    until(lambda: all_finished(application), within=10)

    assert sorted(one.body["to"] for one in gateway.received) == sorted(f"+86{number}" for number in handed)
    assert Delivery.objects.filter(tenant=application.tenant, status="sent").count() == LOST
    number, first = next(iter(handed.items()))
    assert sign_up(rig, application, number, first.token, gateway.codes(f"+86{number}")) == [200, 400]


def test_web_process_killed_during_its_wait_loses_nothing(rig, gateway):
    """S-90"""
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)
    gateway.behave = gateway.hang

    with ThreadPoolExecutor(1) as callers:
        answer = callers.submit(rig.post, application, "/otp/send", {"usage": "signup", "phone_number": "13612345678"})
        until(lambda: gateway.received, within=5)
        gateway.behave = None
        rig.web.kill()
        assert answer.result().status == 0
    rig.web.start()

    until(lambda: Delivery.objects.filter(tenant=application.tenant, status="sent").exists(), within=15)
    assert len(set(gateway.codes())) == 1


def test_killed_worker_leaves_at_most_one_more_copy(rig, gateway):
    """S-91, S-93: some messages were accepted and not yet answered, of others nobody had read a byte."""
    accepted, unread = make_application(), make_application()
    make_gateway_sender(accepted.tenant, gateway.url)
    gateway.behave = gateway.hang
    with (
        ThreadPoolExecutor(2) as callers,
        socket.create_server(("127.0.0.1", 0), backlog=IN_FLIGHT) as deaf,
    ):
        sender = make_gateway_sender(unread.tenant, f"http://127.0.0.1:{deaf.getsockname()[1]}/")
        tokens = {one: callers.submit(send_all, rig, one, IN_FLIGHT) for one in (accepted, unread)}
        until(lambda: len(gateway.received) >= IN_FLIGHT and all_claimed(unread), within=5)
        rig.worker.kill()
    gateway.behave = None
    sender.settings = {"url": gateway.url}
    sender.save()
    first_copies = len(gateway.received)

    rig.worker.start()

    until(lambda: all_finished(accepted) and all_finished(unread), within=15)
    assert first_copies == IN_FLIGHT
    for application, copies in ((accepted, 2), (unread, 1)):
        codes = codes_of(gateway, application)
        assert {number: len(codes[number]) for number in codes} == dict.fromkeys(numbers(IN_FLIGHT), copies)
        for number, token in tokens[application].result().items():
            assert sign_up(rig, application, number, token, codes[number]) == [200, 400]


def test_worker_that_was_away_too_long_drops_the_message(rig, gateway):
    """S-92: after a minute nothing is sent, and quota, window and token are given back."""
    application = make_application(make_limited_tenant())
    make_gateway_sender(application.tenant, gateway.url)
    rig.worker.stop()
    handed = make_delivery(application, age_seconds=61)

    rig.worker.start()

    until(lambda: all_finished(application), within=10)
    answer = rig.post(application, "/signup", handed.proof)
    assert gateway.received == []
    assert nothing_is_charged(application.tenant)
    assert answer.body["error"] == "bad_phone_number_otp_token"


def test_message_that_kills_its_workers_is_parked(rig, gateway):
    """S-93: after five claims it is given back, and the queue flows."""
    application = make_application(make_limited_tenant())
    make_gateway_sender(application.tenant, gateway.url)
    claimed_at = clock.now() - timedelta(seconds=15)
    make_delivery(application, age_seconds=20, status=Delivery.Status.CLAIMED, claims=5, claimed_at=claimed_at)

    until(lambda: all_finished(application), within=10)

    assert gateway.received == []
    assert nothing_is_charged(application.tenant)
    send_all(rig, application, 1)
    assert len(gateway.received) == 1


def test_worker_that_is_told_to_stop_finishes_what_it_holds(rig, gateway):
    """S-101: an operator's restart sends no copies."""
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)

    def be_slow(connection):
        time.sleep(1)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    gateway.behave = be_slow
    with ThreadPoolExecutor(1) as callers:
        answer = callers.submit(rig.post, application, "/otp/send", {"usage": "signup", "phone_number": "13612345678"})
        until(lambda: gateway.received, within=5)
        rig.worker.stop()

    assert answer.result().status == 200
    assert Delivery.objects.get(tenant=application.tenant).status == Delivery.Status.SENT
