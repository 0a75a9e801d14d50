"""`POST /signup/code`: codes in a session, how many, and the proof of work that the later ones cost."""

import json
from base64 import b64decode, b64encode
from datetime import timedelta

import pytest
from altcha import v1 as altcha

from otp.delivery.models import OutboxMessage
from otp.models import Challenge, Destination
from tests.dialects.plusauth.clients import EMAIL, PHONE, Browser, error_of
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Browser:
    return Browser(make_application(authentication=("email",), optional=("phone_number",)))


def solve(challenge: dict) -> str:
    solution = altcha.solve_challenge(
        challenge["challenge"], challenge["salt"], challenge["algorithm"], challenge["maxnumber"]
    )
    members = {name: challenge[name] for name in ("algorithm", "challenge", "salt", "signature")}
    return b64encode(json.dumps(members | {"number": solution.number}).encode()).decode()


def ask(browser: Browser, number: int, **more: str):
    return browser.ask_code(email=f"mei{number}@example.com", **more)


def spend_free_codes(browser: Browser) -> dict:
    """The challenge that the next code costs."""
    assert [ask(browser, number).status_code for number in range(3)] == [200] * 3
    response = ask(browser, 3)
    assert error_of(response) == (400, "captcha_required", "")
    return response.json()["challenge"]


def test_a_code_is_sent_and_told_how_long_it_is_good(browser):
    response = browser.ask_code(email="Mei@Example.com")

    body = response.json()
    assert (response.status_code, set(body), body["resend_in"]) == (200, {"expires_in", "resend_in"}, 30)
    lives = Challenge.objects.get().code_expires_at - Challenge.objects.get().created_at
    assert timedelta(seconds=body["expires_in"]) == lives
    assert OutboxMessage.objects.get().destination == EMAIL


def test_the_page_waits_as_long_as_the_tenant_says():
    browser = Browser(make_application(make_tenant(sms_interval_seconds=90)))

    assert browser.ask_code(phone_number="136 1234 5678").json()["resend_in"] == 90
    again = browser.ask_code(phone_number=PHONE)
    assert error_of(again) == (429, "too_many_requests", "phone_number")
    assert 0 < int(again["Retry-After"]) <= 91


def test_who_asks_too_soon_is_told_of_the_code_that_was_sent(pass_time):
    """It can be entered; a code that another browser asked for cannot, and none is told of."""
    shop = make_application(make_tenant(sms_interval_seconds=3600))
    browser, other = Browser(shop), Browser(shop)
    lives = browser.ask_code(phone_number=PHONE).json()["expires_in"]
    pass_time(10)

    again, elsewhere = browser.ask_code(phone_number=PHONE), other.ask_code(phone_number=PHONE)

    assert lives - 15 <= again.json()["expires_in"] <= lives - 10
    assert error_of(elsewhere) == (429, "too_many_requests", "phone_number")
    assert "expires_in" not in elsewhere.json()
    pass_time(lives)
    assert "expires_in" not in browser.ask_code(phone_number=PHONE).json()


@pytest.mark.parametrize("is_known", [True, False])
def test_where_answers_are_private_a_code_that_was_sent_tells_nothing(is_known):
    """S-88."""
    shop = make_application(make_tenant(sms_interval_seconds=60), answers="private")
    if is_known:
        first = Browser(shop)
        first.sign_up(**first.proof(phone_number=PHONE))
    browser = Browser(shop)
    number = PHONE if is_known else "+8613712345678"
    Destination.objects.update(last_sent_at=None)

    assert browser.ask_code(phone_number=number).status_code == 200
    assert browser.ask_code(phone_number=number).json()["expires_in"] > 0


@pytest.mark.parametrize(
    ("ui_locales", "accepted", "language"),
    [
        ("zh-CN en", "", "zh"),
        (None, "", "en"),
        ("xx", "", "en"),
        ("en", "zh", "en"),
        ("xx", "en;q=0.5, zh", "zh"),
        (None, "zh;q=0", "en"),
    ],
)
def test_the_message_is_in_the_language_of_the_page(browser, ui_locales, accepted, language):
    browser.post("/signup/code", {"email": EMAIL, "ui_locales": ui_locales}, **{"accept-language": accepted})

    assert ("验证码" in OutboxMessage.objects.get().body) is (language == "zh")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": EMAIL, "phone_number": PHONE}, "email"),
        ({"email": None}, "email"),
        ({"email": 7}, "email"),
        ({"email": "mei@example"}, "email"),
        ({"email": "x" * 257}, "email"),
        ({"phone_number": "12"}, "phone_number"),
        ({"email": EMAIL, "ui_locales": 7}, "ui_locales"),
        ({"email": EMAIL, "altcha": {}}, "altcha"),
    ],
)
def test_a_malformed_request_sends_nothing(browser, body, field):
    assert error_of(browser.ask_code(**body)) == (422, "invalid_entity", field)
    assert not OutboxMessage.objects.exists()


def test_no_code_for_an_address_that_somebody_has_proven(browser):
    browser.sign_up(**browser.proof(email=EMAIL))
    stranger = Browser(browser.application)

    assert error_of(stranger.ask_code(email=EMAIL)) == (409, "already_exists", "email")
    stranger.row.refresh_from_db()
    assert stranger.row.codes_sent == 1  # asking is never free


def test_no_code_for_an_address_that_the_sign_up_does_not_ask_for():
    assert error_of(Browser(make_application()).ask_code(email=EMAIL)) == (422, "invalid_entity", "")


def test_no_code_to_a_dead_domain(browser):
    assert error_of(browser.ask_code(email="mei@mail.invalid")) == (422, "invalid_entity", "email")


def test_no_code_while_sign_up_is_off():
    assert error_of(Browser(make_application(sign_up=False)).ask_code(email=EMAIL)) == (
        403,
        "registration_disabled",
        "",
    )


def test_no_code_without_a_session(browser):
    browser.http.cookies.clear()

    assert error_of(browser.ask_code(email=EMAIL)) == (401, "invalid_session", "")


def test_no_code_beyond_the_quota_and_none_is_counted():
    browser = Browser(make_application(make_tenant(email_quota=0), authentication=("email",)))

    assert error_of(browser.ask_code(email=EMAIL)) == (402, "plan_limit_exceeded", "")
    browser.row.refresh_from_db()
    assert browser.row.codes_sent == 0


def test_the_fourth_code_costs_a_proof_of_work(browser):
    challenge = spend_free_codes(browser)

    assert set(challenge) == {"algorithm", "challenge", "salt", "signature", "maxnumber"}
    assert ask(browser, 3, altcha=solve(challenge)).status_code == 200
    assert OutboxMessage.objects.count() == 4


def test_a_solution_counts_once(browser):
    solution = solve(spend_free_codes(browser))
    ask(browser, 3, altcha=solution)

    assert error_of(ask(browser, 4, altcha=solution)) == (400, "captcha_required", "")


def test_a_solution_counts_in_its_own_session(browser):
    solution = solve(spend_free_codes(browser))
    other = Browser(browser.application)
    spend_free_codes(other)

    assert error_of(ask(other, 9, altcha=solution)) == (400, "captcha_required", "")


def test_a_solution_is_good_for_five_minutes(browser, pass_time):
    solution = solve(spend_free_codes(browser))
    pass_time(301)

    assert error_of(ask(browser, 3, altcha=solution)) == (400, "captcha_required", "")


@pytest.mark.parametrize(
    "forge",
    [
        lambda known: known | {"number": known["number"] + 1},
        lambda known: known | {"signature": "0" * 64},
        lambda known: known | {"salt": known["salt"].replace("expires=1", "expires=9")},
        lambda known: known | {"algorithm": "MD5"},
        lambda known: known | {"salt": 7},
        lambda known: known | {"number": "1"},
        lambda known: known | {"number": True},
        lambda known: [known],
        lambda known: known["number"],
    ],
)
def test_a_forged_solution_is_none(browser, forge):
    known = json.loads(b64decode(solve(spend_free_codes(browser))))
    forged = b64encode(json.dumps(forge(known)).encode()).decode()

    for solution in (forged, "no base64", "é"):
        assert error_of(ask(browser, 3, altcha=solution)) == (400, "captcha_required", "")
    assert OutboxMessage.objects.count() == 3


def test_a_session_has_ten_codes(browser, settings):
    settings.RATE_LIMITS = False
    for number in range(10):
        response = ask(browser, number)
        if response.status_code == 400:
            response = ask(browser, number, altcha=solve(response.json()["challenge"]))
        assert response.status_code == 200, response.content

    last = ask(browser, 10)

    assert error_of(last) == (429, "too_many_requests", "")
    assert 0 < int(last["Retry-After"]) <= 1801
    assert OutboxMessage.objects.count() == 10


def test_thirty_calls_for_a_code_in_one_session_and_no_more(browser):
    answers = [browser.ask_code(email="no address").status_code for _ in range(31)]

    assert answers == [422] * 30 + [429]


def test_a_puzzle_of_another_installation_is_none_of_ours(browser, settings):
    challenge = spend_free_codes(browser)

    settings.SECRET_KEY = "another" * 8

    assert error_of(ask(browser, 3, altcha=solve(challenge))) == (400, "captcha_required", "")
