"""Somebody signs up with the address of another: once its owner comes, nothing of theirs opens the account (S-36)."""

import pytest

from accounts.models import EndUser, Identity, KnownDevice, PasswordHistory
from ciam.hosted.languages import words
from otp.models import Usage
from tests.clients import Client, TencentClient, last_code
from tests.dialects.cloudbase.signed_in import SignedIn, Stranger, make_user, refusal, verification_token
from tests.dialects.plusauth.clients import EMAIL, PASSWORD, PHONE, Browser, make_back_end
from tests.dialects.tencent.logins import Shop
from tests.email_verification.people import (
    PATH,
    confirm,
    log_in,
    make_shop,
    message_to,
    sign_up,
    token_to,
)
from tests.factories import make_application
from tests.third_party.rows import make_token

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "Owner-of-4-Rivers"
REMOVED = (404, "user_not_found", 5)


def make_web_shop():
    return make_application(authentication=("email",), password_source={})


def bind(application, *, email: str = EMAIL) -> SignedIn:
    """The attacker, signed in by password, with an identity of theirs."""
    attacker = SignedIn(application, EndUser.objects.get(email=email))
    assert attacker.post("user/provider/bind", {"provider_token": make_token(application)}).status_code == 200
    return attacker


def sign_in_by_identity(application) -> object:
    body = {"provider_token": make_token(application), "force_disable_sign_up": True}
    return Stranger(application).post("signin/with/provider", body)


def reset(application, address: str = EMAIL, password: str = NEW_PASSWORD):
    name = "email" if "@" in address else "phone_number"
    body = {name: address, "new_password": password, "verification_token": verification_token(application, address)}
    return Stranger(application).post("reset", body)


def test_a_link_confirmed_by_the_owner_leaves_nothing_of_who_signed_up():
    """F14, as it was found: sign-up, a bound identity, the link, the reset, the identity."""
    application = make_shop()
    browser = sign_up(application, verify_email=True, username="attacker")
    attacker = bind(application)

    answer = confirm({"token": token_to()})

    assert answer.json() == {"email_verified": True, "account": "cleared"}
    assert refusal(sign_in_by_identity(application)) == REMOVED
    assert log_in(application).json()["error"] == "password_not_set"
    assert log_in(application, email="attacker").json()["error"] == "invalid_username_or_password"
    assert refusal(attacker.get("user/me"))[1] == "unauthenticated"
    assert browser.post(PATH, {"code": message_to().code}).status_code == 422
    assert not Identity.objects.exists()
    assert not PasswordHistory.objects.exists()
    owner = EndUser.objects.get(email=EMAIL)
    assert (owner.username, owner.email_verified) == (None, True)
    assert reset(application).status_code == 200
    assert refusal(sign_in_by_identity(application)) == REMOVED
    assert log_in(application, password=NEW_PASSWORD).json()["sub"] == owner.sub


def test_behind_tls_a_planted_cookie_makes_the_owner_nobody_else(settings):
    """S-64: set by an application on a sibling domain, under the documented name."""
    settings.IS_HTTPS = True
    browser = sign_up(make_shop(), verify_email=True)
    planted = f"session={browser.http.cookies['__Host-session'].value}"

    answer = confirm({"token": token_to()}, cookie=planted)

    assert answer.json() == {"email_verified": True, "account": "cleared"}


def test_a_claimed_number_goes_with_the_rest():
    application = make_application(authentication=("email",), optional=("phone_number",), password_source={})
    sign_up(application, verify_email=True, phone_number=PHONE)

    confirm({"token": token_to()})

    assert EndUser.objects.get(email=EMAIL).phone_number is None


def test_a_refresh_token_of_before_opens_nothing():
    application = make_shop()
    sign_up(application, verify_email=True)
    attacker = SignedIn(application, EndUser.objects.get())

    confirm({"token": token_to()})

    body = {"grant_type": "refresh_token", "refresh_token": attacker.tokens.refresh_token}
    assert Stranger(application).post("token", body).json()["error"] == "invalid_grant"


def test_the_device_of_who_signed_up_is_a_strangers():
    """Else it had guesses of its own at the owner's new password."""
    application = make_shop()
    sign_up(application, verify_email=True)
    assert KnownDevice.objects.exists()

    confirm({"token": token_to()})

    assert not KnownDevice.objects.exists()


def test_in_the_browser_of_the_sign_up_everything_stays():
    application = make_shop()
    browser = sign_up(application, verify_email=True, username="mei")
    mei = bind(application)

    answer = browser.post(PATH, {"token": token_to()})

    assert answer.json() == {"email_verified": True, "account": "kept"}
    assert log_in(application).status_code == 200
    assert log_in(application, email="mei").status_code == 200
    assert sign_in_by_identity(application).status_code == 200
    assert mei.get("user/me").json()["email_verified"] is True


def test_the_page_warns_before_the_button_is_pressed_elsewhere():
    application = make_shop()
    browser = sign_up(application, verify_email=True)
    path = f"{PATH}?token={token_to()}"

    elsewhere = Client(headers={"host": "localhost"}).get(path).content.decode()
    in_the_browser_of_the_sign_up = browser.http.get(path).content.decode()

    warning = words("en")["verify_elsewhere"]
    assert warning in elsewhere
    assert warning not in in_the_browser_of_the_sign_up


def test_the_browser_of_somebody_else_is_none_of_the_sign_up():
    application = make_shop()
    sign_up(application, verify_email=True)
    other = sign_up(application, email="other@example.com")

    assert other.post(PATH, {"token": token_to()}).json()["account"] == "cleared"


def test_an_account_with_a_proven_number_keeps_it_and_loses_the_address():
    """Somebody mistyped: who holds that address must not get the account, and the account must not get the address."""
    application = make_application(authentication=("email",), optional=("phone_number",), password_source={})
    browser = Browser(application)
    proof = browser.proof(phone_number=PHONE)
    assert browser.sign_up(email=EMAIL, verify_email=True, password=PASSWORD, **proof).status_code == 200

    answer = confirm({"token": token_to()})

    assert answer.json() == {"email_verified": False, "account": "released"}
    holder = EndUser.objects.get(phone_number=PHONE)
    assert (holder.email, holder.email_typed, holder.email_verified) == (None, "", False)
    assert log_in(application, email=PHONE).json()["sub"] == holder.sub
    client = TencentClient(application)
    assert client.sign_up(**client.email_proof(EMAIL)).json()["sub"] != holder.sub


def test_a_reset_removes_what_is_older_than_the_proof_of_the_address():
    """F14, the other way round: the attacker talked the owner into telling the code."""
    application = make_shop()
    browser = sign_up(application, verify_email=True)
    attacker = bind(application)
    assert browser.post(PATH, {"code": message_to().code}).status_code == 200

    assert reset(application).status_code == 200

    assert refusal(sign_in_by_identity(application)) == REMOVED
    assert refusal(attacker.get("user/me"))[1] == "unauthenticated"
    assert log_in(application, password=NEW_PASSWORD).status_code == 200


def test_a_reset_on_the_hosted_and_tencents_calls_does_so_too():
    """Every dialect resets by the same function."""
    application = make_web_shop()
    browser = sign_up(application, verify_email=True)
    bind(application)
    browser.post(PATH, {"code": message_to().code})
    sent = TencentClient(application).send(usage=Usage.RESET_PASSWORD, email=EMAIL)
    body = {"email": EMAIL, "email_otp_token": sent.json()["otp_token"], "email_otp": last_code(EMAIL)}

    assert Shop(application).json("/reset_user_password", password=NEW_PASSWORD, **body).status_code == 200

    assert not Identity.objects.exists()


def test_a_reset_leaves_what_was_bound_after_the_proof():
    application = make_shop()
    browser = sign_up(application, verify_email=True)
    browser.post(PATH, {"code": message_to().code})
    bind(application)

    assert reset(application).status_code == 200

    assert sign_in_by_identity(application).status_code == 200


def test_a_reset_leaves_the_identities_of_who_signed_up_with_the_proof():
    application = make_web_shop()
    client = TencentClient(application)
    assert client.sign_up(**client.email_proof(EMAIL)).status_code == 200
    bind(application)

    assert reset(application).status_code == 200

    assert sign_in_by_identity(application).status_code == 200


def test_an_address_proven_later_by_a_code_counts_from_then():
    """CloudBase's `user/contact`: the number is new, so what was bound before it is older."""
    application = make_shop(sms_interval_seconds=0)
    mei = SignedIn(application, make_user(application, phone_number=None, phone_number_verified=False))
    mei.post("user/provider/bind", {"provider_token": make_token(application)})
    verification_token(application, PHONE, asked_by=mei.end_user)
    assert mei.post("user/basic/edit", {"phone": PHONE}).status_code == 200

    assert reset(application, PHONE).status_code == 200

    assert refusal(sign_in_by_identity(application)) == REMOVED


def test_a_claimed_address_goes_at_a_reset_by_an_address_proven_later():
    application = make_shop()
    mei = make_user(application, email="claimed@example.com", email_verified=False)
    EndUser.objects.update(phone_number_verified_at=mei.created_at)

    assert reset(application, mei.phone_number).status_code == 200

    mei.refresh_from_db()
    assert (mei.email, mei.email_typed) == (None, "")


def test_a_back_end_is_believed():
    """`email_verified: true` from it leaves all, also at a later reset."""
    application = make_shop()
    sign_up(application)
    bind(application)
    end_user = EndUser.objects.get()
    back_end = make_back_end(application)

    assert back_end.change(end_user.sub, email_verified=True).status_code == 200

    assert log_in(application).status_code == 200
    assert reset(application).status_code == 200
    assert sign_in_by_identity(application).status_code == 200


def test_a_back_end_settles_what_was_proven_later():
    application = make_shop()
    browser = sign_up(application, verify_email=True)
    bind(application)
    browser.post(PATH, {"code": message_to().code})
    end_user = EndUser.objects.get()
    assert end_user.email_verified_at is not None

    assert make_back_end(application).change(end_user.sub, email_verified=True).status_code == 200

    assert reset(application).status_code == 200
    assert sign_in_by_identity(application).status_code == 200


def test_a_code_to_log_in_never_lets_the_owner_into_the_account_of_the_claimant():
    """A claim is taken from the account, so there is nothing to clear."""
    application = make_shop()
    sign_up(application, username="attacker")
    token = verification_token(application, EMAIL)

    assert refusal(Stranger(application).post("signin", {"verification_token": token}))[1] == "user_not_found"
