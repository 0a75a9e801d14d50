"""Log-ins, refreshes and changes that really run at once: one code, one token and one address are each good for one."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.http import HttpResponse

from accounts.models import EndUser, PasswordFailure
from otp.models import Challenge
from tests.dialects.tencent.logins import PHONE, Shop, make_login_application, make_user
from tests.factories import make_tenant
from tests.races import THREADS, at_once
from tokens.models import RefreshToken, Session

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

TOKEN = "/oauth2/token"


def told(answers: list[HttpResponse]) -> dict[str, int]:
    """How many answers were "ok", and how many each error."""
    found = [answer.json() if answer.content else {} for answer in answers]
    return dict(Counter(one.get("error_description", one.get("error", "ok")) for one in found))


def asking(application, path: str, **body) -> Callable[[], HttpResponse]:
    return lambda: Shop(application).json(path, **body)


@pytest.mark.parametrize("log_in_round", range(4))
def test_one_code_is_one_log_in(log_in_round):
    """S-27."""
    application = make_login_application()
    make_user(application)
    body = Shop(application).code_login(phone_number=PHONE)

    answers = at_once([asking(application, TOKEN, **body)] * THREADS)

    assert told(answers) == {"ok": 1, "Unknown or expired otp_token": THREADS - 1}
    assert Session.objects.count() == 1
    assert Challenge.objects.get().redeemed_at


@pytest.mark.parametrize("sign_up_round", range(4))
def test_one_code_signs_one_user_up(sign_up_round):
    """S-27, S-98."""
    application = make_login_application()
    body = Shop(application).code_login(phone_number=PHONE)

    answers = at_once([asking(application, TOKEN, auto_signup=True, **body)] * THREADS)

    assert told(answers) == {"ok": 1, "Unknown or expired otp_token": THREADS - 1}
    assert (EndUser.objects.count(), Session.objects.count()) == (1, 1)


def test_codes_of_fifty_applications_for_one_address_are_one_user():
    """S-98: whoever loses the race logs in as who won it."""
    tenant = make_tenant(sms_interval_seconds=0, sms_per_day=None)
    applications = [make_login_application(tenant) for _ in range(THREADS)]
    bodies = [Shop(one).code_login(phone_number=PHONE) for one in applications]

    calls = [asking(one, TOKEN, auto_signup="true", **body) for one, body in zip(applications, bodies, strict=True)]

    assert told(at_once(calls)) == {"ok": THREADS}
    assert EndUser.objects.get().phone_number_verified
    assert Session.objects.count() == THREADS


def test_of_fifty_wrong_codes_at_once_five_are_judged():
    """S-25."""
    application = make_login_application()
    make_user(application)
    body = Shop(application).code_login(phone_number=PHONE)
    guesses = [body | {"otp": f"{(int(body['otp']) + number) % 10**6:06d}"} for number in range(1, THREADS + 1)]

    answers = at_once([asking(application, TOKEN, **guess) for guess in guesses])

    assert told(answers) == {"Unknown or expired OTP": 5, "Unknown or expired otp_token": THREADS - 5}


def test_one_refresh_token_has_one_successor():
    """S-63."""
    application = make_login_application()
    make_user(application)
    token = Shop(application).log_in().json()["refresh_token"]

    answers = at_once([lambda: Shop(application).refresh(token)] * THREADS)

    assert told(answers) == {"ok": THREADS}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert RefreshToken.objects.count() == 2
    assert Session.objects.get().revoked_at is None


def test_one_code_is_one_reset():
    """S-27."""
    application = make_login_application()
    make_user(application)
    sent = Shop(application).send("reset_password", phone_number=PHONE)
    proof = {"phone_number_otp_token": sent["otp_token"], "phone_number_otp": sent["otp"], "phone_number": PHONE}

    answers = at_once(
        [asking(application, "/reset_user_password", password=f"Kite-over-{n}-Seas", **proof) for n in range(8)] * 7
    )

    assert told(answers)["ok"] == 1
    assert set(told(answers)) <= {"ok", "bad_phone_number_otp_token", "temporarily_unavailable"}


def test_one_address_becomes_that_of_one_user():
    """S-98: everybody has a code of an application of his own, and two have one address."""
    tenant = make_tenant(sms_interval_seconds=0, sms_per_day=None)
    calls = []
    for number in range(THREADS):
        own, shop = f"138{number:08d}", Shop(make_login_application(tenant))
        names = {"username": f"user_{number}", "email": None, "email_typed": ""}
        make_user(shop.application, password=None, phone_number=f"+86{own}", **names)
        token = shop.json(TOKEN, **shop.code_login(phone_number=own)).json()["access_token"]
        sent = shop.send("update_userinfo", phone_number=PHONE)
        body = {"phone_number": PHONE, "phone_number_otp_token": sent["otp_token"], "phone_number_otp": sent["otp"]}
        calls.append(partial(shop.bearer, token, "PATCH", "/userinfo", body))

    answers = at_once(calls)

    assert told(answers) == {"ok": 1, "duplicate_phone_number": THREADS - 1}
    assert EndUser.objects.filter(phone_number=f"+86{PHONE}").count() == 1


def test_the_pause_between_passwords_lets_one_through(pass_time):
    """S-54."""
    application = make_login_application()
    make_user(application)
    for _ in range(5):
        Shop(application).log_in_by_password(password="Kite-over-1-Hills")
    pass_time(31)

    at_once([lambda: Shop(application).log_in_by_password(password="Kite-over-1-Hills")] * THREADS)

    assert PasswordFailure.objects.get().count == 6
