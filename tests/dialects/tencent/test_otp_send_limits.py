from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from otp.models import Challenge, Destination, QuotaUse
from tenants import clock
from tenants.models import OtpAuthSource, Tenant
from tests.clients import TencentClient
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

PHONE, OTHER_PHONE = "13612345678", "13912345678"
EMAIL = "mock_username@example.com"
TOO_MANY = {"error": "sms_rate_limit_exceeded", "error_description": "SMS rate limit exceeded for same phone number"}


def make_client(tenant: Tenant | None = None, **settings) -> TencentClient:
    tenant = tenant or make_tenant(**settings)
    return TencentClient(make_application(tenant, authentication=("phone_number", "email")))


def status_of_sms(client: TencentClient, number: str = PHONE) -> int:
    return client.send(usage="signup", phone_number=number).status_code


def status_of_email(client: TencentClient, address: str = EMAIL) -> int:
    return client.send(usage="signup", email=address).status_code


@pytest.fixture
def move_to(pass_time):
    """Moves the clock to a time of day on the next day of a time zone, and on from there."""

    def move(zone: str, hour: int, minute: int, second: int, days: int = 1) -> None:
        local = clock.now().astimezone(ZoneInfo(zone)) + timedelta(days=days)
        wanted = datetime(local.year, local.month, local.day, hour, minute, second, tzinfo=ZoneInfo(zone))
        pass_time((wanted - clock.now()).total_seconds())

    return move


def test_a_number_is_sent_to_once_in_thirty_seconds(pass_time):
    """S-81."""
    client = make_client()

    assert status_of_sms(client) == 200
    pass_time(29)
    assert client.send(usage="signup", phone_number=PHONE).json() == TOO_MANY
    pass_time(2)
    assert status_of_sms(client) == 200
    assert OutboxMessage.objects.count() == 2


def test_a_number_is_sent_to_fifty_times_a_day(pass_time, move_to):
    """S-81."""
    client = make_client()
    move_to("Asia/Shanghai", 12, 0, 0)

    answers = []
    for _ in range(51):
        answers.append(client.send(usage="signup", phone_number=PHONE))
        pass_time(31)

    assert [answer.status_code for answer in answers] == [200] * 50 + [400]
    assert answers[50].json() == TOO_MANY
    assert status_of_sms(client, OTHER_PHONE) == 200


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
def test_the_day_begins_at_midnight_in_the_tenants_time_zone(move_to, zone):
    """S-81."""
    client = make_client(time_zone=zone, sms_per_day=1)

    move_to(zone, 23, 58, 0)
    assert status_of_sms(client) == 200
    move_to(zone, 23, 59, 58, days=0)
    assert status_of_sms(client) == 400
    move_to(zone, 0, 0, 1)
    assert status_of_sms(client) == 200
    move_to(zone, 23, 59, 58, days=0)
    assert status_of_sms(client) == 400


def test_the_interval_holds_over_midnight(pass_time, move_to):
    """S-81."""
    client = make_client()

    move_to("Asia/Shanghai", 23, 59, 50)
    assert status_of_sms(client) == 200
    pass_time(20)
    assert status_of_sms(client) == 400
    pass_time(11)
    assert status_of_sms(client) == 200


def test_another_tenant_is_unaffected():
    """S-75, S-81."""
    client, stranger = make_client(sms_quota=1), make_client(sms_quota=1)

    assert status_of_sms(client) == 200
    assert status_of_sms(client) == 400
    assert status_of_sms(stranger) == 200


def test_usages_and_applications_of_a_tenant_share_the_limit():
    """S-81."""
    tenant = make_tenant()
    client, sister = make_client(tenant), make_client(tenant)
    client.send(usage="signup", phone_number=PHONE)

    assert sister.send(usage="signup", phone_number=PHONE).json() == TOO_MANY
    assert client.send(usage="update_userinfo", phone_number=PHONE).json() == TOO_MANY
    assert client.send(usage="reset_password", phone_number=PHONE).json() == TOO_MANY


@pytest.mark.parametrize(
    ("quota", "status_of", "error"),
    [
        ("sms_quota", status_of_sms, "insufficient_sms_quota"),
        ("email_quota", status_of_email, "insufficient_email_quota"),
    ],
)
def test_a_quota_is_used_up_once_and_for_all(pass_time, quota, status_of, error):
    """S-87."""
    client = make_client(**{quota: 2})
    addresses = {"sms_quota": [PHONE, OTHER_PHONE], "email_quota": ["a@example.com", "b@example.com"]}[quota]

    assert [status_of(client, address) for address in addresses] == [200, 200]
    pass_time(10 * 86_400)
    name = "phone_number" if quota == "sms_quota" else "email"
    assert client.send(usage="signup", **{name: addresses[0]}).json() == {"error": error}
    assert QuotaUse.objects.get().used == OutboxMessage.objects.count() == 2


def test_the_quota_of_one_channel_leaves_the_other_alone():
    client = make_client(sms_quota=0, email_quota=1)

    assert status_of_sms(client) == 400
    assert status_of_email(client) == 200


def test_email_has_no_limit_if_the_tenant_takes_it_away():
    client = make_client(email_interval_seconds=0, email_per_day=None)

    assert [status_of_email(client) for _ in range(10)] == [200] * 10


def test_an_email_interval_answers_429_with_the_seconds_to_wait(pass_time):
    """S-81, S-83."""
    client = make_client(email_interval_seconds=60)
    status_of_email(client)
    pass_time(20)

    refused = client.send(usage="signup", email=EMAIL)

    assert (refused.status_code, refused.json()) == (429, {"error": "email_rate_limit_exceeded"})
    assert refused["Content-Type"] == "application/json;charset=UTF-8"
    assert 39 <= int(refused["Retry-After"]) <= 41
    pass_time(int(refused["Retry-After"]) - 2)
    assert status_of_email(client) == 429
    pass_time(2)
    assert status_of_email(client) == 200


def test_an_email_limit_of_the_day_answers_429_until_midnight(pass_time, move_to):
    """S-81, S-83."""
    client = make_client(email_per_day=2)
    move_to("Asia/Shanghai", 23, 0, 0)

    answers = [client.send(usage="signup", email=EMAIL) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 3598 <= int(answers[2]["Retry-After"]) <= 3601
    pass_time(int(answers[2]["Retry-After"]))
    assert status_of_email(client) == 200


def test_email_limits_follow_the_canonical_address():
    """S-12, S-81."""
    client = make_client(email_interval_seconds=60)
    status_of_email(client, "Somebody@Example.COM")

    assert status_of_email(client, "somebody@example.com") == 429
    assert status_of_email(client, "somebody.else@example.com") == 200


def test_nothing_is_charged_or_sent_on_a_refusal():
    """S-39."""
    client = make_client(sms_quota=9, email_quota=9)
    tenant = Tenant.objects.get()
    EndUser.objects.create(tenant=tenant, phone_number=f"+86{PHONE}", phone_number_verified=True)
    foreign_source = OtpAuthSource.objects.create(tenant=tenant, key="codes", channel="sms")
    bodies = [
        {},
        {"usage": "signup"},
        {"usage": "nothing", "phone_number": OTHER_PHONE},
        {"usage": "signup", "phone_number": OTHER_PHONE, "email": EMAIL},
        {"usage": "signup", "phone_number": 13912345678},
        {"usage": "signup", "phone_number": "1391234567"},
        {"usage": "signup", "phone_number": PHONE},
        {"usage": "signup", "email": "nobody"},
        {"usage": "signup", "email": "who@mailinator.com"},
        {"phone_number": OTHER_PHONE},
        {"phone_number": OTHER_PHONE, "auth_source_id": str(foreign_source.id)},
        {"phone_number": OTHER_PHONE, "auth_source_id": ""},
    ]
    calls = [client.send(**body) for body in bodies]
    calls.append(client.post("/otp/send", b'{"usage": "signup", "usage": "signup", "phone_number": "13912345678"}'))
    calls.append(client.http.post("/otp/send", {"usage": "signup", "phone_number": OTHER_PHONE}))
    calls.append(TencentClient(make_application(tenant, sign_up=False)).send(usage="signup", phone_number=OTHER_PHONE))

    assert [call.status_code for call in calls] == [400] * 15
    for model in (OutboxMessage, Challenge, Destination, QuotaUse):
        assert not model.objects.exists()


def test_a_refused_send_leaves_quota_and_older_codes_as_they_were(pass_time):
    """S-39, S-87."""
    client = make_client(sms_quota=9)
    proof = client.phone_proof(PHONE)

    assert [status_of_sms(client) for _ in range(3)] == [400, 400, 400]

    assert QuotaUse.objects.get().used == Destination.objects.get().sent_that_day == 1
    assert client.sign_up(**proof).json()["error_description"] == "Missing required sign-up attribute(s)."
    assert Challenge.objects.get().voided_at is None


def test_an_exhausted_quota_takes_no_window():
    """S-39."""
    client = make_client(sms_quota=0)
    assert status_of_sms(client) == 400

    Tenant.objects.update(sms_quota=1)

    assert status_of_sms(make_client(Tenant.objects.get())) == 200
