"""What the fields of a body may hold: types, characters, and names that mean nothing here."""

import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from otp.models import Challenge, Destination
from tenants.models import OtpAuthSource
from tests.clients import TencentClient
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "13612345678", "mock_username@example.com"
INVALID = {"error": "invalid_request"}
UNKNOWN = {"error": "invalid_request", "error_description": "Unknown attribute(s) found."}

CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
UNFIT = [*map(chr, CONTROLS), "\ud800", "\udfff", "\ufdd0", "\ufffe", "\uffff"]
BIDI = [*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]
SUPPLEMENTARY_NON_CHARACTERS = [chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)]

CREDENTIALS = [
    "username", "password", "phone_number", "phone_number_otp_token", "phone_number_otp",
    "email", "email_otp_token", "email_otp",
]  # fmt: skip
PRIVILEGES = """
    is_staff is_superuser is_active is_admin admin role roles groups group group_id permissions user_permissions scope
    scopes sub id pk uuid user_id status blocked locked frozen enabled verified email_verified phone_number_verified
    verify_email login_attempts lockout last_login date_joined created_at updated_at hash hash_fn salt password_hash
    identities connection provider tenant tenant_id client_id client_secret application application_id metadata
    sessions_valid_from auto_signup redeemed_at __class__ __proto__ constructor username__startswith tenant__slug
    password_history usage otp otp_token auth_source_id code hone_number_otp_token
""".split()  # noqa: SIM905 - sixty strings in a list are harder to read
COLUMNS = {name for field in EndUser._meta.get_fields() for name in (field.name, getattr(field, "attname", field.name))}


def make_client(**fields) -> TencentClient:
    everything = {
        "authentication": ("username", "phone_number", "email"),
        "required": ("nickname",),
        "optional": ("name", "locale", "zoneinfo"),
        "password_source": {"strength": "low"},
    }
    return TencentClient(make_application(**everything | fields))


def with_inside(text: str, character: str) -> str:
    return text[: len(text) // 2] + character + text[len(text) // 2 :]


@pytest.mark.parametrize(
    ("field", "error"),
    [
        ("username", "invalid_username"),
        ("password", "invalid_password"),
        ("phone_number", "malformed_phone_number"),
        ("phone_number_otp_token", "bad_phone_number_otp_token"),
        ("phone_number_otp", "bad_phone_number_otp"),
        ("email", "malformed_email"),
        ("email_otp_token", "bad_email_otp_token"),
        ("email_otp", "bad_email_otp"),
        ("nickname", "invalid_request"),
        ("name", "invalid_request"),
        ("locale", "invalid_request"),
        ("zoneinfo", "invalid_request"),
    ],
)
def test_an_unfit_character_in_a_sign_up_is_the_fields_own_error(field, error):
    """S-06."""
    client = make_client()
    body = client.phone_proof(PHONE) | client.email_proof(EMAIL) | {"username": "somebody", "password": "tqzvkwpx"}
    body |= {"nickname": "Nick", "name": "Some Body", "locale": "zh-CN", "zoneinfo": "Europe/Paris"}

    for character in UNFIT:
        response = client.sign_up(**body | {field: with_inside(body[field], character)})
        assert (response.status_code, response.json()) == (400, {"error": error}), ascii(character)
        Challenge.objects.update(guesses=0)
        Destination.objects.update(guesses=0)
    assert not EndUser.objects.exists()
    assert client.sign_up(**body).status_code == 200


def test_direction_marks_and_every_other_non_character_are_refused_in_names():
    """S-06."""
    client = make_client(authentication=("username",), password_source=None)
    names = [f"Ni{character}ck" for character in BIDI + SUPPLEMENTARY_NON_CHARACTERS]

    answers = {name: client.sign_up(username="somebody", nickname=name).json() for name in names}

    assert answers == dict.fromkeys(names, INVALID)
    assert client.sign_up(username="somebody", nickname="尼克 🎈 Nîck").status_code == 200


@pytest.mark.parametrize(
    ("field", "error"),
    [
        ("usage", "invalid_request"),
        ("auth_source_id", "invalid_request"),
        ("phone_number", "malformed_phone_number"),
        ("email", "malformed_email"),
    ],
)
def test_an_unfit_character_in_a_send_is_the_fields_own_error(field, error):
    """S-06."""
    tenant = make_tenant()
    source = OtpAuthSource.objects.create(tenant=tenant, key="codes", channel="email" if field == "email" else "sms")
    client = make_client(tenant=tenant, otp_sources=(source,))
    body = {"usage": "login", "auth_source_id": source.id.hex, "phone_number": PHONE}
    if field == "email":
        body["email"] = EMAIL
        body.pop("phone_number")

    for character in UNFIT:
        for text in (with_inside(body[field], character), character + body[field][1:], body[field] + character):
            response = client.send(**body | {field: text})
            assert (response.status_code, response.json()) == (400, {"error": error}), ascii(text)
    assert not OutboxMessage.objects.exists()
    assert client.send(**body).status_code == 200


@pytest.mark.parametrize(
    "field",
    [*CREDENTIALS, "nickname", "locale"],
)
def test_nothing_is_taken_for_a_text_that_is_none(field):
    """S-07."""
    client, body = make_client(), {"username": "somebody", "nickname": "Nick"}
    values = [7, 0, 1.5, True, False, [], {}, ["somebody"], {"a": "b"}]

    answers = [client.sign_up(**body | {field: value}) for value in values]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(400, INVALID)] * len(values)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("string", [1, True, 1.5, ["x"], {"x": 1}]),
        ("integer", ["1", 1.0, True, [1]]),
        ("boolean", ["true", "yes", 1, 0, []]),
    ],
)
def test_values_of_another_type_than_the_attribute_are_refused(kind, wrong):
    """S-07."""
    tenant = make_tenant()
    tenant.attributes.create(identifier="company", type=kind)
    client = TencentClient(make_application(tenant, authentication=("username",), optional=("company",)))

    answers = [client.sign_up(username="somebody", company=value) for value in wrong]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(400, INVALID)] * len(wrong)
    assert not EndUser.objects.exists()


@pytest.mark.parametrize("value", ["true", True, None, []], ids=str)
def test_a_name_that_is_no_attribute_of_the_tenant_is_unknown(value):
    """S-08."""
    client = make_client(authentication=("username",), required=())
    names = (COLUMNS | {*PRIVILEGES}) - {"username", "phone_number", "email", "password"}

    answers = {name: client.sign_up(username="somebody", **{name: value}).json() for name in names}

    assert answers == dict.fromkeys(names, UNKNOWN)
    assert not EndUser.objects.exists()


def test_an_attribute_with_a_privileges_name_is_only_an_attribute():
    """S-08."""
    tenant = make_tenant()
    names = ("status", "email_verified", "tenant_id", "sessions_valid_from", "is_staff")
    for name in names:
        tenant.attributes.create(identifier=name)
    client = TencentClient(make_application(tenant, authentication=("username",), optional=names))

    assert client.sign_up(username="somebody", **dict.fromkeys(names, "FREEZE")).status_code == 200

    end_user = EndUser.objects.get()
    assert end_user.attributes == dict.fromkeys(names, "FREEZE")
    assert (end_user.status, end_user.email_verified, end_user.tenant) == ("NORMAL", False, tenant)


def test_names_that_a_send_does_not_know_change_nothing():
    """S-08."""
    extra = {"tenant_id": "0", "code": "000000", "guesses_allowed": 99, "destination": "+8613900000000", "sub": "x"}

    assert make_client().send(usage="signup", phone_number=PHONE, **extra).status_code == 200

    challenge = Challenge.objects.get()
    assert (challenge.destination, challenge.guesses_allowed) == ("+8613612345678", 5)
    assert OutboxMessage.objects.get().destination == "+8613612345678"
