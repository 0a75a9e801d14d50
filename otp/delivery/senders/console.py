"""Prints messages where the worker's output goes; for trials alone."""

from collections.abc import Mapping
from typing import Any

from otp.delivery.messages import Message
from tenants.deadline import Deadline


class ConsoleSender:
    def __init__(self, settings: Mapping[str, Any], secret: str) -> None:
        pass

    def send(self, message: Message, deadline: Deadline) -> None:
        print(f"{message.channel} to {message.destination}: {message.body}", flush=True)
