"""Ways out: one file a vendor, one class with one method; a tenant's Sender rows choose among them by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from django.utils.module_loading import import_string

from otp.delivery.messages import Message
from otp.delivery.sender_settings import (
    check_host,
    check_mailbox,
    check_port,
    check_security,
    check_text,
    check_url,
)
from tenants.deadline import Deadline


class DeliveryError(Exception):
    """The message was not taken.

    `permanent`: another try with the same sender would end the same. `timed_out`: the sender used all of its time.
    `is_later`: the sender asks for the message again later, as mail servers do that know no greylisted pair yet.
    `reply`: what the server said, for who sends a test; it may repeat the address, so nothing keeps it.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        timed_out: bool = False,
        is_later: bool = False,
        reply: str = "",
    ) -> None:
        super().__init__(reason)
        self.reply = reply
        self.permanent = permanent
        self.timed_out = timed_out
        self.is_later = is_later


class MessageSender(Protocol):
    def __init__(self, settings: Mapping[str, Any], secret: str) -> None: ...

    def send(self, message: Message, deadline: Deadline) -> None:
        """Hand the message over before the deadline; raises DeliveryError, or one of `outbound.FAILURES`."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a sender's row may say; `check` raises ValueError."""

    check: Callable[[Any], None]
    label: str
    help_text: str = ""


@dataclass(frozen=True, slots=True)
class Vendor:
    """A kind of sender, and what its row may say."""

    path: str
    channels: tuple[str, ...]
    trial_only: bool = False
    settings: Mapping[str, Setting] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    needs_secret: bool = False


VENDORS = {
    "outbox": Vendor("otp.delivery.senders.outbox.OutboxSender", ("sms", "email"), trial_only=True),
    "console": Vendor("otp.delivery.senders.console.ConsoleSender", ("sms", "email"), trial_only=True),
    "smtp": Vendor(
        "otp.delivery.senders.smtp.SmtpSender",
        ("email",),
        settings={
            "host": Setting(check_host, "Mail server"),
            "port": Setting(check_port, "Port", "Blank for the usual one: 587, with tls 465."),
            "username": Setting(check_text, "User name", "Blank for a server that asks for none."),
            "from": Setting(check_mailbox, "Sender address", "For example: Acme <no-reply@acme.example>"),
            "security": Setting(check_security, "Security", "starttls (the default), tls, or in trial mode none."),
        },
        required=("host", "from"),
    ),
    "custom": Vendor(
        "otp.delivery.senders.custom.CustomSender",
        ("sms", "email"),
        settings={"url": Setting(check_url, "URL of your gateway", "Each message is a signed POST to it.")},
        required=("url",),
        needs_secret=True,
    ),
}


@lru_cache
def sender_class(vendor: str) -> type[MessageSender]:
    found: type[MessageSender] = import_string(VENDORS[vendor].path)
    return found
