"""The tenant's own gateway: what it is sent, and what its misbehaviour does to the request that waits."""

import base64
import hashlib
import hmac
import re
import threading
import time
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from otp.delivery import dispatch
from otp.delivery.messages import Message
from otp.delivery.models import Attempt, Delivery
from otp.delivery.senders import VENDORS
from otp.delivery.senders.custom import CustomSender
from tenants import clock, outbound, sealing
from tenants.deadline import Deadline
from tests.clients import TencentClient
from tests.delivery.gateways import Gateway
from tests.delivery.senders import GATEWAY_SECRET, make_gateway_sender, make_limited_tenant, nothing_is_charged
from tests.factories import make_application
from tests.servers import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "custom-sender.md"
NUMBER = "13612345678"
UNAVAILABLE = {
    "error": "temporarily_unavailable",
    "error_description": "Failed to send OTP. Please try again later.",
}


def make_client(gateway: Gateway, **sender: object) -> TencentClient:
    """An application whose messages go to the gateway, within a quota."""
    application = make_application(make_limited_tenant(name="Acme & Söhne"))
    make_gateway_sender(application.tenant, gateway.url, **sender)
    return TencentClient(application)


def send(client: TencentClient, **body: str):
    return client.send(**({"usage": "signup", "phone_number": NUMBER} | body))


def signature_of(secret: bytes, received) -> str:
    """The signature as the Standard Webhooks specification tells a receiver to compute it."""
    signed = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}.".encode() + received.raw
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def test_gateway_gets_the_message_once(gateway):
    answer = send(make_client(gateway))

    delivery = Delivery.objects.get()
    (received,) = gateway.received
    assert answer.status_code == 200
    assert received.path == "/sms"
    assert received.headers["content-type"] == "application/json"
    assert set(received.body) == {
        *("id", "channel", "to", "usage", "language", "code", "subject", "text", "expires_at"),
    }
    assert received.body["id"] == delivery.id.hex
    assert (received.body["channel"], received.body["to"]) == ("sms", f"+86{NUMBER}")
    assert (received.body["usage"], received.body["language"]) == ("signup", "en")
    assert received.body["code"] in received.body["text"]
    assert "Acme & Söhne" in received.body["text"]
    assert datetime.fromisoformat(received.body["expires_at"]) == delivery.code_expires_at


def test_code_of_the_message_signs_up(gateway):
    client = make_client(gateway)
    token = send(client).json()["otp_token"]

    proof = {"phone_number_otp_token": token, "phone_number_otp": gateway.received[0].body["code"]}
    answer = client.sign_up(phone_number=NUMBER, **proof)

    assert answer.status_code == 200


def test_request_names_the_host_of_the_url(gateway):
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url.replace("127.0.0.1", "localhost"))

    send(TencentClient(application))

    assert gateway.received[0].headers["host"] == f"localhost:{gateway.server_port}"


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        pytest.param(GATEWAY_SECRET, base64.b64decode(GATEWAY_SECRET.removeprefix("whsec_")), id="standard-webhooks"),
        pytest.param("a plain secret of 24 char", b"a plain secret of 24 char", id="plain"),
    ],
)
def test_receiver_can_verify_the_signature(gateway, secret, key):
    send(make_client(gateway, secret=secret))

    (received,) = gateway.received
    assert received.headers["webhook-signature"] == signature_of(key, received)
    assert abs(int(received.headers["webhook-timestamp"]) - received.received_at) < 5
    assert received.headers["webhook-id"] == f"msg_{received.body['id']}"
    assert received.headers["idempotency-key"] == received.body["id"]


def test_example_of_the_documentation_verifies(gateway):
    example = re.search(r"```python\n(.*?)```", DOCUMENTATION.read_text("utf-8"), re.DOTALL)[1]
    names: dict = {}
    exec(example, names)  # noqa: S102 - our own page
    send(make_client(gateway))
    (received,) = gateway.received

    def verdict(*, secret: str = GATEWAY_SECRET, body: bytes = received.raw, **headers: str) -> bool:
        return names["is_genuine"](secret, received.headers | headers, body)

    assert verdict()
    assert not verdict(body=received.raw + b" ")
    assert not verdict(secret="whsec_" + base64.b64encode(b"another").decode())
    assert not verdict(**{"webhook-id": "msg_another"})
    assert not verdict(**{"webhook-timestamp": "1700000000"})


def test_signature_covers_the_whole_body(gateway):
    send(make_client(gateway))

    (received,) = gateway.received
    forged = type(received)(received.path, received.headers, received.raw.replace(b"+86", b"+44"))
    key = base64.b64decode(GATEWAY_SECRET.removeprefix("whsec_"))
    assert signature_of(key, forged) != received.headers["webhook-signature"]


def test_repeated_delivery_has_the_same_code_and_key(gateway):
    """S-91: a worker that died after the gateway took the message sends it again, and nothing else."""
    send(make_client(gateway))
    delivery = Delivery.objects.get()
    sealed = sealing.seal(gateway.received[0].body["code"])
    long_ago = clock.now() - dispatch.LEASE
    Delivery.objects.update(status=Delivery.Status.CLAIMED, claimed_at=long_ago, sealed_code=sealed)

    assert dispatch.deliver(delivery.id) == Delivery.Status.SENT

    first, second = gateway.received
    assert second.raw == first.raw
    assert second.headers["idempotency-key"] == first.headers["idempotency-key"]
    assert second.headers["webhook-id"] == first.headers["webhook-id"]


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 408, 410, 422, 425, 429, 500, 502, 503])
def test_other_status_than_2xx_is_a_refusal(gateway, status):
    """S-94, S-115: with a Location inside of our network, too: redirects are not followed."""
    gateway.status, gateway.headers = status, {"Location": gateway.url + "/elsewhere"}
    client = make_client(gateway)

    answer = send(client)

    assert (answer.status_code, answer.json()) == (503, UNAVAILABLE)
    assert [one.path for one in gateway.received] == ["/sms"]
    assert Attempt.objects.get().error == f"HTTP {status}"
    assert nothing_is_charged(Delivery.objects.get().tenant)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_a_success(gateway, status):
    gateway.status = status

    assert send(make_client(gateway)).status_code == 200


@pytest.mark.parametrize("misbehaviour", ["hang", "reset", "drip"])
def test_broken_gateway_is_answered_in_time(gateway, misbehaviour):
    """S-94: the documented 503, and neither quota nor window nor token is left behind."""
    gateway.behave = getattr(gateway, misbehaviour)
    client = make_client(gateway)
    started = time.monotonic()

    answer = send(client)

    assert (answer.status_code, answer.json()) == (503, UNAVAILABLE)
    assert time.monotonic() - started < 4
    assert nothing_is_charged(Delivery.objects.get().tenant)


def test_number_can_be_sent_to_at_once_after_a_refusal(gateway):
    gateway.status = 500
    client = make_client(gateway)
    send(client)
    gateway.status = 200

    assert send(client).status_code == 200


def test_gateway_that_nobody_runs_is_answered_in_time(gateway):
    answer = send(make_client(gateway, settings={"url": f"http://127.0.0.1:{free_port()}/"}))

    assert (answer.status_code, answer.json()) == (503, UNAVAILABLE)
    assert Attempt.objects.get().error == outbound.UNREACHABLE


@pytest.mark.parametrize("misbehaviour", ["hang", "drip"])
def test_slow_gateway_leaves_nothing_running(gateway, misbehaviour):
    gateway.behave = getattr(gateway, misbehaviour)
    before = threading.active_count()

    send(make_client(gateway))

    assert threading.active_count() <= before + 1  # the gateway's own thread stays


def test_late_work_ends_by_itself(gateway):
    """A gateway that drips its headers keeps no thread and no socket of ours for long."""
    gateway.behave = gateway.drip
    before = threading.active_count()

    send(make_client(gateway))

    deadline = time.monotonic() + 5
    while threading.active_count() > before + 1 and time.monotonic() < deadline:  # the gateway's own thread stays
        time.sleep(0.05)
    assert threading.active_count() <= before + 1


@pytest.mark.parametrize(
    ("secret", "settings"),
    [
        pytest.param("whsec_!not base64!", {}, id="secret"),
        pytest.param(GATEWAY_SECRET, {"url": "https://[broken/"}, id="url"),
        pytest.param(GATEWAY_SECRET, {"url": f"https://{'a' * 64}.example/"}, id="host"),
        pytest.param(GATEWAY_SECRET, {"uri": "https://example.com"}, id="missing"),
    ],
)
def test_wrong_row_is_a_refusal(gateway, secret, settings):
    client = make_client(gateway, secret=secret, settings=settings or {"url": gateway.url})

    answer = send(client)

    assert (answer.status_code, answer.json()) == (503, UNAVAILABLE)
    assert gateway.received == []
    assert nothing_is_charged(Delivery.objects.get().tenant)


def test_nothing_leaves_without_a_signing_key(gateway):
    client = make_client(gateway, secret="")

    assert send(client).status_code == 503
    assert gateway.received == []
    assert "no signing key" in Attempt.objects.get().error


@pytest.mark.parametrize("url", ["", "gateway.example", "ftp://gateway.example/", "https://", "https://[x/", None, 5])
def test_url_is_judged_where_it_is_configured(url):
    with pytest.raises(ValueError, match=r"."):
        VENDORS["custom"].settings["url"].check(url)


def test_reason_never_tells_the_secret_or_the_code(gateway):
    """S-34: what is written down of an attempt."""
    gateway.behave = gateway.reset
    send(make_client(gateway))

    error = Attempt.objects.get().error
    assert GATEWAY_SECRET not in error
    assert gateway.received[0].body["code"] not in error


def test_proxy_of_the_environment_is_not_used(gateway, second_gateway, monkeypatch):
    """S-115: a proxy would resolve the name again, and reach what we may not."""
    monkeypatch.setenv("HTTP_PROXY", second_gateway.url)
    monkeypatch.setenv("ALL_PROXY", second_gateway.url)

    send(make_client(gateway))

    assert (len(gateway.received), len(second_gateway.received)) == (1, 0)


def test_name_is_resolved_once(gateway, monkeypatch):
    """S-115: a name that changes its mind after it was judged is not asked again."""
    asked = []

    def resolve(host, port, *args, **options):
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    url = gateway.url.replace("127.0.0.1", "gateway.example")
    CustomSender({"url": url}, GATEWAY_SECRET).send(make_message(), Deadline.after(5))

    assert asked == ["gateway.example", "127.0.0.1"]
    assert gateway.received[0].headers["host"] == f"gateway.example:{gateway.server_port}"


def make_message() -> Message:
    now = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    return Message(
        delivery_id=uuid4(),
        tenant_id=uuid4(),
        channel="sms",
        destination="+8613612345678",
        usage="signup",
        language="en",
        code="012345",
        subject="Subject",
        body="Body 012345",
        sent_at=now,
        expires_at=now,
    )
