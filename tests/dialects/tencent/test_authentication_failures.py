"""Guessing client secrets is slowed down per client and network address; see S-56."""

import pytest

from tenants.models import Application, Counter
from tests.clients import Client, basic
from tests.factories import make_application

pytestmark = pytest.mark.django_db

HOME, ELSEWHERE = "192.0.2.7", "198.51.100.7"


def status(application: Application, secret: str | None = None, source: str = HOME, **headers: str) -> int:
    return answer(application, secret, source, **headers).status_code


def answer(application: Application, secret: str | None = None, source: str = HOME, **headers: str):
    """The answer to a body that is refused once the client is known."""
    credential = basic(application.client_id, *([secret] if secret else []))
    client = Client(headers={"authorization": credential, "host": "localhost"} | headers, REMOTE_ADDR=source)
    return client.post("/otp/send", {}, content_type="application/json")


def fail(application: Application, times: int = 20, source: str = HOME, **headers: str) -> list[int]:
    return [status(application, f"wrong-secret-{number}", source, **headers) for number in range(times)]


def test_after_twenty_failures_an_address_must_wait():
    """S-56."""
    application = make_application()
    assert fail(application) == [401] * 20

    refused = answer(application, "wrong-secret")

    assert (refused.status_code, refused.json()) == (429, {"error": "too_many_requests"})
    assert refused["Content-Type"] == "application/json;charset=UTF-8"
    assert 295 <= int(refused["Retry-After"]) <= 301
    assert status(application) == 429


def test_the_real_client_is_fine_at_another_address():
    """S-56."""
    application = make_application()
    fail(application)

    assert status(application, source=ELSEWHERE) == 400


def test_other_clients_at_the_address_are_fine():
    """S-56."""
    application, sister = make_application(), make_application()
    fail(application)

    assert status(sister) == 400


def test_after_the_seconds_told_the_address_may_try_again(pass_time):
    """S-56."""
    application = make_application()
    fail(application)
    pass_time(100)
    seconds = int(answer(application)["Retry-After"])

    pass_time(seconds - 3)
    assert status(application) == 429
    pass_time(3)
    assert status(application) == 400
    assert fail(application, 20) == [401] * 20


def test_a_success_clears_no_failures():
    """S-86."""
    application = make_application()
    fail(application, 19)
    assert status(application) == 400

    assert fail(application, 2) == [401, 429]


def test_successful_calls_are_never_counted():
    application = make_application()

    assert [status(application) for _ in range(30)] == [400] * 30
    assert not Counter.objects.exists()


def test_unknown_clients_are_slowed_down_too():
    """S-55."""
    nobody = Application(client_id="nobody")

    assert fail(nobody, 21) == [401] * 20 + [429]


def test_neither_the_client_id_nor_the_secret_that_was_tried_is_stored():
    """S-56."""
    fail(Application(client_id="a-secret-in-the-wrong-half"), 1)

    rows = Counter.objects.values_list()

    assert rows
    assert "secret" not in str(list(rows))


def test_a_forwarded_address_is_not_believed_of_a_stranger():
    """S-85."""
    application = make_application()
    for number in range(20):
        fail(application, 1, **{"X-Forwarded-For": f"203.0.113.{number}"})

    assert status(application, **{"X-Forwarded-For": ELSEWHERE}) == 429


def test_a_trusted_proxy_tells_the_address(settings):
    """S-85."""
    settings.TRUSTED_PROXIES = [HOME, "10.0.0.0/8"]
    application = make_application()
    fail(application, **{"X-Forwarded-For": f"203.0.113.1, {ELSEWHERE}, 10.1.2.3"})

    assert status(application, **{"X-Forwarded-For": f"203.0.113.2, {ELSEWHERE}"}) == 429
    assert status(application, **{"X-Forwarded-For": f"{ELSEWHERE}, 203.0.113.1"}) == 400
    assert status(application, source=ELSEWHERE) == 429


@pytest.mark.parametrize("header", ["", "unknown", ":80", "[]", "1.2.3.4:80:90", "1.2.3.4.5", ",", "a" * 300, "é"])
def test_a_forwarded_address_that_is_none_is_the_proxys_own(settings, header):
    """S-85."""
    settings.TRUSTED_PROXIES = [HOME]
    application = make_application()
    fail(application)

    assert status(application, **{"X-Forwarded-For": header}) == 429


@pytest.mark.parametrize(
    ("forwarded", "source"),
    [
        ("198.51.100.7:51234", "198.51.100.7"),
        ("[2001:db8::1]:51234", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[::ffff:198.51.100.7]:80", "198.51.100.7"),
    ],
)
def test_a_forwarded_address_may_have_a_port(settings, forwarded, source):
    """S-85: as Azure's gateway always writes it."""
    settings.TRUSTED_PROXIES = [HOME]
    application = make_application()
    fail(application, **{"X-Forwarded-For": forwarded})

    assert status(application, source=source) == 429
    assert status(application) == 400


def test_an_ipv6_subscriber_is_one_source():
    """S-85."""
    application = make_application()
    fail(application, source="2001:db8::1")

    assert status(application, source="2001:DB8:0:0:ffff::2") == 429
    assert status(application, source="2001:db8:0:1::1") == 400


def test_the_interface_of_an_ipv6_address_makes_no_other_source(settings):
    """S-85."""
    settings.TRUSTED_PROXIES = [HOME]
    application = make_application()
    fail(application, **{"X-Forwarded-For": "fe80::1%" + "x" * 300})

    assert status(application, **{"X-Forwarded-For": "fe80::1%eth0"}) == 429


def test_an_ipv4_address_in_ipv6_spelling_is_itself():
    """S-85."""
    application = make_application()
    fail(application, source=HOME)

    assert status(application, source=f"::ffff:{HOME}") == 429
