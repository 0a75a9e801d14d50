"""A signed HTTP POST to the tenant's own gateway, in the form of Standard Webhooks; see docs/custom-sender.md."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from otp.delivery.messages import Message
from otp.delivery.senders import DeliveryError
from tenants import outbound
from tenants.deadline import Deadline

RETRYABLE = {408, 425, 429}


class CustomSender:
    def __init__(self, settings: Mapping[str, Any], secret: str) -> None:
        if not secret:
            raise DeliveryError("The sender has no signing key.", permanent=True)
        self.url = settings["url"]
        self.key = _key(secret)

    def send(self, message: Message, deadline: Deadline) -> None:
        body = json.dumps(_body(message), ensure_ascii=False).encode()
        status = outbound.post(self.url, body, self._headers(message, body), deadline=deadline)
        if not 200 <= status < 300:
            raise DeliveryError(f"HTTP {status}", permanent=400 <= status < 500 and status not in RETRYABLE)

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        message_id, timestamp = f"msg_{message.delivery_id.hex}", str(int(time.time()))
        signed = b".".join([message_id.encode(), timestamp.encode(), body])
        signature = base64.b64encode(hmac.new(self.key, signed, hashlib.sha256).digest()).decode()
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": message.delivery_id.hex,
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": f"v1,{signature}",
        }


def _body(message: Message) -> dict[str, str]:
    return {
        "id": message.delivery_id.hex,
        "channel": message.channel,
        "to": message.destination,
        "usage": message.usage,
        "language": message.language,
        "code": message.code,
        "subject": message.subject,
        "text": message.body,
        "expires_at": message.expires_at.isoformat(),
    }


def _key(secret: str) -> bytes:
    """The signing key: what follows `whsec_` in base64, or the secret's own bytes."""
    prefix, _, encoded = secret.partition("whsec_")
    return base64.b64decode(encoded) if encoded and not prefix else secret.encode()
