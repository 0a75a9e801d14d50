"""What only one of many requests may do, however they come together."""

import pytest

from accounts.models import EndUser
from tenants.models import AuditEntry
from tests.dialects.cloudbase.signed_in import (
    EMAIL,
    PASSWORD,
    SignedIn,
    Stranger,
    make_cloudbase_application,
    make_user,
    verification_token,
)
from tests.races import at_once

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def test_a_verification_token_resets_one_password():
    application = make_cloudbase_application()
    make_user(application)
    body = {"email": EMAIL, "verification_token": verification_token(application, EMAIL)}
    calls = [
        lambda number=number: (
            Stranger(application).post("reset", body | {"new_password": f"Another-horse-{number}"}).status_code
        )
        for number in range(8)
    ]

    assert sorted(at_once(calls)) == [200] + [400] * 7
    assert EndUser.objects.get().password_history.count() == 1


def test_a_verification_token_gives_one_sudo_token():
    application = make_cloudbase_application()
    user = SignedIn(application, make_user(application))
    body = {"verification_token": verification_token(application, EMAIL)}

    assert sorted(at_once([lambda: user.post("user/sudo", body).status_code] * 8)) == [200] + [400] * 7


def test_a_user_is_deleted_once():
    application = make_cloudbase_application()
    user = SignedIn(application, make_user(application, password=PASSWORD))
    path = f"user/me?sudo_token={user.sudo_token()}"

    answers = at_once([lambda: user.delete(path).status_code] * 8)

    assert answers.count(200) == 1
    assert set(answers) <= {200, 401, 403}  # 403: the sudo token went with the user
    assert AuditEntry.objects.filter(event="end_user.delete").count() == 1


def test_a_user_name_is_taken_once():
    application = make_cloudbase_application()
    users = [
        SignedIn(application, make_user(application, username=None, phone_number=None, email=None)) for _ in range(8)
    ]
    calls = [lambda user=user: user.post("user/basic/edit", {"username": "mei"}).status_code for user in users]

    assert sorted(at_once(calls)) == [200] + [409] * 7
    assert EndUser.objects.filter(username="mei").count() == 1


def test_edits_at_once_lose_nothing():
    application = make_cloudbase_application()
    user = SignedIn(application, make_user(application))
    fields = [{"name": "Mei"}, {"gender": "FEMALE"}, {"locale": "zh-CN"}, {"birthdate": "1990-01-01"}]

    assert at_once([lambda one=one: user.patch("user/profile", one).status_code for one in fields]) == [200] * 4
    assert set(EndUser.objects.get().attributes) == {"name", "gender", "locale", "birthdate"}
