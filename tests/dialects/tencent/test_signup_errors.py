import pytest

from accounts.models import EndUser
from otp.models import Challenge
from tests.clients import TencentClient
from tests.dialects.tencent.sign_up_errors import (
    EMAIL,
    EMAIL_PROOF,
    MISSING,
    NO_PASSWORD_SOURCE,
    PASSWORD,
    PHONE,
    PHONE_PROOF,
    SIGN_UP_IS_OFF,
    UNCONFIGURED,
    UNKNOWN,
    own,
)
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


def make_client(*authentication: str, **fields) -> TencentClient:
    return TencentClient(make_application(authentication=authentication, **fields))


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def assert_refused(response, error: str, description: str | None = None) -> None:
    body = {"error": error} | ({"error_description": description} if description else {})
    assert (response.status_code, response.json()) == (400, body)
    assert response["Content-Type"] == "application/json;charset=UTF-8"


def test_sign_up_that_is_off():
    """S-72."""
    client = make_client("username", sign_up=False)

    assert_refused(client.sign_up(username="somebody"), *SIGN_UP_IS_OFF)
    assert not EndUser.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "somebody"},
        {"username": "somebody", "nickname": None},
        {"username": "somebody", "nickname": ""},
        {"username": None, "nickname": "Nick"},
        {"username": "", "nickname": "Nick"},
        {"nickname": "Nick"},
    ],
    ids=str,
)
def test_missing_attributes(body):
    assert_refused(make_client("username", required=("nickname",)).sign_up(**body), *MISSING)


@pytest.mark.parametrize("proof", [PHONE_PROOF, EMAIL_PROOF], ids=["phone", "email"])
@pytest.mark.parametrize("nothing", [None, ""], ids=["null", "empty"])
def test_an_address_without_its_proof_and_a_proof_without_its_address_are_missing(proof, nothing):
    client = make_client("username", optional=("phone_number", "email"))

    for name in proof:
        without = {key: value for key, value in proof.items() if key != name}
        assert_refused(client.sign_up(username="somebody", **without), *MISSING)
        assert_refused(client.sign_up(username="somebody", **without, **{name: nothing}), *MISSING)
        if name in ("phone_number", "email"):
            continue
        assert_refused(client.sign_up(username="somebody", **{name: proof[name]}), *MISSING)


def test_unconfigured_attributes():
    client = make_client("username")

    for extra in (PHONE_PROOF, EMAIL_PROOF, {"nickname": "Nick"}, {"nickname": None}, {"email": None}):
        assert_refused(client.sign_up(username="somebody", **extra), *UNCONFIGURED)


def test_an_attribute_that_is_switched_off_is_unconfigured():
    tenant = make_tenant()
    tenant.attributes.create(identifier="company", enabled=False)
    client = TencentClient(make_application(tenant, authentication=("username",), optional=("company",)))

    assert_refused(client.sign_up(username="somebody", company="Acme"), *UNCONFIGURED)


@pytest.mark.parametrize("value", ["yes", None, 1, [], {"a": {"b": "\x00"}}], ids=str)
def test_unknown_attributes_whatever_their_value(value):
    assert_refused(make_client("username").sign_up(username="somebody", shoe_size=value), *UNKNOWN)


@pytest.mark.parametrize(
    "username",
    [
        "9abc", "_abc", "a-b", "a b", "a.b", "x" * 33, "admin\n", " admin", "аdmin", "ａdmin", "é", "bob@example.com",
        "13612345678", "+8613612345678", "admin\x00", "ad\u200bmin", "a\ud800",
    ],
    ids=ascii,
)  # fmt: skip
def test_invalid_username(username):
    """S-09, S-14."""
    assert_refused(make_client("username").sign_up(username=username), "invalid_username")


@pytest.mark.parametrize("username", ["a", "Z", "a_", "A9_b", "x" * 32])
def test_user_names_of_the_documented_form_are_accepted(username):
    """S-09."""
    assert make_client("username").sign_up(username=username).status_code == 200


@pytest.mark.parametrize("username", ["somebody", "SomeBody", "SOMEBODY"])
def test_duplicate_username(username):
    client = make_client("username")
    client.sign_up(username="SomeBody")

    assert_refused(client.sign_up(username=username), "duplicate_username")


@pytest.mark.parametrize("number", ["+8613612345678", "1361234567", "12612345678", "136 12345678", "13612345678\n"])
def test_malformed_phone_number(number):
    """S-10."""
    assert_refused(
        make_client("phone_number").sign_up(**PHONE_PROOF | {"phone_number": number}), "malformed_phone_number"
    )


def test_duplicate_phone_number():
    client = make_client("phone_number")
    proof = client.phone_proof(PHONE)
    own(phone_number=f"+86{PHONE}")

    assert_refused(client.sign_up(**proof), "duplicate_phone_number")


def test_bad_phone_number_otp_token():
    assert_refused(make_client("phone_number").sign_up(**PHONE_PROOF), "bad_phone_number_otp_token")


def test_bad_phone_number_otp():
    client = make_client("phone_number")
    proof = client.phone_proof(PHONE)

    wrong = proof | {"phone_number_otp": other_than(proof["phone_number_otp"])}
    assert_refused(client.sign_up(**wrong), "bad_phone_number_otp")


def test_malformed_email():
    assert_refused(make_client("email").sign_up(**EMAIL_PROOF | {"email": "nobody"}), "malformed_email")


def test_duplicate_email():
    client = make_client("email")
    proof = client.email_proof(EMAIL)
    own(email=EMAIL)

    assert_refused(client.sign_up(**proof | {"email": EMAIL.upper()}), "duplicate_email")


def test_bad_email_otp_token():
    assert_refused(make_client("email").sign_up(**EMAIL_PROOF), "bad_email_otp_token")


def test_bad_email_otp():
    client = make_client("email")
    proof = client.email_proof(EMAIL)

    assert_refused(client.sign_up(**proof | {"email_otp": other_than(proof["email_otp"])}), "bad_email_otp")


@pytest.mark.parametrize("password", [PASSWORD, ""])
def test_no_password_source(password):
    client = make_client("username")

    assert_refused(client.sign_up(username="somebody", password=password), *NO_PASSWORD_SOURCE)
    assert not EndUser.objects.exists()


def test_a_password_source_that_is_switched_off_is_none():
    client = make_client("username", password_source={"enabled": False})

    assert_refused(client.sign_up(username="somebody", password=PASSWORD), *NO_PASSWORD_SOURCE)


def test_invalid_password():
    client = make_client("username", password_source={})

    assert_refused(client.sign_up(username="somebody", password="short"), "invalid_password")
    assert not EndUser.objects.exists()


@pytest.mark.parametrize(
    "extra",
    [{"zoneinfo": "Moon/Base"}, {"locale": "not a locale"}, {"nickname": "x" * 256}, {"name": ""}],
    ids=" ".join,
)
def test_illegal_values_of_general_attributes(extra):
    """S-15, S-17."""
    client = make_client("username", required=("name",), optional=("zoneinfo", "locale", "nickname"))

    response = client.sign_up(**{"username": "somebody", "name": "Some Body"} | extra)

    (name,) = extra
    error = MISSING if name == "name" else ("illegal_parameter_value", f"The value of {name} is not allowed.")
    assert_refused(response, *error)


def test_no_error_spends_a_code():
    """S-28."""
    client = make_client("phone_number")
    proof = client.phone_proof(PHONE)

    client.sign_up(**proof, shoe_size=45)
    client.sign_up(**proof, nickname="Nick")
    client.sign_up(**proof, password=PASSWORD)

    assert Challenge.objects.get().redeemed_at is None
    assert client.sign_up(**proof).status_code == 200


def test_a_flow_that_asks_for_no_authentication_attribute_lets_nobody_in():
    application = make_application(authentication=(), optional=("nickname",))

    response = TencentClient(application).sign_up(nickname="Mei")

    assert response.json() == {
        "error": "invalid_request",
        "error_description": "Missing required sign-up attribute(s).",
    }
    assert not EndUser.objects.exists()
