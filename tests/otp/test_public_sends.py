"""A stranger who asks for codes uses up half of an address's day at most, and none of its owner's guesses."""

import pytest

from otp.models import Destination
from tenants.models import Application, Sender
from tests.clients import TencentClient, last_code
from tests.dialects.cloudbase.clients import EMAIL, PHONE, CloudBaseClient, error_of
from tests.dialects.tencent.logins import Shop, make_login_application, make_user
from tests.factories import make_application, make_tenant
from tests.races import at_once, tally

pytestmark = pytest.mark.django_db

NUMBER, CANONICAL = "13612345678", "+8613612345678"
NOBODY_LISTENS = {"url": "http://127.0.0.1:9/"}


def make_applications(**tenant) -> Application:
    return make_login_application(make_tenant(**({"sms_interval_seconds": 0} | tenant)))


def ask(application: Application, **headers: str) -> int:
    client = CloudBaseClient(application, device_id="a-strangers-device")
    return client.call("POST", "/verification", {"phone_number": PHONE}, **headers).status_code


def test_wrong_codes_of_a_stranger_keep_the_owner_out_of_nothing(pass_time):
    """Four codes to a victim's number, five guesses each: his next codes are longer, and every one is accepted."""
    application = make_login_application(make_tenant())
    make_user(application)
    stranger = CloudBaseClient(application)
    for _ in range(4):
        verification_id = stranger.verification_id(phone_number=PHONE)
        for number in range(5):
            body = {"verification_id": verification_id, "verification_code": f"wrong{number}"}
            assert error_of(stranger.post("/verification/verify", **body))[0] == 400
        pass_time(31)

    owner = Shop(application)
    logged_in = owner.json("/oauth2/token", **owner.code_login(phone_number=NUMBER))
    pass_time(31)
    sent = owner.send("reset_password", phone_number=NUMBER)
    reset = owner.json(
        "/reset_user_password",
        phone_number=NUMBER,
        password="Kite-over-8-Hills",
        phone_number_otp_token=sent["otp_token"],
        phone_number_otp=sent["otp"],
    )

    assert (logged_in.status_code, reset.status_code) == (200, 200)


def test_the_owner_enters_the_longer_code_where_the_stranger_guessed(pass_time):
    application = make_login_application(make_tenant(sms_interval_seconds=0))
    client = CloudBaseClient(application)
    for _ in range(4):
        verification_id = client.verification_id(phone_number=PHONE)
        for number in range(5):
            client.post("/verification/verify", verification_id=verification_id, verification_code=f"wrong{number}")

    assert client.sign_up().status_code == 200
    assert len(last_code(CANONICAL)) == 8


def test_callers_without_a_secret_use_up_half_of_a_numbers_day(pass_time):
    application = make_applications(sms_per_day=5)
    client = CloudBaseClient(application)

    answers = [ask(application) for _ in range(4)]
    refused = client.post("/verification", phone_number=PHONE)

    assert answers == [200, 200, 200, 429]
    assert error_of(refused)[1] == "rate_limit_exceeded"
    assert int(refused.headers["Retry-After"]) > 30
    back_end = TencentClient(application)
    sent = [back_end.send(usage="signup", phone_number=NUMBER).status_code for _ in range(3)]
    assert sent == [200, 200, 400]


def test_what_back_ends_sent_leaves_strangers_the_rest_of_the_day():
    application = make_applications(sms_per_day=4)
    back_end = TencentClient(application)
    for _ in range(3):
        back_end.send(usage="signup", phone_number=NUMBER)

    assert [ask(application), ask(application)] == [200, 429]


def test_who_is_signed_in_asks_for_codes_to_his_own_number_from_the_whole_day():
    application = make_applications(sms_per_day=4)
    client = CloudBaseClient(application)
    tokens = client.sign_up().json()
    ask(application)

    assert ask(application) == 429
    own = client.bearer(tokens["access_token"], "POST", "/verification", {"phone_number": PHONE, "target": "CUR_USER"})
    foreign = client.bearer(tokens["access_token"], "POST", "/verification", {"email": EMAIL})
    assert (own.status_code, foreign.status_code) == (200, 200)
    assert Destination.objects.get(channel="email").public_that_day == 1
    assert Destination.objects.get(channel="sms").public_that_day == 2


def test_a_message_that_was_not_sent_is_given_back_to_the_public_half():
    application = make_applications(sms_per_day=2)
    broken = Sender.objects.create(
        tenant=application.tenant, key="broken", vendor="custom", channel="sms", settings=NOBODY_LISTENS
    )

    failed = [ask(application) for _ in range(3)]
    broken.delete()

    assert failed == [503] * 3
    assert [ask(application), ask(application)] == [200, 429]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_fifty_public_messages_at_once_half_of_the_day_is_sent():
    application = make_application(make_tenant(sms_interval_seconds=0, sms_per_day=20))

    def asking():
        return lambda: CloudBaseClient(application).post("/verification", phone_number=PHONE)

    answers = at_once([asking() for _ in range(50)])

    assert tally(answers)["ok"] == 10
    row = Destination.objects.get()
    assert (row.sent_that_day, row.public_that_day) == (10, 10)
