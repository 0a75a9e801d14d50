"""Links, codes and limits under requests that really run at once."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from tenants.models import Application, AuditEntry
from tests.dialects.cloudbase.signed_in import SignedIn, Stranger
from tests.dialects.plusauth.clients import EMAIL, PASSWORD, Browser
from tests.email_verification.people import (
    FORCED,
    PATH,
    confirm,
    is_verified,
    log_in,
    make_shop,
    message_to,
    other_code,
    sign_up,
    token_to,
)
from tests.races import at_once, tally
from tests.third_party.rows import make_token

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
THREADS = 20


def same_session(browser: Browser, path: str, body: dict[str, str]) -> Callable[[], HttpResponse]:
    """One more tab with the browser's cookie."""

    def call() -> HttpResponse:
        tab = Browser(browser.application, has_session=False)
        tab.http.cookies["session"] = browser.cookie
        return tab.post(path, body)

    return call


def test_of_twenty_confirmations_by_link_one_verifies():
    sign_up(make_shop(), verify_email=True)
    token = token_to()

    outcomes = tally(at_once([lambda: confirm({"token": token})] * THREADS))

    assert outcomes == {"ok": 1, "code_already_used": THREADS - 1}
    assert AuditEntry.objects.filter(event="end_user.email_verified").count() == 1


def test_of_links_and_codes_at_once_one_verifies():
    """No more than five of the codes are compared at all."""
    browser = sign_up(make_shop(), verify_email=True)
    token, code = token_to(), message_to().code
    by_link, by_code = (lambda: confirm({"token": token})), same_session(browser, PATH, {"code": code})

    outcomes = tally(at_once([by_link, by_code] * (THREADS // 2)))

    assert outcomes["ok"] == 1
    assert set(outcomes) <= {"ok", "code_already_used", "invalid_code"}
    assert is_verified()


def test_twenty_guesses_at_once_are_five():
    browser = sign_up(make_shop(), verify_email=True)
    guess = {"code": other_code(message_to().code)}

    outcomes = tally(at_once([same_session(browser, PATH, guess)] * THREADS))

    assert outcomes == {"incorrect_code": 5, "invalid_code": THREADS - 5}


def test_of_twenty_requests_for_another_message_one_sends_it(pass_time):
    browser = sign_up(make_shop(), verify_email=True)
    pass_time(60)

    outcomes = tally(at_once([same_session(browser, f"{PATH}/resend", {})] * THREADS))

    assert outcomes == {"ok": 1, "too_many_requests": THREADS - 1}
    assert OutboxMessage.objects.count() == 2


def test_twenty_refused_log_ins_send_one_message(pass_time):
    application = make_shop(**FORCED)
    sign_up(application)
    pass_time(60)

    outcomes = tally(at_once([lambda: log_in(application)] * 5))

    assert outcomes == {"user_pending": 5}
    assert OutboxMessage.objects.count() == 2


def test_a_confirmation_and_a_sign_up_with_a_proof_leave_one_holder(pass_time):
    """S-35: either the claimant was first and keeps the address, or the owner has it and the link is worth nothing."""
    application = make_shop()
    sign_up(application, verify_email=True, username="claimant")
    token = token_to()
    owner = Browser(application)
    body = owner.proof(email=EMAIL) | {"password": PASSWORD, "username": "owner"}

    outcomes = tally(at_once([lambda: owner.sign_up(**body), lambda: confirm({"token": token})]))

    holder = EndUser.objects.get(email=EMAIL)
    assert holder.email_verified
    loser = {"owner": "invalid_code", None: "already_exists"}[holder.username]  # the link takes the claimant's name
    assert outcomes == {"ok": 1, loser: 1}


def test_no_log_in_by_the_identity_of_a_pre_registrant_outlives_the_link():
    application = make_shop()
    sign_up(application, verify_email=True)
    attacker = SignedIn(application, EndUser.objects.get())
    attacker.post("user/provider/bind", {"provider_token": make_token(application)})
    token = token_to()
    bodies = [{"provider_token": make_token(application), "force_disable_sign_up": True} for _ in range(THREADS)]
    sign_ins = [lambda body=body: Stranger(application).post("signin/with/provider", body) for body in bodies]

    *answers, confirmed = at_once([*sign_ins, lambda: confirm({"token": token})])

    assert confirmed.json()["account"] == "cleared"
    assert set(tally(answers)) <= {"ok", "user_not_found"}
    opened = [one.json()["access_token"] for one in answers if one.status_code == 200]
    assert {me(application, one) for one in opened} <= {401}


def me(application: Application, access_token: str) -> int:
    bearer = {"authorization": f"Bearer {access_token}"}
    return Stranger(application).call("GET", "user/me", **bearer).status_code


def test_of_twenty_sign_ups_with_one_address_one_is_mailed():
    application = make_shop(**FORCED)
    browsers = [Browser(application) for _ in range(THREADS)]

    outcomes = tally(at_once([lambda one=one: one.sign_up(email=EMAIL, password=PASSWORD) for one in browsers[:5]]))

    assert outcomes == {"ok": 1, "already_exists": 4}
    assert OutboxMessage.objects.count() == EndUser.objects.count() == 1
