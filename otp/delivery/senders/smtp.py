"""E-mail over SMTP: STARTTLS unless the sender says otherwise, and never in clear because STARTTLS failed."""

import smtplib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings as server
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from otp.delivery.messages import Message
from otp.delivery.senders import DeliveryError
from tenants import outbound

TIMEOUT_SECONDS = 4
GOODBYE_SECONDS = 0.5
DEFAULT_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class SmtpSender:
    def __init__(self, settings: Mapping[str, Any], secret: str) -> None:
        self.security = settings.get("security", "starttls")
        self.host = settings["host"]
        self.port = settings.get("port", DEFAULT_PORTS[self.security])
        self.username = settings.get("username", "")
        self.password = secret
        self.from_address = settings["from"]

    def send(self, message: Message) -> None:
        if self.security == "none" and not server.IS_TRIAL:
            raise DeliveryError("Mail in clear text is for trial mode alone.", permanent=True)
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
        backend = self._backend()
        try:
            backend.open()
            taken = backend.send_messages([mail])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise DeliveryError(_reason(error), permanent=_is_permanent(error)) from error
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise DeliveryError(type(error).__name__) from error
        finally:
            _hang_up(backend)
        if not taken:
            raise DeliveryError("The server took no recipient.")

    def _backend(self) -> EmailBackend:
        backend = EmailBackend(
            host=self.host,
            port=self.port,
            username=self.username,
            password=self.password,
            use_tls=self.security == "starttls",
            use_ssl=self.security == "tls",
            timeout=TIMEOUT_SECONDS,
            fail_silently=False,
        )
        backend.ssl_context = outbound.tls_context()
        return backend

    def _own_domain(self) -> str:
        return str(self.from_address).rpartition("@")[2].rstrip("> ") or "localhost"


def _hang_up(backend: EmailBackend) -> None:
    """Take leave, briefly: what the server has accepted is sent, however it behaves now."""
    sock = getattr(backend.connection, "sock", None)
    if sock:
        sock.settimeout(GOODBYE_SECONDS)
    with suppress(smtplib.SMTPException, OSError):
        backend.close()


def _codes(error: smtplib.SMTPException) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _ in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def _is_permanent(error: smtplib.SMTPException) -> bool:
    return all(code >= 500 for code in _codes(error))


def _reason(error: smtplib.SMTPException) -> str:
    """The class and the reply codes: the server's text may repeat the address, so it is left out."""
    return f"{type(error).__name__} {' '.join(map(str, _codes(error)))}".strip()
