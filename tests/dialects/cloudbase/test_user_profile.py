"""`PATCH user/profile` and `POST user/basic/edit`: what a user says of himself, and what he may not."""

import pytest

from accounts.models import EndUser
from signup.contracts import publish
from tenants.models import Application, AuditEntry
from tests.clients import last_code
from tests.dialects.cloudbase.signed_in import (
    EMAIL,
    PHONE,
    SignedIn,
    Stranger,
    make_cloudbase_application,
    make_user,
    refusal,
    verification_token,
)

pytestmark = pytest.mark.django_db

BAD = (400, "invalid_argument", 3)


@pytest.fixture
def application() -> Application:
    return make_cloudbase_application(optional=("nickname",))


@pytest.fixture
def user(application) -> SignedIn:
    return SignedIn(application, make_user(application))


def test_a_profile_is_changed_and_told(user):
    wanted = {
        "name": "Mei Lin",
        "gender": "FEMALE",
        "picture": "https://pictures.example/mei.png",
        "locale": "zh-CN",
        "birthdate": "1990-02-28",
        "zoneinfo": "Asia/Shanghai",
    }

    response = user.patch("user/profile", wanted)

    assert response.status_code == 200
    assert response.json().items() >= wanted.items()
    assert user.get("user/me").json().items() >= wanted.items()
    assert AuditEntry.objects.get(event="end_user.profile").detail == {"changed": sorted(wanted)}


def test_what_is_not_named_stays_and_an_empty_text_takes_back(user):
    user.patch("user/profile", {"name": "Mei", "picture": "https://pictures.example/mei.png"})

    me = user.patch("user/profile", {"picture": "", "gender": None}).json()

    assert (me["name"], me["picture"]) == ("Mei", "")


def test_an_attribute_of_the_sign_up_may_be_changed(user):
    assert user.patch("user/profile", {"nickname": "m"}).status_code == 200
    assert EndUser.objects.get().attributes == {"nickname": "m"}


@pytest.mark.parametrize(
    "body",
    [
        {"email_verified": True},
        {"email": "new@example.com"},
        {"phone_number": "+86 13900000000"},
        {"password": "Another-horse-8"},
        {"status": "ACTIVE"},
        {"groups": ["admin"]},
        {"sub": "another"},
        {"unknown": "x"},
        {"name": 7},
        {"name": "x" * 256},
        {"name": "a\x00b"},
        {"name": ["x"]},
        {"gender": "OTHER?"},
        {"picture": "javascript:alert(1)"},
        {"picture": "https://["},
        {"locale": "not a locale"},
        {"birthdate": "1990-02-30"},
        {"zoneinfo": "Mars/Olympus"},
    ],
    ids=str,
)
def test_what_may_not_be_said_is_refused_and_nothing_of_it_kept(user, body):
    """S-35 among others."""
    response = user.patch("user/profile", {"name": "Other"} | body)

    assert refusal(response) == BAD
    assert EndUser.objects.get().attributes == {}
    assert not AuditEntry.objects.filter(event="end_user.profile").exists()


def test_the_rule_of_an_attribute_binds_its_owner_too(application, user):
    application.tenant.attributes.filter(identifier="name").update(regex="[A-Z][a-z]+", error_message="Like Mei.")
    publish(application)

    response = user.patch("user/profile", {"name": "mei"})

    assert refusal(response) == BAD
    assert response.json()["error_description"] == "Like Mei."


def test_basic_edit_writes_what_me_tells(user):
    body = {
        "nickname": "小梅",
        "username": "Mei.Lin",
        "description": "Likes tea.",
        "avatar_url": f"https://pictures.example/mei.png?{'x' * 300}",
        "gender": "FEMALE",
        "user_id": user.end_user.sub,
    }

    response = user.post("user/basic/edit", body)

    assert (response.status_code, response.json()) == (200, {})
    me = user.get("user/me").json()
    assert (me["name"], me["username"], me["user_desc"]) == ("小梅", "Mei.Lin", "Likes tea.")
    assert (me["picture"], me["gender"]) == (body["avatar_url"], "FEMALE")
    assert EndUser.objects.get().username == "mei.lin"


@pytest.mark.parametrize(
    "body",
    [
        {"nickname": "x"},
        {"nickname": "x" * 49},
        {"nickname": ""},
        {"username": "x"},
        {"username": "x" * 49},
        {"username": "13800000000"},
        {"username": "mei@example.com"},
        {"username": "-mei"},
        {"username": "小梅"},
        {"gender": "female"},
        {"description": "x" * 256},
        {"avatar_url": f"https://pictures.example/{'x' * 2048}"},
        {"user_id": "0" * 32},
        {"password": "a", "new_password": "b"},
        {"encrypt_password": "a"},
    ],
    ids=str,
)
def test_bad_basics_are_refused(user, body):
    assert refusal(user.post("user/basic/edit", {"description": "x"} | body)) == BAD
    assert EndUser.objects.get().attributes == {}


def test_a_taken_user_name_is_refused_in_any_case(application, user):
    make_user(application, username="li", phone_number=None, email=None)

    response = user.post("user/basic/edit", {"username": "LI", "nickname": "Mei"})

    assert refusal(response) == (409, "username_already_exists", 409)
    assert EndUser.objects.get(pk=user.end_user.pk).attributes == {}


@pytest.mark.parametrize(
    ("field", "typed", "address", "told"),
    [
        ("email", "New@Example.com", "new@example.com", "New@Example.com"),
        ("phone", "+86 13900000000", "+8613900000000", "+86 13900000000"),
    ],
)
def test_an_address_is_changed_after_a_code_that_the_user_asked_for(user, field, typed, address, told):
    verification_token(user.application, address, asked_by=user.end_user)

    assert user.post("user/basic/edit", {field: typed}).status_code == 200

    me = user.get("user/me").json()
    name = "phone_number" if field == "phone" else "email"
    assert (me[name], me[f"{name}_verified"]) == (told, True)
    masked = AuditEntry.objects.get(event="end_user.contact").detail
    assert typed not in str(masked)
    assert address not in str(masked)


def test_a_code_that_another_asked_for_changes_nothing(application, user):
    other = make_user(application, username="li", phone_number=None, email=None)
    for asked_by in (None, other):
        verification_token(application, "new@example.com", asked_by=asked_by)

    assert refusal(user.post("user/basic/edit", {"email": "new@example.com", "nickname": "Mei"})) == BAD
    assert EndUser.objects.get(pk=user.end_user.pk).email == EMAIL


def test_a_code_that_was_not_returned_changes_nothing(user):
    verification_token(user.application, "new@example.com", asked_by=user.end_user, is_verified=False)

    assert refusal(user.post("user/basic/edit", {"email": "new@example.com"})) == BAD


def test_a_code_changes_an_address_within_its_life_alone(user, pass_time):
    verification_token(user.application, "new@example.com", asked_by=user.end_user)
    pass_time(601)

    assert refusal(user.post("user/basic/edit", {"email": "new@example.com"})) == BAD


def test_a_code_changes_an_address_once(application, user):
    verification_token(application, "new@example.com", asked_by=user.end_user)
    user.post("user/basic/edit", {"email": "new@example.com"})
    EndUser.objects.update(email=None)

    assert refusal(user.post("user/basic/edit", {"email": "new@example.com"})) == BAD


def test_the_address_that_one_has_needs_no_code(user):
    response = user.post("user/basic/edit", {"email": "MEI@example.com", "phone": "13000000000", "nickname": "Mei"})

    assert response.status_code == 200
    assert EndUser.objects.get().phone_number == PHONE


def test_all_is_changed_or_nothing(application, user):
    make_user(application, username="li", phone_number=None, email=None)
    verification_token(application, "new@example.com", asked_by=user.end_user)

    refused = user.post("user/basic/edit", {"email": "new@example.com", "username": "li"})

    assert refusal(refused) == (409, "username_already_exists", 409)
    assert EndUser.objects.get(pk=user.end_user.pk).email == EMAIL
    assert user.post("user/basic/edit", {"email": "new@example.com", "username": "mei2"}).status_code == 200


def test_an_anonymous_user_takes_no_name(application):
    nobody = make_user(application, username=None, phone_number=None, email=None, anonymous_device_hash="x")

    response = SignedIn(application, nobody, scope="anonymous").post("user/basic/edit", {"username": "mei"})

    assert refusal(response) == (403, "permission_denied", 7)


def test_an_address_is_changed_as_the_clients_do_it(application, user):
    """`/verification` with the bearer, `/verification/verify` without, and no token in the edit."""
    stranger = Stranger(application)
    verification_id = user.post("verification", {"email": "new@example.com"}).json()["verification_id"]
    code = last_code("new@example.com")
    stranger.post("verification/verify", {"verification_id": verification_id, "verification_code": code})

    assert user.post("user/basic/edit", {"email": "new@example.com"}).json() == {}
    assert user.get("user/me").json()["email"] == "new@example.com"


def test_a_code_that_was_asked_for_without_the_bearer_changes_nothing(application, user):
    stranger = Stranger(application)
    verification_id = stranger.post("verification", {"email": "new@example.com"}).json()["verification_id"]
    code = last_code("new@example.com")
    stranger.post("verification/verify", {"verification_id": verification_id, "verification_code": code})

    assert refusal(user.post("user/basic/edit", {"email": "new@example.com"})) == BAD
