"""E-mail over SMTP: STARTTLS unless the sender says otherwise, and never in clear because STARTTLS failed."""

import smtplib
from collections.abc import Mapping
from typing import Any

from django.conf import settings as server
from django.core.mail import EmailMessage

from otp.delivery.bounded_smtp import BoundedBackend
from otp.delivery.messages import Message
from otp.delivery.senders import DeliveryError
from tenants import outbound
from tenants.deadline import Deadline

DEFAULT_PORTS = {"starttls": 587, "tls": 465, "none": 25}
MAIL_PORTS = (25, 465, 587, 2525)  # outside of trial mode: a sender is no way to other servers
GREYLISTING = (450, 451)  # of a server that takes the message when it comes again later
# The server hangs up, or does not speak SMTP: nothing that it has against this message, or the settings.
NO_MAIL_SERVER = (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, smtplib.SMTPHeloError)


LONGEST_REPLY = 500
REASONS: dict[type[smtplib.SMTPException], str] = {
    smtplib.SMTPRecipientsRefused: "The mail server refused the recipient",
    smtplib.SMTPSenderRefused: "The mail server refused the sender address",
    smtplib.SMTPDataError: "The mail server refused the message",
    smtplib.SMTPAuthenticationError: "The mail server refused the user name or the password",
    smtplib.SMTPNotSupportedError: "The mail server does not offer what the settings ask for, such as STARTTLS",
    smtplib.SMTPException: "The mail server refused the connection or a command",
}


class SmtpSender:
    def __init__(self, settings: Mapping[str, Any], secret: str) -> None:
        self.security = settings.get("security", "starttls")
        self.host = settings["host"]
        self.port = settings.get("port", DEFAULT_PORTS[self.security])
        self.username = settings.get("username", "")
        self.password = secret
        self.from_address = settings["from"]

    def send(self, message: Message, deadline: Deadline) -> None:
        if not server.IS_TRIAL:
            self._check_production()
        mail = EmailMessage(
            message.subject,
            message.body,
            self.from_address,
            [message.destination],
            headers={
                "Message-ID": f"<{message.delivery_id.hex}@{self._own_domain()}>",
                "Auto-Submitted": "auto-generated",
            },
        )
        backend = self._backend(deadline)
        try:
            backend.open()
            taken = backend.send_messages([mail])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise DeliveryError(
                _reason(error), permanent=_is_permanent(error), is_later=_is_later(error), reply=_reply(error)
            ) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            deadline.check()
            if isinstance(error, smtplib.SMTPException) and not isinstance(error, NO_MAIL_SERVER):
                raise DeliveryError(_reason(error), reply=_reply(error)) from error
            raise outbound.Unreachable(type(error).__name__) from error
        finally:
            backend.hang_up()
        if not taken:
            raise DeliveryError("The server took no recipient.")

    def _check_production(self) -> None:
        if self.security == "none":
            raise DeliveryError("Mail in clear text is for trial mode alone.", permanent=True)
        if self.port not in MAIL_PORTS:
            raise DeliveryError("Mail goes to the ports 25, 465, 587 and 2525 alone.", permanent=True)

    def _backend(self, deadline: Deadline) -> BoundedBackend:
        backend = BoundedBackend(
            deadline=deadline,
            host=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            use_tls=self.security == "starttls",
            use_ssl=self.security == "tls",
        )
        backend.ssl_context = outbound.tls_context()
        return backend

    def _own_domain(self) -> str:
        return str(self.from_address).rpartition("@")[2].rstrip("> ") or "localhost"


def _codes(error: smtplib.SMTPException) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _is_permanent(error: smtplib.SMTPException) -> bool:
    return all(code >= 500 for code in _codes(error))


def _is_later(error: smtplib.SMTPException) -> bool:
    return all(code in GREYLISTING for code in _codes(error))


def _reason(error: smtplib.SMTPException) -> str:
    """A sentence with the reply codes: the server's text may repeat the address, so it is left out."""
    sentence = next(words for kind, words in REASONS.items() if isinstance(error, kind))
    codes = ", ".join(map(str, _codes(error)))
    return f"{sentence} ({codes})." if codes else f"{sentence}."


def _reply(error: smtplib.SMTPException) -> str:
    """The server's own text, on one line."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        replies: list[tuple[int, bytes | str]] = [*error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException):
        replies = [(error.smtp_code, error.smtp_error)]
    else:
        return ""
    texts = [text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text) for _, text in replies]
    lines = [f"{code} {text}" for (code, _), text in zip(replies, texts, strict=True)]
    return " ".join(" ".join(lines).split())[:LONGEST_REPLY]
