"""The canary rule: of all that people and programs entrust to the server, nothing is found in its logs (S-105)."""

import base64
import logging
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

import pytest
from django.conf import settings

from accounts.models import EndUser
from otp.delivery.models import Delivery, OutboxMessage
from otp.models import Challenge
from tenants.models import ClientSecret, Staff
from tests.clients import Client, TencentClient
from tests.database import refused_inserts
from tests.delivery.senders import GATEWAY_SECRET, make_gateway_sender
from tests.factories import SECRET, make_application

pytestmark = pytest.mark.django_db

PHONE, ANOTHER, EMAIL = "13612345678", "13912345678", "canary-mei@example.com"
STRONG, WEAK, STAFF = "Kanarienvogel 7 plum!", "canary12", "a-canary-for-the-admin"
WRONG_SECRET, COOKIE, QUERY = "canary-secret/wrong+1", "canary-cookie-value", "canary-query-value"


def spellings(canary: str) -> set[str]:
    """Raw, as in a URL, and in base64 at each of the three places where it may begin."""
    encoded = {base64.b64encode(b"x" * start + canary.encode())[4 if start else 0 : -4].decode() for start in range(3)}
    return {canary, quote(canary, safe=""), quote_plus(canary), *(text for text in encoded if len(text) > 7)}


def found(canaries: Iterable[str], text: str) -> list[str]:
    """Those of the canaries that the text holds; a code must stand alone, since ids are full of digits."""
    return [
        canary
        for canary in canaries
        if any(re.search(rf"(?<![0-9a-f.]){re.escape(one)}(?![0-9a-f])", text) for one in spellings(canary))
    ]


@pytest.fixture
def client() -> TencentClient:
    client = TencentClient(
        make_application(authentication=("phone_number", "email"), any_of=True, optional=("name",), password_source={})
    )
    client.http.raise_request_exception = False
    return client


def sign_up_with_mistakes(client: TencentClient) -> list[str]:
    """Wrong code, weak password, then all of it right, then taken; what was secret in it."""
    proof = client.phone_proof(PHONE)
    client.sign_up(**proof | {"phone_number_otp": "000000"})
    client.sign_up(**proof, password=WEAK)
    assert client.sign_up(**proof, password=STRONG).status_code == 200
    client.sign_up(**client.email_proof(EMAIL), password=STRONG, name="canary\r\nname", canary_unknown="canary-unknown")
    return [proof["phone_number_otp"], proof["phone_number_otp_token"]]


def fail_unforeseen(client: TencentClient) -> list[str]:
    """With all that was sent in the database's error; what was secret in it."""
    proof = client.phone_proof(ANOTHER)
    row = ", ".join([*proof.values(), "canary-name", STRONG])
    with refused_inserts("accounts_enduser", f"Failing row contains ({row})"):
        assert client.sign_up(**proof, name="canary-name", password=STRONG).status_code == 500
    return [proof["phone_number_otp"], proof["phone_number_otp_token"]]


def fail_to_send(client: TencentClient, gateway, status: int, number: str) -> list[str]:
    gateway.status = status
    client.send(usage="signup", phone_number=number)
    return gateway.codes()


def log_staff_in() -> list[str]:
    Staff.objects.create_superuser("admin", password=STAFF)
    browser = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    token = browser.get(f"/admin/login/?next=/admin/%3F{QUERY}").cookies["ciam_csrf"].value
    for password in (WRONG_SECRET, STAFF):
        form = {"csrfmiddlewaretoken": token, "username": "admin", "password": password}
        answer = browser.post("/admin/login/", form)
    assert answer.status_code == 302
    return [token, *(morsel.value for morsel in browser.cookies.values())]


def stored_hashes() -> list[str]:
    return [
        *EndUser.objects.exclude(password="").values_list("password", flat=True),
        *Staff.objects.values_list("password", flat=True),
        *ClientSecret.objects.values_list("hash", flat=True),
        *Challenge.objects.values_list("code_hash", flat=True),
        *Delivery.objects.exclude(sealed_code="").values_list("sealed_code", flat=True),
    ]


def test_no_secret_is_in_the_lines_of_a_whole_run(lines, client, gateway):
    told = sign_up_with_mistakes(client)
    told += fail_unforeseen(client)
    TencentClient(make_application(), secret=WRONG_SECRET).sign_up(password=STRONG)
    client.http.post(
        f"/signup?code={QUERY}", b"{", content_type="application/json", headers={"cookie": f"session={COOKIE}"}
    )
    make_gateway_sender(client_tenant(client), gateway.url)
    for status, number in ((500, "13700000001"), (422, "13700000002"), (200, "13700000003")):
        told += fail_to_send(client, gateway, status, number)
    told += log_staff_in()

    text = lines.text

    canaries = [*told, *OutboxMessage.objects.values_list("code", flat=True), *stored_hashes()]
    canaries += [PHONE, ANOTHER, EMAIL, STRONG, WEAK, STAFF, WRONG_SECRET, COOKIE, QUERY, SECRET, GATEWAY_SECRET]
    canaries += [settings.SECRET_KEY, client.http.defaults["HTTP_AUTHORIZATION"], "canary-unknown", "canary-name"]
    assert len(canaries) > 25
    assert len(lines.all("request")) >= 15
    assert lines.all("attempt")
    assert found(canaries, text) == []


def client_tenant(client: TencentClient):
    return ClientSecret.objects.order_by("id")[0].application.tenant


@pytest.mark.parametrize(
    "leak", ["canary-secret/wrong+1", "canary-secret%2Fwrong%2B1", "eGNhbmFyeS1zZWNyZXQvd3JvbmcrMQ=="]
)
def test_the_search_finds_what_it_looks_for(lines, leak):
    """Or the test above would prove nothing."""
    logging.getLogger("ciam.example").debug("it is %s", leak)

    assert found([WRONG_SECRET], lines.text) == [WRONG_SECRET]
