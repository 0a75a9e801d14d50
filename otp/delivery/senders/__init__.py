"""Ways out: one file a vendor, one class with one method; a tenant's Sender rows choose among them by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from django.utils.module_loading import import_string

from otp.delivery.messages import Message


class DeliveryError(Exception):
    """The message was not taken; `permanent` when another try with the same sender would end the same."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class MessageSender(Protocol):
    def __init__(self, settings: Mapping[str, Any], secret: str) -> None: ...

    def send(self, message: Message) -> None:
        """Hand the message over, within five seconds; raises DeliveryError and nothing else."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A kind of sender, and what its row may say: `settings` maps each key to a check that raises ValueError."""

    path: str
    channels: tuple[str, ...]
    trial_only: bool = False
    calls_out: bool = True  # to another server, so each try is bounded in time
    settings: Mapping[str, Callable[[Any], None]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    needs_secret: bool = False


def _text(value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise ValueError("is a text")


def _url(value: Any) -> None:
    _text(value)
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("is an https URL (http in trial mode alone)")


def _port(value: Any) -> None:
    if type(value) is not int or not 0 < value < 65536:
        raise ValueError("is a whole number from 1 to 65535")


def _security(value: Any) -> None:
    if value not in ("starttls", "tls", "none"):
        raise ValueError("is starttls, tls or none (none in trial mode alone)")


VENDORS = {
    "outbox": Vendor("otp.delivery.senders.outbox.OutboxSender", ("sms", "email"), trial_only=True, calls_out=False),
    "console": Vendor("otp.delivery.senders.console.ConsoleSender", ("sms", "email"), trial_only=True, calls_out=False),
    "smtp": Vendor(
        "otp.delivery.senders.smtp.SmtpSender",
        ("email",),
        settings={"host": _text, "port": _port, "username": _text, "from": _text, "security": _security},
        required=("host", "from"),
    ),
    "custom": Vendor(
        "otp.delivery.senders.custom.CustomSender",
        ("sms", "email"),
        settings={"url": _url},
        required=("url",),
        needs_secret=True,
    ),
}


@lru_cache
def sender_class(vendor: str) -> type[MessageSender]:
    found: type[MessageSender] = import_string(VENDORS[vendor].path)
    return found
