"""Django's SMTP, each step of which ends at a deadline, with a server that may not talk without end."""

import io
import smtplib
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from ssl import SSLContext
from typing import Any

from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.utils import DNS_NAME

from tenants import connections
from tenants.deadline import Deadline, TookTooLong

GOODBYE_SECONDS = 0.5
LONGEST_ANSWERS = 64 * 1024  # all that a server says in clear, and as much again once it is encrypted


class BoundedBackend(EmailBackend):
    def __init__(self, *, deadline: Deadline, **options: Any) -> None:
        super().__init__(**options)
        self.deadline = deadline

    @property
    def connection_class(self) -> Callable[..., smtplib.SMTP]:  # type: ignore[override] # Django only calls it
        return partial(_Smtp, backend=self)

    def open(self) -> bool | None:
        self.deadline.wait_for(DNS_NAME.get_fqdn)  # our own name, which Django keeps
        return super().open()

    def hang_up(self) -> None:
        """Take leave, briefly: what the server has accepted is sent, however it behaves now."""
        self.deadline = min(self.deadline, Deadline.after(GOODBYE_SECONDS))
        with suppress(smtplib.SMTPException, OSError):
            self.close()


class _Smtp(smtplib.SMTP):
    """With a context, over TLS from the start."""

    def __init__(
        self, *arguments: Any, backend: BoundedBackend, context: SSLContext | None = None, **options: Any
    ) -> None:
        self.backend = backend
        self.context = context
        super().__init__(*arguments, **options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        connection = connections.connect(host, port, self.backend.deadline)
        return self.context.wrap_socket(connection, server_hostname=host) if self.context else connection

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock:
            self.file = io.BufferedReader(_Answers(self.sock, self.backend))
        reply = super().getreply()
        if reply[0] == 220:  # to STARTTLS: a handshake follows
            self._bound_next_step()
        return reply

    def send(self, s: Any) -> None:
        self._bound_next_step()
        super().send(s)

    def _bound_next_step(self) -> None:
        try:
            remaining = self.backend.deadline.remaining()
        except TookTooLong:
            self.close()
            raise
        if self.sock:
            self.sock.settimeout(remaining)


class _Answers(io.RawIOBase):
    """What the server says, up to a bound."""

    def __init__(self, sock: socket.socket, backend: BoundedBackend) -> None:
        self._sock = sock
        self._backend = backend
        self._left = LONGEST_ANSWERS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._backend.deadline.remaining())
        number = self._sock.recv_into(buffer)
        self._left -= number
        if self._left < 0:
            raise OSError("The server says too much.")
        return number
