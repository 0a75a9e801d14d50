"""Who may send a delivery: one worker at a time, in time, and nobody after it was given up."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from otp.delivery import dispatch, retention
from otp.delivery.models import Delivery, OutboxMessage
from otp.models import Destination, QuotaUse
from tenants import clock
from tenants.models import Application
from tests.clients import TencentClient
from tests.delivery.senders import make_delivery, make_gateway_sender, make_limited_tenant, nothing_is_charged
from tests.factories import make_application

pytestmark = pytest.mark.django_db

Status = Delivery.Status


@pytest.fixture
def application() -> Application:
    return make_application(make_limited_tenant())


def long_ago(seconds: float = dispatch.LEASE.total_seconds()):
    return clock.now() - timedelta(seconds=seconds)


def test_sent_delivery_is_finished(application):
    handed = make_delivery(application)

    status = dispatch.deliver(handed.delivery.id)

    delivery = Delivery.objects.get()
    assert (status, delivery.status, delivery.sealed_code) == (Status.SENT, Status.SENT, "")
    assert delivery.finished_at
    assert OutboxMessage.objects.get().code == handed.code


def test_code_that_a_worker_sent_signs_up(application):
    handed = make_delivery(application)
    dispatch.deliver(handed.delivery.id)

    assert TencentClient(application).sign_up(**handed.proof).status_code == 200


@pytest.mark.parametrize("status", [Status.SENT, Status.FAILED, Status.VOID])
def test_finished_delivery_is_not_sent_again(application, status):
    handed = make_delivery(application, status=status)

    assert dispatch.deliver(handed.delivery.id) is None
    assert OutboxMessage.objects.count() == 0


def test_unknown_delivery_is_nobodys():
    """S-103: a forged id."""
    assert dispatch.deliver(uuid4()) is None


def test_delivery_that_a_worker_holds_is_left_to_it(application):
    handed = make_delivery(application, status=Status.CLAIMED, claimed_at=clock.now(), claims=1)

    assert dispatch.deliver(handed.delivery.id) is None
    assert OutboxMessage.objects.count() == 0


def test_delivery_of_a_dead_worker_is_taken_over(application):
    """S-93: with the code that was made for it."""
    handed = make_delivery(application, status=Status.CLAIMED, claimed_at=long_ago(), claims=1)

    assert dispatch.deliver(handed.delivery.id) == Status.SENT
    assert OutboxMessage.objects.get().code == handed.code


def test_delivery_that_kills_its_workers_is_parked(application):
    """S-93: after five claims nobody tries it again."""
    claims = dispatch.CLAIMS_ALLOWED
    handed = make_delivery(application, status=Status.CLAIMED, claimed_at=long_ago(), claims=claims)

    assert dispatch.deliver(handed.delivery.id) == Status.FAILED
    assert OutboxMessage.objects.count() == 0
    assert nothing_is_charged(application.tenant)


def test_fifth_claim_is_still_tried(application):
    claims = dispatch.CLAIMS_ALLOWED - 1
    handed = make_delivery(application, status=Status.CLAIMED, claimed_at=long_ago(), claims=claims)

    assert dispatch.deliver(handed.delivery.id) == Status.SENT


@pytest.mark.parametrize(("age", "status"), [(49, Status.SENT), (51, Status.FAILED), (61, Status.FAILED)])
def test_nothing_is_sent_shortly_before_the_code_expires(application, age, status):
    """S-92: ten of its sixty seconds must be left."""
    handed = make_delivery(application, age_seconds=age)

    assert dispatch.deliver(handed.delivery.id) == status
    assert OutboxMessage.objects.count() == (1 if status == Status.SENT else 0)


def test_dropped_message_is_given_back(application):
    """S-92: quota, window and token."""
    handed = make_delivery(application, age_seconds=61)

    dispatch.deliver(handed.delivery.id)

    answer = TencentClient(application).sign_up(**handed.proof)
    assert nothing_is_charged(application.tenant)
    assert answer.json()["error"] == "bad_phone_number_otp_token"


def test_second_sender_is_not_tried_too_late(application, gateway, second_gateway, pass_time, settings):
    """S-92: the first one took so long that the code is too old by now."""
    settings.IS_EAGER = False
    make_gateway_sender(application.tenant, gateway.url, position=0)
    make_gateway_sender(application.tenant, second_gateway.url, position=1)

    def refuse_late(connection):
        pass_time(51)
        gateway.reset(connection)

    gateway.behave = refuse_late
    handed = make_delivery(application)

    assert dispatch.deliver(handed.delivery.id) == Status.FAILED
    assert second_gateway.received == []
    assert nothing_is_charged(application.tenant)


# The request that gives up, and the worker that claims, are rivals


def test_voided_delivery_is_not_sent(application):
    handed = make_delivery(application)
    assert dispatch.give_up(handed.delivery, clock.now()) == Status.VOID

    assert dispatch.deliver(handed.delivery.id) is None
    assert OutboxMessage.objects.count() == 0
    assert nothing_is_charged(application.tenant)


def test_claimed_delivery_is_not_voided(application):
    handed = make_delivery(application)
    Delivery.objects.update(status=Status.CLAIMED, claims=1, claimed_at=clock.now())

    assert dispatch.give_up(handed.delivery, clock.now()) is None
    assert Delivery.objects.get().status == Status.CLAIMED
    assert QuotaUse.objects.get().used == 1


def test_delivery_is_given_back_once(application):
    handed = make_delivery(application)
    Destination.objects.update(sent_that_day=2)
    QuotaUse.objects.update(used=2)

    for _ in range(2):
        dispatch.give_up(handed.delivery, clock.now())

    assert Destination.objects.get().sent_that_day == 1
    assert QuotaUse.objects.get().used == 1


def test_worker_that_lost_its_claim_does_not_go_on(application, gateway, second_gateway, settings):
    """Another one took the delivery over while the first sender kept this one waiting."""
    settings.IS_EAGER = False
    make_gateway_sender(application.tenant, gateway.url, position=0)
    make_gateway_sender(application.tenant, second_gateway.url, position=1)
    handed = make_delivery(application)
    gateway.status = 422

    def take_over(execute, statement, parameters, many, context):
        done = execute(statement, parameters, many, context)
        if statement.startswith("INSERT INTO delivery_attempt"):
            Delivery.objects.update(claims=2, claimed_at=clock.now())
        return done

    with connection.execute_wrapper(take_over):
        status = dispatch.deliver(handed.delivery.id)

    assert status is None
    assert second_gateway.received == []
    assert QuotaUse.objects.get().used == 1


# What is driven again


@pytest.mark.parametrize(
    ("status", "age", "is_driven"),
    [
        (Status.PENDING, 6, True),
        (Status.PENDING, 2, False),
        (Status.CLAIMED, 11, True),
        (Status.CLAIMED, 5, False),
        (Status.SENT, 30, False),
        (Status.FAILED, 30, False),
        (Status.VOID, 30, False),
    ],
)
def test_what_no_worker_finished_is_driven_again(application, status, age, is_driven):
    """S-90, S-93"""
    handed = make_delivery(application, status=status, age_seconds=age, claimed_at=long_ago(age))

    assert retention.unfinished() == ([handed.delivery.id] if is_driven else [])
