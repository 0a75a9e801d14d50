"""`POST /auth/v1/signin`: by password and by code, and what stands between a stranger and a password (S-54)."""

from datetime import timedelta

import pytest

from accounts import statuses
from accounts.models import EndUser
from accounts.passwords import hashing
from tenants import clock
from tenants.models import AuditEntry
from tests.dialects.cloudbase.clients import EMAIL, PASSWORD, PHONE, CloudBaseClient, error_of
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

WRONG = (400, "invalid_username_or_password", 4043)
CAPTCHA = (400, "captcha_required", 4001)
LOCKED = (400, "invalid_status", 4030)
OURS = hashing.prefix("argon2").encode()


def make_client(**source) -> CloudBaseClient:
    return CloudBaseClient(make_application(make_tenant(sms_interval_seconds=0), password_source=source))


@pytest.fixture
def client() -> CloudBaseClient:
    return make_client()


def make_user(client: CloudBaseClient, **fields) -> EndUser:
    defaults = {
        "username": "mei",
        "username_typed": "Mei",
        "phone_number": "+8613612345678",
        "phone_number_verified": True,
        "email": EMAIL,
        "email_verified": True,
        "password": hashing.hash_password(PASSWORD),
    }
    return EndUser.objects.create(tenant=client.application.tenant, **(defaults | fields))


@pytest.mark.parametrize("username", ["mei", "MEI", PHONE, "13612345678", "+8613612345678", EMAIL, "Mei@Example.com"])
def test_one_field_takes_user_name_number_and_address(client, username):
    end_user = make_user(client)

    response = client.sign_in(username)

    assert response.status_code == 200, response.content
    assert response.json()["sub"] == end_user.sub


@pytest.mark.parametrize("algorithm", ["argon2", "bcrypt", "pbkdf2"])
def test_every_hash_of_ours_is_read(client, algorithm):
    make_user(client, password=hashing.hash_password(PASSWORD, algorithm=algorithm))

    assert client.sign_in("mei").status_code == 200
    assert error_of(client.sign_in("mei", "another password")) == WRONG


@pytest.mark.usefixtures("full_hash_costs")
@pytest.mark.parametrize("algorithm", ["argon2", "bcrypt", "pbkdf2"])
def test_a_hash_of_other_settings_is_made_anew_by_a_log_in(client, algorithm):
    end_user = make_user(client, password=hashing.hash_password(PASSWORD, algorithm=algorithm))
    before = end_user.password

    client.sign_in("mei")
    end_user.refresh_from_db()

    assert end_user.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (end_user.password == before) is (algorithm == "argon2")
    assert client.sign_in("mei").status_code == 200


@pytest.mark.parametrize(
    "stored", ["plain", "$argon2id$v=19$m=9999999,t=2,p=1$AAAA$AAAA", "$2b$31$" + "a" * 53, "$pbkdf2-sha256$i=9$A$A"]
)
def test_a_hash_that_cannot_or_should_not_be_computed_is_no_password(client, stored):
    """S-45."""
    make_user(client, password=stored)

    assert error_of(client.sign_in("mei")) == WRONG


def test_an_unknown_user_is_answered_as_a_wrong_password(client):
    make_user(client)

    unknown, wrong = client.sign_in("nobody"), client.sign_in("mei", "wrong password")

    assert error_of(unknown) == error_of(wrong) == WRONG
    assert unknown.content == wrong.content


def test_an_unknown_user_costs_the_same_hash(client, hashing_calls):
    """S-52: that the work was done, not how long it took."""
    make_user(client)
    hashing_calls.clear()

    client.sign_in("nobody")
    client.sign_in("mei", "wrong password")

    assert [(name, line[: len(OURS)]) for name, line, _ in hashing_calls] == [("verify", OURS)] * 2


def test_a_user_without_a_password_is_told(client):
    make_user(client, password="")

    assert error_of(client.sign_in("mei")) == (400, "password_not_set", 4029)


def test_passwords_need_a_password_source():
    client = CloudBaseClient(make_application())

    assert error_of(client.sign_in("mei")) == (501, "login_type_disabled", 4045)


def test_only_the_sources_identifiers_log_in():
    client = make_client(login_attributes=["email"])
    make_user(client)

    assert error_of(client.sign_in("mei")) == WRONG
    assert client.sign_in(EMAIL).status_code == 200


@pytest.mark.parametrize("status", ["LOCK", "FREEZE"])
def test_a_blocked_user_is_told_after_the_right_password_alone(client, status):
    statuses.set_status(make_user(client), status, clock.now())

    assert error_of(client.sign_in("mei", "wrong password")) == WRONG
    assert error_of(client.sign_in("mei")) == (403, "user_blocked", 7)
    token = client.verification_token(phone_number=PHONE)
    assert error_of(client.post("/signin", verification_token=token)) == (403, "user_blocked", 7)


def test_a_block_that_has_ended_stops_nobody(client, pass_time):
    now = clock.now()
    statuses.set_status(make_user(client), "LOCK", now, until=now + timedelta(seconds=60))
    assert error_of(client.sign_in("mei")) == (403, "user_blocked", 7)

    pass_time(61)

    tokens = client.sign_in("mei").json()
    me = client.bearer(tokens["access_token"], "GET", "/user/me").json()
    assert me["status"] == "ACTIVE"
    refreshed = client.post("/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert refreshed.status_code == 200


@pytest.mark.parametrize("address", [{"phone_number": PHONE}, {"email": EMAIL}])
@pytest.mark.parametrize("username", ["", PHONE, EMAIL, "mei"])
def test_a_code_signs_in_with_any_name_of_the_user_beside_it(client, address, username):
    end_user = make_user(client)
    token = client.verification_token(**address)

    response = client.post("/signin", verification_token=token, username=username)

    assert response.json()["sub"] == end_user.sub


def test_a_code_beside_another_users_name_is_refused(client):
    make_user(client)
    make_user(client, username="ann", phone_number=None, email=None)
    token = client.verification_token(phone_number=PHONE)

    response = client.post("/signin", verification_token=token, username="ann")

    assert error_of(response) == (400, "invalid_argument", 3)


def test_a_code_is_spent_by_signing_in(client):
    make_user(client)
    token = client.verification_token(phone_number=PHONE)
    client.post("/signin", verification_token=token)

    assert error_of(client.post("/signin", verification_token=token)) == (400, "invalid_argument", 3)


def test_a_code_of_nobody_signs_nobody_in_and_may_still_sign_up(client):
    token = client.verification_token(phone_number=PHONE)

    refused = client.post("/signin", verification_token=token, username=PHONE)

    assert error_of(refused) == (404, "user_not_found", 5)
    assert client.post("/signup", phone_number=PHONE, verification_token=token).status_code == 200


def test_an_unproven_claim_is_not_signed_in_by_code(client):
    """S-36."""
    make_user(client, phone_number_verified=False)
    token = client.verification_token(phone_number=PHONE)

    assert error_of(client.post("/signin", verification_token=token)) == (404, "user_not_found", 5)


@pytest.mark.parametrize("body", [{}, {"username": "mei"}, {"username": 7, "password": "x"}, {"password": "x"}])
def test_half_a_credential_is_refused(client, body):
    assert error_of(client.post("/signin", **body)) == (400, "invalid_argument", 3)


def test_sign_ins_leave_lines_in_the_trail(client):
    end_user = make_user(client)
    client.sign_in("mei", "wrong password")
    client.sign_in("mei")

    refused, succeeded = AuditEntry.objects.filter(event="sign_in").order_by("id")

    assert (refused.outcome, refused.detail) == ("refused", {"way": "password", "reason": "WrongPassword"})
    assert (succeeded.outcome, succeeded.object_id) == ("succeeded", end_user.sub)


def test_a_user_of_another_tenant_is_unknown(client):
    make_user(client)

    assert error_of(make_client().sign_in("mei")) == WRONG
