"""`POST signin/anonymously`, and the sign-up that gives such a user a name."""

import base64
import json
from typing import Any

import pytest

from accounts import statuses
from accounts.models import EndUser
from signup.contracts import publish
from tenants import clock
from tenants.models import Application, AuditEntry, Group, LoginFlow
from tests.dialects.cloudbase.signed_in import (
    DEVICE,
    EMAIL,
    PASSWORD,
    Stranger,
    make_cloudbase_application,
    make_user,
    refusal,
    verification_token,
)
from tests.factories import configuration_of
from tests.races import at_once
from tokens.models import Session

pytestmark = pytest.mark.django_db


def with_anonymous(**options: Any) -> Application:
    application = make_cloudbase_application(authentication=("email",), **options)
    LoginFlow.objects.filter(application=application).update(anonymous=True)
    publish(application)
    return application


@pytest.fixture
def application() -> Application:
    return with_anonymous()


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def sign_up(stranger: Stranger, token: str, **body: Any) -> Any:
    proof = verification_token(stranger.application, EMAIL)
    return stranger.post("signup", {"email": EMAIL, "verification_token": proof, "anonymous_token": token} | body)


def test_a_device_signs_in_without_a_name(application):
    response = Stranger(application).post("signin/anonymously", {})

    body = response.json()
    assert response.status_code == 200
    assert set(body) == {"token_type", "access_token", "expires_in", "sub", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 7200, "anonymous")
    claims = claims_of(body["access_token"])
    assert (claims["sub"], claims["scope"], claims["name"]) == (body["sub"], "anonymous", "Anonymous")
    assert response["Cache-Control"] == "no-store"


def test_the_same_device_is_the_same_user_and_another_is_another(application):
    first, again, other = (
        Stranger(application, device_id=device).post("signin/anonymously", {}).json()["sub"]
        for device in (DEVICE, DEVICE, "f" * 32)
    )

    assert first == again != other


def test_the_device_is_kept_as_a_hash(application):
    Stranger(application).post("signin/anonymously", {})

    assert DEVICE not in str([*EndUser.objects.values(), *Session.objects.values()])


def test_a_device_without_a_name_is_signed_out_as_others_are(application):
    stranger = Stranger(application)
    bearer = {"authorization": f"Bearer {stranger.post('signin/anonymously', {}).json()['access_token']}"}

    assert stranger.call("DELETE", f"user/authorized/devices/{DEVICE}", **bearer).json() == {}
    assert refusal(stranger.get("user/me", **bearer)) == (401, "unauthenticated", 16)


@pytest.mark.parametrize("device_id", ["", "short"])
def test_without_a_device_nobody_signs_in(application, device_id):
    response = Stranger(application, device_id=device_id).post("signin/anonymously", {})

    assert refusal(response) == (400, "invalid_argument", 3)
    assert not EndUser.objects.exists()


def test_where_it_is_off_nobody_signs_in():
    response = Stranger(make_cloudbase_application()).post("signin/anonymously", {})

    assert refusal(response) == (501, "unimplemented", 4045)
    assert not EndUser.objects.exists()


def test_an_older_publication_has_it_off(application):
    document = application.publication.document
    del document["login"]["anonymous"]
    application.publication.save()

    assert configuration_of(application).login.anonymous is False


def test_who_is_blocked_stays_out(application):
    stranger = Stranger(application)
    stranger.post("signin/anonymously", {})
    statuses.set_status(EndUser.objects.get(), "LOCK", clock.now())

    assert refusal(stranger.post("signin/anonymously", {})) == (403, "user_blocked", 7)
    EndUser.objects.update(blocked_until=clock.now())
    assert stranger.post("signin/anonymously", {}).status_code == 200


def test_a_user_without_a_name_reads_himself_and_may_not_do_the_rest(application):
    stranger = Stranger(application)
    token = stranger.post("signin/anonymously", {}).json()["access_token"]
    bearer = {"authorization": f"Bearer {token}"}

    assert stranger.call("GET", "user/me", **bearer).json()["loginType"] == "ANONYMOUS"
    assert refusal(stranger.call("GET", "user/query?username=mei", **bearer)) == (403, "permission_denied", 7)


def test_signing_up_gives_him_a_name_and_he_stays_who_he_is(pass_time):
    application = with_anonymous()
    group = Group.objects.create(tenant=application.tenant, name="customers")
    application.sign_up_flow.default_group = group
    application.sign_up_flow.save()
    publish(application)
    stranger = Stranger(application)
    anonymous = stranger.post("signin/anonymously", {}).json()
    pass_time(1)

    response = sign_up(stranger, anonymous["access_token"], username="mei01", password=PASSWORD)

    assert response.status_code == 200
    assert (response.json()["sub"], response.json()["scope"]) == (anonymous["sub"], "user")
    end_user = EndUser.objects.get()
    assert (end_user.username, end_user.email, end_user.email_verified) == ("mei01", EMAIL, True)
    assert list(end_user.groups.all()) == [group]
    assert end_user.password_history.count() == 1
    old = stranger.call("GET", "user/me", authorization=f"Bearer {anonymous['access_token']}")
    assert refusal(old) == (401, "unauthenticated", 16)
    new = stranger.call("GET", "user/me", authorization=f"Bearer {response.json()['access_token']}")
    assert new.json()["has_password"] is True


@pytest.mark.parametrize("device_id", ["e" * 32, ""])
def test_whoever_has_seen_the_token_does_not_get_the_account_on_another_device(application, device_id):
    token = Stranger(application).post("signin/anonymously", {}).json()["access_token"]

    stolen = sign_up(Stranger(application, device_id=device_id), token)

    assert refusal(stolen) == (401, "unauthenticated", 16)
    assert sign_up(Stranger(application), token).status_code == 200


def test_after_the_sign_up_the_device_gets_another_user(application, pass_time):
    stranger = Stranger(application)
    anonymous = stranger.post("signin/anonymously", {}).json()
    pass_time(1)
    sign_up(stranger, anonymous["access_token"])

    assert stranger.post("signin/anonymously", {}).json()["sub"] != anonymous["sub"]


def test_a_refused_sign_up_leaves_him_without_a_name(application):
    stranger = Stranger(application)
    anonymous = stranger.post("signin/anonymously", {}).json()
    make_user(application)

    assert refusal(sign_up(stranger, anonymous["access_token"])) == (409, "already_exists", 6)

    assert EndUser.objects.get(pk=anonymous["sub"]).anonymous_device_hash
    assert stranger.post("signin/anonymously", {}).json()["sub"] == anonymous["sub"]


def test_who_got_a_name_meanwhile_gets_no_other(application):
    stranger = Stranger(application)
    token = stranger.post("signin/anonymously", {}).json()["access_token"]
    EndUser.objects.update(anonymous_device_hash=None)

    assert refusal(sign_up(stranger, token)) == (400, "invalid_argument", 3)
    assert EndUser.objects.get().email is None


def test_devices_that_a_stranger_makes_up_do_not_fill_the_audit_log(application, pass_time):
    """S-83: nobody may delete its entries for a year."""
    for number in range(10):
        Stranger(application, device_id=f"{number:032}").post("signin/anonymously", {})
    at_first = AuditEntry.objects.filter(event="end_user.anonymous").count()

    pass_time(301)
    Stranger(application, device_id="e" * 32).post("signin/anonymously", {})

    assert (at_first, AuditEntry.objects.filter(event="end_user.anonymous").count()) == (1, 2)
    assert EndUser.objects.count() == 11


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_device_at_once_is_one_user():
    application = with_anonymous()
    Stranger(application, device_id="e" * 32).post("signin/anonymously", {})  # makes the key

    subs = at_once([lambda: Stranger(application).post("signin/anonymously", {}).json()["sub"]] * 20)

    assert len(set(subs)) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_one_user_without_a_name_becomes_one_user():
    application = with_anonymous()
    token = Stranger(application).post("signin/anonymously", {}).json()["access_token"]
    bodies = [
        {"email": email, "verification_token": verification_token(application, email), "anonymous_token": token}
        for email in (f"mei{number}@example.com" for number in range(5))
    ]

    answers = at_once([lambda body=body: Stranger(application).post("signup", body).status_code for body in bodies])

    assert answers.count(200) == 1
    assert set(answers) <= {200, 400, 401}
    assert EndUser.objects.count() == 1
