"""The message by a real worker: its link is made there, and is in no queue and no table."""

import time

import pytest

from otp.delivery.models import Delivery, OutboxMessage
from otp.models import Challenge
from tests.dialects.cloudbase.signed_in import make_user
from tests.dialects.plusauth.clients import EMAIL, PASSWORD
from tests.email_verification.people import FORCED, make_shop, message_to, token_to
from tests.servers import Rig, every_text_in_the_database, everything_in, until

pytestmark = pytest.mark.servers


def log_in(rig: Rig, application):
    return rig.post(application, "/auth/v1/signin", {"username": EMAIL, "password": PASSWORD})


def pending_application():
    application = make_shop(**FORCED)
    make_user(application, email_verified=False, password=PASSWORD)
    return application


def test_a_worker_sends_it_and_the_token_is_kept_nowhere(rig):
    """S-34, S-71"""
    OutboxMessage.objects.all().delete()

    answer = log_in(rig, pending_application())

    until(Delivery.objects.filter(status=Delivery.Status.SENT, sealed_code="").exists, within=10)
    assert (answer.status, answer.body["error"]) == (403, "user_pending")
    kept = everything_in(rig.broker()) + every_text_in_the_database(but_not="delivery_outboxmessage") + rig.output()
    assert [secret for secret in (token_to().partition(".")[2], PASSWORD) if secret in kept] == []
    assert message_to().code not in everything_in(rig.broker()) + rig.output()


def test_a_message_that_the_queue_lost_is_sent_later(rig):
    """Nobody waits for it: the answer comes at once, and the worker drives the message again from SQL."""
    Challenge.objects.all().delete()
    OutboxMessage.objects.all().delete()
    application = pending_application()
    rig.redis.kill()

    started = time.monotonic()
    answer = log_in(rig, application)
    seconds = time.monotonic() - started

    assert (answer.status, answer.body["error"]) == (403, "user_pending")
    assert seconds < 5
    assert Delivery.objects.get().status == Delivery.Status.PENDING
    rig.repair()
    until(OutboxMessage.objects.exists, within=60)
