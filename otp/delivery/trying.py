"""A message that nobody asked for, to learn whether a sender works; it has no challenge, and costs no quota."""

import time
from datetime import timedelta

from otp.addresses import mask
from otp.delivery.messages import Message
from otp.delivery.routes import Route
from otp.delivery.senders import DeliveryError
from otp.models import Usage
from tenants import audit, clock
from tenants.ids import new_id
from tenants.models import Sender

CODE = "000000"  # good for nothing


def send_test(sender: Sender, destination: str) -> int:
    """Send a test to a canonical address, through this sender alone; the milliseconds it took. Raises DeliveryError."""
    now = clock.now()
    message = Message(
        delivery_id=new_id(),
        tenant_id=sender.tenant_id,
        channel=sender.channel,
        destination=destination,
        usage=Usage.LOGIN,
        language="en",
        code=CODE,
        subject=f"Test from {sender.tenant.name}",
        body=f"This is a test of the sender {sender.key}. {CODE} is no code.",
        sent_at=now,
        expires_at=now + timedelta(seconds=60),
    )
    route = Route(
        sender.id, sender.key, sender.vendor, sender.settings, sender.sealed_secret, failures=0, is_fallback=False
    )
    started = time.monotonic()
    try:
        route.send(message)
    except DeliveryError as error:
        _record(sender, destination, audit.Outcome.FAILED, reason=str(error))
        raise
    _record(sender, destination, audit.Outcome.SUCCEEDED)
    return int((time.monotonic() - started) * 1000)


def _record(sender: Sender, destination: str, outcome: str, **detail: str) -> None:
    audit.record(
        "sender.test",
        outcome,
        tenant_id=sender.tenant_id,
        now=clock.now(),
        subject=f"{sender.key} to {mask(destination)}",
        about=sender.id,
        detail=detail,
    )
