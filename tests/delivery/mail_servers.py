"""Mail servers on loopback: a real one with STARTTLS and authentication, and one that breaks the rules of SMTP."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers import free_port

HANG_SECONDS = 20
USERNAME, PASSWORD = "mailer@acme.example", "mail-password"


def make_certificate(directory: Path, *names: str) -> tuple[Path, Path]:
    """A certificate that is its own authority, and its key, for the names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    alternatives = [_alternative(one) for one in names]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = directory / "server.pem", directory / "server.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))
    return files


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


# The real one


@dataclass
class Mail:
    """One message as it came over the wire."""

    sender: str | None
    recipients: list[str]
    raw: bytes
    was_encrypted: bool
    was_authenticated: bool

    @property
    def parsed(self) -> EmailMessage:
        return BytesParser(policy=default).parsebytes(self.raw)  # type: ignore[return-value]


@dataclass
class Mailbox:
    """aiosmtpd's handler: keeps what it gets, and refuses in the stage that the test names."""

    refuse_recipient: str = ""
    refuse_data: str = ""
    hangs_on_quit: bool = False
    received: list[Mail] = field(default_factory=list)
    refused: int = 0

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_recipient:
            self.refused += 1
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hangs_on_quit:
            await asyncio.sleep(HANG_SECONDS)
        return "221 bye"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.refuse_data:
            self.refused += 1
            return self.refuse_data
        self.received.append(
            Mail(
                envelope.mail_from,
                list(envelope.rcpt_tos),
                bytes(envelope.content or b""),
                session.ssl is not None,
                session.authenticated,
            )
        )
        return "250 OK"


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    is_right = isinstance(data, LoginPassword) and data == LoginPassword(USERNAME.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


@contextmanager
def open_mail_server(context: ssl.SSLContext, mailbox: Mailbox, *, is_encrypted_at_once: bool = False) -> Iterator[int]:
    """The port of a server that takes mail from those who log in, over STARTTLS unless told."""
    encryption = (
        {"ssl_context": context, "auth_require_tls": False}
        if is_encrypted_at_once
        else {"tls_context": context, "require_starttls": True}
    )
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=free_port(),
        auth_required=True,
        authenticator=authenticate,
        **encryption,  # type: ignore[arg-type]
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


# The one that breaks the rules


class RudeServer:
    """Speaks SMTP line by line as `replies` says, in clear text, and writes down every line that it is told."""

    def __init__(self, **replies: "str | Callable[[socket.socket], None]") -> None:
        self.replies = {"GREETING": "220 rude", "EHLO": "250-rude\r\n250 STARTTLS", "QUIT": "221 bye"} | replies
        self.lines: list[bytes] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.listener.getsockname()[1])
        self.closing = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.closing.set()
        self.listener.close()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._answer(connection, "GREETING")
                for line in connection.makefile("rb"):
                    self.lines.append(line)
                    self._answer(connection, line.split()[0].decode("latin-1").upper() if line.split() else "")
            except OSError:
                return

    def _answer(self, connection: socket.socket, verb: str) -> None:
        reply = self.replies.get(verb, "250 OK")
        if callable(reply):
            reply(connection)
        else:
            connection.sendall(reply.encode() + b"\r\n")

    # Ways to misbehave

    def hang(self, connection: socket.socket) -> None:
        self.closing.wait(HANG_SECONDS)

    def drip(self, connection: socket.socket) -> None:
        connection.sendall(b"220 ")
        while not self.closing.wait(0.2):
            connection.sendall(b"a")

    def cut(self, connection: socket.socket) -> None:
        connection.shutdown(socket.SHUT_RDWR)

    def fail_handshake(self, connection: socket.socket) -> None:
        connection.sendall(b"220 go ahead\r\n")
        connection.recv(4096)
        connection.sendall(b"250 let us stay in clear text\r\n" * 10)
