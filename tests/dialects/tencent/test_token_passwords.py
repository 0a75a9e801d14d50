"""Logging in by a password: `POST /oauth2/token` with the grant of contract §5."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import statuses
from accounts.models import EndUser, PasswordFailure
from accounts.passwords.hashing import HASHING
from signup.contracts import publish
from tenants import clock
from tenants.models import Application, Counter, LoginSource, PasswordAuthSource
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.tencent.logins import (
    EMAIL,
    PASSWORD,
    PHONE,
    Shop,
    error_of,
    make_login_application,
    make_user,
)
from tests.factories import make_tenant
from tokens.models import Session

pytestmark = pytest.mark.django_db

WRONG = (400, "invalid_grant", "Wrong username or password")
ABNORMAL = (400, "invalid_grant", "Abnormal user status")
UNSUPPORTED = (400, "invalid_grant", "Unsupported username identifier")
NO_SOURCE = (400, "invalid_auth_source", "Auth source and application not associated")


@pytest.fixture
def shop() -> Shop:
    return Shop(make_login_application())


@pytest.mark.parametrize("username", ["mei", "MEI", PHONE, EMAIL, "Mei@Example.COM"])
def test_the_right_password_logs_in(shop, username):
    user = make_user(shop.application)

    response = shop.log_in_by_password(username)

    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert set(response.json()) == {
        *("access_token", "refresh_token", "scope", "id_token", "token_type", "expires_in"),
    }
    assert shop.bearer(response.json()["access_token"]).json()["sub"] == user.sub


@pytest.mark.parametrize("scope", ["", "openid"])
def test_openid_is_the_only_scope(shop, scope):
    make_user(shop.application)

    assert shop.log_in_by_password(scope=scope).json()["scope"] == "openid"
    assert error_of(shop.log_in_by_password(scope="openid write:user")) == (400, "invalid_scope", None)


@pytest.mark.parametrize("username", ["nobody", "mei", "13712345678", "nobody@example.com", "a\x00b"])
def test_who_is_unknown_and_what_is_wrong_look_alike(shop, username):
    """S-52."""
    make_user(shop.application)

    with CaptureQueriesContext(connection) as captured:
        assert error_of(shop.log_in_by_password(username, "Kite-over-8-Hills")) == WRONG

    assert any("accounts_passwordfailure" in query["sql"] for query in captured.captured_queries)


@pytest.mark.parametrize("password", ["", " ", "null", "None", PASSWORD + " ", PASSWORD.lower()])
def test_nothing_but_the_password_is_the_password(shop, password):
    """S-40, S-51."""
    make_user(shop.application)

    assert shop.log_in_by_password(password=password).status_code == 400


@pytest.mark.parametrize("password", ["x", PASSWORD])
def test_who_has_no_password_does_not_log_in_by_one(shop, password):
    """S-51, S-52."""
    make_user(shop.application, password=None)

    assert error_of(shop.log_in_by_password(password=password)) == WRONG


@pytest.mark.parametrize("username", [EMAIL, PHONE])
def test_an_identifier_that_the_source_does_not_take(username):
    shop = Shop(make_login_application(password_source={"login_attributes": ["username"]}))
    make_user(shop.application)

    assert error_of(shop.log_in_by_password(username)) == UNSUPPORTED
    assert shop.log_in_by_password().status_code == 200


@pytest.mark.parametrize("kind", ["phone_number", "another tenant's", "unknown"])
def test_the_source_must_be_a_password_source_of_the_application(shop, kind):
    make_user(shop.application)
    ids = {"unknown": "00000000-0000-0000-0000-000000000000", "phone_number": shop.source("phone_number")}
    ids["another tenant's"] = Shop(make_login_application()).source("password")

    assert error_of(shop.log_in_by_password(auth_source_id=ids[kind])) == NO_SOURCE


def test_the_rules_are_those_of_the_named_source(shop):
    source = PasswordAuthSource.objects.create(
        tenant=shop.application.tenant, key="by-email", login_attributes=["email"]
    )
    LoginSource.objects.create(flow=shop.application.login_flow, password_auth_source=source, position=5)
    publish(shop.application)
    make_user(shop.application)

    assert shop.log_in_by_password(EMAIL, auth_source_id=str(source.id)).status_code == 200
    assert error_of(shop.log_in_by_password("mei", auth_source_id=source.id.hex)) == UNSUPPORTED
    assert shop.log_in_by_password("mei").status_code == 200


@pytest.mark.parametrize("name", ["auth_source_id", "username", "password", "grant_type"])
def test_each_field_is_needed(shop, name):
    make_user(shop.application)

    assert error_of(shop.log_in_by_password(**{name: ""}))[:2] == (400, "invalid_request")


@pytest.mark.parametrize("status", [EndUser.Status.LOCK, EndUser.Status.FREEZE])
def test_the_status_is_told_after_the_right_password_alone(shop, status):
    make_user(shop.application, status=status)

    assert error_of(shop.log_in_by_password(password="Kite-over-8-Hills")) == WRONG
    assert error_of(shop.log_in_by_password()) == ABNORMAL


def test_a_block_that_has_ended_stops_nobody(shop, pass_time):
    end_user, now = make_user(shop.application), clock.now()
    statuses.set_status(end_user, "LOCK", now, until=now + timedelta(seconds=60))

    assert error_of(shop.log_in_by_password()) == ABNORMAL
    pass_time(61)
    assert shop.log_in_by_password().status_code == 200


def test_who_has_to_verify_an_address_first_is_of_abnormal_status():
    shop = Shop(make_login_application(make_tenant(force_email_verification=True)))
    make_user(shop.application, email_verified=False)

    assert error_of(shop.log_in_by_password()) == ABNORMAL


# S-54


def test_a_lock_looks_like_a_wrong_password_and_stands_in_no_other_way(pass_time):
    """S-54: a stranger's guesses keep the owner out of nothing but the password, for as long as the source says."""
    lock = {"lockout_threshold": 3, "lockout_window_hours": 1, "lockout_unlock_minutes": 10}
    shop = Shop(make_login_application(password_source=lock))
    make_user(shop.application)
    for _ in range(3):
        assert error_of(shop.log_in_by_password(password="Kite-over-8-Hills")) == WRONG

    assert error_of(shop.log_in_by_password()) == WRONG
    assert shop.log_in().status_code == 200
    pass_time(601)
    assert shop.log_in_by_password().status_code == 200


def test_after_five_wrong_passwords_one_is_judged_in_thirty_seconds(shop, pass_time):
    """S-54: this API has no captcha to show."""
    make_user(shop.application)
    for _ in range(5):
        shop.log_in_by_password(password="Kite-over-8-Hills")

    assert error_of(shop.log_in_by_password()) == WRONG
    pass_time(31)
    assert error_of(shop.log_in_by_password(password="Kite-over-8-Hills")) == WRONG
    assert error_of(shop.log_in_by_password()) == WRONG
    pass_time(31)
    assert shop.log_in_by_password().status_code == 200
    assert not PasswordFailure.objects.exists()


def test_no_more_than_a_hundred_in_a_row_are_judged(shop, pass_time):
    """S-54."""
    make_user(shop.application)
    shop.log_in_by_password(password="Kite-over-8-Hills")
    PasswordFailure.objects.update(count=100)
    pass_time(3600)

    assert error_of(shop.log_in_by_password()) == WRONG


def test_the_count_is_that_of_every_way_to_log_in(shop):
    """S-54."""
    make_user(shop.application)
    for _ in range(5):
        shop.log_in_by_password(password="Kite-over-8-Hills")

    answer = CloudBaseClient(shop.application).sign_in("mei", PASSWORD).json()

    assert answer["error"] == "captcha_required"


def test_who_is_locked_costs_no_hash(shop, hashing_calls):
    make_user(shop.application)
    for _ in range(5):
        shop.log_in_by_password(password="Kite-over-8-Hills")
    hashing_calls.clear()

    assert error_of(shop.log_in_by_password()) == WRONG
    assert hashing_calls == []


def test_too_long_a_line_for_hashing_is_a_503(shop):
    """S-53."""
    make_user(shop.application)

    with ThreadPoolExecutor(51) as pool, HASHING.turn():
        others = [pool.submit(wait_for_a_turn) for _ in range(51)]
        next(as_completed(others, timeout=1))  # the line is full: fifty of them wait
        response = shop.log_in_by_password()

    assert (response.status_code, response.json()) == (503, {"error": "temporarily_unavailable"})
    assert response["Retry-After"]
    assert PasswordFailure.objects.get().count == 0


def wait_for_a_turn() -> None:
    with HASHING.turn():
        pass


def test_a_public_application_guesses_so_often_from_one_place(shop, pass_time):
    """S-54, S-83: a back end speaks for many people, a phone for one."""
    make_user(shop.application)
    Application.objects.update(type="spa")
    publish(Application.objects.get())
    phone = Shop(shop.application, secret=None)
    assert phone.log_in_by_password().status_code == 200

    Counter.objects.update(count=200)

    refused = phone.log_in_by_password()

    assert error_of(refused) == (429, "too_many_requests", None)
    assert int(refused["Retry-After"]) > 0
    pass_time(301)
    assert phone.log_in_by_password().status_code == 200


@pytest.mark.parametrize(("kind", "is_welcome"), [("web", True), ("spa", True), ("mobile", True), ("m2m", False)])
def test_types_of_applications(kind, is_welcome):
    application = make_login_application(type=kind)
    make_user(application)
    shop = Shop(application) if kind in ("web", "m2m") else Shop(application, secret=None)

    response = shop.log_in_by_password()

    assert response.status_code == (200 if is_welcome else 400)
    if not is_welcome:
        assert error_of(response) == (400, "unauthorized_client", None)
        assert not Session.objects.exists()


def test_json_is_not_the_body_of_this_grant(shop):
    make_user(shop.application)

    body = {"grant_type": "password", "auth_source_id": shop.source("password"), "username": "mei"}
    assert error_of(shop.json("/oauth2/token", **body, password=PASSWORD)) == (400, "invalid_request", None)


def test_the_same_names_in_two_tenants_are_two_strangers(shop):
    """S-74."""
    make_user(shop.application)
    other = Shop(make_login_application())
    make_user(other.application, password="Kite-over-7-Hills")

    assert error_of(other.log_in_by_password()) == WRONG
    assert other.log_in_by_password(password="Kite-over-7-Hills").status_code == 200
