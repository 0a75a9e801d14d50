"""The calls of the log-in page: by password, by code, with a forgotten password; what is told, and what is not."""

import pytest

from accounts.models import EndUser, PasswordFailure
from accounts.passwords import hashing
from otp.delivery.models import OutboxMessage
from signup.contracts import publish
from signup.models import BrowserSession, PendingRequest
from tenants import clock
from tenants.models import Application, AuditEntry, Counter, OtpAuthSource, PasswordAuthSource
from tests.authorization.visitors import (
    EMAIL,
    PASSWORD,
    PHONE,
    Visitor,
    code_of,
    exchange,
    make_shop,
    query_of,
    told,
)
from tests.clients import Client, last_code
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.plusauth.test_codes import solve
from tests.dialects.tencent.logins import Shop, make_user
from tests.factories import make_tenant
from tokens.models import Session

pytestmark = pytest.mark.django_db
WRONG, ANOTHER = "Kite-over-1-Hills", "Boat-under-7-Seas"
OURS = hashing.prefix("argon2").encode()


@pytest.fixture
def shop() -> Application:
    application = make_shop()
    make_user(application)
    return application


@pytest.fixture
def mei(shop) -> Visitor:
    return opened(shop)


def opened(shop: Application, **options: str) -> Visitor:
    visitor = Visitor(shop, **options)
    visitor.open_page()
    return visitor


# By password


@pytest.mark.parametrize(
    "username", ["mei", "MEI", " Mei ", EMAIL, "Mei@Example.com", PHONE, f"+86{PHONE}", "+86 136-1234-5678"]
)
def test_somebody_is_known_by_what_he_types(mei, username):
    response = mei.log_in(username)

    assert (response.status_code, response.json()) == (200, {"location": f"http://localhost{mei.onward}"})
    assert response["Cache-Control"] == "no-store"
    assert code_of(mei.proceed())


def test_only_what_the_source_takes_is_a_name(shop):
    PasswordAuthSource.objects.update(login_attributes=["email"])
    publish(shop)

    assert told(opened(shop).log_in("mei")) == (401, "invalid_credentials")
    assert opened(shop).log_in(EMAIL).status_code == 200


def test_a_wrong_password_an_unknown_name_and_a_lock_are_one_answer(shop):
    """S-52, S-54."""
    make_user(shop, username="lan", phone_number=None, email=None, password=None)
    make_user(shop, username="wei", phone_number=None, email=None)
    opened(shop).log_in("wei", WRONG)
    PasswordFailure.objects.update(count=100)
    mei = opened(shop)

    answers = [mei.log_in(name, WRONG) for name in ("mei", "nobody", "lan", "nobody@example.com", "13900000000")]
    answers.append(mei.log_in("wei"))

    assert {one.status_code for one in answers} == {401}
    assert len({one.content for one in answers}) == 1
    assert answers[0].json()["error"] == "invalid_credentials"
    assert not any("session" in one.cookies for one in answers)


@pytest.mark.parametrize("name", ["mei", "nobody", "lan", "nobody@example.com", "13900000000"])
def test_a_wrong_password_an_unknown_name_and_no_password_cost_the_same_hash(shop, name, hashing_calls):
    """S-52."""
    make_user(shop, username="lan", phone_number=None, email=None, password=None)
    mei = opened(shop)
    hashing_calls.clear()

    mei.log_in(name, WRONG)

    ((function, line, _),) = hashing_calls
    assert (function, line[: len(OURS)]) == ("verify", OURS)


def test_somebody_who_is_blocked_is_told_so_after_the_right_password_alone(mei):
    """S-52."""
    EndUser.objects.update(status=EndUser.Status.LOCK)

    assert told(mei.log_in(password=WRONG)) == (401, "invalid_credentials")
    assert told(mei.log_in()) == (403, "account_blocked")
    assert BrowserSession.objects.get().end_user is None


def test_a_block_that_has_ended_stops_nobody(mei):
    EndUser.objects.update(status=EndUser.Status.LOCK, blocked_until=clock.now())

    assert mei.log_in().status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"username": None},
        {"username": ""},
        {"username": 1},
        {"username": "x" * 321},
        {"username": "a\x00b"},
        {"password": None},
        {"password": ""},
        {"password": 1},
        {"password": ["x"]},
        {"password": "x" * 1025},
        {"altcha": 1},
        {"altcha": "x" * 1025},
    ],
    ids=lambda body: f"{next(iter(body))}-{str(next(iter(body.values())))[:8]!r}",
)
def test_a_body_that_is_none(mei, body):
    response = mei.post("/login", **{"username": "mei", "password": PASSWORD} | body)

    assert told(response) == (422, "invalid_entity")
    assert response.json()["field"] in body
    assert not PasswordFailure.objects.exists()


@pytest.mark.parametrize("password", ["x" * 1024, "\x00", "é" * 72, " " + PASSWORD, PASSWORD + "\n", "😀" * 300])
def test_any_text_may_be_a_wrong_password(mei, password):
    """S-50."""
    assert told(mei.log_in(password=password)) == (401, "invalid_credentials")


def test_without_a_password_source_nobody_logs_in_by_password(shop):
    """S-72."""
    shop.login_flow.sources.filter(password_auth_source__isnull=False).delete()
    publish(shop)

    assert told(opened(shop).log_in()) == (422, "invalid_entity")


def test_nobody_logs_in_without_having_a_password(shop):
    """S-51."""
    make_user(shop, username="lan", phone_number=None, email=None, password=None)
    mei = opened(shop)

    assert [told(mei.log_in("lan", one))[0] for one in (" ", "None", "null", "\x00")] == [401] * 4


def test_after_five_wrong_passwords_each_costs_a_proof_of_work(shop, mei):
    """S-54."""
    for _ in range(5):
        assert told(mei.log_in(password=WRONG)) == (401, "invalid_credentials")

    asked = mei.log_in()
    assert told(asked) == (400, "captcha_required")
    solved = solve(asked.json()["challenge"])

    assert told(mei.log_in(password=WRONG, altcha=solved)) == (401, "invalid_credentials")
    assert told(mei.log_in(altcha=solved)) == (400, "captcha_required")
    again = solve(mei.log_in().json()["challenge"])
    assert told(opened(shop).log_in(altcha=again)) == (400, "captcha_required")
    again = solve(mei.log_in().json()["challenge"])
    assert mei.log_in(altcha=again).status_code == 200
    assert not PasswordFailure.objects.exists()


def test_an_unknown_name_is_asked_for_the_same_proof(mei):
    """S-52, S-88."""
    answers = [told(mei.log_in("nobody", WRONG)) for _ in range(6)]

    assert answers == [(401, "invalid_credentials")] * 5 + [(400, "captcha_required")]


def test_wrong_passwords_add_up_over_every_way_to_log_in(shop):
    """S-26, S-54: the page, Tencent's token call and CloudBase's sign-in count together."""
    mei, back_end, device = opened(shop), Shop(shop), CloudBaseClient(shop)

    assert told(mei.log_in(password=WRONG)) == (401, "invalid_credentials")
    assert back_end.log_in_by_password(password=WRONG).status_code == 400
    assert device.sign_in("mei", WRONG).status_code in (400, 401, 403)
    assert told(opened(shop).log_in("MEI", WRONG)) == (401, "invalid_credentials")
    assert told(opened(shop).log_in(" mei ", WRONG)) == (401, "invalid_credentials")

    assert PasswordFailure.objects.get().count == 5
    assert told(opened(shop).log_in()) == (400, "captcha_required")
    assert back_end.log_in_by_password().status_code == 400


def test_a_stranger_locks_nobody_out_of_codes(shop, mei):
    """S-54."""
    for _ in range(6):
        mei.log_in(password=WRONG)

    assert opened(shop).log_in_by_code(phone_number=PHONE).status_code == 200


def test_guesses_from_one_place_have_a_brake(shop):
    """S-54, S-86: it is not cleared by a right password between."""
    answers = []
    for number in range(101):
        if number % 50 == 0:
            visitor = opened(shop)
            assert visitor.log_in().status_code == 200
            visitor.open_page(prompt="login")
        answers.append(visitor.log_in(f"user{number}", WRONG))

    assert {one.status_code for one in answers[:100]} == {401}
    assert (answers[-1].status_code, told(answers[-1])[1]) == (429, "too_many_requests")
    assert answers[-1]["Retry-After"]
    assert visitor.log_in().status_code == 200
    assert opened(shop, address="198.51.100.7").log_in("nobody", WRONG).status_code == 401


def test_passwords_from_one_place_have_a_limit_even_if_they_are_right(shop):
    mei = opened(shop)
    mei.log_in("nobody", WRONG)
    Counter.objects.filter(kind="call plusauth log-in").update(count=200)

    assert mei.log_in().status_code == 429


def test_guesses_in_one_session_have_a_brake(shop):
    mei = opened(shop)

    answers = [mei.log_in(f"user{number}", WRONG).status_code for number in range(61)]

    assert answers == [401] * 60 + [429]


def test_a_log_in_is_in_the_trail_without_what_was_typed(mei):
    """S-105, S-109."""
    mei.log_in(password=WRONG)
    mei.log_in()

    found = list(AuditEntry.objects.filter(event="sign_in").order_by("at").values())
    assert [one["outcome"] for one in found] == ["refused", "succeeded"]
    assert found[1]["object_id"] == EndUser.objects.get().sub
    assert not any(secret in str(found) for secret in (WRONG, PASSWORD, mei.cookie, mei.state))


# By code


@pytest.mark.parametrize("address", [{"phone_number": PHONE}, {"email": EMAIL}, {"email": "MEI@example.com"}], ids=str)
def test_a_code_logs_in_who_has_the_address(shop, mei, address):
    sent = mei.post("/login/code", **address)
    (value,) = address.values()
    code = last_code(value.lower() if "@" in value else f"+86{value}")

    response = mei.post("/login/verify", **address, code=code)

    assert sent.json() == {"expires_in": 60, "resend_in": 30}
    assert response.json() == {"location": f"http://localhost{mei.onward}"}
    assert exchange(shop, mei.proceed()).status_code == 200


def test_the_sources_length_and_lifetime_hold(shop, pass_time):
    OtpAuthSource.objects.update(code_length=8, code_ttl_seconds=120)
    publish(shop)
    mei = opened(shop)

    sent = mei.post("/login/code", phone_number=PHONE)
    code = last_code(f"+86{PHONE}")
    pass_time(119)

    assert sent.json()["expires_in"] == 120
    assert len(code) == 8
    assert mei.post("/login/verify", phone_number=PHONE, code=code).status_code == 200


def test_an_address_without_an_account_is_told_so_to_who_has_proven_it(mei):
    """The same code is good for nothing else, and may be tried again."""
    response = mei.log_in_by_code(email="new@example.com")

    assert told(response) == (404, "user_not_found")
    assert EndUser.objects.count() == 1
    assert told(mei.post("/login/verify", email="new@example.com", code="000000"))[1] in ("incorrect_code",)


def test_an_address_that_was_only_claimed_lets_nobody_in(shop, mei):
    """S-36."""
    EndUser.objects.update(email_verified=False)

    assert told(mei.log_in_by_code(email=EMAIL)) == (404, "user_not_found")


def test_a_code_is_good_in_the_session_that_asked_for_it(shop, mei):
    mei.post("/login/code", email=EMAIL)
    code = last_code(EMAIL)

    assert told(opened(shop).post("/login/verify", email=EMAIL, code=code)) == (422, "code_expired")
    assert told(mei.post("/login/verify", email="lan@example.com", code=code)) == (422, "code_expired")
    assert mei.post("/login/verify", email=EMAIL, code=code).status_code == 200


def test_a_code_logs_in_once(shop, mei):
    """S-27."""
    mei.post("/login/code", email=EMAIL)
    code = last_code(EMAIL)

    assert mei.post("/login/verify", email=EMAIL, code=code).status_code == 200
    mei.state = PendingRequest.objects.get().state
    assert told(mei.post("/login/verify", email=EMAIL, code=code)) == (422, "code_expired")


def test_wrong_and_old_codes(mei, pass_time):
    mei.post("/login/code", email=EMAIL)
    code = last_code(EMAIL)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    first = mei.post("/login/verify", email=EMAIL, code=wrong)
    pass_time(61)
    second = mei.post("/login/verify", email=EMAIL, code=code)

    assert told(first) == told(second) == (422, "incorrect_code")
    assert not Session.objects.exists()


def test_five_guesses_and_no_more(mei):
    """S-25."""
    mei.post("/login/code", email=EMAIL)
    code = last_code(EMAIL)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    answers = [told(mei.post("/login/verify", email=EMAIL, code=wrong))[1] for _ in range(6)]

    assert answers == ["incorrect_code"] * 5 + ["code_expired"]
    assert told(mei.post("/login/verify", email=EMAIL, code=code)) == (422, "code_expired")


def test_the_fourth_code_costs_a_proof_of_work(mei):
    for _ in range(3):
        assert mei.post("/login/code", phone_number=PHONE).status_code == 200

    asked = mei.post("/login/code", phone_number=PHONE)

    assert told(asked) == (400, "captcha_required")
    assert OutboxMessage.objects.count() == 3
    solution = solve(asked.json()["challenge"])
    assert mei.post("/login/code", phone_number=PHONE, altcha=solution).status_code == 200


def test_a_channel_without_a_source_sends_nothing(shop):
    """S-72."""
    OtpAuthSource.objects.filter(channel="sms").update(enabled=False)
    publish(shop)
    mei = opened(shop)

    for path in ("/login/code", "/login/verify"):
        response = mei.post(path, phone_number=PHONE, code="123456")
        assert (*told(response), response.json()["field"]) == (422, "invalid_entity", "phone_number")
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    "body",
    [{}, {"email": EMAIL, "phone_number": PHONE}, {"email": "mei"}, {"email": 1}, {"phone_number": "1"}, {"email": ""}],
    ids=str,
)
@pytest.mark.parametrize("path", ["/login/code", "/login/verify", "/login/reset/code", "/login/reset"])
def test_an_address_that_is_none(mei, path, body):
    assert told(mei.post(path, **body, code="123456", password=ANOTHER)) == (422, "invalid_entity")
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("typed", ["lan@intranet", "Lan@Intranet"])
def test_an_address_without_a_dot_is_one_too(typed):
    """CloudBase's sign-up accepts it."""
    shop = make_shop()
    make_user(shop, username=None, phone_number=None, email="lan@intranet")

    assert opened(shop).log_in(typed).status_code == 200
    assert opened(shop).log_in_by_code(email=typed).status_code == 200
    forgetful = opened(shop)
    assert forgetful.post("/login/reset/code", email=typed).status_code == 200
    code = last_code("lan@intranet")
    assert forgetful.post("/login/reset", email=typed, code=code, password=ANOTHER).status_code == 200
    assert forgetful.log_in(typed, ANOTHER).status_code == 200


# A forgotten password


def test_a_forgotten_password_is_replaced_and_everything_ends(shop, mei):
    other = Visitor(shop)
    tokens = exchange(shop, other.enter()).json()

    sent = mei.post("/login/reset/code", email=EMAIL)
    done = mei.post("/login/reset", email=EMAIL, code=last_code(EMAIL), password=ANOTHER)

    assert sent.json() == {"expires_in": 300, "resend_in": 30}
    assert (done.status_code, done.json()) == (200, {})
    assert query_of(other.authorize(prompt="none"))["error"] == "login_required"
    assert Shop(shop).refresh(tokens["refresh_token"]).status_code == 400
    assert told(mei.log_in()) == (401, "invalid_credentials")
    assert mei.log_in(password=ANOTHER).status_code == 200


def test_known_and_unknown_addresses_are_answered_alike(mei):
    """S-88."""
    known = mei.post("/login/reset/code", email=EMAIL)
    unknown = mei.post("/login/reset/code", email="nobody@example.com")
    tries = [
        mei.post("/login/reset", email=one, code="000001", password=ANOTHER) for one in (EMAIL, "nobody@example.com")
    ]

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert tries[0].content == tries[1].content
    assert {one.destination for one in OutboxMessage.objects.all()} == {EMAIL}


def test_a_weak_password_leaves_the_code_good(mei):
    mei.post("/login/reset/code", email=EMAIL)
    code = last_code(EMAIL)

    weak = mei.post("/login/reset", email=EMAIL, code=code, password="12345678")

    assert told(weak) == (422, "weak_password")
    assert mei.post("/login/reset", email=EMAIL, code=code, password=ANOTHER).status_code == 200


def test_a_password_that_was_used_before_is_told_as_that(mei):
    PasswordAuthSource.objects.update(history=3)
    publish(mei.application)
    mei.post("/login/reset/code", email=EMAIL)
    code = last_code(EMAIL)

    used = mei.post("/login/reset", email=EMAIL, code=code, password=PASSWORD)

    assert told(used) == (422, "weak_password")
    assert (used.json()["field"], used.json()["rule"]) == ("password", "used_before")
    assert mei.post("/login/reset", email=EMAIL, code=code, password=ANOTHER).status_code == 200


def test_a_code_for_one_thing_is_none_for_another(mei):
    """S-24."""
    mei.post("/login/code", email=EMAIL)
    code = last_code(EMAIL)

    assert told(mei.post("/login/reset", email=EMAIL, code=code, password=ANOTHER)) == (422, "code_expired")
    mei.post("/login/reset/code", phone_number=PHONE)
    assert told(mei.post("/login/verify", phone_number=PHONE, code=last_code(f"+86{PHONE}"))) == (422, "code_expired")


def test_who_is_blocked_resets_nothing(mei):
    EndUser.objects.update(status=EndUser.Status.FREEZE)
    mei.post("/login/reset/code", email=EMAIL)

    response = mei.post("/login/reset", email=EMAIL, code=last_code(EMAIL), password=ANOTHER)

    assert told(response) == (403, "account_blocked")


def test_where_nobody_has_a_password_none_is_reset(shop):
    """S-72."""
    shop.login_flow.sources.filter(password_auth_source__isnull=False).delete()
    publish(shop)
    mei = opened(shop)

    assert told(mei.post("/login/reset/code", email=EMAIL)) == (422, "invalid_entity")
    assert not OutboxMessage.objects.exists()


# Signing up, and an address that must be verified first


def test_who_signs_up_goes_on_to_the_application(shop):
    lan = Visitor(shop)
    lan.read(lan.follow(lan.authorize(prompt="create")))
    lan.post("/signup/code", email="lan@example.com")
    body = {"email": "lan@example.com", "email_code": last_code("lan@example.com"), "password": ANOTHER}

    response = lan.post("/signup", **body)

    assert told(response) == (400, "xhr_request")
    assert response.json()["location"] == f"http://localhost{lan.onward}"
    claims = exchange(shop, lan.proceed()).json()
    assert claims["id_token"]
    assert "code" in query_of(lan.authorize(prompt="none"))


def test_the_link_from_the_log_in_page_keeps_what_waits(shop):
    lan = opened(shop, address="192.0.2.9")
    lan.read(lan.http.get(f"/signup?client_id={shop.client_id}"))
    lan.post("/signup/code", email="lan@example.com")

    response = lan.post("/signup", email="lan@example.com", email_code=last_code("lan@example.com"))

    assert told(response) == (400, "xhr_request")
    assert code_of(lan.proceed())


def test_who_signs_up_where_nothing_waits_stays(shop):
    lan = Visitor(shop)
    lan.read(lan.http.get(f"/signup?client_id={shop.client_id}"))
    lan.post("/signup/code", email="lan@example.com")

    response = lan.post("/signup", email="lan@example.com", email_code=last_code("lan@example.com"))

    assert response.status_code == 200
    assert "code" in query_of(lan.authorize(prompt="none"))


@pytest.fixture
def strict() -> Application:
    """An application of a tenant that lets nobody in whose address is not verified."""
    return make_shop(make_tenant(sms_interval_seconds=0, force_email_verification=True))


def test_an_address_is_verified_before_the_sign_up_goes_on(strict):
    """S-35."""
    lan = Visitor(strict)
    lan.read(lan.follow(lan.authorize(prompt="create")))
    response = lan.post("/signup", email="lan@example.com", password=ANOTHER)
    assert response.json() == {"message": "verification_email_sent"}
    assert lan.proceed()["Location"].startswith("/login?")

    verified = lan.post("/account/verifyEmail", code=last_code("lan@example.com"), state=None)

    assert verified.json() == {"email_verified": True, "location": f"http://localhost{lan.onward}"}
    assert exchange(strict, lan.proceed()).status_code == 200


def test_an_address_is_verified_before_the_log_in_goes_on(strict):
    """S-35, S-52: who knows the password is told, and gets the session without being logged in."""
    make_user(strict, email_verified=False)
    mei = opened(strict)
    before = mei.cookie
    assert told(mei.log_in(password=WRONG)) == (401, "invalid_credentials")

    assert told(mei.log_in()) == (403, "email_not_verified")

    assert mei.cookie != before
    assert BrowserSession.objects.get().authenticated_at is None
    assert query_of(mei.authorize(prompt="none"))["error"] == "login_required"
    verified = mei.post("/account/verifyEmail", code=last_code(EMAIL), state=None)
    assert verified.json()["location"] == f"http://localhost{mei.onward}"
    assert exchange(strict, mei.proceed()).status_code == 200


def test_the_page_may_repeat_the_log_in_after_the_link(strict):
    make_user(strict, email_verified=False)
    mei = opened(strict)
    mei.log_in()
    EndUser.objects.update(email_verified=True)

    assert mei.log_in().status_code == 200
    assert code_of(mei.proceed())


def test_a_code_that_is_wrong_verifies_and_lets_in_nobody(strict):
    make_user(strict, email_verified=False)
    mei = opened(strict)
    mei.log_in()

    assert mei.post("/account/verifyEmail", code="000000", state=None).status_code == 422
    assert mei.proceed()["Location"].startswith("/login?")


def test_verification_that_is_forced_later_counts_for_who_is_logged_in(shop, mei):
    """S-72."""
    mei.log_in()
    EndUser.objects.update(email_verified=False)
    shop.tenant.force_email_verification = True
    shop.tenant.save()
    publish(shop)

    assert query_of(mei.authorize(prompt="none"))["error"] == "login_required"


def test_a_stranger_without_cookie_verifies_nothing_by_code(strict):
    make_user(strict, email_verified=False)
    opened(strict).log_in()

    response = Client(headers={"host": "localhost"}).post(
        "/account/verifyEmail", {"code": last_code(EMAIL)}, content_type="application/json"
    )

    assert told(response) == (401, "invalid_session")
