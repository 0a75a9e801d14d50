"""Logging in by a code: `POST /oauth2/token` with the grants of contract §4."""

import pytest

from accounts.models import EndUser
from otp.models import Challenge, Destination
from signup.contracts import publish
from tenants.models import Application, AuditEntry, Group, LoginSource, OtpAuthSource, SignUpFlow
from tests.clients import Client, TencentClient
from tests.dialects.tencent.logins import (
    EMAIL,
    GRANTS,
    PHONE,
    Shop,
    error_of,
    make_login_application,
    make_user,
    payload,
)
from tests.factories import SECRET, make_tenant
from tokens.models import Session

pytestmark = pytest.mark.django_db

TOKEN = "/oauth2/token"
BAD_TOKEN = (400, "invalid_grant", "Unknown or expired otp_token")
BAD_CODE = (400, "invalid_grant", "Unknown or expired OTP")
MISMATCH = (400, "invalid_request", "Mismatched OTP token and OTP sending parameters")
NOT_FOUND = (400, "invalid_grant", "User not found")
ABNORMAL = (400, "invalid_grant", "Abnormal user status")
NO_SOURCE = (400, "invalid_auth_source", "Auth source and application not associated")


@pytest.fixture
def shop() -> Shop:
    return Shop(make_login_application())


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.mark.parametrize("address", [{"phone_number": PHONE}, {"email": EMAIL}, {"email": "MEI@Example.com"}])
def test_the_right_code_logs_in(shop, address):
    user = make_user(shop.application)

    response = shop.json(TOKEN, **shop.code_login(**address))

    body = response.json()
    assert (response.status_code, response["Content-Type"]) == (200, "application/json;charset=UTF-8")
    assert (response["Cache-Control"], response["Pragma"]) == ("no-store", "no-cache")  # S-67, RFC 6749 §5.1
    assert set(body) == {"access_token", "refresh_token", "scope", "id_token", "token_type", "expires_in"}
    assert (body["scope"], body["token_type"], body["expires_in"]) == ("openid", "Bearer", 599)
    assert shop.bearer(body["access_token"]).json()["sub"] == user.sub


def test_what_the_tokens_say(shop):
    """S-59."""
    user = make_user(shop.application)

    body = shop.log_in().json()

    access, told = payload(body["access_token"]), payload(body["id_token"])
    client_id = shop.application.client_id
    assert (access["sub"], access["aud"], access["scope"]) == (user.sub, client_id, ["openid"])
    assert access["exp"] - access["iat"] == body["expires_in"] + 1
    assert {"jti", "nbf", "iss"} <= set(access)
    assert (told["sub"], told["aud"], told["azp"], told["iss"]) == (user.sub, client_id, client_id, access["iss"])
    assert (told["exp"] - told["iat"], told["jti"] != access["jti"]) == (1800, True)
    assert (told["phone_number"], told["email"], told["name"], told["username"]) == (
        *(PHONE, "Mei@example.com"),
        *("Mei Li", "Mei"),
    )
    assert not {"zoneinfo", "locale", "nbf", "password"} & set(told)


def test_an_id_token_is_no_access_token(shop):
    """S-57."""
    make_user(shop.application)

    assert error_of(shop.bearer(shop.log_in().json()["id_token"]))[:2] == (401, "invalid_token")


def test_no_claim_that_was_not_chosen_is_told():
    """S-59."""
    shop = Shop(make_login_application(claims=()))
    make_user(shop.application)

    told = payload(shop.log_in().json()["id_token"])

    assert set(told) == {"sub", "aud", "azp", "iss", "iat", "exp", "jti"}


def test_the_older_name_of_the_grant_is_understood(shop):
    make_user(shop.application)

    assert shop.log_in(grant_type="https://sample.portal.tencentciam.com/oauth2/grant-type/otp/sms").status_code == 200


def test_a_wrong_token_and_a_wrong_code_are_told_apart_and_the_right_ones_work_afterwards(shop):
    make_user(shop.application)
    body = shop.code_login(phone_number=PHONE)

    assert error_of(shop.json(TOKEN, **body | {"otp_token": body["otp_token"] + "x"})) == BAD_TOKEN
    assert error_of(shop.json(TOKEN, **body | {"otp": wrong(body["otp"])})) == BAD_CODE
    assert shop.json(TOKEN, **body).status_code == 200
    assert error_of(shop.json(TOKEN, **body)) == BAD_TOKEN  # S-27: once


def test_two_clocks(shop, pass_time):
    """S-29."""
    make_user(shop.application)
    body = shop.code_login(phone_number=PHONE)

    pass_time(61)
    assert error_of(shop.json(TOKEN, **body)) == BAD_CODE
    pass_time(240)
    assert error_of(shop.json(TOKEN, **body)) == BAD_TOKEN


def test_a_code_of_the_last_second_is_good(shop, pass_time):
    """S-29."""
    make_user(shop.application)
    body = shop.code_login(phone_number=PHONE)

    pass_time(58)
    assert shop.json(TOKEN, **body).status_code == 200


def test_five_wrong_codes_close_the_token(shop):
    """S-25."""
    make_user(shop.application)
    body = shop.code_login(phone_number=PHONE)

    answers = [error_of(shop.json(TOKEN, **body | {"otp": wrong(body["otp"])})) for _ in range(6)]

    assert answers == [BAD_CODE] * 5 + [BAD_TOKEN]
    assert error_of(shop.json(TOKEN, **body)) == BAD_TOKEN


def test_after_twenty_wrong_codes_over_all_usages_a_longer_one_logs_in(shop):
    """S-26, and a stranger shuts nobody out."""
    application = shop.application
    make_user(application)
    for usage in ("login", "update_userinfo", "login", "reset_password"):
        body = shop.code_login(phone_number=PHONE) if usage == "login" else shop.send(usage, phone_number=PHONE)
        for _ in range(5):
            if usage == "login":
                shop.json(TOKEN, **body | {"otp": wrong(body["otp"])})
            elif usage == "reset_password":
                pair = {"phone_number_otp_token": body["otp_token"], "phone_number_otp": wrong(body["otp"])}
                shop.json("/reset_user_password", phone_number=PHONE, password="Kite-over-8-Hills", **pair)
    body = shop.code_login(phone_number=PHONE)
    for _ in range(5):
        shop.json(TOKEN, **body | {"otp": wrong(body["otp"])})

    assert Destination.objects.get().guesses == 20
    body = shop.code_login(phone_number=PHONE)
    assert len(body["otp"]) == 8
    assert shop.json(TOKEN, **body).status_code == 200


def test_a_newer_code_replaces_the_older_one(shop):
    """S-31."""
    make_user(shop.application)
    first, second = shop.code_login(phone_number=PHONE), shop.code_login(phone_number=PHONE)

    assert error_of(shop.json(TOKEN, **first)) == BAD_TOKEN
    assert shop.json(TOKEN, **second).status_code == 200


# S-30: what a code is bound to, one at a time


def other_source(shop: Shop) -> dict[str, str]:
    source = OtpAuthSource.objects.create(tenant=shop.application.tenant, key="another", channel="sms")
    LoginSource.objects.create(flow=shop.application.login_flow, otp_auth_source=source, position=9)
    publish(shop.application)
    return {"auth_source_id": str(source.id)}


def other_application(shop: Shop) -> dict[str, str]:
    flow = make_login_application(shop.application.tenant).login_flow
    flow.sources.filter(otp_auth_source__channel="sms").update(otp_auth_source_id=shop.source("phone_number"))
    publish(flow.application)
    return {"client_id": flow.application.client_id}


def other_channel(shop: Shop) -> dict[str, str]:
    return {"grant_type": GRANTS["email"], "email": EMAIL, "auth_source_id": shop.source("email")}


CHANGES = {
    "address": lambda _: {"phone_number": "13712345678"},
    "malformed address": lambda _: {"phone_number": "+1 555"},
    "source": other_source,
    "application": other_application,
    "channel": other_channel,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_code_opens_nothing_but_what_it_was_sent_for(shop, change):
    """S-30, and no guess is counted."""
    make_user(shop.application)
    make_user(shop.application, username=None, email=None, phone_number="+8613712345678")
    body = shop.code_login(phone_number=PHONE)
    changed = CHANGES[change](shop)

    for code in (body["otp"], wrong(body["otp"])):
        assert error_of(shop.json(TOKEN, **body | changed | {"otp": code})) == MISMATCH

    assert Challenge.objects.get().guesses == 0
    assert shop.json(TOKEN, **body).status_code == 200


@pytest.mark.parametrize("usage", ["signup", "update_userinfo", "reset_password"])
def test_a_code_of_another_usage_does_not_log_in(shop, usage):
    """S-30."""
    if usage != "signup":
        make_user(shop.application)
    sent = shop.send(usage, phone_number=PHONE)
    body = {"grant_type": GRANTS["phone_number"], "auth_source_id": shop.source("phone_number"), "phone_number": PHONE}

    assert error_of(shop.json(TOKEN, **body, **sent, auto_signup=True)) == MISMATCH
    assert Challenge.objects.get().guesses == 0


def test_another_tenant_does_not_know_the_token(shop):
    """S-30, S-77: there it is like one that never was."""
    stranger = Shop(make_login_application())
    make_user(stranger.application)
    make_user(shop.application)
    body = shop.code_login(phone_number=PHONE)

    assert error_of(stranger.json(TOKEN, **body)) == NO_SOURCE
    assert error_of(stranger.json(TOKEN, **body | {"auth_source_id": stranger.source("phone_number")})) == BAD_TOKEN
    assert shop.json(TOKEN, **body).status_code == 200


@pytest.mark.parametrize("kind", ["email", "password"])
def test_a_source_of_another_kind_is_not_associated(shop, kind):
    assert error_of(shop.log_in(auth_source_id=shop.source(kind))) == NO_SOURCE


def test_a_source_that_is_switched_off_lets_nobody_in(shop):
    """S-72."""
    make_user(shop.application)
    body = shop.code_login(phone_number=PHONE)
    OtpAuthSource.objects.update(enabled=False)
    publish(shop.application)

    assert error_of(shop.json(TOKEN, **body)) == NO_SOURCE


# Who it is


@pytest.mark.parametrize("flag", [None, False, "false"])
def test_nobody_is_found_who_is_not_there_and_the_code_stays_good(shop, flag):
    body = shop.code_login(phone_number=PHONE)

    assert error_of(shop.json(TOKEN, **body, auto_signup=flag)) == NOT_FOUND
    assert error_of(shop.json(TOKEN, **body)) == NOT_FOUND
    assert shop.json(TOKEN, **body, auto_signup=True).status_code == 200


@pytest.mark.parametrize("flag", [True, "true"])
@pytest.mark.parametrize("address", [{"phone_number": PHONE}, {"email": "New@example.com"}])
def test_who_is_not_there_is_signed_up_on_the_way(flag, address):
    tenant = make_tenant()
    group = Group.objects.create(tenant=tenant, name="Customers")
    shop = Shop(make_login_application(tenant, group=group, required=("nickname",)))

    response = shop.json(TOKEN, **shop.code_login(**address), auto_signup=flag)

    user = EndUser.objects.get()
    assert shop.bearer(response.json()["access_token"]).json() == {"sub": user.sub, **address}
    assert list(user.groups.all()) == [group]
    assert (user.phone_number_verified, user.email_verified) == ("phone_number" in address, "email" in address)
    assert not user.password


@pytest.mark.parametrize("flag", ["yes", 1, [], "TRUE"])
def test_a_flag_is_a_flag(shop, flag):
    assert error_of(shop.log_in(auto_signup=flag)) == (400, "invalid_request", None)


@pytest.mark.parametrize("change", ["the flow is off", "the flow does not ask for phones"])
def test_nobody_is_signed_up_where_nobody_may_sign_up(change):
    """S-72."""
    off = change == "the flow is off"
    shop = Shop(make_login_application(sign_up=not off, authentication=("phone_number",) if off else ("email",)))

    assert error_of(shop.log_in(auto_signup=True)) == NOT_FOUND
    assert not EndUser.objects.exists()


def test_switching_sign_up_off_counts_at_once(shop):
    """S-72."""
    body = shop.code_login(phone_number=PHONE)
    SignUpFlow.objects.update(enabled=False)
    publish(shop.application)

    assert error_of(shop.json(TOKEN, **body, auto_signup=True)) == NOT_FOUND


def test_a_proof_beats_a_claim(shop):
    """S-36: whoever only claimed the address gains nothing, and keeps nothing of it."""
    claimant = make_user(shop.application, phone_number_verified=False)
    session = shop.log_in_by_password().json()

    assert error_of(shop.log_in()) == NOT_FOUND
    body = shop.log_in(auto_signup=True).json()

    owner = EndUser.objects.get(phone_number=f"+86{PHONE}")
    claimant.refresh_from_db()
    assert (owner.pk != claimant.pk, owner.phone_number_verified, claimant.phone_number) == (True, True, None)
    assert shop.bearer(body["access_token"]).json()["sub"] == owner.sub
    assert error_of(shop.bearer(session["access_token"]))[:2] == (401, "invalid_token")


@pytest.mark.parametrize("status", [EndUser.Status.LOCK, EndUser.Status.FREEZE])
def test_a_blocked_user_is_told_so_after_the_code_alone(shop, status):
    """S-65."""
    make_user(shop.application, status=status)
    body = shop.code_login(phone_number=PHONE)

    assert error_of(shop.json(TOKEN, **body | {"otp": wrong(body["otp"])})) == BAD_CODE
    assert error_of(shop.json(TOKEN, **body)) == ABNORMAL
    assert not Session.objects.exists()


def test_who_has_to_verify_an_address_first_is_of_abnormal_status():
    shop = Shop(make_login_application(make_tenant(force_email_verification=True)))
    make_user(shop.application, email_verified=False)

    assert error_of(shop.log_in()) == ABNORMAL


# Who calls


@pytest.mark.parametrize(("kind", "is_welcome"), [("web", True), ("spa", True), ("mobile", True), ("m2m", False)])
def test_types_of_applications(shop, kind, is_welcome):
    make_user(shop.application)
    body = shop.code_login(phone_number=PHONE)
    Application.objects.update(type=kind)
    publish(Application.objects.get())

    secret = None if kind in ("spa", "mobile") else SECRET
    response = Shop(shop.application, secret=secret).json(TOKEN, **body)

    expected = 200 if is_welcome else (400, "unauthorized_client", None)
    assert (response.status_code if is_welcome else error_of(response)) == expected


def test_a_form_is_not_the_body_of_this_grant(shop):
    make_user(shop.application)

    assert error_of(shop.form(TOKEN, **shop.code_login(phone_number=PHONE))) == (400, "invalid_request", None)


@pytest.mark.parametrize("name", ["grant_type", "auth_source_id", "phone_number", "otp_token", "otp"])
@pytest.mark.parametrize("value", [None, "", 7, {}, "a\x00b"])
def test_each_field_is_needed_and_is_a_text(shop, name, value):
    body = shop.code_login(phone_number=PHONE)

    response = shop.json(TOKEN, **body | {name: value})

    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_request", "invalid_grant")
    assert Session.objects.count() == 0


def test_the_secret_in_the_query_is_not_read(shop):
    """S-68."""
    make_user(shop.application)
    body = shop.code_login(phone_number=PHONE)
    client = Client(headers={"host": "localhost"})

    query = f"?client_id={shop.application.client_id}&client_secret={shop.credentials['client_secret']}"
    response = client.post(TOKEN + query, body, content_type="application/json")

    assert error_of(response) == (401, "invalid_client", None)


def test_a_login_leaves_a_line_of_each_outcome(shop):
    user = make_user(shop.application)
    body = shop.code_login(phone_number=PHONE)
    shop.json(TOKEN, **body | {"otp": wrong(body["otp"])})
    shop.json(TOKEN, **body)

    lines = list(AuditEntry.objects.filter(event="sign_in").order_by("at", "id").values_list("outcome", "object_id"))
    assert lines == [("refused", ""), ("succeeded", user.sub)]
    assert body["otp"] not in str(list(AuditEntry.objects.values()))  # S-34


def test_a_code_that_signs_up_over_tencent_is_of_another_usage(shop):
    """The other way round: a code to log in makes no account."""
    body = shop.code_login(phone_number=PHONE)
    proof = {"phone_number_otp_token": body["otp_token"], "phone_number_otp": body["otp"]}

    response = TencentClient(shop.application).sign_up(phone_number=PHONE, **proof)

    assert response.json() == {"error": "bad_phone_number_otp_token"}
