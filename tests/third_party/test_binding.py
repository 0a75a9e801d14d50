"""Identities of an end user who is signed in."""

import pytest

from accounts.models import EndUser, Identity
from tenants.models import Application
from tests.dialects.cloudbase.signed_in import SignedIn, Stranger, make_user, refusal
from tests.third_party.rows import make_token

pytestmark = pytest.mark.django_db


def sign_in(application: Application, token: str):
    return Stranger(application).post("signin/with/provider", {"provider_token": token})


@pytest.fixture
def mei(application) -> SignedIn:
    return SignedIn(application, make_user(application))


def test_user_binds_sees_and_unbinds_a_provider(application, mei):
    assert mei.post("user/provider/bind", {"provider_token": make_token(application)}).json() == {}

    listed = mei.get("user/provider").json()
    assert (listed["total"], listed["data"][0]["id"], listed["data"][0]["bind"]) == (1, "partner", True)
    assert sign_in(application, make_token(application)).json()["sub"] == mei.end_user.sub

    assert mei.delete("user/provider/partner").json() == {}
    assert mei.get("user/provider").json()["data"][0]["bind"] is False
    assert refusal(mei.delete("user/provider/partner")) == (404, "provider_not_found", 4019)


def test_unbinding_a_provider_signs_other_devices_out(application, mei):
    mei.post("user/provider/bind", {"provider_token": make_token(application)})
    thief = sign_in(application, make_token(application)).json()

    assert mei.delete("user/provider/partner").json() == {}

    assert me(application, thief["access_token"]) == 401
    body = {"grant_type": "refresh_token", "refresh_token": thief["refresh_token"]}
    assert refusal(Stranger(application).post("token", body)) == (400, "invalid_grant", 3)
    assert mei.get("user/me").status_code == 200


def me(application: Application, access_token: str) -> int:
    return Stranger(application).call("GET", "user/me", authorization=f"Bearer {access_token}").status_code


def test_bound_identity_is_nobody_elses(application, mei):
    sign_in(application, make_token(application))

    answer = mei.post("user/provider/bind", {"provider_token": make_token(application)})

    assert refusal(answer) == (409, "already_exists", 6)


def test_one_identity_for_each_provider(application, mei):
    mei.post("user/provider/bind", {"provider_token": make_token(application)})

    answer = mei.post("user/provider/bind", {"provider_token": make_token(application, subject="mei-2")})

    assert refusal(answer) == (409, "already_exists", 6)


def test_binding_with_a_spent_token_is_refused(application, mei):
    token = make_token(application)
    mei.post("user/provider/bind", {"provider_token": token})

    assert refusal(mei.post("user/provider/bind", {"provider_token": token})) == (400, "invalid_grant", 4019)


def test_last_way_in_is_kept(application):
    sign_in(application, make_token(application, email="mei@example.com"))
    lonely = SignedIn(application, EndUser.objects.get())

    assert refusal(lonely.delete("user/provider/partner")) == (400, "failed_precondition", 9)
    assert Identity.objects.count() == 1


@pytest.mark.parametrize("path", ["user/provider", "user/provider/bind", "user/provider/partner"])
def test_stranger_is_refused(application, path):
    method = {"user/provider": "GET", "user/provider/bind": "POST"}.get(path, "DELETE")

    assert refusal(Stranger(application).call(method, path, {})) == (401, "unauthenticated", 16)
