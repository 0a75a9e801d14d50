"""Refused calls of strangers: bounded by network address over everything that they name, a few entries each (S-83)."""

import secrets
from collections import Counter as Tally
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse

from accounts.models import EndUser
from signup.contracts import publish
from tenants.models import Application, AuditEntry, Counter
from tests.authorization.visitors import Visitor
from tests.clients import Client, TencentClient, basic
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.tencent.logins import FORM, GRANTS, Shop, make_login_application, make_user
from tests.factories import make_application
from tests.races import at_once

pytestmark = pytest.mark.django_db

HOME, ELSEWHERE = "192.0.2.7", "198.51.100.7"
MOST = 100
JSON = "application/json"
PHONE = "13612345678"
Call = Callable[[Client, Application], HttpResponse]


def post(path: str, body: dict[str, str], **headers: str) -> Call:
    """A call with these headers; `{}` in the path is the client id."""
    return lambda http, shop: http.post(path.format(shop.client_id), body, content_type=JSON, headers=headers)


def get(path: str) -> Call:
    """A page; `{}` in the path is the client id, which nobody has."""
    return lambda http, _: http.get(path.format(secrets.token_hex(8)))


def basic_of_nobody(http: Client, shop: Application) -> HttpResponse:
    return http.post("/otp/send", {}, content_type=JSON, headers={"authorization": basic(secrets.token_hex(8))})


def basic_that_is_none(http: Client, shop: Application) -> HttpResponse:
    return http.post("/otp/send", {}, content_type=JSON, headers={"authorization": "Basic ?"})


def secret_of_nobody(http: Client, shop: Application) -> HttpResponse:
    body = {"grant_type": "client_credentials", "client_secret": "made-up-made-up"}
    return http.post(f"/auth/v1/token?client_id={secrets.token_hex(8)}", body, content_type=JSON)


def client_of_nobody(http: Client, shop: Application) -> HttpResponse:
    body = {"username": "mei", "password": "wrong"}
    return http.post(f"/auth/v1/signin?client_id={secrets.token_hex(8)}", body, content_type=JSON)


def token_form(**fields: str) -> Call:
    return lambda http, shop: http.post("/oauth2/token", urlencode({"client_id": shop.client_id} | fields), FORM)


def otp_of_nobody(http: Client, shop: Application) -> HttpResponse:
    body = {
        "client_id": shop.client_id,
        "grant_type": GRANTS["phone_number"],
        "auth_source_id": Shop(shop).source("phone_number"),
        "phone_number": PHONE,
        "otp_token": secrets.token_urlsafe(32),
        "otp": "123456",
    }
    return http.post("/oauth2/token", body, content_type=JSON)


def reset_of_nobody(http: Client, shop: Application) -> HttpResponse:
    body = {
        "client_id": shop.client_id,
        "password": "Kite-over-9-Hills",
        "phone_number": PHONE,
        "phone_number_otp_token": secrets.token_urlsafe(32),
        "phone_number_otp": "123456",
    }
    return http.post("/reset_user_password", body, content_type=JSON)


MADE_UP = "made-up-made-up-made-up"
DEVICE = {"x-device-id": "device-1234567890"}
SIGN_UP = {"phone_number": f"+86 {PHONE}", "verification_token": MADE_UP}

CALLS: dict[str, Call] = {
    "send, client ids": basic_of_nobody,
    "send, no credential": basic_that_is_none,
    "token, client ids": secret_of_nobody,
    "sign-in, client ids": client_of_nobody,
    "sign-up": post("/auth/v1/signup?client_id={}", SIGN_UP, **DEVICE),
    "sign-in": post("/auth/v1/signin?client_id={}", {"verification_token": MADE_UP}, **DEVICE),
    "sign-in by provider": post("/auth/v1/signin/with/provider?client_id={}", {"provider_token": MADE_UP}, **DEVICE),
    "sign-up by provider": post("/auth/v1/signup?client_id={}", {"provider_token": MADE_UP}, **DEVICE),
    "verify": post(
        "/auth/v1/verification/verify?client_id={}", {"verification_id": MADE_UP, "verification_code": "123456"}
    ),
    "refresh": post("/auth/v1/token?client_id={}", {"grant_type": "refresh_token", "refresh_token": MADE_UP}, **DEVICE),
    "authorization code": token_form(
        grant_type="authorization_code", code=MADE_UP, redirect_uri="https://shop.example/"
    ),
    "refresh token": token_form(grant_type="refresh_token", refresh_token=MADE_UP),
    "otp_token": otp_of_nobody,
    "reset": reset_of_nobody,
    "revoke": lambda http, _: http.post("/oauth2/revoke", urlencode({"client_id": secrets.token_hex(8)}), FORM),
    "link of a mail": post("/account/verifyEmail", {"token": MADE_UP}),
    "page of a mail": get(f"/account/verifyEmail?token={MADE_UP}"),
    "authorize, client ids": get("/oauth2/authorize?client_id={}"),
    "sign-up page, client ids": get("/signup?client_id={}"),
    "log-in page, client ids": get("/login?client_id={}"),
    "logout hint": get(f"/logout?id_token_hint={MADE_UP}"),
}


@pytest.fixture
def shop() -> Application:
    """A public application with every way to log in."""
    return make_login_application(type="spa", redirect_uris=["https://shop.example/"])


def stranger(address: str = HOME) -> Client:
    return Client(headers={"host": "localhost"}, REMOTE_ADDR=address)


def close(address: str = HOME) -> None:
    """Leave no refusals to an address."""
    stranger(address).post("/otp/send", {}, content_type=JSON, headers={"authorization": "Basic ?"})
    Counter.objects.filter(kind="refused").update(count=MOST)


@pytest.mark.parametrize("name", CALLS)
def test_a_stranger_is_refused_a_hundred_times_and_leaves_a_handful_of_entries(shop, name):
    http = stranger()

    answers = [CALLS[name](http, shop) for _ in range(130)]

    statuses = [answer.status_code for answer in answers]
    assert set(statuses[-30:]) == {429}
    assert all(400 <= status < 500 for status in statuses)
    assert 1 <= int(answers[-1]["Retry-After"]) <= 301
    assert answers[-1].headers["Content-Type"].startswith(JSON)
    assert "error" in answers[-1].json()
    assert AuditEntry.objects.filter(outcome="refused").count() <= 4
    assert EndUser.objects.count() == 0


@pytest.mark.parametrize("name", CALLS)
def test_all_calls_share_the_limit_of_an_address(shop, name):
    close()

    assert CALLS[name](stranger(), shop).status_code == 429
    assert CALLS[name](stranger(ELSEWHERE), shop).status_code != 429


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/login", {"username": "mei", "password": "wrong"}),
        ("/login/verify", {"phone_number": PHONE, "code": "123456"}),
        ("/login/reset", {"phone_number": PHONE, "code": "123456", "password": "Kite-over-9-Hills"}),
        ("/signup", {"phone_number": PHONE, "phone_number_code": "123456"}),
    ],
)
def test_calls_of_hosted_pages_share_the_limit_too(shop, path, body):
    visitor = Visitor(shop, address=HOME)
    visitor.open_page(redirect_uri="https://shop.example/", **visitor.pkce())
    assert visitor.post(path, **body).status_code in (401, 422)
    assert visitor.post(path, **body).status_code in (401, 422)
    assert AuditEntry.objects.filter(outcome="refused").count() <= 1
    close()

    answer = visitor.post(path, **body)

    assert (answer.status_code, answer.json()["error"]) == (429, "too_many_requests")
    assert answer["Retry-After"]


def test_a_refusal_for_the_limit_is_no_code_of_a_session(shop):
    """The limit of a number counts as refused; whoever asked may ask for as many codes as before."""
    visitor = Visitor(shop, address=HOME)
    visitor.open_page(redirect_uri="https://shop.example/", **visitor.pkce())
    shop.tenant.sms_per_day = 0
    shop.tenant.save()
    publish(shop)
    close()

    assert [visitor.post("/login/code", phone_number=PHONE).status_code for _ in range(4)] == [429] * 4
    assert visitor.row.codes_sent == 0


def test_the_limit_is_told_in_the_audit_log_and_ten_times_as_many_too(shop):
    for count in (MOST - 1, 10 * MOST - 1, 100 * MOST - 1):
        stranger().get("/oauth2/authorize?client_id=nobody")
        Counter.objects.filter(kind="refused").update(count=count)
        stranger().get("/oauth2/authorize?client_id=nobody")

    told = AuditEntry.objects.filter(event="address.lock").order_by("id").values_list("detail", "source")
    assert list(told) == [({"failures": number}, HOME) for number in (MOST, 10 * MOST, 100 * MOST)]


def test_a_client_whose_secret_is_guessed_is_named_whatever_came_before():
    victim = make_application()
    for _ in range(20):
        basic_of_nobody(stranger(), victim)

    guesser = TencentClientAt(victim, secret="wrong-secret")
    for _ in range(20):
        guesser.send()

    locks = AuditEntry.objects.filter(event="client.lock").order_by("id")
    assert list(locks.values_list("actor", flat=True)) == ["unknown application", f"application:{victim.client_id}"]


def test_an_honest_call_is_never_refused(shop):
    make_user(shop)
    close()

    assert CloudBaseClientAt(shop).sign_in("mei").status_code == 200
    assert TencentClientAt(make_application()).send(usage="signup", phone_number=PHONE).status_code == 200


def test_refused_calls_of_an_authenticated_client_are_not_counted():
    client = TencentClientAt(make_application())
    close()

    answers = [client.sign_up(phone_number=PHONE, phone_number_otp_token="x", phone_number_otp="1") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {400}
    assert AuditEntry.objects.filter(event="sign_up").count() == 5
    assert Counter.objects.get(kind="refused").count == MOST


def test_what_is_known_to_be_somebodys_keeps_its_refusal_and_its_entry(shop):
    make_user(shop, email_verified=False)
    client = CloudBaseClientAt(shop)
    shop.tenant.force_email_verification = True
    shop.tenant.save()
    publish(shop)

    answers = [client.sign_in("mei") for _ in range(3)]
    assert [answer.json()["error"] for answer in answers] == ["user_pending"] * 3
    assert AuditEntry.objects.filter(event="sign_in", outcome="refused").count() == 3
    close()

    assert client.sign_in("mei").json()["error"] == "user_pending"
    assert AuditEntry.objects.filter(event="sign_in", outcome="refused").count() == 3


def test_after_five_minutes_an_address_may_fail_again(shop, pass_time):
    close()
    seconds = int(CALLS["sign-in"](stranger(), shop)["Retry-After"])

    pass_time(seconds)

    assert CALLS["sign-in"](stranger(), shop).status_code == 400
    assert AuditEntry.objects.filter(event="sign_in").count() == 2


def test_in_a_trial_without_limits_nothing_is_refused(shop, settings):
    settings.RATE_LIMITS = False
    close()

    assert CALLS["sign-in"](stranger(), shop).status_code == 400


def test_refusals_of_strangers_are_counted_by_event(shop):
    def read(event: str) -> float:
        lines = Client(headers={"host": "anything"}).get("/metrics").content.decode().splitlines()
        found = [line for line in lines if line.startswith(f'ciam_refusals_total{{event="{event}"}}')]
        return float(found[0].split()[1]) if found else 0.0

    before = read("sign_in"), read("call")

    CALLS["sign-in"](stranger(), shop)
    CALLS["refresh"](stranger(), shop)

    assert (read("sign_in"), read("call")) == (before[0] + 1, before[1] + 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["send, client ids", "sign-up", "sign-in", "authorization code", "otp_token"])
def test_fifty_at_once_leave_one_entry(name):
    shop = make_login_application(type="spa", redirect_uris=["https://shop.example/"])

    at_once([lambda: CALLS[name](stranger(), shop)] * 50)

    entries = AuditEntry.objects.filter(outcome="refused")
    assert entries.exclude(event="client.lock").count() == 1, entries.values("event", "detail")
    assert Counter.objects.get(kind="refused").count == 50 or name == "send, client ids"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_pass_no_limit():
    shop = make_login_application(type="spa")
    close()
    Counter.objects.filter(kind="refused").update(count=MOST - 20)

    answers = at_once([lambda: CALLS["sign-in"](stranger(), shop)] * 50)

    assert Tally(answer.status_code for answer in answers) == {400: 20, 429: 30}


class CloudBaseClientAt(CloudBaseClient):
    """From the stranger's address."""

    def __init__(self, application: Application, **options: str) -> None:
        super().__init__(application, **options)
        self.http.defaults["REMOTE_ADDR"] = HOME


class TencentClientAt(TencentClient):
    """From the stranger's address."""

    def __init__(self, application: Application, **options: str) -> None:
        super().__init__(application, **options)
        self.http.defaults["REMOTE_ADDR"] = HOME
