"""`GET user/me` and `DELETE user/me`: what clients read of their user, and how he leaves."""

import pytest

from accounts import statuses
from accounts.errors import EndUserGone
from accounts.models import EndUser
from accounts.self_service import deletion
from accounts.self_service.presence import Presence
from tenants import clock
from tenants.ids import new_id
from tenants.models import AuditEntry, Group
from tests.dialects.cloudbase.signed_in import (
    PASSWORD,
    SignedIn,
    Stranger,
    make_cloudbase_application,
    make_user,
    refusal,
)
from tests.factories import configuration_of
from tokens.models import Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> SignedIn:
    application = make_cloudbase_application()
    return SignedIn(
        application, make_user(application, password=PASSWORD, attributes={"name": "Mei", "gender": "FEMALE"})
    )


def test_the_user_is_told_what_the_clients_read(user):
    Group.objects.create(tenant=user.application.tenant, name="vip").end_users.add(user.end_user)

    me = user.get("user/me").json()

    assert me["sub"] == me["user_id"] == user.end_user.sub
    assert (me["name"], me["gender"], me["picture"]) == ("Mei", "FEMALE", "")
    assert (me["username"], me["email"], me["phone_number"]) == ("mei", "mei@example.com", "+86 13000000000")
    assert me["email_verified"] is me["phone_number_verified"] is True
    assert me["groups"] == [{"id": "vip"}]
    assert (me["status"], me["type"], me["providers"], me["meta"]) == ("ACTIVE", "external", [], {})
    assert {"locale", "birthdate", "zoneinfo", "created_from", "loginType", "user_desc", "user_source"} <= set(me)


def test_that_there_is_a_password_is_said_in_three_ways(user):
    me = user.get("user/me").json()

    assert (me["password"], me["hasPassword"], me["has_password"]) == ("SET", True, True)
    assert "password_updated_at" in me


def test_who_has_no_password_is_told_so():
    application = make_cloudbase_application()

    me = SignedIn(application, make_user(application)).get("user/me").json()

    assert (me["password"], me["hasPassword"], me["has_password"]) == ("", False, False)
    assert "password_updated_at" not in me


def test_times_are_rfc_3339_in_utc(user):
    me = user.get("user/me").json()

    for name in ("created_at", "updated_at", "password_updated_at", "last_login", "last_sign_in_at"):
        assert me[name].endswith("Z")
        assert len(me[name]) == len("2026-01-31T08:00:00Z")


def test_the_answer_is_not_kept_and_is_no_error_to_the_clients(user):
    response = user.get("user/me")

    assert (response["Cache-Control"], response["Pragma"]) == ("no-store", "no-cache")
    assert not {"code", "error"} & set(response.json())


def test_without_a_good_bearer_nobody_is_told_anything(user):
    stranger = Stranger(user.application)

    assert refusal(stranger.get("user/me")) == (401, "unauthenticated", 16)
    assert refusal(stranger.call("GET", "user/me", authorization="Bearer x.y.z")) == (401, "unauthenticated", 16)


@pytest.mark.parametrize("status", ["LOCK", "FREEZE"])
def test_who_is_kept_out_is_out_at_once(user, status):
    """S-65."""
    statuses.set_status(user.end_user, status, clock.now())

    assert refusal(user.get("user/me")) == (401, "unauthenticated", 16)


@pytest.mark.parametrize("place", ["query", "body"])
def test_a_user_leaves_with_a_sudo_token(user, place):
    token = user.sudo_token()

    response = (
        user.delete(f"user/me?sudo_token={token}")
        if place == "query"
        else user.delete("user/me", {"sudo_token": token})
    )

    assert (response.status_code, response.json()) == (200, {})
    assert not EndUser.objects.exists()
    assert not Session.objects.exists()
    entry = AuditEntry.objects.get(event="end_user.delete")
    assert (entry.object_id, "13000000000" in str(entry.__dict__)) == (user.end_user.sub, False)
    assert refusal(user.get("user/me")) == (401, "unauthenticated", 16)


@pytest.mark.parametrize("token", ["wrong", "another session's"])
def test_nobody_is_deleted_without_a_sudo_token_of_his_session(user, token):
    if token == "another session's":
        token = SignedIn(user.application, user.end_user, device_id="f" * 32).sudo_token()

    response = user.delete(f"user/me?sudo_token={token}")

    assert refusal(response) == (403, "permission_denied", 7)
    assert EndUser.objects.exists()


def test_a_sudo_token_is_good_for_fifteen_minutes(user, pass_time):
    token = user.sudo_token()
    pass_time(901)

    assert refusal(user.delete(f"user/me?sudo_token={token}")) == (403, "permission_denied", 7)


def test_a_wrong_method_is_refused_in_json(user):
    response = user.call("PUT", "user/me")

    assert response.status_code == 405
    assert response.json()["error"] == "invalid_request"


def test_who_is_gone_is_not_deleted_again(user):
    now = clock.now()
    call = {"application": configuration_of(user.application), "presence": Presence(new_id(), opened_at=now)}
    deletion.delete(end_user=EndUser.objects.get(), now=now, **call)

    with pytest.raises(EndUserGone):
        deletion.delete(end_user=user.end_user, now=now, **call)
