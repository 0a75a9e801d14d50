"""Each request is one line, with an id that its client gets too."""

import re

import pytest
from structlog.contextvars import get_contextvars

from otp.delivery.models import Delivery
from tests.clients import Client, TencentClient
from tests.database import refused_inserts
from tests.delivery.senders import make_gateway_sender
from tests.factories import make_application

pytestmark = pytest.mark.django_db

HOME = "127.0.0.1"
GIVEN = "proxy-made.0001"


def get(path: str = "/nothing", **headers: str):
    return Client(headers={"host": "localhost"} | headers).get(path)


def test_a_request_is_one_line(lines):
    application = make_application()

    answer = TencentClient(application).send(usage="signup", phone_number="13612345678")

    line = lines.only("request")
    assert re.fullmatch(r"[0-9a-f]{32}", line["request_id"])
    assert answer["X-Request-Id"] == line["request_id"]
    assert isinstance(line["milliseconds"], float)
    expected = {
        "level": "info",
        "method": "POST",
        "path": "/otp/send",
        "status": 200,
        "outcome": "ok",
        "source": HOME,
        "tenant": application.tenant.slug,
        "client_id": application.client_id,
        "channel": "sms",
    }
    assert line | expected == line


def test_a_refusal_is_told_by_its_name(lines):
    TencentClient(make_application()).sign_up()

    assert (lines.only("request")["status"], lines.only("request")["outcome"]) == (400, "invalid_request")


def test_a_refused_client_is_not_named(lines):
    """What came as a client id may be a secret in the wrong place."""
    application = make_application(client_id="canary-client")

    TencentClient(application, secret="wrong").sign_up()

    assert lines.only("request")["outcome"] == "invalid_client"
    assert "canary" not in lines.text


def test_a_path_is_told_without_its_query_and_not_at_any_length(lines):
    get("/nothing/" + 300 * "x" + "?code=canary")

    assert len(lines.only("request")["path"]) == 200
    assert "canary" not in lines.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_write_no_line(lines, path):
    assert get(path).status_code == 200

    assert lines.all() == []


def test_one_requests_context_does_not_reach_the_next(lines):
    TencentClient(make_application()).send(usage="signup", phone_number="13612345678")
    get()

    assert set(get_contextvars()) == {"request_id", "source"}
    assert "tenant" not in lines.all("request")[1]


@pytest.mark.parametrize(
    ("trusted", "given", "is_believed"),
    [
        ([HOME], GIVEN, True),
        ([], GIVEN, False),
        (["10.0.0.0/8"], GIVEN, False),
        ([HOME], "short", False),
        ([HOME], "x" * 65, False),
        ([HOME], 'forged"} line', False),
    ],
)
def test_a_request_id_is_believed_from_trusted_proxies(settings, lines, trusted, given, is_believed):
    settings.TRUSTED_PROXIES = trusted

    answer = get(**{"x-request-id": given})

    assert (answer["X-Request-Id"] == given) is is_believed
    assert lines.only("request")["request_id"] == answer["X-Request-Id"]


def test_an_unforeseen_failure_is_told_with_its_way(lines):
    client = TencentClient(make_application(authentication=("username",)))
    client.http.raise_request_exception = False

    with refused_inserts("accounts_enduser", "Key (canary)"):
        answer = client.sign_up(username="canary")

    (failure,) = [line for line in lines.all() if line["level"] == "error"]
    assert answer.status_code == 500
    assert failure["exception"].splitlines()[0] == "django.db.utils.IntegrityError"
    assert failure["request_id"] == answer["X-Request-Id"]
    assert lines.only("request")["outcome"] == "server_error"
    assert "canary" not in lines.text


# Deliveries; in these tests they run in the web process


def test_a_delivery_that_is_sent_is_one_line(lines):
    application = make_application()

    answer = TencentClient(application).send(usage="signup", phone_number="13612345678")

    line = lines.only("delivery")
    expected = {
        "level": "info",
        "outcome": "sent",
        "tenant_id": application.tenant.id.hex,
        "channel": "sms",
        "destination": "+86136****5678",
        "vendor": "outbox",
        "delivery_id": Delivery.objects.get().id.hex,
        "request_id": answer["X-Request-Id"],
    }
    assert line | expected == line
    assert isinstance(line["milliseconds"], int)


def test_failed_attempts_and_the_failed_delivery_are_warnings(lines, gateway):
    application = make_application()
    make_gateway_sender(application.tenant, gateway.url)
    gateway.status = 422

    TencentClient(application).send(usage="signup", phone_number="13612345678")

    attempt, delivery = lines.only("attempt"), lines.only("delivery")
    assert (attempt["level"], attempt["vendor"], attempt["error"]) == ("warning", "custom", "HTTP 422")
    assert (delivery["level"], delivery["outcome"], delivery["vendor"]) == ("warning", "failed", None)
    assert "13612345678" not in lines.text
