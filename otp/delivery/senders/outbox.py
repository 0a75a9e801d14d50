"""Keeps messages in the database, where `manage.py outbox` shows them; for trials, and for tests of applications."""

from collections.abc import Mapping
from typing import Any

from otp.delivery.messages import Message
from otp.delivery.models import OutboxMessage
from tenants import sql
from tenants.deadline import Deadline


class OutboxSender:
    def __init__(self, settings: Mapping[str, Any], secret: str) -> None:
        pass

    def send(self, message: Message, deadline: Deadline) -> None:
        sql.insert(
            OutboxMessage(
                tenant_id=message.tenant_id,
                channel=message.channel,
                destination=message.destination,
                usage=message.usage,
                code=message.code,
                body=message.body,
                sent_at=message.sent_at,
            )
        )
