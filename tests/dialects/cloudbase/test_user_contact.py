"""`PATCH user/contact`: a new address, with two proofs (S-35, S-36)."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import EndUser
from tenants.models import Application, AuditEntry
from tests.dialects.cloudbase.signed_in import (
    EMAIL,
    PASSWORD,
    SignedIn,
    make_cloudbase_application,
    make_user,
    refusal,
    verification_token,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db

NEW = "new@example.com"


@pytest.fixture
def application() -> Application:
    return make_cloudbase_application()


@pytest.fixture
def user(application) -> SignedIn:
    return SignedIn(application, make_user(application, password=PASSWORD))


def change(user: SignedIn, **fields: Any) -> Any:
    body = {"sudo_token": user.sudo_token(), "verification_token": verification_token(user.application, NEW)}
    return user.patch("user/contact", body | {"email": "New@example.com"} | fields)


@pytest.mark.parametrize("resolution", [{}, {"conflict_resolution": "DEFAULT"}])
def test_an_address_is_changed_and_proven(user, resolution):
    EndUser.objects.update(email_verified=False)

    response = change(user, **resolution)

    assert (response.status_code, response.json()) == (200, {})
    me = user.get("user/me").json()
    assert (me["email"], me["email_verified"]) == ("New@example.com", True)
    entry = AuditEntry.objects.get(event="end_user.contact")
    assert entry.detail == {"before": {"email": "m***@example.com"}, "after": {"email": "n***@example.com"}}


def test_a_number_is_changed(user):
    token = verification_token(user.application, "+8613900000000")

    response = change(user, email="", phone_number="139 0000 0000", verification_token=token)

    assert response.status_code == 200
    assert user.get("user/me").json()["phone_number"] == "+86 13900000000"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sudo_token": "wrong"}, (403, "permission_denied", 7)),
        ({"verification_token": ""}, (400, "invalid_argument", 3)),
        ({"verification_token": "wrong"}, (400, "invalid_argument", 3)),
        ({"email": ""}, (400, "invalid_argument", 3)),
        ({"email": "other@example.com"}, (400, "invalid_argument", 3)),
        ({"email": "no address"}, (400, "invalid_email", 3)),
        ({"email": "", "phone_number": "12"}, (400, "invalid_phone_number", 3)),
        ({"phone_number": "13900000000"}, (400, "invalid_argument", 3)),
        ({"conflict_resolution": "TRANSFER"}, (501, "unimplemented", 12)),
        ({"conflict_resolution": "DELETE_ACCOUNT_TRANSFER"}, (501, "unimplemented", 12)),
    ],
    ids=str,
)
def test_a_refused_change_changes_nothing(user, fields, expected):
    assert refusal(change(user, **fields)) == expected
    assert EndUser.objects.get().email == EMAIL


def test_an_address_that_another_proved_is_refused_and_the_token_stays_good(application, user):
    other = make_user(application, username="li", phone_number=None, email=NEW)
    token = verification_token(application, NEW)

    assert refusal(change(user, verification_token=token)) == (409, "already_exists", 6)

    EndUser.objects.filter(pk=other.pk).update(email="elsewhere@example.com")
    assert change(user, verification_token=token).status_code == 200


def test_an_address_that_another_only_claimed_is_taken_over(application, user, pass_time):
    """S-36: the pre-registered stranger gains nothing."""
    stranger = make_user(application, username="li", phone_number=None, email=NEW, email_verified=False)
    session = SignedIn(application, stranger)
    pass_time(1)

    assert change(user).status_code == 200

    assert EndUser.objects.get(pk=stranger.pk).email is None
    assert refusal(session.get("user/me")) == (401, "unauthenticated", 16)


def test_a_token_changes_an_address_once(user):
    token = verification_token(user.application, NEW)
    change(user, verification_token=token)

    assert refusal(change(user, verification_token=token)) == (400, "invalid_argument", 3)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_ten_who_prove_one_address_at_once_one_has_it(application):
    users = [
        SignedIn(
            application, make_user(application, username=f"mei{n}", phone_number=None, email=None, password=PASSWORD)
        )
        for n in range(10)
    ]
    bodies = [
        {"sudo_token": user.sudo_token(), "email": NEW, "verification_token": verification_token(application, NEW)}
        for user in users
    ]

    def changing(user: SignedIn, body: dict[str, str]) -> Callable[[], int]:
        return lambda: user.patch("user/contact", body).status_code

    statuses = sorted(at_once([changing(user, body) for user, body in zip(users, bodies, strict=True)]))

    assert statuses == [200] + [409] * 9
    assert EndUser.objects.filter(email=NEW).count() == 1
