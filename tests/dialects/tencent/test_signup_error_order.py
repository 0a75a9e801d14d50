import pytest

from tenants.models import Application
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


def test_errors_win_over_each_other_in_the_order_of_the_documented_list(pass_time):
    """Each line mends what the line before was refused for; nothing is spent or kept until all is well."""
    tenant = make_tenant()
    tenant.attributes.create(identifier="badge", regex="[0-9]+", error_message="Digits only.")
    shape = {"authentication": ("username", "phone_number", "email"), "required": ("nickname",), "optional": ("badge",)}
    off = TencentClient(make_application(tenant, sign_up=False, **shape))
    client = TencentClient(make_application(tenant, **shape))
    lenient = TencentClient(make_application(tenant, password_source={}, **shape))
    phone, email = client.phone_proof(PHONE), client.email_proof(EMAIL)
    own(username="taken", phone_number="+8613912345678", email="taken@example.com")
    body = PHONE_PROOF | EMAIL_PROOF | {"username": 7, "phone_number": "1", "email": "nobody", "locale": "!"}
    body |= {"shoe_size": 45, "badge": "x", "password": "short"}

    def refusal(by: TencentClient = client, **changes) -> tuple[str, ...]:
        body.update(changes)
        return tuple(by.sign_up(**body).json().values())

    assert refusal(by=off) == ("invalid_request",)
    assert refusal(by=off, username="9") == SIGN_UP_IS_OFF
    assert refusal() == MISSING
    assert refusal(nickname="Nick") == UNCONFIGURED
    body.pop("locale")
    assert refusal() == UNKNOWN
    body.pop("shoe_size")
    assert refusal() == ("invalid_username",)
    assert refusal(username="Taken") == ("duplicate_username",)
    assert refusal(username="somebody") == ("malformed_phone_number",)
    assert refusal(phone_number="13912345678") == ("duplicate_phone_number",)
    assert refusal(phone_number=PHONE) == ("bad_phone_number_otp_token",)
    assert refusal(phone_number_otp_token=phone["phone_number_otp_token"], phone_number_otp="x") == (
        "bad_phone_number_otp",
    )
    assert refusal(**phone) == ("malformed_email",)
    assert refusal(email="TAKEN@example.com") == ("duplicate_email",)
    assert refusal(email=EMAIL) == ("bad_email_otp_token",)
    assert refusal(email_otp_token=email["email_otp_token"], email_otp="x") == ("bad_email_otp",)
    assert refusal(**email) == ("illegal_parameter_value", "Digits only.")
    assert refusal(badge="7") == NO_PASSWORD_SOURCE
    pass_time(31)
    body.update(lenient.phone_proof(PHONE) | lenient.email_proof(EMAIL))
    assert refusal(by=lenient) == ("invalid_password",)
    assert lenient.sign_up(**body | {"password": PASSWORD}).status_code == 200


def test_a_refused_application_type_is_told_before_the_body_is_read():
    client = TencentClient(make_application(type=Application.Type.M2M))

    response = client.post("/signup", "[" * 100_000)

    assert (response.status_code, response.json()) == (400, {"error": "unauthorized_client"})
