"""What operators learn of deliveries: one line when it ends, a warning for each try that failed, and counts of both."""

import logging
from datetime import datetime

import structlog
from prometheus_client import Counter, Histogram

from otp.addresses import mask
from otp.delivery.models import Attempt, Delivery
from otp.delivery.senders import VENDORS

log = structlog.get_logger(__name__)

DELIVERIES = Counter("ciam_deliveries", "Deliveries that ended", ["channel", "outcome"])
ATTEMPTS = Histogram(
    "ciam_delivery_attempt_seconds",
    "Tries of senders, and how long they took",
    ["vendor", "outcome"],
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5),
)


def report_attempt(delivery: Delivery, attempt: Attempt) -> None:
    vendor = attempt.vendor if attempt.vendor in VENDORS else "unknown"
    ATTEMPTS.labels(vendor, "sent" if attempt.succeeded else "failed").observe(attempt.milliseconds / 1000)
    if not attempt.succeeded:
        log.warning(
            "attempt",
            **_facts(delivery),
            sender=attempt.sender_key,
            vendor=attempt.vendor,
            error=attempt.error,
            milliseconds=attempt.milliseconds,
        )


def report_end(delivery: Delivery, outcome: str, now: datetime, vendor: str | None = None) -> None:
    """The vendor is that of the sender which took the message, if one did."""
    DELIVERIES.labels(delivery.channel, outcome).inc()
    log.log(
        logging.INFO if outcome == Delivery.Status.SENT else logging.WARNING,
        "delivery",
        **_facts(delivery),
        outcome=str(outcome),
        vendor=vendor,
        milliseconds=int((now - delivery.created_at).total_seconds() * 1000),
    )


def _facts(delivery: Delivery) -> dict[str, str]:
    return {
        "delivery_id": delivery.id.hex,
        "tenant_id": delivery.tenant_id.hex,
        "channel": delivery.channel,
        "destination": mask(delivery.destination),
    }
