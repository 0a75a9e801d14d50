"""Numbers for whoever asks from inside, with labels that cannot grow."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ciam import serve
from otp.delivery.models import Delivery
from otp.models import Challenge
from tenants import clock
from tests.clients import Client, TencentClient
from tests.factories import make_application

pytestmark = pytest.mark.django_db


def scrape(**headers: str):
    return Client(headers={"host": "anything"} | headers).get("/metrics")


def value(sample: str) -> float:
    """Of the series as it is written, 0 if there is none."""
    found = re.search(rf"^{re.escape(sample)} (\S+)$", scrape().content.decode(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def change_of(sample: str, act) -> float:
    before = value(sample)
    act()
    return value(sample) - before


@pytest.mark.parametrize(
    "sample",
    [
        'ciam_code_requests_total{channel="sms",outcome="ok"}',
        'ciam_deliveries_total{channel="sms",outcome="sent"}',
        'ciam_delivery_attempt_seconds_count{outcome="sent",vendor="outbox"}',
        'ciam_request_seconds_count{method="POST",route="otp/send",status="2xx"}',
        'ciam_sign_ups_total{outcome="ok"}',
    ],
)
def test_a_sign_up_by_code_is_counted(sample):
    client = TencentClient(make_application())

    assert change_of(sample, lambda: client.sign_up(**client.phone_proof())) == 1


@pytest.mark.parametrize(
    ("sample", "path"),
    [
        ('ciam_sign_ups_total{outcome="invalid_client"}', "/signup"),
        ('ciam_code_requests_total{channel="unknown",outcome="invalid_client"}', "/otp/send"),
        ('ciam_request_seconds_count{method="POST",route="none",status="4xx"}', "/no/such/path"),
    ],
)
def test_refusals_are_counted_by_name(sample, path):
    client = TencentClient(make_application(), secret="wrong")

    assert change_of(sample, lambda: client.post(path, {})) == 1


def test_what_clients_choose_is_no_label():
    http = Client(headers={"host": "localhost"})
    for number in range(5):
        http.generic(f"CANARY{number}", f"/canary-{number}")

    text = scrape().content.decode()

    assert "canary" not in text.lower()
    assert 'method="other"' in text


def test_unfinished_deliveries_are_read_when_asked_for():
    application = make_application()
    TencentClient(application).send(usage="signup", phone_number="13612345678")
    Delivery.objects.update(status="pending", created_at=clock.now() - timedelta(seconds=90))

    assert value("ciam_deliveries_unfinished") == 1
    assert 89 < value("ciam_delivery_oldest_unfinished_seconds") < 100


def test_nothing_unfinished_is_zero_and_one_statement():
    assert Challenge.objects.count() == 0

    with CaptureQueriesContext(connection) as captured:
        assert value("ciam_deliveries_unfinished") == value("ciam_delivery_oldest_unfinished_seconds") == 0

    assert len(captured.captured_queries) == 2  # one for each scrape


@pytest.mark.parametrize(
    ("peer", "forwarded", "status"),
    [
        ("127.0.0.1", None, 200),
        ("::1", None, 200),
        ("10.1.2.3", None, 200),
        ("172.31.0.1", None, 200),
        ("192.168.1.1", None, 200),
        ("fd00::1", None, 200),
        ("::ffff:10.1.2.3", None, 200),
        ("8.8.8.8", None, 404),
        ("172.32.0.1", None, 404),
        ("169.254.1.1", None, 404),
        ("2001:db8::1", None, 404),
        ("", None, 404),
        ("192.0.2.1", "8.8.8.8", 404),  # our proxy, asked from outside
        ("192.0.2.1", "127.0.0.1, 8.8.8.8", 404),
        ("192.0.2.1", "10.1.2.3", 200),
        ("127.0.0.1", "8.8.8.8", 404),  # a proxy that nobody told us of
        ("127.0.0.1", "127.0.0.1", 404),
        ("172.31.0.1", "8.8.8.8:51234", 404),  # a proxy of ours in an inner network, which writes ports
        ("172.31.0.1", "[2001:db8::1]:51234", 404),
        ("172.31.0.1", "10.1.2.3:51234", 200),
        ("172.31.0.1", "unknown", 404),  # it does not say who asks
        ("172.31.0.1", "8.8.8.8, ", 404),
        ("172.31.0.1", "", 404),
    ],
)
def test_metrics_are_for_internal_addresses(settings, peer, forwarded, status):
    settings.TRUSTED_PROXIES = ["192.0.2.1", "172.16.0.0/12"]
    headers = {"x-forwarded-for": forwarded} if forwarded is not None else {}

    answer = Client(headers={"host": "localhost"} | headers).get("/metrics", REMOTE_ADDR=peer)

    assert answer.status_code == status
    assert status == 200 or answer.json() == {"error": "not_found"}


def test_further_networks_may_ask(settings):
    settings.METRICS_NETWORKS = ["203.0.113.0/24"]

    assert Client(headers={"host": "localhost"}).get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_metrics_are_only_read():
    assert Client(headers={"host": "localhost"}).post("/metrics").status_code == 405


def test_counts_of_ended_processes_are_forgotten_at_start(settings, tmp_path):
    settings.METRICS_DIR = tmp_path
    own = tmp_path / serve.socket.gethostname()
    own.mkdir()
    ended, alive, elsewhere = (
        own / "counter_4194305.db",
        own / "counter_1.db",
        tmp_path / "other" / "counter_4194305.db",
    )
    elsewhere.parent.mkdir()
    for file in (ended, alive, elsewhere):
        file.touch()

    assert serve.environment()["PROMETHEUS_MULTIPROC_DIR"] == str(own)

    assert [file.exists() for file in (ended, alive, elsewhere)] == [False, True, True]
