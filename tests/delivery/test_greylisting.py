"""Mail servers that take a message only when it comes again later (greylisting), and when it is too late for that."""

from datetime import timedelta

import pytest

from otp.delivery import dispatch, retention
from otp.delivery.models import Delivery
from otp.models import Challenge
from tenants import clock
from tests.delivery.mail_servers import RudeServer
from tests.delivery.senders import failures_of, make_delivery, make_limited_tenant, make_sender
from tests.factories import make_application

pytestmark = pytest.mark.django_db

GREYLISTED = "450 4.2.0 Greylisted, come again later"
Status = Delivery.Status


@pytest.fixture
def rude():
    server = RudeServer(RCPT=GREYLISTED, DATA="354 go ahead", **{".": "250 taken"})
    yield server
    server.close()


@pytest.fixture
def delivery(settings, rude) -> Delivery:
    """A message for ten minutes, to be sent by a worker through that mail server."""
    settings.IS_EAGER = False
    tenant = make_limited_tenant()
    own = {"host": "127.0.0.1", "port": rude.port, "from": "a@acme.example", "security": "none"}
    sender = make_sender(tenant, "smtp", channel="email", settings=own)
    until = clock.now() + timedelta(seconds=600)
    made = make_delivery(make_application(tenant), code_expires_at=until, send_before=until).delivery
    Delivery.objects.filter(id=made.id).update(channel="email", destination="somebody@example.com")
    made.sender = sender
    return made


def state(delivery: Delivery) -> str:
    return Delivery.objects.get(id=delivery.id).status


def test_message_comes_again_later_and_is_taken(delivery, rude, pass_time):
    assert dispatch.deliver(delivery.id) == Status.PENDING
    pass_time(9)
    assert retention.unfinished() == []
    rude.replies["RCPT"] = "250 OK"
    pass_time(2)
    assert retention.unfinished() == [delivery.id]

    assert dispatch.deliver(delivery.id) == Status.SENT
    assert failures_of(delivery.sender) == 0


def test_message_is_given_up_when_all_tries_are_used(delivery, pass_time):
    tries = 0
    while dispatch.deliver(delivery.id) == Status.PENDING:
        tries += 1
        pass_time(max(dispatch.WAITS_SECONDS))

    assert tries >= 2
    assert state(delivery) == Status.FAILED
    assert Challenge.objects.get(delivery=delivery).voided_at
    assert failures_of(delivery.sender) == 0


def test_message_that_would_be_too_late_fails_at_once(delivery):
    Delivery.objects.filter(id=delivery.id).update(send_before=clock.now() + timedelta(seconds=5))

    assert dispatch.deliver(delivery.id) == Status.FAILED


def test_second_sender_takes_it_at_once(delivery, rude):
    make_sender(delivery.tenant, "outbox", channel="email", settings={}, position=1)

    assert dispatch.deliver(delivery.id) == Status.SENT


def test_permanent_refusal_is_not_tried_again(delivery, rude):
    rude.replies["RCPT"] = "550 5.1.1 No such user"

    assert dispatch.deliver(delivery.id) == Status.FAILED
