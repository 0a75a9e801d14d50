from datetime import timedelta

import pytest

from accounts.models import EndUser
from otp.delivery.models import Delivery, OutboxMessage
from otp.models import Challenge, Destination, QuotaUse, Usage
from tenants.models import Application, OtpAuthSource, Tenant
from tests.clients import TencentClient, last_code
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

PHONE = "13612345678"
EMAIL = "MOCK_USERNAME@example.com"
EVERY_IDENTIFIER = ("phone_number", "email")


def make_source(tenant: Tenant, channel: str, **fields: int) -> OtpAuthSource:
    return OtpAuthSource.objects.create(tenant=tenant, key=f"{channel}-codes", channel=channel, **fields)


def make_sources(**fields: int) -> tuple[Application, OtpAuthSource, OtpAuthSource]:
    """An application that logs in by code over both channels, and its two sources."""
    tenant = make_tenant()
    sms, email = make_source(tenant, "sms", **fields), make_source(tenant, "email", **fields)
    return make_application(tenant, authentication=EVERY_IDENTIFIER, otp_sources=(sms, email)), sms, email


@pytest.mark.parametrize(
    "body",
    [
        {"usage": "login", "phone_number": PHONE},
        {"usage": "login", "email": EMAIL},
        {"usage": "signup", "phone_number": PHONE},
        {"usage": "signup", "email": EMAIL},
        {"usage": "update_userinfo", "phone_number": PHONE},
        {"usage": "reset_password", "email": EMAIL},
    ],
    ids=lambda body: " ".join(body) + f" {body['usage']}",
)
def test_each_documented_example_sends_one_code(body):
    application, sms, email = make_sources()
    if body["usage"] == "reset_password":
        EndUser.objects.create(tenant=application.tenant, email=EMAIL.lower(), email_verified=True)
    if body["usage"] == "login":
        body = body | {"auth_source_id": str((sms if "phone_number" in body else email).id)}

    response = TencentClient(application).send(**body)

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert list(response.json()) == ["otp_token"]
    message = OutboxMessage.objects.get()
    assert message.usage == body["usage"]
    assert message.destination == ("+8613612345678" if "phone_number" in body else "mock_username@example.com")


@pytest.mark.parametrize("usage", [{}, {"usage": None}], ids=["absent", "null"])
def test_usage_is_login_unless_told(usage):
    application, sms, _ = make_sources()

    response = TencentClient(application).send(phone_number=PHONE, auth_source_id=str(sms.id), **usage)

    assert response.status_code == 200
    assert OutboxMessage.objects.get().usage == "login"


@pytest.mark.parametrize(("length", "seconds"), [(1, 1), (4, 300), (6, 60), (128, 120)])
def test_log_in_codes_have_the_length_and_lifetime_of_their_source(length, seconds):
    application, _, email = make_sources(code_length=length, code_ttl_seconds=seconds)

    TencentClient(application).send(usage="login", email=EMAIL, auth_source_id=str(email.id))

    code, challenge = last_code(EMAIL.lower()), Challenge.objects.get()
    assert len(code) == length
    assert code.isdecimal()
    assert challenge.code_expires_at - challenge.created_at == timedelta(seconds=seconds)
    assert challenge.token_expires_at - challenge.created_at == timedelta(seconds=300)


@pytest.mark.parametrize("usage", ["signup", "update_userinfo"])
def test_other_codes_have_six_digits_and_sixty_seconds_whatever_source_is_named(usage):
    application, sms, _ = make_sources(code_length=4, code_ttl_seconds=300)

    response = TencentClient(application).send(usage=usage, phone_number=PHONE, auth_source_id=str(sms.id))

    challenge = Challenge.objects.get()
    assert response.status_code == 200
    assert len(last_code("+8613612345678")) == 6
    assert challenge.code_expires_at - challenge.created_at == timedelta(seconds=60)
    assert challenge.auth_source_id is None


def test_source_may_be_spelled_with_and_without_hyphens():
    application, _, email = make_sources()
    client = TencentClient(application)

    answers = [client.send(email=EMAIL, auth_source_id=spelling) for spelling in (str(email.id), email.id.hex.upper())]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_machine_to_machine_application_may_send():
    client = TencentClient(make_application(type="m2m"))

    assert client.send(usage="signup", phone_number=PHONE).status_code == 200


def test_every_send_has_a_token_of_its_own_that_nobody_may_cache():
    """S-32."""
    client = TencentClient(make_application(authentication=("email",)))

    answers = [client.send(usage="signup", email=EMAIL) for _ in range(2)]

    first, second = (answer.json()["otp_token"] for answer in answers)
    assert first != second
    assert len(first) == len(second) == 43
    assert [answer["Cache-Control"] for answer in answers] == ["no-store", "no-store"]


def test_the_answer_is_json_whatever_is_accepted():
    client = TencentClient(make_application())

    response = client.post("/otp/send", {"usage": "signup", "phone_number": PHONE}, accept="text/html;q=1, image/png")

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_reset_of_an_unknown_address_is_charged_and_answered_alike_but_not_sent():
    application = make_application(make_tenant(sms_quota=5))

    response = TencentClient(application).send(usage="reset_password", phone_number=PHONE)

    assert response.status_code == 200
    assert list(response.json()) == ["otp_token"]
    assert not OutboxMessage.objects.exists()
    assert Delivery.objects.get().status == "skipped"
    assert QuotaUse.objects.get().used == 1
    assert Destination.objects.get().sent_that_day == 1


@pytest.mark.parametrize("usage", ["login", "update_userinfo", "reset_password"])
def test_only_sign_up_codes_are_refused_to_the_owner_of_an_address(usage):
    application, sms, _ = make_sources()
    EndUser.objects.create(tenant=application.tenant, phone_number="+8613612345678", phone_number_verified=True)

    response = TencentClient(application).send(usage=usage, phone_number=PHONE, auth_source_id=str(sms.id))

    assert response.status_code == 200
    assert OutboxMessage.objects.get().usage == usage


def test_an_address_that_is_claimed_without_proof_may_be_signed_up():
    application = make_application(authentication=("email",))
    EndUser.objects.create(tenant=application.tenant, email=EMAIL.lower(), email_verified=False)

    response = TencentClient(application).send(usage="signup", email=EMAIL)

    assert response.status_code == 200
    assert OutboxMessage.objects.get().usage == Usage.SIGNUP
