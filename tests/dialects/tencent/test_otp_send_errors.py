import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from otp.models import Challenge, Destination, QuotaUse
from tenants.ids import new_id
from tenants.models import OtpAuthSource, Sender, Tenant
from tests.clients import TencentClient
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "13612345678", "mock_username@example.com"
BY_SMS = {"usage": "signup", "phone_number": PHONE}
BY_EMAIL = {"usage": "signup", "email": EMAIL}
SIGN_UP_IS_OFF = {"error": "misconfigured", "error_description": "Sign up flow of the application is not enabled."}
UNCONFIGURED = {"error": "invalid_request", "error_description": "Unconfigured sign-up attribute(s) found."}
NOT_ASSOCIATED = {
    "error": "invalid_auth_source",
    "error_description": "Auth source and application not associated",
}


def make_client(authentication=("phone_number", "email"), sign_up=True, **tenant) -> TencentClient:
    return TencentClient(make_application(make_tenant(**tenant), authentication=authentication, sign_up=sign_up))


def own(**identifier: str) -> None:
    """Somebody in the only tenant has proven the address."""
    proven = {f"{name}_verified": True for name in identifier}
    EndUser.objects.create(tenant=Tenant.objects.get(), **identifier, **proven)


def assert_refused(response, status: int, body: dict[str, str]) -> None:
    assert (response.status_code, response.json()) == (status, body)
    assert response["Content-Type"] == "application/json;charset=UTF-8"
    assert response["Cache-Control"] == "no-store"


def assert_nothing_was_done() -> None:
    for model in (OutboxMessage, Challenge, Destination, QuotaUse):
        assert not model.objects.exists()


@pytest.mark.parametrize(
    "number",
    [
        "", " ", "1361234567", "136123456789", "+8613612345678", "008613612345678", "12612345678", "23612345678",
        "136 1234 5678", " 13612345678", "13612345678 ", "13612345678\n", "136-1234-5678", "1361234567a",
        "13612345678\x00", "１３６１２３４５６７８", "١٣٦١٢٣٤٥٦٧٨", "1361234567٨", "\ud83613612345678",
    ],
    ids=ascii,
)  # fmt: skip
def test_malformed_phone_number(number):
    """S-10."""
    response = make_client().send(usage="signup", phone_number=number)

    assert_refused(response, 400, {"error": "malformed_phone_number"})
    assert_nothing_was_done()


@pytest.mark.parametrize("second_digit", "3456789")
def test_every_mainland_prefix_is_accepted(second_digit):
    """S-10."""
    assert make_client().send(usage="signup", phone_number=f"1{second_digit}612345678").status_code == 200


def test_malformed_email():
    assert_refused(make_client().send(usage="signup", email="nobody"), 400, {"error": "malformed_email"})
    assert_nothing_was_done()


@pytest.mark.parametrize(
    ("quota", "body", "error"),
    [("sms_quota", BY_SMS, "insufficient_sms_quota"), ("email_quota", BY_EMAIL, "insufficient_email_quota")],
)
def test_insufficient_quota(quota, body, error):
    assert_refused(make_client(**{quota: 0}).send(**body), 400, {"error": error})
    assert_nothing_was_done()


@pytest.mark.parametrize("email", ["who@mailinator.com", "who@sub.mailinator.com", "who@example.invalid"])
def test_invalid_email(email):
    assert_refused(make_client().send(usage="signup", email=email), 400, {"error": "invalid_email"})
    assert_nothing_was_done()


def test_temporarily_unavailable():
    client = make_client()
    Sender.objects.create(
        tenant=Tenant.objects.get(),
        key="gateway",
        channel="sms",
        vendor="custom",
        settings={"url": "http://127.0.0.1:9/"},
    )

    response = client.send(**BY_SMS)

    assert_refused(
        response,
        503,
        {"error": "temporarily_unavailable", "error_description": "Failed to send OTP. Please try again later."},
    )


def test_email_is_used():
    client = make_client()
    own(email=EMAIL)

    assert_refused(client.send(usage="signup", email=EMAIL.upper()), 400, {"error": "email_is_used"})
    assert_nothing_was_done()


def test_phone_number_is_used():
    client = make_client()
    own(phone_number=f"+86{PHONE}")

    assert_refused(client.send(**BY_SMS), 400, {"error": "phone_number_is_used"})
    assert_nothing_was_done()


def test_sms_rate_limit_exceeded():
    client = make_client()
    client.send(**BY_SMS)

    assert_refused(
        client.send(**BY_SMS),
        400,
        {"error": "sms_rate_limit_exceeded", "error_description": "SMS rate limit exceeded for same phone number"},
    )
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"usage": "signup"},
        {"usage": "signup", "phone_number": None, "email": None},
        BY_SMS | BY_EMAIL,
        BY_SMS | {"usage": ""},
        BY_SMS | {"usage": "SIGNUP"},
        BY_SMS | {"usage": "signup\n"},
        BY_SMS | {"usage": "verify"},
        BY_SMS | {"usage": ["signup"]},
        BY_SMS | {"phone_number": 13612345678},
        BY_SMS | {"auth_source_id": 7},
        BY_EMAIL | {"email": [EMAIL]},
        BY_EMAIL | {"email": {"address": EMAIL}},
        {"phone_number": PHONE},
        {"usage": "login", "phone_number": PHONE, "auth_source_id": None},
    ],
    ids=str,
)
def test_invalid_request(body):
    """S-07."""
    assert_refused(make_client().send(**body), 400, {"error": "invalid_request"})
    assert_nothing_was_done()


def test_sources_that_are_not_the_applications_or_of_another_channel_are_refused():
    tenant = make_tenant()
    kinds = {"email": {"channel": "email"}, "off": {"channel": "sms", "enabled": False}, "other": {"channel": "sms"}}
    sources = {key: OtpAuthSource.objects.create(tenant=tenant, key=key, **fields) for key, fields in kinds.items()}
    client = TencentClient(make_application(tenant, otp_sources=(sources["email"], sources["off"])))
    unusable = [str(source.id) for source in sources.values()] + [str(new_id()), "", "sms", "0" * 31]

    for source_id in unusable:
        assert_refused(client.send(phone_number=PHONE, auth_source_id=source_id), 400, NOT_ASSOCIATED)
    assert_nothing_was_done()


def test_sign_up_codes_are_refused_while_sign_up_is_off():
    """S-72."""
    assert_refused(make_client(sign_up=False).send(**BY_SMS), 400, SIGN_UP_IS_OFF)
    assert_nothing_was_done()


def test_sign_up_codes_are_refused_over_a_channel_that_the_flow_does_not_ask_for():
    assert_refused(make_client(authentication=("email",)).send(**BY_SMS), 400, UNCONFIGURED)
    assert_refused(make_client(authentication=("phone_number",)).send(**BY_EMAIL), 400, UNCONFIGURED)
    assert_nothing_was_done()


def test_errors_win_over_each_other_in_one_order():
    """Each line mends what the line before was refused for."""
    client = make_client(authentication=("phone_number",), sms_quota=0, sms_per_day=0)
    own(phone_number=f"+86{PHONE}")
    other = PHONE.replace("8", "9")

    def error(**body: str) -> str:
        return client.send(**body).json()["error"]

    assert error(usage="verify", phone_number="1", auth_source_id="none") == "invalid_request"
    assert error(usage="login", phone_number="1", auth_source_id="none") == "invalid_auth_source"
    assert error(usage="signup", phone_number="1") == "malformed_phone_number"
    assert error(usage="signup", phone_number=PHONE) == "phone_number_is_used"
    assert error(usage="signup", phone_number=other) == "sms_rate_limit_exceeded"


def test_a_channel_that_is_not_asked_for_is_told_before_who_uses_the_address():
    client = make_client(authentication=("phone_number",), email_quota=0)
    own(email="who@mailinator.com")

    assert_refused(client.send(usage="signup", email="who@mailinator.com"), 400, UNCONFIGURED)


def test_an_address_in_use_is_told_before_its_domain_and_that_before_limits_and_quota():
    client = make_client(email_quota=0, email_per_day=0)
    own(email="who@mailinator.com")

    assert client.send(usage="signup", email="who@mailinator.com").json() == {"error": "email_is_used"}
    assert client.send(usage="signup", email="you@mailinator.com").json() == {"error": "invalid_email"}
    assert client.send(usage="signup", email="you@example.com").json() == {"error": "email_rate_limit_exceeded"}
