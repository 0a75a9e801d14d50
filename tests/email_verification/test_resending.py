"""Another message: at least a minute after the last one, five a day for one user, beside the tenant's own limits."""

import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from otp.models import Challenge
from tests.dialects.plusauth.clients import EMAIL, Browser, error_of
from tests.email_verification.people import (
    PATH,
    confirm,
    is_verified,
    link_to,
    make_shop,
    message_to,
    sign_up,
    token_to,
)

pytestmark = pytest.mark.django_db
MINUTE, HOUR = 60, 3600


def resend(browser: Browser, **headers: str):
    return browser.post(f"{PATH}/resend", {}, **headers)


def count() -> int:
    return OutboxMessage.objects.count()


def test_a_second_message_is_sent_after_a_minute(pass_time):
    browser = sign_up(make_shop(), verify_email=True)
    pass_time(MINUTE)

    answer = resend(browser, **{"accept-language": "zh;q=0,tr;q=0.5"})

    assert (answer.status_code, answer.json()) == (200, {"resend_in": 60})
    assert count() == 2
    assert "dakika" in message_to().body


def test_an_impatient_user_is_told_how_long_to_wait(pass_time):
    browser = sign_up(make_shop(), verify_email=True)
    pass_time(40)

    answer = resend(browser)

    assert error_of(answer)[:2] == (429, "too_many_requests")
    assert 1 <= int(answer["Retry-After"]) <= 21
    assert count() == 1


def test_five_messages_a_day_are_enough(pass_time):
    """However long the session would last: somebody logs in again, too."""
    application = make_shop()
    browser = sign_up(application, verify_email=True)
    for _ in range(4):
        pass_time(MINUTE)
        assert resend(browser).status_code == 200

    pass_time(MINUTE)

    answer = resend(browser)
    assert error_of(answer)[:2] == (429, "too_many_requests")
    assert int(answer["Retry-After"]) > MINUTE
    assert count() == 5


def test_the_tenants_limit_of_the_address_holds_too(pass_time):
    browser = sign_up(make_shop(email_interval_seconds=300), verify_email=True)
    pass_time(MINUTE)

    assert error_of(resend(browser))[:2] == (429, "too_many_requests")
    assert count() == 1


def test_a_refused_message_leaves_the_older_one_good(pass_time):
    browser = sign_up(make_shop(email_quota=1), verify_email=True)
    pass_time(MINUTE)

    assert error_of(resend(browser))[:2] == (402, "plan_limit_exceeded")
    assert Challenge.objects.count() == 1
    assert browser.post(PATH, {"code": message_to().code}).status_code == 200


def test_the_newer_code_replaces_the_older_and_both_links_are_good(pass_time):
    browser = sign_up(make_shop(), verify_email=True)
    old_token, old_code = token_to(), message_to().code
    pass_time(MINUTE)
    resend(browser)

    assert error_of(browser.post(PATH, {"code": old_code}))[1] == "incorrect_code"
    assert confirm({"token": old_token}).status_code == 200
    assert error_of(confirm({"token": token_to()}))[1] == "code_already_used"


def test_nothing_is_sent_again_to_a_verified_address(pass_time):
    browser = sign_up(make_shop(), verify_email=True)
    confirm({"token": token_to()})
    pass_time(MINUTE)

    assert error_of(resend(browser))[:2] == (422, "code_already_used")
    assert count() == 1


def test_it_goes_to_the_address_that_is_the_users_now(pass_time):
    browser = sign_up(make_shop(), verify_email=True)
    EndUser.objects.update(email="new@example.com", email_typed="New@example.com")
    pass_time(MINUTE)

    assert resend(browser).status_code == 200
    assert link_to("new@example.com")
    assert not is_verified("new@example.com")


def test_only_who_signed_up_in_the_session_may_ask():
    application = make_shop()
    sign_up(application, email=EMAIL, verify_email=True)

    assert error_of(resend(Browser(application)))[:2] == (401, "invalid_session")
    assert error_of(resend(Browser(application, has_session=False)))[:2] == (401, "invalid_session")
    assert count() == 1
