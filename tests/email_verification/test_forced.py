"""A tenant that forces verification lets nobody in whose address is not verified; who has no address is not stopped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection

from accounts.models import EndUser
from accounts.passwords import hashing
from otp.delivery.models import Delivery, OutboxMessage
from otp.models import Challenge, Destination, QuotaUse
from signup.contracts import publish
from tenants.models import AuditEntry, Sender, Tenant
from tests.dialects.cloudbase.signed_in import Stranger, make_user, refusal, verification_token
from tests.dialects.plusauth.clients import EMAIL, PASSWORD, Browser, error_of
from tests.dialects.tencent.logins import Shop, make_login_application
from tests.email_verification.people import (
    FORCED,
    PATH,
    confirm,
    is_verified,
    log_in,
    make_shop,
    message_to,
    sign_up,
    token_to,
)
from tests.factories import make_tenant
from tests.third_party.rows import make_partner_application, make_token

pytestmark = pytest.mark.django_db
MINUTE = 60
PENDING = (403, "user_pending", 7)


def messages() -> int:
    return OutboxMessage.objects.filter(usage="verify_email").count()


def test_a_sign_up_is_told_to_look_into_the_mail():
    browser = Browser(make_shop(**FORCED))

    answer = browser.sign_up(email=EMAIL, password=PASSWORD)

    assert answer.json() == {"message": "verification_email_sent"}
    assert messages() == 1


@pytest.mark.parametrize("asked", [False, None])
def test_it_cannot_be_switched_off_by_who_signs_up(asked):
    """Contract plusauth §8."""
    sign_up(make_shop(**FORCED), verify_email=asked)

    assert messages() == 1


def test_the_right_password_opens_no_session_before_the_address_is_verified():
    application = make_shop(**FORCED)
    browser = sign_up(application)

    assert refusal(log_in(application)) == PENDING
    browser.post(PATH, {"token": token_to()})
    answer = log_in(application)

    assert answer.status_code == 200
    assert answer.json()["access_token"]


def test_a_wrong_password_learns_nothing_of_it():
    application = make_shop(**FORCED)
    sign_up(application)

    assert refusal(log_in(application, password="Wrong-over-9-Hills"))[1] == "invalid_username_or_password"
    assert messages() == 1


def test_a_blocked_user_is_told_that_he_is_blocked():
    application = make_shop(**FORCED)
    sign_up(application)
    EndUser.objects.update(status=EndUser.Status.LOCK)

    assert refusal(log_in(application))[1] == "user_blocked"
    assert messages() == 1


def test_who_is_refused_is_written_to_again(pass_time):
    """The way in of those who were imported, or whose message went astray: there is no session to ask in."""
    application = make_shop(**FORCED)
    make_user(application, email_verified=False, phone_number=None, phone_number_verified=False, password=PASSWORD)

    answers = [refusal(log_in(application)) for _ in range(3)]

    assert answers == [PENDING] * 3
    assert messages() == 1
    pass_time(MINUTE)
    log_in(application)
    assert messages() == 2
    assert confirm({"token": token_to()}).json() == {"email_verified": True, "account": "cleared"}
    by_code = {"verification_token": verification_token(application, EMAIL)}
    assert Stranger(application).post("signin", by_code).status_code == 200


def test_the_message_is_in_the_language_of_the_user():
    application = make_shop(**FORCED)
    make_user(application, email_verified=False, password=PASSWORD, attributes={"locale": "zh-CN"})

    log_in(application)

    assert "分钟" in message_to().body


def test_a_user_without_an_address_is_not_stopped():
    application = make_shop(**FORCED)
    make_user(application, email=None, email_verified=False, password=PASSWORD)

    assert Stranger(application).post("signin", {"username": "mei", "password": PASSWORD}).status_code == 200


def test_nobody_is_stopped_where_nothing_is_forced():
    application = make_shop()
    sign_up(application, verify_email=True)

    assert log_in(application).status_code == 200
    assert not is_verified()


def test_a_code_to_the_phone_does_not_let_in_either_and_stays_good():
    application = make_shop(**FORCED)
    user = make_user(application, email_verified=False)
    token = verification_token(application, user.phone_number)
    sign_in = {"verification_token": token}

    assert refusal(Stranger(application).post("signin", sign_in)) == PENDING
    confirm({"token": token_to()})

    assert Stranger(application).post("signin", sign_in).status_code == 200


@contextmanager
def happens_after_the_user_is_looked_for(event: Callable[[], None]) -> Iterator[None]:
    """Run the event once, between the first look for an end user and what the request does next."""
    events = [event]

    def run(execute, sql, *arguments):
        result = execute(sql, *arguments)
        if events and "accounts_enduser" in sql:
            events.pop()()
        return result

    with connection.execute_wrapper(run):
        yield


def test_who_signs_up_while_a_code_logs_in_is_written_to_and_the_code_stays_good():
    """The log-in finds nobody, and then meets who was faster when it is about to sign up."""
    shop = Shop(make_login_application(make_tenant(**FORCED)))
    body = shop.code_login(phone_number="13612345678") | {"auto_signup": True}
    faster = partial(make_user, shop.application, phone_number="+8613612345678", email_verified=False)

    with happens_after_the_user_is_looked_for(faster):
        answer = shop.json("/oauth2/token", **body)

    assert (answer.status_code, answer.json()["error_description"]) == (400, "Abnormal user status")
    assert EndUser.objects.count() == 1
    assert confirm({"token": token_to()}).status_code == 200
    assert shop.json("/oauth2/token", **body).status_code == 200


def test_a_session_that_lives_stays_when_verification_is_forced():
    application = make_shop()
    sign_up(application)
    tokens = log_in(application).json()
    Tenant.objects.update(**FORCED)
    publish(application)

    body = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}

    assert Stranger(application).post("token", body).status_code == 200


# Third parties


def test_a_sign_up_by_an_identity_makes_the_user_and_lets_in_after_the_link():
    application = make_partner_application(make_tenant(**FORCED))
    token = make_token(application, email=EMAIL)

    answer = Stranger(application).post("signup", {"provider_token": token})

    assert refusal(answer) == PENDING
    assert EndUser.objects.get().email == EMAIL
    assert messages() == 1
    confirm({"token": token_to()})
    again = Stranger(application).post("signin/with/provider", {"provider_token": make_token(application, email=EMAIL)})
    assert again.status_code == 200


def test_a_sign_in_by_an_unknown_identity_does_the_same():
    application = make_partner_application(make_tenant(**FORCED))
    token = make_token(application, email=EMAIL)

    answer = Stranger(application).post("signin/with/provider", {"provider_token": token})

    assert refusal(answer) == PENDING
    assert messages() == 1


def test_an_identity_without_an_address_is_let_in():
    application = make_partner_application(make_tenant(**FORCED))

    answer = Stranger(application).post("signup", {"provider_token": make_token(application)})

    assert answer.status_code == 200
    assert messages() == 0


# A message that cannot be sent


def assert_nothing_is_stored() -> None:
    for model in (EndUser, Challenge, Delivery, OutboxMessage, Destination):
        assert not model.objects.exists(), model
    assert not QuotaUse.objects.filter(used__gt=0).exists()


def test_nothing_is_stored_when_the_quota_is_used_up():
    browser = Browser(make_shop(**FORCED, email_quota=0))

    answer = browser.sign_up(email=EMAIL, password=PASSWORD)

    assert error_of(answer)[:2] == (402, "plan_limit_exceeded")
    assert_nothing_is_stored()
    assert browser.sign_up(email=EMAIL, password=PASSWORD).status_code == 402  # the session is not spent
    assert AuditEntry.objects.filter(event="sign_up", outcome="refused").count() == 1  # of one address, in one window


def test_nothing_is_stored_when_the_address_was_written_to_too_often():
    browser = Browser(make_shop(**FORCED, email_per_day=0))

    answer = browser.sign_up(email=EMAIL, password=PASSWORD)

    assert error_of(answer)[:2] == (429, "too_many_requests")
    assert_nothing_is_stored()


def test_nothing_is_stored_of_an_address_that_takes_no_mail():
    answer = Browser(make_shop(**FORCED)).sign_up(email="mei@mailinator.com", password=PASSWORD)

    assert error_of(answer) == (422, "invalid_entity", "email")
    assert_nothing_is_stored()


def test_a_sender_that_fails_does_not_undo_the_sign_up():
    """Nobody waits for the verdict: the message is given up, and another one may be asked for."""
    application = make_shop(**FORCED, email_quota=1)
    Sender.objects.create(
        tenant=application.tenant, key="mail", channel="email", vendor="smtp", settings={"host": "127.0.0.1", "port": 1}
    )

    answer = Browser(application).sign_up(email=EMAIL, password=PASSWORD)

    assert answer.json() == {"message": "verification_email_sent"}
    assert Delivery.objects.get().status == Delivery.Status.FAILED
    assert Challenge.objects.get().voided_at is not None
    assert QuotaUse.objects.get().used == 0


def test_an_imported_password_is_no_proof():
    application = make_shop(**FORCED)
    EndUser.objects.create(tenant=application.tenant, email=EMAIL, password=hashing.hash_password(PASSWORD))

    assert refusal(log_in(application)) == PENDING
