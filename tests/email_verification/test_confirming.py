"""An address is verified by the link or by the code of a message, once, and by nothing else (S-35)."""

import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from otp.models import Challenge
from tenants.models import AuditEntry, Domain
from tests.clients import Client
from tests.dialects.plusauth.clients import EMAIL, Browser, error_of
from tests.email_verification.people import (
    PATH,
    confirm,
    is_verified,
    link_to,
    make_shop,
    message_to,
    other_code,
    sign_up,
    token_to,
)
from tests.factories import make_tenant

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600


def enter(browser: Browser, code: str):
    return browser.post(PATH, {"code": code})


def test_the_link_verifies_the_address():
    sign_up(make_shop(), verify_email=True)
    assert not is_verified()

    answer = confirm({"token": token_to()})

    assert (answer.status_code, answer.json()) == (200, {"email_verified": True, "account": "cleared"})
    assert is_verified()


def test_the_code_verifies_the_address_in_the_session_of_the_sign_up():
    browser = sign_up(make_shop(), verify_email=True)

    answer = enter(browser, message_to().code)

    assert (answer.status_code, answer.json()) == (200, {"email_verified": True})
    assert is_verified()


def test_nothing_is_sent_where_nobody_wants_it():
    sign_up(make_shop())

    assert not OutboxMessage.objects.exists()
    assert not is_verified()


def test_a_proven_address_is_not_asked_about_again():
    browser = Browser(make_shop(force_email_verification=True))

    answer = browser.sign_up(**browser.proof(email=EMAIL), password="Kite-over-9-Hills", verify_email=True)

    assert answer.status_code == 200
    assert is_verified()
    assert not OutboxMessage.objects.filter(usage="verify_email").exists()


@pytest.mark.parametrize("language", ["en", "zh", "tr"])
def test_the_message_says_how_long_code_and_link_are_good(language):
    browser = Browser(make_shop())
    body = {"email": EMAIL, "password": "Kite-over-9-Hills", "verify_email": True, "ui_locales": language}

    assert browser.sign_up(**body).status_code == 200

    message = message_to()
    assert message.code in message.body
    assert "10" in message.body
    assert {"en": "one day", "zh": "一天", "tr": "bir gün"}[language] in message.body
    assert "{{" not in message.body


# S-18: safe methods change nothing


def test_opening_the_link_changes_nothing():
    """Scanners of mail open every link that they find, often more than once."""
    sign_up(make_shop(), verify_email=True)
    browser = Client(headers={"host": "localhost"})

    pages = [getattr(browser, method)(f"{PATH}?token={token_to()}") for method in ("get", "head", "get")]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert not is_verified()
    assert Challenge.objects.get().redeemed_at is None
    assert confirm({"token": token_to()}).status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused_as_json(method):
    answer = getattr(Client(headers={"host": "localhost"}), method)(PATH)

    assert error_of(answer)[:2] == (405, "method_not_allowed")


def test_the_page_asks_for_a_press_and_names_the_address_masked():
    sign_up(make_shop(), verify_email=True)

    page = Client(headers={"host": "localhost"}).get(f"{PATH}?token={token_to()}", headers={"accept-language": "tr"})

    text = page.content.decode()
    assert "m***@example.com" in text
    assert EMAIL not in text
    assert "Adresi onayla" in text
    assert page["Referrer-Policy"] == "no-referrer"
    assert "unsafe-inline" not in page["Content-Security-Policy"]


def test_a_page_without_a_token_is_a_json_400():
    answer = Client(headers={"host": "localhost"}).get(PATH)

    assert error_of(answer)[:2] == (400, "invalid_request")


# Once, in time, and for this address


@pytest.mark.parametrize("first", ["link", "code"])
@pytest.mark.parametrize("then", ["link", "code"])
def test_a_message_verifies_once(first, then):
    browser = sign_up(make_shop(), verify_email=True)
    token, code = token_to(), message_to().code
    ways = {"link": lambda: confirm({"token": token}), "code": lambda: enter(browser, code)}
    assert ways[first]().status_code == 200

    assert error_of(ways[then]())[:2] == (422, "code_already_used")
    assert AuditEntry.objects.filter(event="end_user.email_verified").count() == 1


def test_the_code_is_good_for_ten_minutes_and_the_link_for_a_day(pass_time):
    browser = sign_up(make_shop(), verify_email=True)
    token, code = token_to(), message_to().code

    pass_time(10 * MINUTE + 1)
    assert error_of(enter(browser, code))[:2] == (422, "code_expired")

    pass_time(24 * HOUR - 11 * MINUTE)
    assert confirm({"token": token}).status_code == 200


def test_an_expired_link_says_so_on_the_page_and_verifies_nothing(pass_time):
    sign_up(make_shop(), verify_email=True)
    token = token_to()
    pass_time(24 * HOUR + 1)

    page = Client(headers={"host": "localhost"}).get(f"{PATH}?token={token}")

    assert page.status_code == 400
    assert "This link is too old" in page.content.decode()
    assert "<button" not in page.content.decode()
    assert error_of(confirm({"token": token}))[:2] == (422, "code_expired")
    assert not is_verified()


def test_a_used_link_says_so_on_the_page():
    sign_up(make_shop(), verify_email=True)
    confirm({"token": token_to()})

    page = Client(headers={"host": "localhost"}).get(f"{PATH}?token={token_to()}")

    assert page.status_code == 400
    assert "confirmed already" in page.content.decode()


@pytest.mark.parametrize("proof", ["link", "code"])
def test_a_message_does_not_verify_another_address(proof):
    """S-35: the address was changed after the message was sent."""
    browser = sign_up(make_shop(), verify_email=True)
    token, code = token_to(), message_to().code
    EndUser.objects.update(email="other@example.com", email_typed="other@example.com")

    answer = confirm({"token": token}) if proof == "link" else enter(browser, code)

    assert error_of(answer)[:2] == (422, "invalid_code")
    assert not is_verified("other@example.com")
    assert Challenge.objects.get().redeemed_at is None


def test_who_proved_the_address_meanwhile_keeps_it(pass_time):
    """S-35: the claimant's link is worth nothing once somebody else has proven the address."""
    application = make_shop()
    sign_up(application, verify_email=True, username="claimant")
    token = token_to()
    owner = Browser(application)
    pass_time(MINUTE)
    answer = owner.sign_up(**owner.proof(email=EMAIL), password="Kite-over-9-Hills", username="owner")
    assert answer.status_code == 200

    assert error_of(confirm({"token": token}))[:2] == (422, "invalid_code")
    assert EndUser.objects.get(username="claimant").email is None
    assert EndUser.objects.get(email=EMAIL).username == "owner"


@pytest.mark.parametrize("forged", ["{id}.{zeros}", "{id}.{mac}0", "{id}", "x", "{id}.{mac}\x00"])
def test_a_token_that_we_did_not_make_verifies_nothing(forged):
    sign_up(make_shop(), verify_email=True)
    challenge_id, _, mac = token_to().partition(".")

    token = forged.format(id=challenge_id, mac=mac, zeros="0" * 64)

    assert error_of(confirm({"token": token}))[:2] == (422, "invalid_code")
    assert not is_verified()


def test_a_link_is_good_only_at_its_own_tenant():
    """S-71"""
    stranger = make_tenant()
    Domain.objects.create(tenant=stranger, name="login.stranger.example")
    sign_up(make_shop(), verify_email=True)

    answer = confirm({"token": token_to()}, host="login.stranger.example")

    assert error_of(answer)[:2] == (422, "invalid_code")
    assert not is_verified()


# Guesses


def test_wrong_codes_are_counted_until_the_right_one_is_refused():
    browser = sign_up(make_shop(), verify_email=True)
    code = message_to().code

    answers = [error_of(enter(browser, other_code(code)))[1] for _ in range(5)]

    assert answers == ["incorrect_code"] * 5
    assert error_of(enter(browser, code))[1] == "invalid_code"
    assert not is_verified()
    assert confirm({"token": token_to()}).status_code == 200


def test_a_code_of_another_user_is_none():
    application = make_shop()
    sign_up(application, email="victim@example.com", verify_email=True)
    intruder = sign_up(application, verify_email=True)

    answer = enter(intruder, message_to("victim@example.com").code)

    assert error_of(answer)[1] == "incorrect_code"
    assert not is_verified("victim@example.com")


def test_a_code_without_a_session_is_refused():
    application = make_shop()
    sign_up(application, verify_email=True)
    code = message_to().code

    assert error_of(confirm({"code": code}))[:2] == (401, "invalid_session")
    assert error_of(Browser(application).post(PATH, {"code": code}))[:2] == (401, "invalid_session")
    assert not is_verified()


# What may be sent, and from where (S-66)


@pytest.mark.parametrize("body", [{}, {"token": None}, {"token": 1}, {"code": ["1"]}, {"token": "a", "code": "b"}])
def test_a_body_with_neither_or_both_is_refused(body):
    browser = sign_up(make_shop(), verify_email=True)

    assert error_of(browser.post(PATH, body))[:2] == (422, "invalid_entity")


@pytest.mark.parametrize("path", [PATH, f"{PATH}/resend"])
@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_only_json_is_read(path, content_type):
    """S-66: a form of another site cannot send it."""
    browser = sign_up(make_shop(), verify_email=True)

    assert browser.post(path, "token=x", content_type=content_type).status_code == 415


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_a_page_of_another_origin_may_not_call(origin):
    """S-66"""
    browser = sign_up(make_shop(), verify_email=True)

    answers = [browser.post(PATH, {"code": message_to().code}, origin=origin)]
    answers.append(browser.post(f"{PATH}/resend", {}, origin=origin))

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "Access-Control-Allow-Origin" not in answers[0].headers
    assert not is_verified()


# The link is made from configuration alone


@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-host": "evil.example"},
        {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "forwarded": "host=evil.example"},
    ],
)
def test_headers_do_not_change_the_link(headers, settings):
    """S-71"""
    browser = Browser(make_shop())
    body = {"email": EMAIL, "password": "Kite-over-9-Hills", "verify_email": True}

    assert browser.post("/signup", body, **headers).status_code == 200

    assert link_to().startswith(f"{settings.PUBLIC_URL}{PATH}?token=")


def test_the_link_leads_to_the_tenants_own_domain_whatever_the_host_was(settings):
    """S-71: the message was asked for on a shared host."""
    application = make_shop()
    for position, name in enumerate(("login.shop.example", "second.shop.example")):
        Domain.objects.create(tenant=application.tenant, name=name, position=position)

    sign_up(application, verify_email=True)

    assert link_to().startswith("http://login.shop.example")
    assert "localhost" not in link_to().partition("/account")[0]


def test_the_name_of_a_tenant_is_text():
    """S-114"""
    sign_up(make_shop(name="{{ link }} {{ otp }}"), verify_email=True)

    message = message_to()
    assert "{{ link }} {{ otp }}" in message.body
    assert message.body.count(message.code) == message.body.count("http") == 1


# What is kept


def test_neither_code_nor_token_is_in_the_trail_or_in_the_logs(caplog):
    """S-34"""
    browser = sign_up(make_shop(), verify_email=True)
    token, code = token_to(), message_to().code
    enter(browser, other_code(code))
    Client(headers={"host": "localhost"}).get(f"{PATH}?token={token}")
    confirm({"token": token})

    trail = str(list(AuditEntry.objects.values()))
    kept = trail + caplog.text + str(list(Challenge.objects.values()))
    assert "end_user.email_verified" in trail
    assert "m***@example.com" in trail
    assert [secret for secret in (token, token.partition(".")[2], code, EMAIL) if secret in trail + caplog.text] == []
    assert token.partition(".")[2] not in kept
