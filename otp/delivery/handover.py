"""The request's side of a delivery: hand it to a worker, wait a little for the verdict."""

from contextlib import suppress
from functools import partial
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError

from otp.delivery import dispatch, verdicts
from otp.delivery.models import Delivery
from otp.delivery.tasks import deliver
from otp.errors import SendingFailed
from tenants import clock


def hand_over(delivery: Delivery) -> None:
    """Publish a committed delivery; raises SendingFailed if it surely was not sent, and then nothing is charged."""
    try:
        result = deliver.apply_async(kwargs={"delivery_id": delivery.id.hex})
    except OperationalError:
        status = dispatch.give_up(delivery, clock.now())
    else:
        status = getattr(result, "result", None) if deliver.app.conf.task_always_eager else verdicts.wait(delivery.id)
    if status in verdicts.REFUSED:
        raise SendingFailed


def leave(delivery: Delivery) -> None:
    """Leave a delivery to the workers' schedule; without workers it is sent when the transaction is committed."""
    if deliver.app.conf.task_always_eager:
        transaction.on_commit(partial(publish, delivery.id), robust=True)


def publish(delivery_id: UUID) -> None:
    """Publish a committed delivery for which nobody waits; one whose message is lost is driven again from SQL."""
    with suppress(OperationalError):
        deliver.apply_async(kwargs={"delivery_id": delivery_id.hex})
