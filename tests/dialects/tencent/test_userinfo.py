"""`GET` and `PATCH /userinfo` (contract §7)."""

import pytest

from accounts.models import EndUser
from otp.models import Challenge
from tenants.models import Attribute, Domain
from tests.clients import Client
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.tencent.logins import EMAIL, FORM, PHONE, Shop, error_of, make_login_application, make_user
from tests.factories import make_tenant

pytestmark = pytest.mark.django_db

PATH = "/userinfo"
URI = "https://tools.ietf.org/html/rfc6750#section-3.1"
MISSING = "Bearer token not found in the request"
DECODING = "Error decoding JWT"
PRIVILEGES = "The request requires higher privileges than provided by the access token."
OTHER_PHONE, OTHER_EMAIL = "13712345678", "Other@example.com"


@pytest.fixture
def shop() -> Shop:
    tenant = make_tenant(sms_interval_seconds=0)
    Attribute.objects.create(tenant=tenant, identifier="card", regex="[A-Z]{2}-[0-9]{2}", error_message="As AB-12.")
    Attribute.objects.create(tenant=tenant, identifier="age", type="integer")
    Attribute.objects.create(tenant=tenant, identifier="vip_level")
    application = make_login_application(tenant, optional=("card", "age"))
    make_user(application)
    return Shop(application)


@pytest.fixture
def token(shop) -> str:
    return shop.log_in().json()["access_token"]


def patch(shop: Shop, token: str, **fields):
    return shop.bearer(token, "PATCH", PATH, fields)


def proof(shop: Shop, **address: str) -> dict[str, str]:
    (name,) = address
    sent = shop.send("update_userinfo", **address)
    return address | {f"{name}_otp_token": sent["otp_token"], f"{name}_otp": sent["otp"]}


# Reading


def test_the_claims_are_those_that_were_chosen(shop, token):
    response = shop.bearer(token)

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response["Cache-Control"] == "no-store"  # S-67
    assert response.json() == {
        "sub": EndUser.objects.get().sub,
        "name": "Mei Li",
        "nickname": "Mei",
        "email": "Mei@example.com",
        "phone_number": PHONE,
        "username": "Mei",
    }


def test_a_post_is_answered_as_a_get(shop, token):
    """OpenID Connect Core §5.3.1."""
    response = shop.bearer(token, "POST")
    form = shop.http.post(PATH, "a=b", content_type=FORM, headers={"authorization": f"Bearer {token}"})

    assert response.status_code == 200
    assert response.json() == form.json() == shop.bearer(token).json()


def test_a_post_without_a_token_is_unauthorized(shop, token):
    """RFC 6750 §3; the vendor's own calls answer 400. A body is no place for a token (S-68)."""
    for body in ("", f"access_token={token}"):
        response = shop.http.post(PATH, body, content_type=FORM)

        assert error_of(response) == (401, "invalid_token", MISSING)
        assert response["WWW-Authenticate"].startswith("Bearer ")


def test_an_address_that_nobody_proved_is_not_told(shop, token):
    """S-36."""
    EndUser.objects.update(email_verified=False)

    assert "email" not in shop.bearer(token).json()


@pytest.mark.parametrize(
    ("authorization", "status", "error", "description"),
    [
        (None, 400, "invalid_request", MISSING),
        ("", 400, "invalid_request", MISSING),
        ("Basic eDp5", 400, "invalid_request", MISSING),
        ("Bearer", 400, "invalid_request", MISSING),
        ("Bearer abc", 401, "invalid_token", DECODING),
        ("Bearer a.b.c", 401, "invalid_token", DECODING),
        ("Bearer {token}x", 401, "invalid_token", DECODING),
        ("Bearer " + "x" * 5000, 401, "invalid_token", DECODING),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("GET", PATH), ("PATCH", PATH), ("POST", "/change_user_password")])
def test_bearer_errors_stand_in_the_header_and_in_the_body(
    shop, token, method, path, authorization, status, error, description
):
    headers = {} if authorization is None else {"authorization": authorization.format(token=token)}

    response = Client(headers={"host": "localhost"}).generic(method, path, "{}", "application/json", headers=headers)

    assert error_of(response) == (status, error, description)
    told = f'Bearer error="{error}", error_description="{description}", error_uri="{URI}"'
    assert response["WWW-Authenticate"] == told


def test_a_token_in_the_query_is_none(shop, token):
    """S-68."""
    assert error_of(shop.http.get(f"{PATH}?access_token={token}")) == (400, "invalid_request", MISSING)


def test_a_token_is_good_until_it_expires(shop, token, pass_time):
    pass_time(601)

    assert error_of(shop.bearer(token)) == (401, "invalid_token", DECODING)


@pytest.mark.parametrize("path", [PATH, "/change_user_password"])
def test_a_token_without_the_scope_is_not_enough(shop, path):
    application = make_login_application(shop.application.tenant, scopes=["openid", "read:user"])
    own = Shop(application).form("/oauth2/token", grant_type="client_credentials").json()["access_token"]
    other = CloudBaseClient(shop.application).sign_in("mei").json()["access_token"]

    for one in (own, other):
        response = shop.bearer(one, "POST" if path != PATH else "GET", path)
        assert error_of(response) == (403, "insufficient_scope", PRIVILEGES)
        assert response["WWW-Authenticate"].startswith('Bearer error="insufficient_scope"')


def test_who_was_deleted_is_not_found(shop, token):
    """S-65."""
    EndUser.objects.all().delete()

    assert error_of(shop.bearer(token)) == (404, "user_not_found", None)
    assert error_of(patch(shop, token, nickname="x")) == (404, "user_not_found", None)


def test_a_token_is_of_one_tenant(shop, token):
    """S-58, S-70."""
    Domain.objects.create(tenant=make_tenant(), name="login.other.example")

    elsewhere = Shop(shop.application, host="login.other.example")

    assert error_of(elsewhere.bearer(token))[:2] == (401, "invalid_token")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_other_methods(shop, token, method):
    response = shop.bearer(token, method)

    assert (error_of(response)[:2], response["Allow"]) == (
        (405, "method_not_allowed"),
        "GET, HEAD, POST, PATCH, OPTIONS",
    )


# Changing


def test_attributes_change_and_the_whole_is_answered(shop, token):
    response = patch(shop, token, nickname="Mimi", zoneinfo="Europe/Paris", card="AB-12", age=30, locale=None)

    assert response.status_code == 200
    assert response.json() == shop.bearer(token).json()
    assert (response.json()["nickname"], response.json()["zoneinfo"]) == ("Mimi", "Europe/Paris")
    assert EndUser.objects.get().attributes == {
        "name": "Mei Li",
        "nickname": "Mimi",
        "zoneinfo": "Europe/Paris",
        "card": "AB-12",
        "age": 30,
    }


def test_nothing_to_change_changes_nothing(shop, token):
    assert patch(shop, token).json() == shop.bearer(token).json()
    assert EndUser.objects.get().updated_at is None


@pytest.mark.parametrize("address", [{"phone_number": OTHER_PHONE}, {"email": OTHER_EMAIL}])
def test_an_address_changes_with_its_code(shop, token, address):
    """S-35."""
    (name,) = address

    response = patch(shop, token, **proof(shop, **address))

    assert (response.status_code, response.json()[name]) == (200, address[name])
    assert getattr(EndUser.objects.get(), f"{name}_verified") is True


def test_both_addresses_and_an_attribute_at_once(shop, token):
    body = proof(shop, phone_number=OTHER_PHONE) | proof(shop, email=OTHER_EMAIL) | {"nickname": "Mimi"}

    told = patch(shop, token, **body).json()

    assert (told["phone_number"], told["email"], told["nickname"]) == (OTHER_PHONE, OTHER_EMAIL, "Mimi")


def other_user(shop: Shop, **fields) -> EndUser:
    nobody = {"username": None, "username_typed": "", "phone_number": None, "email": None, "email_typed": ""}
    return make_user(shop.application, password=None, **(nobody | fields))


ERRORS = {
    "unknown attribute": ({"shoe_size": 7}, "invalid_request", "Unknown attribute(s) found."),
    "user name": ({"username": "x"}, "invalid_request", "Unsupported user attribute(s) found."),
    "password": ({"password": "x"}, "invalid_request", "Unsupported user attribute(s) found."),
    "the application's own note": ({"vip_level": "9"}, "invalid_request", "Unsupported user attribute(s) found."),
    "malformed phone": ({"phone_number": "+8613712345678"}, "malformed_phone_number", None),
    "malformed e-mail": ({"email": "other"}, "malformed_email", None),
    "phone without code": ({"phone_number": OTHER_PHONE}, "bad_phone_number_otp_token", None),
    "e-mail without code": ({"email": OTHER_EMAIL}, "bad_email_otp_token", None),
    "code without phone": ({"phone_number_otp": "123456"}, "invalid_request", None),
    "token without e-mail": ({"email_otp_token": "x"}, "invalid_request", None),
    "pattern": ({"card": "ab-12"}, "illegal_parameter_value", "As AB-12."),
    "no zone": ({"zoneinfo": "Mars/Base"}, "illegal_parameter_value", "The value of zoneinfo is not allowed."),
    "too long": ({"nickname": "x" * 256}, "illegal_parameter_value", "The value of nickname is not allowed."),
    "wrong type": ({"age": "30"}, "invalid_request", None),
    "wrong type of an address": ({"email": 7}, "invalid_request", None),
    "control character": ({"nickname": "a\x00b"}, "invalid_request", None),
    "a claim of ours": ({"email_verified": True}, "invalid_request", "Unknown attribute(s) found."),
    "sub": ({"sub": "x"}, "invalid_request", "Unknown attribute(s) found."),
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_is_refused_changes_nothing(shop, token, name):
    body, error, description = ERRORS[name]
    before = EndUser.objects.values().get()

    assert error_of(patch(shop, token, **body)) == (400, error, description)
    assert EndUser.objects.values().get() == before


@pytest.mark.parametrize("body", ["", "[]", "{", '{"nickname": "a", "nickname": "b"}'])
def test_a_body_is_one_json_object(shop, token, body):
    assert error_of(shop.bearer(token, "PATCH", PATH, body or "null")) == (400, "invalid_request", None)


@pytest.mark.parametrize("address", [{"phone_number": OTHER_PHONE}, {"email": OTHER_EMAIL}])
def test_an_address_of_somebody_else(shop, token, address):
    (name,) = address
    canonical = f"+86{OTHER_PHONE}" if name == "phone_number" else OTHER_EMAIL.lower()
    body = proof(shop, **address)
    other_user(shop, **{name: canonical, f"{name}_verified": True})

    assert error_of(patch(shop, token, **body)) == (400, f"duplicate_{name}", None)


def test_a_claim_of_somebody_else_gives_way(shop, token):
    """S-36."""
    claimant = other_user(shop, email=OTHER_EMAIL.lower(), email_verified=False, username="other")

    assert patch(shop, token, **proof(shop, email=OTHER_EMAIL)).status_code == 200
    claimant.refresh_from_db()
    assert claimant.email is None


@pytest.mark.parametrize("address", [{"phone_number": OTHER_PHONE}, {"email": OTHER_EMAIL}])
def test_wrong_codes_and_tokens(shop, token, address):
    (name,) = address
    body = proof(shop, **address)
    code = f"{(int(body[f'{name}_otp']) + 1) % 10**6:06d}"

    assert error_of(patch(shop, token, **body | {f"{name}_otp_token": "x"}))[1] == f"bad_{name}_otp_token"
    assert error_of(patch(shop, token, **body | {f"{name}_otp": code}))[1] == f"bad_{name}_otp"
    assert patch(shop, token, **body).status_code == 200
    assert error_of(patch(shop, token, **body))[1] == f"bad_{name}_otp_token"  # S-27


def bound_to_usage(shop: Shop) -> dict[str, str]:
    sent = shop.send("signup", phone_number=OTHER_PHONE)
    return {"phone_number": OTHER_PHONE, "phone_number_otp_token": sent["otp_token"], "phone_number_otp": sent["otp"]}


def bound_to_application(shop: Shop) -> dict[str, str]:
    return proof(Shop(make_login_application(shop.application.tenant)), phone_number=OTHER_PHONE)


def bound_to_tenant(shop: Shop) -> dict[str, str]:
    return proof(Shop(make_login_application()), phone_number=OTHER_PHONE)


def bound_to_address(shop: Shop) -> dict[str, str]:
    return proof(shop, phone_number=OTHER_PHONE) | {"phone_number": "13812345678"}


def bound_to_channel(shop: Shop) -> dict[str, str]:
    sent = shop.send("update_userinfo", email=OTHER_EMAIL)
    return {"phone_number": OTHER_PHONE, "phone_number_otp_token": sent["otp_token"], "phone_number_otp": sent["otp"]}


@pytest.mark.parametrize(
    "elsewhere", [bound_to_usage, bound_to_application, bound_to_tenant, bound_to_address, bound_to_channel]
)
def test_a_code_changes_nothing_but_what_it_was_sent_for(shop, token, elsewhere):
    """S-30."""
    response = patch(shop, token, **elsewhere(shop))

    assert error_of(response) == (400, "bad_phone_number_otp_token", None)
    assert Challenge.objects.latest("created_at").guesses == 0


def test_the_first_error_of_the_documented_list_is_told(shop, token):
    """From unknown attributes to illegal values; and no refusal spends a code."""
    good = proof(shop, phone_number=OTHER_PHONE) | proof(shop, email=OTHER_EMAIL)
    bad = good | {"shoe_size": 1, "username": "x", "email_otp": "", "card": "x"}
    told = [error_of(patch(shop, token, **bad))]
    for name in ("shoe_size", "username"):
        del bad[name]
        told.append(error_of(patch(shop, token, **bad)))
    bad["email_otp"] = good["email_otp"]
    told.append(error_of(patch(shop, token, **bad)))

    assert told == [
        (400, "invalid_request", "Unknown attribute(s) found."),
        (400, "invalid_request", "Unsupported user attribute(s) found."),
        (400, "bad_email_otp", None),
        (400, "illegal_parameter_value", "As AB-12."),
    ]
    assert patch(shop, token, **good, card="AB-12").status_code == 200


def test_one_may_prove_the_own_address_again(shop, token):
    assert patch(shop, token, **proof(shop, email=EMAIL)).status_code == 200
