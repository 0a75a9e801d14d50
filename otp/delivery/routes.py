"""The tenant's senders for a delivery's channel, in the admin's order, without those that rest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import Error

from otp import verification_links
from otp.delivery import messages
from otp.delivery.models import Delivery
from otp.delivery.senders import VENDORS, DeliveryError, sender_class
from otp.models import Usage
from tenants import clock, outbound, sealing, sql
from tenants.connections import ForbiddenAddress
from tenants.deadline import Deadline, TookTooLong

REST = timedelta(seconds=15)  # of a sender that keeps failing
PROBE_INTERVAL = timedelta(seconds=3)  # of a sender that rests while no other is there

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """One way out, with what its sender row says; `sender_id` is None for the outbox that trial mode falls back to."""

    sender_id: UUID | None
    key: str
    vendor: str
    settings: Mapping[str, Any]
    sealed_secret: str
    failures: int
    is_fallback: bool

    def send(self, message: messages.Message) -> None:
        """Raises DeliveryError when the sender does not take the message, or may not be used here."""
        try:
            self._send(message)
        except (DeliveryError, Error):
            raise
        except outbound.ForbiddenUrl as error:
            raise DeliveryError(str(error), permanent=True) from error
        except outbound.FAILURES as error:
            reason = type(error).__name__
            log.warning("unreachable", sender=self.key, vendor=self.vendor, error=reason, reason=str(error))
            raise DeliveryError(
                outbound.UNREACHABLE,
                permanent=isinstance(error, ForbiddenAddress),
                timed_out=isinstance(error, TookTooLong),
            ) from error
        except Exception as error:  # a wrong row or a faulty vendor's file must not stop the next sender
            raise DeliveryError(f"{type(error).__name__} in the sender", permanent=True) from error

    def _send(self, message: messages.Message) -> None:
        vendor = VENDORS[self.vendor]
        if vendor.trial_only and not settings.IS_TRIAL:
            raise DeliveryError(f"The {self.vendor} sender is for trial mode alone.", permanent=True)
        sender = sender_class(self.vendor)(self.settings, self._secret())
        sender.send(message, Deadline.after(settings.SENDING_SECONDS))

    def _secret(self) -> str:
        try:
            return sealing.unseal(self.sealed_secret) if self.sealed_secret else ""
        except sealing.InvalidToken:
            raise DeliveryError("The sender's secret was sealed under another SECRET_KEY.", permanent=True) from None


def prepare(delivery: Delivery, code: str, now: datetime) -> tuple[messages.Message, list[Route]]:
    """The message as its senders get it, and the routes that may take it."""
    rows = sql.fetch_all(
        """SELECT tenant.name, tenant.time_zone,
                  sender.id, sender.key, sender.vendor, sender.settings, sender.sealed_secret,
                  health.failures, health.rests_until,
                  (SELECT domain.name FROM tenants_domain AS domain WHERE domain.tenant_id = tenant.id
                   ORDER BY domain.position, domain.name LIMIT 1)
           FROM tenants_tenant AS tenant
           LEFT JOIN tenants_sender AS sender
               ON sender.tenant_id = tenant.id AND sender.channel = %(channel)s AND sender.enabled
           LEFT JOIN delivery_senderhealth AS health ON health.sender_id = sender.id
           WHERE tenant.id = %(tenant)s
           ORDER BY sender.position, sender.key""",
        {"tenant": delivery.tenant_id, "channel": delivery.channel},
    )
    at = delivery.created_at.astimezone(ZoneInfo(rows[0][1]))
    message = _message(delivery, code, now, tenant_name=rows[0][0], domain=rows[0][-1] or "", at=at)
    return message, _routes([row[2:-1] for row in rows], now)


def _routes(rows: list[tuple[Any, ...]], now: datetime) -> list[Route]:
    if rows[0][0] is None:
        outbox = Route(None, "outbox", "outbox", {}, "", 0, is_fallback=False)
        return [outbox] if settings.IS_TRIAL else []
    awake = [row for row in rows if row[6] is None or clock.stored(row[6]) <= now] or _probed(rows, now)
    return [_route(row, is_fallback=position > 0) for position, row in enumerate(awake)]


def _probed(rows: list[tuple[Any, ...]], now: datetime) -> list[tuple[Any, ...]]:
    """Where all senders rest, the one that has rested longest, if nobody has tried it for some seconds."""
    first = min(rows, key=lambda row: clock.stored(row[6]))
    is_ours = sql.change(
        """UPDATE delivery_senderhealth SET rests_until = %(rests_until)s
           WHERE sender_id = %(sender)s AND rests_until <= %(rested)s""",
        {"sender": first[0], "rests_until": now + REST, "rested": now + REST - PROBE_INTERVAL},
    )
    return [first] if is_ours else []


def _route(row: tuple[Any, ...], *, is_fallback: bool) -> Route:
    sender_id, key, vendor, own_settings, sealed_secret, failures, _ = row
    return Route(
        sender_id=sender_id if isinstance(sender_id, UUID) else UUID(sender_id),
        key=key,
        vendor=vendor,
        settings=json.loads(own_settings) if isinstance(own_settings, str) else own_settings,
        sealed_secret=sealed_secret,
        failures=failures or 0,
        is_fallback=is_fallback,
    )


def _message(
    delivery: Delivery, code: str, now: datetime, *, tenant_name: str, domain: str, at: datetime
) -> messages.Message:
    link = ""
    if delivery.usage == Usage.VERIFY_EMAIL and delivery.challenge_id:
        link = verification_links.link(delivery.challenge_id, domain=domain)
    subject, body = messages.write(
        usage=delivery.usage,
        language=delivery.language,
        code=code,
        lifetime_seconds=int((delivery.code_expires_at - delivery.created_at).total_seconds()),
        tenant_name=tenant_name,
        link=link,
        at=f"{at:%Y-%m-%d %H:%M} (UTC{at:%z})",
    )
    return messages.Message(
        delivery_id=delivery.id,
        tenant_id=delivery.tenant_id,
        channel=delivery.channel,
        destination=delivery.destination,
        usage=delivery.usage,
        language=delivery.language,
        code=code,
        subject=subject,
        body=body,
        sent_at=now,
        expires_at=delivery.code_expires_at,
    )
