"""`POST user/sudo`, `PATCH user/password`, `POST reset`: the proofs, the policy, and which sessions end."""

from typing import Any

import pytest

from accounts import statuses
from accounts.models import EndUser, PasswordHistory, SudoToken
from accounts.passwords import comparing
from tenants import clock
from tenants.models import Application, AuditEntry
from tests.dialects.cloudbase.signed_in import (
    EMAIL,
    PASSWORD,
    PHONE,
    SignedIn,
    Stranger,
    make_cloudbase_application,
    make_user,
    refusal,
    verification_token,
)

pytestmark = pytest.mark.django_db

NEW = "Another-horse-8"
BAD_TOKEN = (400, "invalid_argument", 3)


@pytest.fixture
def application() -> Application:
    return make_cloudbase_application()


@pytest.fixture
def user(application) -> SignedIn:
    return SignedIn(application, make_user(application, password=PASSWORD))


def has_password(end_user: EndUser, password: str) -> bool:
    return comparing.is_password(password, EndUser.objects.get(pk=end_user.pk).password)


def test_a_password_gives_a_sudo_token_for_fifteen_minutes(user):
    body = user.post("user/sudo", {"password": PASSWORD}).json()

    assert body["expires_in"] == 900
    assert body["sudo_token"] not in str(SudoToken.objects.values().get())
    assert AuditEntry.objects.filter(event="end_user.sudo", object_id=user.end_user.sub).count() == 1


def test_a_code_to_an_own_address_gives_one_too_and_is_spent(user):
    token = verification_token(user.application, EMAIL)

    assert user.post("user/sudo", {"verification_token": token}).json()["sudo_token"]
    assert refusal(user.post("user/sudo", {"verification_token": token})) == BAD_TOKEN


def test_a_code_to_a_strangers_address_gives_none(user):
    token = verification_token(user.application, "stranger@example.com")

    assert refusal(user.post("user/sudo", {"verification_token": token})) == BAD_TOKEN


@pytest.mark.parametrize(
    "body", [{}, {"password": ""}, {"password": None}, {"password": 7}, {"password": "a", "verification_token": "b"}]
)
def test_sudo_needs_one_proof(user, body):
    assert refusal(user.post("user/sudo", body)) == BAD_TOKEN


def test_a_wrong_password_gives_no_sudo_token(user):
    assert refusal(user.post("user/sudo", {"password": "Wrong-horse-7"})) == (400, "invalid_password", 4043)
    assert not SudoToken.objects.exists()
    assert AuditEntry.objects.get(event="end_user.sudo").outcome == "refused"


def test_who_has_no_password_is_told_so(application):
    user = SignedIn(application, make_user(application))

    assert refusal(user.post("user/sudo", {"password": "Wrong-horse-7"})) == (400, "password_not_set", 4029)


def test_after_five_wrong_passwords_a_captcha_is_wanted(user):
    for _ in range(5):
        user.post("user/sudo", {"password": "Wrong-horse-7"})

    assert refusal(user.post("user/sudo", {"password": PASSWORD})) == (400, "captcha_required", 4001)


@pytest.mark.parametrize("place", ["query", "body"])
def test_a_password_is_changed_with_a_sudo_token(user, place):
    token = user.sudo_token()
    path = f"user/password?sudo_token={token}" if place == "query" else "user/password"
    body = {"new_password": NEW} | ({"sudo_token": token} if place == "body" else {})

    response = user.patch(path, body)

    assert (response.status_code, response.json()) == (200, {})
    assert has_password(user.end_user, NEW)
    assert AuditEntry.objects.filter(event="end_user.password", object_id=user.end_user.sub).count() == 1


def test_a_password_is_changed_with_the_old_one(user):
    response = user.patch("user/password", {"old_password": PASSWORD, "new_password": NEW, "confirm_password": NEW})

    assert response.status_code == 200
    assert has_password(user.end_user, NEW)


def test_other_devices_are_signed_out_and_this_one_stays(user):
    other = SignedIn(user.application, user.end_user, device_id="f" * 32)

    user.patch("user/password", {"old_password": PASSWORD, "new_password": NEW})

    assert user.get("user/me").status_code == 200
    assert refusal(other.get("user/me")) == (401, "unauthenticated", 16)


def test_a_sudo_token_does_not_outlive_the_password_that_gave_it(user):
    token = user.sudo_token()
    user.patch("user/password", {"sudo_token": token, "new_password": NEW})

    again = user.patch("user/password", {"sudo_token": token, "new_password": PASSWORD})

    assert refusal(again) == (403, "permission_denied", 7)


REFUSED = [
    ({"new_password": NEW, "sudo_token": "wrong"}, (403, "permission_denied", 7)),
    ({"new_password": NEW, "old_password": "Wrong-horse-7"}, (400, "invalid_password", 4043)),
    ({"new_password": NEW, "old_password": PASSWORD, "sudo_token": "wrong"}, (403, "permission_denied", 7)),
    ({"new_password": "short", "old_password": PASSWORD}, (400, "invalid_argument", 3)),
    ({"new_password": "", "old_password": PASSWORD}, (400, "invalid_argument", 3)),
    ({"new_password": None, "old_password": PASSWORD}, (400, "invalid_argument", 3)),
    ({"new_password": NEW, "confirm_password": "other", "old_password": PASSWORD}, (400, "invalid_argument", 3)),
]


@pytest.mark.parametrize(("body", "expected"), REFUSED)
def test_a_refused_change_changes_nothing(user, body, expected):
    other = SignedIn(user.application, user.end_user, device_id="f" * 32)

    assert refusal(user.patch("user/password", body)) == expected

    assert has_password(user.end_user, PASSWORD)
    assert PasswordHistory.objects.count() == 1
    assert other.get("user/me").status_code == 200


def test_one_of_the_last_passwords_is_refused_as_the_source_says():
    application = make_cloudbase_application(password_source={"history": 2})
    user = SignedIn(application, make_user(application, password=PASSWORD))
    change: Any = lambda old, new: user.patch("user/password", {"old_password": old, "new_password": new})  # noqa: E731

    assert change(PASSWORD, NEW).status_code == 200
    assert refusal(change(NEW, PASSWORD)) == BAD_TOKEN
    assert change(NEW, "Third-horse-9").status_code == 200
    assert change("Third-horse-9", PASSWORD).status_code == 200


def test_without_a_password_source_there_are_no_passwords():
    application = make_cloudbase_application(password_source=None)
    user = SignedIn(application, make_user(application))
    token = user.post("user/sudo", {"verification_token": verification_token(application, EMAIL)}).json()["sudo_token"]

    response = user.patch("user/password", {"sudo_token": token, "new_password": NEW})

    assert refusal(response) == (501, "login_type_disabled", 4045)


@pytest.mark.parametrize("contact", [{"email": "Mei@Example.com"}, {"phone_number": "+86 13000000000"}])
def test_a_forgotten_password_is_reset_and_every_session_ends(user, pass_time, contact):
    token = verification_token(user.application, EMAIL if "email" in contact else PHONE)
    pass_time(1)

    response = Stranger(user.application).post("reset", contact | {"new_password": NEW, "verification_token": token})

    assert (response.status_code, response.json()) == (200, {})
    assert has_password(user.end_user, NEW)
    assert refusal(user.get("user/me")) == (401, "unauthenticated", 16)


def test_a_reset_takes_a_lock_off(user):
    for _ in range(5):
        user.post("user/sudo", {"password": "Wrong-horse-7"})
    token = verification_token(user.application, EMAIL)

    Stranger(user.application).post("reset", {"email": EMAIL, "new_password": NEW, "verification_token": token})

    again = SignedIn(user.application, user.end_user)
    assert again.post("user/sudo", {"password": NEW}).status_code == 200


RESETS = [
    {"email": EMAIL, "phone_number": PHONE},
    {},
    {"email": EMAIL, "verification_token": ""},
    {"email": EMAIL, "verification_token": "wrong"},
    {"email": "other@example.com"},
    {"email": EMAIL, "new_password": ""},
    {"email": EMAIL, "new_password": "short"},
]


@pytest.mark.parametrize("body", RESETS)
def test_a_bad_reset_is_refused_and_the_token_stays_good(user, body):
    token, stranger = verification_token(user.application, EMAIL), Stranger(user.application)
    good = {"new_password": NEW, "verification_token": token}

    assert refusal(stranger.post("reset", good | body)) == BAD_TOKEN

    assert has_password(user.end_user, PASSWORD)
    assert stranger.post("reset", {"email": EMAIL} | good).status_code == 200


def test_a_token_resets_once_and_for_its_own_application(user):
    token, stranger = verification_token(user.application, EMAIL), Stranger(user.application)
    other = Stranger(make_cloudbase_application(user.application.tenant))
    body = {"email": EMAIL, "new_password": NEW, "verification_token": token}

    assert refusal(other.post("reset", body)) == BAD_TOKEN
    assert stranger.post("reset", body).status_code == 200
    assert refusal(stranger.post("reset", body)) == BAD_TOKEN


def test_an_address_that_nobody_has_resets_nothing(user):
    token = verification_token(user.application, "nobody@example.com")
    body = {"email": "nobody@example.com", "new_password": NEW, "verification_token": token}

    assert refusal(Stranger(user.application).post("reset", body)) == (404, "user_not_found", 5)


def test_an_address_that_was_only_claimed_resets_nothing(application):
    """S-36."""
    make_user(application, email_verified=False)
    body = {"email": EMAIL, "new_password": NEW, "verification_token": verification_token(application, EMAIL)}

    assert refusal(Stranger(application).post("reset", body)) == (404, "user_not_found", 5)


def test_who_is_blocked_resets_nothing(user):
    statuses.set_status(user.end_user, "LOCK", clock.now())
    body = {"email": EMAIL, "new_password": NEW, "verification_token": verification_token(user.application, EMAIL)}

    assert refusal(Stranger(user.application).post("reset", body)) == (403, "user_blocked", 7)
    assert has_password(user.end_user, PASSWORD)
