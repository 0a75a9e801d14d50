"""Staff learn of a server that cannot be reached no more than that: no sender and no provider is a port scanner."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.errors import ProviderFailed
from accounts.third_party.calls import Session
from otp.delivery import trying
from otp.delivery.models import Attempt
from otp.delivery.senders import DeliveryError
from tenants import outbound
from tenants.deadline import Deadline
from tenants.models import Sender
from tests.administration.pages import StaffBrowser, address_of
from tests.clients import TencentClient
from tests.delivery.mail_servers import RudeServer
from tests.delivery.senders import make_sender
from tests.factories import make_application, make_tenant
from tests.servers import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture
def rude() -> Iterator[RudeServer]:
    server = RudeServer()
    yield server
    server.close()


def closed(rude: RudeServer) -> dict[str, Any]:
    return {"port": free_port()}


def greeting(answer: Any) -> Callable[[RudeServer], dict[str, Any]]:
    def prepare(rude: RudeServer) -> dict[str, Any]:
        rude.replies["GREETING"] = getattr(rude, answer.__name__) if callable(answer) else answer
        return {}

    return prepare


def tls(rude: RudeServer) -> dict[str, Any]:
    return {"security": "tls"}


def unknown(rude: RudeServer) -> dict[str, Any]:
    return {"host": "nowhere.invalid"}


FAILURES = {
    "ConnectionRefusedError": closed,
    "SMTPServerDisconnected": greeting(RudeServer.cut),
    "TookTooLong": greeting(RudeServer.hang),
    "SMTPConnectError": greeting("-ERR unknown command"),  # Redis, for one
    "SSLError": tls,
    "gaierror": unknown,
}


def make_mail_sender(rude: RudeServer, settings: dict[str, Any]) -> Sender:
    own = {"host": "127.0.0.1", "port": rude.port, "security": "none", "from": "codes@acme.example"} | settings
    return make_sender(make_tenant(), "smtp", channel="email", settings=own)


@pytest.mark.parametrize(("reason", "failure"), FAILURES.items(), ids=FAILURES)
def test_a_test_message_says_no_more_than_that_it_failed(rude, reason, failure, caplog):
    sender = make_mail_sender(rude, failure(rude))

    with caplog.at_level(logging.WARNING):
        page = StaffBrowser().post(address_of(sender, "test"), {"to": "mei@example.com"})

    assert page.context["outcome"] == {"sent": False, "words": outbound.UNREACHABLE, "reply": ""}
    assert reason in caplog.text  # for the operator


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_delivery_says_no_more_than_that_it_failed(rude, failure):
    sender = make_mail_sender(rude, failure(rude))
    application = make_application(sender.tenant, authentication=("email",))

    TencentClient(application).send(usage="signup", email="mei@example.com")

    assert Attempt.objects.get().error == outbound.UNREACHABLE


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.255.255.1", "nowhere.invalid"])
def test_an_inner_server_and_none_at_all_are_told_alike(rude, host, settings):
    settings.IS_TRIAL = False
    sender = make_mail_sender(rude, {"host": host, "port": 25, "security": "starttls"})

    with pytest.raises(DeliveryError) as failure:
        trying.send_test(sender, "mei@example.com")

    assert str(failure.value) == outbound.UNREACHABLE


@pytest.mark.parametrize("answer", [RudeServer.cut, "garbage", None], ids=["cut", "garbage", "closed"])
def test_a_provider_says_no_more_than_that_it_failed(rude, answer, caplog):
    greeting(answer or "")(rude)
    port = rude.port if answer else free_port()

    with caplog.at_level(logging.WARNING), pytest.raises(ProviderFailed) as failure:
        Session(Deadline.after(2)).get_json(f"http://127.0.0.1:{port}/jwks")

    assert str(failure.value) == outbound.UNREACHABLE
    assert "'event': 'unreachable'" in caplog.text
