"""`GET user/query`, `checkIfUserExist`, `user/security/history`, and the calls that end sessions."""

from typing import Any

import pytest

from tenants.models import Application
from tests.clients import basic
from tests.dialects.cloudbase.signed_in import (
    DEVICE,
    PASSWORD,
    SignedIn,
    Stranger,
    make_cloudbase_application,
    make_user,
    refusal,
)

pytestmark = pytest.mark.django_db

LI = {"username": "li", "phone_number": "+8613900000000", "email": "li@example.com"}


@pytest.fixture
def application() -> Application:
    return make_cloudbase_application()


@pytest.fixture
def user(application) -> SignedIn:
    return SignedIn(application, make_user(application, password=PASSWORD))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("username=LI", {}),
        ("email=Li@example.com", {"email": "li@example.com"}),
        ("phone_number=%2B86%2013900000000", {"phone_number": "+86 13900000000"}),
        ("phone_number=+86 13900000000", {"phone_number": "+86 13900000000"}),
        ("phone_number=13900000000", {"phone_number": "+86 13900000000"}),
    ],
)
def test_who_is_known_by_one_thing_is_found_and_no_other_address_told(application, user, query, told):
    li = make_user(application, attributes={"name": "Li", "secret": "x"}, **LI)

    body = user.get(f"user/query?{query}").json()

    public: dict[str, Any] = {"sub": li.sub, "name": "Li", "picture": "", "gender": "", "locale": ""}
    assert body == {"total": 1, "data": [public | told]}


def test_a_user_is_found_by_his_id(application, user):
    li = make_user(application, **LI)

    assert user.get(f"user/query?id={li.sub}").json()["data"][0]["sub"] == li.sub


@pytest.mark.parametrize("query", ["username=nobody", "email=nobody", "phone_number=1", "id=x", "email=a@example.com"])
def test_nobody_is_an_empty_answer(user, query):
    assert user.get(f"user/query?{query}").json() == {"total": 0, "data": []}


def test_another_tenants_users_are_not_found(user):
    make_user(make_cloudbase_application(), **LI)

    assert user.get("user/query?username=li").json()["total"] == 0


@pytest.mark.parametrize("query", ["", "username=", "username=a&email=b@example.com", "username=%00"])
def test_a_query_asks_by_one_thing(user, query):
    assert refusal(user.get(f"user/query?{query}")) == (400, "invalid_argument", 3)


@pytest.mark.parametrize("typed", ["li", "LI", "li@example.com", "%2B86%2013900000000", "13900000000"])
def test_a_taken_name_or_address_exists(application, typed):
    make_user(application, **LI)

    assert Stranger(application).get(f"checkIfUserExist?username={typed}").json() == {"exist": True}


def test_a_free_name_does_not_exist(application):
    make_user(make_cloudbase_application(), **LI)

    assert Stranger(application).get("checkIfUserExist?username=li").json() == {"exist": False}


@pytest.mark.parametrize("query", ["", "username=", f"username={'x' * 256}", "username=%00"])
def test_a_name_that_is_none_is_refused(application, query):
    assert refusal(Stranger(application).get(f"checkIfUserExist?{query}")) == (400, "invalid_argument", 3)


def test_one_address_asks_so_often(application, pass_time):
    stranger = Stranger(application)
    for _ in range(60):
        assert stranger.get("checkIfUserExist?username=li").status_code == 200

    response = stranger.get("checkIfUserExist?username=li")

    assert refusal(response) == (429, "resource_exhausted", 8)
    pass_time(int(response["Retry-After"]) + 1)
    assert stranger.get("checkIfUserExist?username=li").status_code == 200


def test_a_back_end_that_shows_its_secret_asks_for_many(application):
    stranger, secret = Stranger(application), {"authorization": basic(application.client_id)}
    for _ in range(61):
        response = stranger.get("checkIfUserExist?username=li", **secret)

    assert response.json() == {"exist": False}


def test_all_sessions_end_this_one_too(user):
    other = SignedIn(user.application, user.end_user, device_id="f" * 32)

    assert user.delete("user/revoke/all").json() == {}

    for one in (user, other):
        assert refusal(one.get("user/me")) == (401, "unauthenticated", 16)


def test_the_sessions_of_one_device_end(application, user):
    other = SignedIn(application, user.end_user, device_id="f" * 32)
    strangers = SignedIn(application, make_user(application, **LI), device_id="f" * 32)

    response = user.delete(f"user/authorized/devices/{'f' * 32}")

    assert (response.status_code, response.json()) == (200, {})
    assert refusal(other.get("user/me")) == (401, "unauthenticated", 16)
    assert user.get("user/me").status_code == strangers.get("user/me").status_code == 200


def test_a_user_reads_his_own_sign_ins(application, user):
    make_user(application, password=PASSWORD, **LI)
    for username, password in (("mei", PASSWORD), ("mei", PASSWORD), ("mei", "Wrong-horse-7"), ("li", PASSWORD)):
        Stranger(application).post("signin", {"username": username, "password": password})

    first = user.get("user/security/history?query[action]=USER_LOGIN&limit=1").json()
    rest = user.get(f"user/security/history?query[action]=USER_LOGIN&limit=5&page_token={first['page_token']}").json()

    assert (first["total"], rest["total"], "page_token" in rest) == (1, 1, False)
    line = first["data"][0]
    assert set(line) == {"id", "ip", "user_agent", "client_id", "device_id", "created_at", "meta"}
    assert (line["client_id"], line["ip"]) == (application.client_id, "127.0.0.1")
    assert line["meta"] == {"from": "password"}
    assert line["id"] != rest["data"][0]["id"]


def test_of_other_changes_nothing_is_told(user):
    assert user.get("user/security/history?ne_query[action]=USER_LOGIN&limit=5").json() == {"total": 0, "data": []}


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "limit=99999", "limit=5&page_token=x"])
def test_a_bad_page_is_refused(user, query):
    response = user.get(f"user/security/history?query[action]=USER_LOGIN&{query}")

    assert refusal(response) == (400, "invalid_argument", 3)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "user/me"),
        ("DELETE", "user/me"),
        ("PATCH", "user/profile"),
        ("POST", "user/basic/edit"),
        ("POST", "user/sudo"),
        ("PATCH", "user/password"),
        ("PATCH", "user/contact"),
        ("GET", "user/query"),
        ("GET", "user/security/history"),
        ("DELETE", "user/revoke/all"),
        ("DELETE", f"user/authorized/devices/{DEVICE}"),
    ],
)
def test_the_calls_of_a_user_need_his_bearer(application, method, path):
    assert refusal(Stranger(application).call(method, path, {})) == (401, "unauthenticated", 16)
