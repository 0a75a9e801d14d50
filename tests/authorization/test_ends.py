"""What ends a log-in ends it everywhere: sessions, browsers, and codes on their way (S-65)."""

import base64
import json

import pytest

from accounts.models import EndUser
from otp import addresses
from otp.errors import MalformedAddress
from signup.contracts import publish
from tenants import clock
from tests.authorization.visitors import Visitor, exchange, make_shop, query_of, told
from tests.clients import Client, TencentClient, last_code
from tests.database import meanwhile
from tests.dialects.tencent.logins import EMAIL, PASSWORD, PHONE, Shop, make_login_application, make_user
from tokens import sessions

pytestmark = pytest.mark.django_db

NEW = "Kite-over-8-Hills"


@pytest.fixture
def shop():
    application = make_shop()
    make_user(application)
    return application


def bearer(token: str) -> Client:
    return Client(headers={"host": "localhost", "authorization": f"Bearer {token}"}, raise_request_exception=False)


def change_password(shop) -> None:
    token = exchange(shop, Visitor(shop).enter()).json()["access_token"]
    body = {"old_password": PASSWORD, "new_password": NEW}
    answer = bearer(token).post("/change_user_password", body, content_type="application/json")
    assert answer.status_code == 200, answer.content


def sign_out(shop) -> None:
    sessions.sign_out(EndUser.objects.get(), clock.now())


@pytest.mark.parametrize("end", [change_password, sign_out])
def test_neither_a_browser_nor_a_code_on_its_way_outlives_it(shop, end):
    thief = Visitor(shop)
    thief.enter()
    on_its_way = thief.authorize()

    end(shop)

    assert told(exchange(shop, on_its_way)) == (400, "invalid_grant")
    assert query_of(thief.authorize(prompt="none"))["error"] == "login_required"


def test_who_logs_in_by_the_old_password_while_it_is_reset_is_out_afterwards(shop, pass_time):
    client, thief = Shop(shop), Visitor(shop)
    opened = {}

    def log_in() -> None:
        pass_time(1)
        opened.update(client.log_in_by_password().json())
        thief.enter()
        pass_time(1)

    sent = client.send("reset_password", email=EMAIL)
    proof = {"email": EMAIL, "email_otp_token": sent["otp_token"], "email_otp": last_code(EMAIL)}
    with meanwhile('FROM "accounts_enduser"', log_in):
        assert client.json("/reset_user_password", password=NEW, **proof).status_code == 200

    assert bearer(opened["access_token"]).get("/userinfo").status_code == 401
    assert query_of(thief.authorize(prompt="none"))["error"] == "login_required"


def encoded(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("header", "payload"),
    [
        ({"alg": "RS256", "kid": "x", "typ": "at+jwt"}, {"aud": "\ud800"}),
        ({"alg": "RS256", "kid": "\ud800", "typ": "at+jwt"}, {"aud": "shop"}),
        ({"alg": "RS256", "kid": "a\x00", "typ": "at+jwt"}, {"aud": "a\x00"}),
        ({"alg": "RS256", "kid": "\ud800", "typ": "JWT"}, {"aud": "shop"}),
    ],
)
def test_half_characters_in_a_token_that_nobody_has_verified_are_refused(shop, header, payload):
    """S-57."""
    token = f"{encoded(header)}.{encoded(payload)}.{'A' * 86}"
    http = bearer(token)

    assert http.get("/userinfo").status_code == 401
    assert http.post("/signup", {}, content_type="application/json").status_code == 401
    assert http.get("/auth/v1/user/me").status_code == 401
    assert Shop(shop).form("/oauth2/revoke", token=token).status_code == 200
    assert http.get("/logout", {"id_token_hint": token}).status_code == 400


def test_half_characters_in_a_solution_solve_nothing(shop):
    visitor = Visitor(shop)
    visitor.open_page()
    parts = {
        "algorithm": "SHA-256",
        "challenge": "x",
        "salt": "\ud800?expires=9999999999",
        "signature": "y",
        "number": 1,
    }
    solution = base64.b64encode(json.dumps(parts).encode()).decode()

    answers = [visitor.log_in(password=f"wrong {number}", altcha=solution) for number in range(7)]

    assert {answer.status_code for answer in answers} == {400, 401}
    assert told(answers[-1]) == (400, "captcha_required")


def test_a_name_that_nobody_has_is_counted_in_every_spelling(shop):
    """S-88."""

    def outcomes(number: str) -> list[tuple[int, str]]:
        visitor = Visitor(shop)
        visitor.open_page()
        spellings = [number, number, f"+86{number}", f"+86 {number}", f"(+86){number}", number]
        return [told(visitor.log_in(username=typed, password="wrong")) for typed in spellings]

    assert outcomes(PHONE) == outcomes("13912349876")


@pytest.mark.parametrize("name", ["138hello1234", "13800138000x", "13800138000x1", "1800flowers"])
def test_a_name_with_letters_is_no_phone_number(name):
    with pytest.raises(MalformedAddress):
        addresses.phone_of_regions(name, ("US", "CN"))


@pytest.mark.parametrize("address", [{"phone_number": PHONE}, {"phone_number": "13912349876"}])
def test_limits_of_a_reset_do_not_tell_whether_a_message_failed(address):
    """S-88: also when the provider fails."""
    application = make_login_application()
    application.tenant.sms_interval_seconds = 30
    application.tenant.save()
    application.tenant.senders.create(
        key="broken", channel="sms", vendor="custom", settings={"url": "http://127.0.0.1:1"}
    )
    publish(application)
    make_user(application)
    client = TencentClient(application)

    first = client.send(usage="reset_password", **address)
    second = client.send(usage="reset_password", **address)

    assert (first.status_code, second.json()["error"]) == (200, "sms_rate_limit_exceeded")


def test_a_private_application_tells_of_a_duplicate_only_who_has_proven_the_address(shop):
    shop.answers = "private"
    shop.save()
    publish(shop)
    EndUser.objects.create(tenant=shop.tenant, email="other@example.com", email_verified=True)
    token = exchange(shop, Visitor(shop).enter()).json()["access_token"]

    def refusal(email: str) -> bytes:
        body = {"email": email, "email_otp": "111111", "email_otp_token": "x"}
        return bearer(token).patch("/userinfo", body, content_type="application/json").content

    assert refusal("other@example.com") == refusal("nobody@example.com")
