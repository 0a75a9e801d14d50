"""Mail over SMTP: encrypted, to one recipient, or not at all."""

import re
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from otp.delivery.models import Attempt, Delivery
from tenants.models import AuditEntry, Sender, Tenant
from tests.administration.pages import StaffBrowser, address_of
from tests.clients import TencentClient
from tests.delivery.mail_servers import (
    PASSWORD,
    USERNAME,
    Mailbox,
    RudeServer,
    make_certificate,
    open_mail_server,
    server_context,
)
from tests.delivery.senders import failures_of, make_limited_tenant, make_sender, nothing_is_charged
from tests.factories import make_application

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

ADDRESS = "mock_username@example.com"
UNAVAILABLE = {
    "error": "temporarily_unavailable",
    "error_description": "Failed to send OTP. Please try again later.",
}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"), "localhost", "127.0.0.1")


@pytest.fixture
def context(certificate, trust) -> ssl.SSLContext:
    """A server's certificate, which is trusted."""
    trust(certificate[0])
    return server_context(*certificate)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(context, mailbox) -> Iterator[int]:
    with open_mail_server(context, mailbox) as running:
        yield running


@pytest.fixture
def rude() -> Iterator[RudeServer]:
    server = RudeServer()
    yield server
    server.close()


def make_client(
    port: int, *, secret: str = PASSWORD, tenant: Tenant | None = None, **settings: object
) -> TencentClient:
    tenant = tenant or make_limited_tenant(name="Acme")
    application = make_application(tenant, authentication=("email",))
    own = {"host": "localhost", "port": port, "username": USERNAME, "from": "Acme <codes@acme.example>"}
    make_sender(tenant, "smtp", channel="email", secret=secret, settings=own | settings)
    return TencentClient(application)


def send(client: TencentClient, address: str = ADDRESS):
    return client.send(usage="signup", email=address)


def assert_refused(answer) -> None:
    assert (answer.status_code, answer.json()) == (503, UNAVAILABLE)
    assert nothing_is_charged(Delivery.objects.get().tenant)


def test_mail_is_encrypted_and_authenticated(port, mailbox):
    """S-107"""
    answer = send(make_client(port))

    (mail,) = mailbox.received
    assert answer.status_code == 200
    assert (mail.was_encrypted, mail.was_authenticated) == (True, True)
    assert mail.sender == "codes@acme.example"


def test_mail_has_exactly_one_recipient(port, mailbox):
    """S-11"""
    send(make_client(port))

    (mail,) = mailbox.received
    assert mail.recipients == [ADDRESS]
    assert mail.parsed.get_all("To") == [ADDRESS]
    assert (mail.parsed.get_all("Cc"), mail.parsed.get_all("Bcc")) == (None, None)


def test_mail_says_what_it_is(port, mailbox):
    send(make_client(port))

    parsed = mailbox.received[0].parsed
    assert parsed["From"] == "Acme <codes@acme.example>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Message-ID"] == f"<{Delivery.objects.get().id.hex}@acme.example>"
    assert parsed["Subject"] == "Your Acme sign-up code"


def test_code_of_the_mail_signs_up(port, mailbox):
    client = make_client(port)
    token = send(client).json()["otp_token"]
    code = re.search(r"\b[0-9]{6}\b", mailbox.received[0].parsed.get_content())[0]

    answer = client.sign_up(email=ADDRESS, email_otp_token=token, email_otp=code)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "name",
    ["Acme\r\nBcc: victim@example.com", "Acme\nX: y\n\nbody", "Acme\u2028Bcc: v@example.com", "Acme\r\x1b[31m\x07"],
    ids=["crlf", "lf", "line separator", "control"],
)
def test_tenant_name_adds_no_header(port, mailbox, name):
    """S-11, S-114: the subject stays one line, whatever stands in it."""
    send(make_client(port, tenant=make_limited_tenant(name=name)))

    (mail,) = mailbox.received
    assert mail.recipients == [ADDRESS]
    assert (mail.parsed["Bcc"], mail.parsed["X"]) == (None, None)
    assert len(mail.parsed.get_all("Subject")) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd does not see the encryption that was there before it
def test_mail_over_tls_from_the_start(context, mailbox):
    with open_mail_server(context, mailbox, is_encrypted_at_once=True) as port:
        answer = send(make_client(port, security="tls"))

    assert answer.status_code == 200
    assert mailbox.received[0].recipients == [ADDRESS]


def test_tls_from_the_start_needs_tls(rude):
    """S-107: a server that greets in clear text is told nothing."""
    client = make_client(rude.port, security="tls")

    assert_refused(send(client))

    assert not any(b"EHLO" in line for line in rude.lines)


def test_wrong_password_is_refused(port, mailbox):
    answer = send(make_client(port, secret="another-password"))

    assert_refused(answer)
    assert mailbox.received == []
    assert Attempt.objects.get().error == "The mail server refused the user name or the password (535)."


def test_a_test_message_tells_what_the_server_said_and_keeps_it_nowhere(port, mailbox):
    make_client(port, secret="another-password")

    page = StaffBrowser().post(address_of(Sender.objects.get(), "test"), {"to": "mei@example.com"})

    words = page.content.decode()
    assert "The mail server refused the user name or the password (535). It said: <q>535 5.7.8" in words
    assert "5.7.8" not in str(AuditEntry.objects.values_list("detail", flat=True))


def test_certificate_for_another_name_is_refused(mailbox, tmp_path, trust):
    """S-107"""
    certificate, key = make_certificate(tmp_path, "other.example")
    trust(certificate)

    with open_mail_server(server_context(certificate, key), mailbox) as port:
        answer = send(make_client(port))

    assert_refused(answer)
    assert mailbox.received == []


def test_untrusted_certificate_is_refused(mailbox, certificate):
    """S-107"""
    with open_mail_server(server_context(*certificate), mailbox) as port:
        answer = send(make_client(port))

    assert_refused(answer)
    assert mailbox.received == []


@pytest.mark.parametrize(
    "replies",
    [
        pytest.param({"EHLO": "250 rude"}, id="stripped"),
        pytest.param({"STARTTLS": "454 not now"}, id="refused"),
        pytest.param({"STARTTLS": "501 what?"}, id="unknown"),
        pytest.param({"STARTTLS": RudeServer.fail_handshake}, id="handshake"),
        pytest.param({"STARTTLS": RudeServer.cut}, id="cut"),
    ],
)
def test_nothing_is_sent_in_clear_text_without_starttls(rude, replies):
    """S-107: neither message nor recipient nor password."""
    rude.replies |= {verb: reply.__get__(rude) if callable(reply) else reply for verb, reply in replies.items()}

    assert_refused(send(make_client(rude.port)))

    verbs = {line.split()[0].upper() for line in rude.lines if line.strip()}
    assert verbs <= {b"EHLO", b"HELO", b"STARTTLS", b"QUIT"}, rude.lines


def test_clear_text_is_for_trial_mode_alone(rude, settings):
    """S-107"""
    settings.IS_TRIAL = False

    assert_refused(send(make_client(rude.port, security="none")))

    assert rude.lines == []


@pytest.mark.parametrize(
    ("stage", "reply", "counts"),
    [
        ("refuse_recipient", "550 5.1.1 no such user", False),
        ("refuse_recipient", "451 4.7.1 try again later", False),
        ("refuse_data", "554 5.7.1 spam", False),
        ("refuse_data", "452 4.3.1 disk full", True),
    ],
)
def test_refusal_of_the_server_is_answered(port, mailbox, stage, reply, counts):
    """S-94: a 5xx and greylisting are about this message, other 4xx count against the sender.

    The reason never repeats the address.
    """
    setattr(mailbox, stage, reply)
    client = make_client(port)

    assert_refused(send(client))

    attempt = Attempt.objects.get()
    assert reply[:3] in attempt.error
    assert ADDRESS not in attempt.error
    assert failures_of(Tenant.objects.get().senders.get()) == (1 if counts else 0)


@pytest.mark.parametrize("stage", ["GREETING", "EHLO", "STARTTLS"])
@pytest.mark.parametrize("misbehaviour", ["hang", "cut"])
def test_broken_server_is_answered_in_time(rude, stage, misbehaviour):
    """S-94: the documented 503, and neither quota nor window nor token is left behind."""
    rude.replies[stage] = getattr(rude, misbehaviour)
    client = make_client(rude.port)
    started = time.monotonic()

    assert_refused(send(client))

    assert time.monotonic() - started < 4


def test_mail_that_was_taken_is_sent_even_if_the_server_then_hangs(port, mailbox):
    mailbox.hangs_on_quit = True

    assert send(make_client(port)).status_code == 200

    assert len(mailbox.received) == 1


def test_server_that_hangs_when_the_mail_is_taken_is_left_soon(port, mailbox):
    mailbox.hangs_on_quit = True
    client = make_client(port)
    started = time.monotonic()

    assert send(client).status_code == 200

    assert time.monotonic() - started < 3  # the server hangs for longer


def test_dripping_server_is_answered_in_time(rude):
    rude.replies["GREETING"] = rude.drip
    client = make_client(rude.port)
    started = time.monotonic()

    assert_refused(send(client))

    assert time.monotonic() - started < 4


def test_server_that_is_not_there_is_answered(rude):
    rude.close()

    assert_refused(send(make_client(rude.port)))


def test_busy_server_is_answered(rude):
    rude.replies["GREETING"] = "421 too many connections"

    assert_refused(send(make_client(rude.port)))
