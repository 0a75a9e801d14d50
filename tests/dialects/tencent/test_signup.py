import re

import pytest

from accounts.models import EndUser, PasswordHistory
from otp.models import Challenge
from tenants.models import Group
from tests.clients import TencentClient
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "13612345678", "MOCK_USERNAME@example.com"
LENIENT = {"strength": "low"}


def make_client(*authentication: str, **fields) -> TencentClient:
    return TencentClient(make_application(authentication=authentication, **fields))


def the_end_user(response) -> EndUser:
    """The only end user, whom the answer names."""
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert list(response.json()) == ["sub"]
    end_user = EndUser.objects.get()
    assert response.json()["sub"] == end_user.id.hex
    return end_user


@pytest.mark.usefixtures("full_hash_costs")
def test_documented_example_with_user_name_and_password():
    client = make_client("username", password_source=LENIENT)

    end_user = the_end_user(client.sign_up(username="MOCK_USERNAME", password="MOCK_PASSWORD"))

    assert (end_user.username, end_user.username_typed) == ("mock_username", "MOCK_USERNAME")
    assert end_user.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (end_user.email, end_user.phone_number) == (None, None)


def test_documented_example_with_email_password_and_nickname():
    client = make_client("email", required=("nickname",), password_source=LENIENT)
    proof = client.email_proof(EMAIL)

    end_user = the_end_user(client.sign_up(**proof, password="MOCK_PASSWORD", nickname="MOCK_NICKNAME"))

    assert (end_user.email, end_user.email_typed) == (EMAIL.lower(), EMAIL)
    assert end_user.email_verified
    assert end_user.attributes == {"nickname": "MOCK_NICKNAME"}
    assert PasswordHistory.objects.get().password == end_user.password


def test_documented_example_with_phone_number_alone():
    client = make_client("phone_number")

    end_user = the_end_user(client.sign_up(**client.phone_proof(PHONE)))

    assert end_user.phone_number == "+8613612345678"
    assert end_user.phone_number_verified
    assert end_user.password == ""
    assert not PasswordHistory.objects.exists()


def test_a_new_end_user_is_normal_and_has_nothing_that_was_not_asked_for():
    client = make_client("phone_number")

    end_user = the_end_user(client.sign_up(**client.phone_proof(PHONE)))

    assert end_user.status == "NORMAL"
    assert (end_user.username, end_user.email, end_user.attributes) == (None, None, {})
    assert not end_user.email_verified
    assert not end_user.groups.exists()
    assert re.fullmatch("[0-9a-f]{32}", end_user.sub)


def test_a_new_end_user_lands_in_the_group_of_the_flow():
    tenant = make_tenant()
    group = Group.objects.create(tenant=tenant, name="Customers")
    client = TencentClient(make_application(tenant, group=group))

    end_user = the_end_user(client.sign_up(**client.phone_proof(PHONE)))

    assert list(end_user.groups.all()) == [group]


def test_phone_number_and_email_may_be_signed_up_together():
    client = make_client("phone_number", "email")

    end_user = the_end_user(client.sign_up(**client.phone_proof(PHONE), **client.email_proof(EMAIL)))

    assert (end_user.phone_number, end_user.email) == ("+8613612345678", EMAIL.lower())
    assert Challenge.objects.filter(redeemed_at__isnull=False).count() == 2


def test_all_preset_attributes_are_kept_as_they_were_sent():
    optional = ("name", "nickname", "zoneinfo", "locale")
    client = make_client("phone_number", optional=optional)
    sent = {"name": "李 小龙", "nickname": " Bruce ", "zoneinfo": "Europe/Paris", "locale": "zh-CN"}

    end_user = the_end_user(client.sign_up(**client.phone_proof(PHONE), **sent))

    assert end_user.attributes == sent


def test_custom_attributes_of_each_type():
    tenant = make_tenant()
    for identifier, kind in (("company", "string"), ("floor", "integer"), ("newsletter", "boolean")):
        tenant.attributes.create(identifier=identifier, type=kind)
    client = TencentClient(make_application(tenant, required=("company", "floor"), optional=("newsletter",)))

    proof = client.phone_proof(PHONE)
    end_user = the_end_user(client.sign_up(**proof, company="Acme", floor=0, newsletter=False))

    assert end_user.attributes == {"company": "Acme", "floor": 0, "newsletter": False}


@pytest.mark.parametrize(
    ("value", "is_legal"),
    [("AB-12", True), ("ab-12", False), ("AB-12\n", False), ("xAB-12", False), ("AB-１２", False)],
)
def test_a_custom_attribute_must_match_its_pattern_as_a_whole(value, is_legal):
    tenant = make_tenant()
    tenant.attributes.create(identifier="badge", regex=r"[A-Z]{2}-\d\d", error_message="Like AB-12, please.")
    client = TencentClient(make_application(tenant, authentication=("username",), optional=("badge",)))

    response = client.sign_up(username="somebody", badge=value)

    assert response.status_code == (200 if is_legal else 400)


def test_null_and_absent_optional_attributes_are_the_same():
    client = make_client("phone_number", optional=("email", "nickname"), password_source=LENIENT)

    end_user = the_end_user(client.sign_up(**client.phone_proof(PHONE), email=None, nickname=None, password=None))

    assert (end_user.email, end_user.attributes, end_user.password) == (None, {}, "")


@pytest.mark.parametrize("given", ["phone", "email", "both"])
def test_any_one_authentication_attribute_is_enough_where_the_flow_says_so(given):
    client = make_client("phone_number", "email", any_of=True)
    proofs = {"phone": [client.phone_proof], "email": [client.email_proof]}
    proofs["both"] = proofs["phone"] + proofs["email"]

    body = {name: value for prove in proofs[given] for name, value in prove().items()}

    end_user = the_end_user(client.sign_up(**body))
    assert (end_user.phone_number is not None) == (given != "email")
    assert (end_user.email is not None) == (given != "phone")


def test_any_still_asks_for_one_and_for_the_required_attributes():
    client = make_client("phone_number", "email", any_of=True, required=("nickname",))
    missing = {"error": "invalid_request", "error_description": "Missing required sign-up attribute(s)."}

    assert client.sign_up(nickname="Nick").json() == missing
    assert client.sign_up(**client.phone_proof(PHONE)).json() == missing


def test_a_proof_takes_the_address_from_somebody_who_only_claimed_it():
    """S-36."""
    application = make_application(authentication=("email",))
    client = TencentClient(application)
    claimant = EndUser.objects.create(tenant=application.tenant, username="squatter", email=EMAIL.lower())

    claimant.refresh_from_db()
    sessions_were_valid_from = claimant.sessions_valid_from

    response = client.sign_up(**client.email_proof(EMAIL))

    assert response.status_code == 200
    assert EndUser.objects.get(email=EMAIL.lower()).sub == response.json()["sub"]
    claimant.refresh_from_db()
    assert claimant.email is None
    assert claimant.sessions_valid_from > sessions_were_valid_from


def test_a_claimant_left_without_identifier_is_deleted():
    """S-36."""
    application = make_application(authentication=("email",))
    client = TencentClient(application)
    EndUser.objects.create(tenant=application.tenant, email=EMAIL.lower())

    the_end_user(client.sign_up(**client.email_proof(EMAIL)))


def test_the_answer_is_not_to_be_cached():
    """S-67."""
    client = make_client("phone_number")

    assert client.sign_up(**client.phone_proof(PHONE))["Cache-Control"] == "no-store"
