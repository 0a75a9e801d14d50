"""`POST /auth/v1/signup`: the seed's examples, whoever signs up is signed in, and what is refused."""

import pytest

from accounts.models import EndUser
from tenants.models import AuditEntry, Group
from tests.clients import TencentClient
from tests.dialects.cloudbase.clients import EMAIL, PASSWORD, PHONE, CloudBaseClient, error_of
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> CloudBaseClient:
    return CloudBaseClient(make_application(password_source={}))


def test_the_seeds_sign_up_by_phone(client):
    token = client.verification_token(phone_number="+86 13000000000")

    response = client.post(
        "/signup",
        phone_number="+86 13000000000",
        verification_token=token,
        username="user123",
        password="Kite-over-9-Hills",
    )

    body = response.json()
    assert response.status_code == 200
    assert (body["token_type"], body["expires_in"] > 30, body["refresh_token"][:2]) == ("Bearer", True, "m.")
    assert "code" not in body
    end_user = EndUser.objects.get(id=body["sub"])
    assert (end_user.phone_number, end_user.phone_number_verified, end_user.username) == (
        "+8613000000000",
        True,
        "user123",
    )


def test_the_seeds_sign_up_by_email_whose_domain_has_no_dot(client):
    token = client.verification_token(email="user@example")

    response = client.post(
        "/signup", email="user@example", verification_token=token, username="user456", password="DemoPass123!@#"
    )

    assert response.status_code == 200, response.content
    end_user = EndUser.objects.get(id=response.json()["sub"])
    assert (end_user.email, end_user.email_verified) == ("user@example", True)


def test_whoever_signs_up_is_signed_in(client):
    tokens = client.sign_up(phone_number=PHONE).json()

    introspected = client.bearer(tokens["access_token"], "GET", "/token/introspect").json()

    assert introspected == {
        "token_type": "Bearer",
        "client_id": client.application.client_id,
        "sub": tokens["sub"],
        "scope": "user",
    }


@pytest.mark.parametrize("spelled", ["+86 13612345678", "+8613612345678", "13612345678"])
def test_a_phone_number_may_be_spelled_in_three_ways(client, spelled):
    token = client.verification_token(phone_number="+86 13612345678")

    response = client.post("/signup", phone_number=spelled, verification_token=token)

    assert EndUser.objects.get(id=response.json()["sub"]).phone_number == "+8613612345678"


def test_the_profile_is_kept_where_the_tenant_has_its_attributes(client):
    response = client.sign_up(
        name="Mei", gender="FEMALE", picture="https://pictures.example/mei", verification_code="1"
    )

    assert EndUser.objects.get(id=response.json()["sub"]).attributes == {"name": "Mei"}


def test_groups_are_in_the_answer():
    tenant = make_tenant()
    group = Group.objects.create(tenant=tenant, name="Customers")
    client = CloudBaseClient(make_application(tenant, group=group))

    assert client.sign_up().json()["groups"] == ["Customers"]


def test_a_sign_up_here_is_an_end_user_there(client):
    client.sign_up()

    response = TencentClient(client.application).send(usage="signup", phone_number="13612345678")

    assert response.json()["error"] == "phone_number_is_used"


def test_a_user_name_and_a_password_alone_are_refused(client):
    response = client.post("/signup", username="user123", password=PASSWORD)

    assert error_of(response) == (400, "invalid_argument", 3)
    assert not EndUser.objects.exists()


def test_an_address_without_its_token_is_refused(client):
    assert error_of(client.post("/signup", phone_number=PHONE)) == (400, "invalid_argument", 3)


def test_two_addresses_exclude_each_other(client):
    response = client.post("/signup", phone_number=PHONE, email=EMAIL, verification_token="x")

    assert error_of(response) == (400, "invalid_argument", 3)


@pytest.mark.parametrize(
    ("address", "username", "is_accepted"),
    [
        ({"phone_number": PHONE}, "ab", True),
        ({"phone_number": PHONE}, "a", False),
        ({"phone_number": PHONE}, "a" * 48, True),
        ({"phone_number": PHONE}, "a" * 49, False),
        ({"email": EMAIL}, "abcde", True),
        ({"email": EMAIL}, "abcd", False),
        ({"email": EMAIL}, "a" * 24, True),
        ({"email": EMAIL}, "a" * 25, False),
        ({"phone_number": PHONE}, "9.lives_of-cat:x+y", True),
        ({"phone_number": PHONE}, "13812345678", False),
        ({"phone_number": PHONE}, "138-1234-5678", False),
        ({"phone_number": PHONE}, "mei@example.org", False),
        ({"phone_number": PHONE}, "mei@example", False),
        ({"phone_number": PHONE}, "_mei", False),
        ({"phone_number": PHONE}, "梅梅", False),
    ],
)
def test_user_names_have_a_length_for_each_way_to_sign_up(client, address, username, is_accepted):
    response = client.sign_up(**address, username=username)

    if is_accepted:
        assert response.status_code == 200, response.content
    else:
        assert error_of(response) == (400, "invalid_argument", 3)


def test_a_taken_user_name_is_refused_and_the_token_is_still_good(client):
    client.sign_up(phone_number=PHONE, username="user123")
    token = client.verification_token(email=EMAIL)

    taken = client.post("/signup", email=EMAIL, verification_token=token, username="USER123")
    free = client.post("/signup", email=EMAIL, verification_token=token, username="user456")

    assert error_of(taken) == (409, "username_already_exists", 409)
    assert free.status_code == 200


@pytest.mark.parametrize("address", [{"phone_number": PHONE}, {"email": EMAIL}])
def test_a_registered_address_is_refused(client, address):
    client.sign_up(**address)

    assert error_of(resend(client, address)) == (409, "already_exists", 6)


def resend(client, address):
    """Without a wait for the next code: whether the address is free is judged before its proof."""
    return client.post("/signup", **address, verification_token="any")


@pytest.mark.parametrize("password", ["", "short", "password123", "x" * 129, "mei\x00mei-Mei-9"])
def test_a_password_that_the_policy_refuses_is_told_why(client, password):
    response = client.sign_up(password=password)

    assert error_of(response) == (400, "invalid_argument", 3)
    assert not EndUser.objects.exists()


def test_a_password_needs_a_password_source():
    client = CloudBaseClient(make_application())

    assert error_of(client.sign_up(password=PASSWORD)) == (501, "login_type_disabled", 4045)


def test_only_the_required_attributes_of_the_flow_count():
    client = CloudBaseClient(make_application(authentication=("email",), required=("nickname",)))

    missing = client.sign_up(phone_number=PHONE)
    complete = client.sign_up(phone_number="+86 13712345678", nickname="mei")

    assert error_of(missing) == (400, "invalid_argument", 3)
    assert EndUser.objects.get(id=complete.json()["sub"]).attributes == {"nickname": "mei"}


def test_attributes_of_a_wrong_type_or_value_are_refused(client):
    token = client.verification_token(phone_number=PHONE)

    for value in (7, "x" * 300, "a\x00b"):
        response = client.post("/signup", phone_number=PHONE, verification_token=token, name=value)
        assert error_of(response) == (400, "invalid_argument", 3)
    response = client.post("/signup", phone_number=PHONE, verification_token=token, locale="not a locale")
    assert error_of(response) == (400, "invalid_argument", 3)


def test_signing_up_may_be_switched_off():
    client = CloudBaseClient(make_application(sign_up=False))

    assert error_of(client.sign_up()) == (501, "login_type_disabled", 4045)


def test_nobody_proves_himself_verified_or_privileged(client):
    """S-08, S-35."""
    response = client.sign_up(email_verified=True, groups=["admins"], sub="x", status="LOCK", email_typed="x")

    end_user = EndUser.objects.get(id=response.json()["sub"])
    assert (end_user.email_verified, end_user.status, end_user.attributes) == (False, "NORMAL", {})


def test_a_sign_up_leaves_two_lines_in_the_trail(client):
    client.sign_up()

    events = AuditEntry.objects.exclude(event="code.request").values_list("event", "outcome")
    assert list(events.order_by("id")) == [("sign_up", "succeeded"), ("sign_in", "succeeded")]
