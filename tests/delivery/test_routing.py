"""Which senders are tried, in which order, how often, and which are left in peace."""

from functools import partial

import pytest

from otp.delivery import dispatch
from otp.delivery.attempts import FAILURES_UNTIL_REST
from otp.delivery.models import Attempt, Delivery, OutboxMessage
from otp.delivery.routes import PROBE_INTERVAL, REST
from tenants.models import Application
from tests.clients import TencentClient
from tests.delivery.senders import (
    failures_of,
    make_delivery,
    make_gateway_sender,
    make_limited_tenant,
    make_sender,
    nothing_is_charged,
)
from tests.factories import make_application
from tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def application() -> Application:
    return make_application(make_limited_tenant(sms_interval_seconds=0))


@pytest.fixture
def client(application) -> TencentClient:
    return TencentClient(application)


@pytest.fixture
def worker(settings) -> None:
    """Deliveries are made as a worker makes them: each sender is tried twice."""
    settings.IS_EAGER = False


def status_of(client: TencentClient, number: str) -> int:
    return send(client, number).status_code


def send(client: TencentClient, number: str = "13612345678"):
    return client.send(usage="signup", phone_number=number)


@pytest.mark.parametrize("status", [422, 500, 503])
def test_second_sender_is_tried_when_the_first_refuses(application, client, gateway, second_gateway, status):
    gateway.status = status
    make_gateway_sender(application.tenant, gateway.url, position=0)
    make_gateway_sender(application.tenant, second_gateway.url, position=1)

    answer = send(client)

    assert answer.status_code == 200
    assert gateway.codes() == second_gateway.codes()
    assert [attempt.succeeded for attempt in Attempt.objects.order_by("started_at")] == [False, True]
    assert Delivery.objects.get().status == Delivery.Status.SENT


def test_second_sender_is_left_alone_when_the_first_succeeds(application, client, gateway, second_gateway):
    make_gateway_sender(application.tenant, second_gateway.url, position=1)
    make_gateway_sender(application.tenant, gateway.url, position=0)

    send(client)

    assert (len(gateway.received), len(second_gateway.received)) == (1, 0)


def test_second_sender_is_tried_when_the_row_of_the_first_is_wrong(application, client, gateway):
    make_sender(application.tenant, "custom", settings={}, position=0)
    make_gateway_sender(application.tenant, gateway.url, position=1)

    assert send(client).status_code == 200
    assert len(gateway.received) == 1


def test_unknown_vendor_is_passed_over(application, client, gateway):
    make_sender(application.tenant, "pigeon", settings={}, position=0)
    make_gateway_sender(application.tenant, gateway.url, position=1)

    assert send(client).status_code == 200


def test_sender_whose_secret_cannot_be_read_is_passed_over(application, client, gateway):
    sender = make_gateway_sender(application.tenant, gateway.url, position=0)
    sender.sealed_secret = "gAAAAA-not-ours"
    sender.save()
    make_sender(application.tenant, "outbox", settings={}, position=1)

    assert send(client).status_code == 200
    assert gateway.received == []


def test_disabled_senders_and_those_of_other_channels_are_not_used(application, client, gateway):
    make_gateway_sender(application.tenant, gateway.url, position=0, enabled=False)
    make_gateway_sender(application.tenant, gateway.url, position=1, channel="email")
    make_sender(application.tenant, "outbox", settings={}, position=2)

    send(client)

    assert gateway.received == []
    assert OutboxMessage.objects.count() == 1


def test_senders_of_other_tenants_are_not_used(client, gateway):
    make_gateway_sender(make_limited_tenant(), gateway.url)

    send(client)

    assert gateway.received == []


def test_nothing_is_charged_when_all_refuse(application, client, gateway, second_gateway):
    gateway.status, second_gateway.status = 500, 400
    make_gateway_sender(application.tenant, gateway.url, position=0)
    make_gateway_sender(application.tenant, second_gateway.url, position=1)

    answer = send(client)

    assert answer.status_code == 503
    assert Delivery.objects.get().status == Delivery.Status.FAILED
    assert nothing_is_charged(application.tenant)


def test_token_of_a_message_that_nobody_took_opens_nothing(application, client, gateway):
    gateway.status = 500
    make_gateway_sender(application.tenant, gateway.url)
    handed = make_delivery(application)
    dispatch.deliver(handed.delivery.id)

    answer = client.sign_up(**handed.proof)

    assert answer.json()["error"] == "bad_phone_number_otp_token"


def test_production_has_no_outbox(application, client, settings):
    settings.IS_TRIAL = False
    settings.SHARED_HOSTS = ["localhost"]
    make_sender(application.tenant, "outbox", settings={})
    make_sender(application.tenant, "console", settings={}, position=1)

    answer = send(client)

    assert answer.status_code == 503
    assert OutboxMessage.objects.count() == 0


def test_production_without_senders_sends_nothing(application, client, settings):
    settings.IS_TRIAL = False
    settings.SHARED_HOSTS = ["localhost"]

    assert send(client).status_code == 503
    assert OutboxMessage.objects.count() == 0


# A worker's tries


def test_worker_tries_a_sender_twice(application, gateway, worker):
    """S-94: at most two tries, with the same code and the same key."""
    gateway.status = 500
    make_gateway_sender(application.tenant, gateway.url)
    handed = make_delivery(application)

    status = dispatch.deliver(handed.delivery.id)

    first, second = gateway.received
    assert status == Delivery.Status.FAILED
    assert first.raw == second.raw
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]


def test_second_try_may_succeed(application, gateway, worker):
    def fail_once(connection):
        gateway.behave = None
        gateway.reset(connection)

    gateway.behave = fail_once
    make_gateway_sender(application.tenant, gateway.url)
    handed = make_delivery(application)

    assert dispatch.deliver(handed.delivery.id) == Delivery.Status.SENT
    assert len(gateway.received) == 2


def test_worker_does_not_repeat_what_was_refused_for_good(application, gateway, worker):
    gateway.status = 422
    make_gateway_sender(application.tenant, gateway.url)

    dispatch.deliver(make_delivery(application).delivery.id)

    assert len(gateway.received) == 1


# Breakers


def fail_until_rest(client: TencentClient, gateway) -> None:
    gateway.status = 500
    for _ in range(FAILURES_UNTIL_REST):
        send(client)
    gateway.received.clear()


def test_sender_that_keeps_failing_is_left_to_rest(application, client, gateway):
    """S-94"""
    make_gateway_sender(application.tenant, gateway.url)
    fail_until_rest(client, gateway)
    gateway.status = 200

    answer = send(client)

    assert answer.status_code == 503
    assert gateway.received == []
    assert nothing_is_charged(application.tenant)


def test_only_sender_is_tried_now_and_then_while_it_rests(application, client, gateway, pass_time):
    """One message every three seconds finds out whether the gateway is back."""
    sender = make_gateway_sender(application.tenant, gateway.url)
    fail_until_rest(client, gateway)

    pass_time(PROBE_INTERVAL.total_seconds())
    statuses = [send(client).status_code for _ in range(3)]
    probes = len(gateway.received)
    gateway.status = 200
    pass_time(PROBE_INTERVAL.total_seconds())

    assert (statuses, probes) == ([503] * 3, 1)
    assert [send(client).status_code for _ in range(3)] == [200] * 3
    assert failures_of(sender) == 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_message_of_many_at_once_tries_a_sender_that_rests(application, client, gateway, pass_time):
    make_gateway_sender(application.tenant, gateway.url)
    fail_until_rest(client, gateway)
    pass_time(PROBE_INTERVAL.total_seconds())

    statuses = at_once([partial(status_of, client, f"136123456{number:02d}") for number in range(50)])

    assert set(statuses) == {503}
    assert len(gateway.received) == 1


def test_sender_that_hangs_is_left_for_the_next_at_once(application, gateway, second_gateway, worker, settings):
    settings.SENDING_SECONDS = 0.5
    gateway.behave = gateway.hang
    make_gateway_sender(application.tenant, gateway.url, position=0)
    make_gateway_sender(application.tenant, second_gateway.url, position=1)

    status = dispatch.deliver(make_delivery(application).delivery.id)

    assert status == Delivery.Status.SENT
    assert (len(gateway.received), len(second_gateway.received)) == (1, 1)


def test_next_sender_stands_in_for_one_that_rests(application, client, gateway, second_gateway):
    make_gateway_sender(application.tenant, gateway.url, position=0)
    make_gateway_sender(application.tenant, second_gateway.url, position=1)
    fail_until_rest(client, gateway)

    answer = send(client)

    assert answer.status_code == 200
    assert (len(gateway.received), len(second_gateway.received)) == (0, FAILURES_UNTIL_REST + 1)


def test_sender_comes_back_after_its_rest(application, client, gateway, pass_time):
    """S-94: within thirty seconds after it has recovered."""
    sender = make_gateway_sender(application.tenant, gateway.url)
    fail_until_rest(client, gateway)
    gateway.status = 200

    pass_time(REST.total_seconds())
    answer = send(client)

    assert REST.total_seconds() <= 30
    assert answer.status_code == 200
    assert failures_of(sender) == 0


def test_one_failure_after_the_rest_sends_it_to_rest_again(application, client, gateway, pass_time):
    make_gateway_sender(application.tenant, gateway.url)
    fail_until_rest(client, gateway)
    pass_time(REST.total_seconds())
    send(client)
    gateway.received.clear()

    send(client)

    assert gateway.received == []


def test_success_forgets_the_failures_before_it(application, client, gateway):
    sender = make_gateway_sender(application.tenant, gateway.url)
    gateway.status = 500
    send(client)
    gateway.status = 200
    send(client)

    assert failures_of(sender) == 0


def test_refusal_for_good_is_not_held_against_the_sender(application, client, gateway):
    """A gateway that refuses single numbers works, however often it does so."""
    sender = make_gateway_sender(application.tenant, gateway.url)
    gateway.status = 422
    for _ in range(FAILURES_UNTIL_REST + 1):
        send(client)

    assert len(gateway.received) == FAILURES_UNTIL_REST + 1
    assert failures_of(sender) == 0
