"""S-37: a verification token is good once, for ten minutes, for one address, tenant and client."""

import pytest

from accounts.models import EndUser
from tests.dialects.cloudbase.clients import EMAIL, PHONE, CloudBaseClient, error_of
from tests.factories import make_application, make_tenant
from tests.races import at_once, tally

pytestmark = pytest.mark.django_db

REFUSED = (400, "invalid_argument", 3)


@pytest.fixture
def client() -> CloudBaseClient:
    return CloudBaseClient(make_application(make_tenant(sms_interval_seconds=0)))


def sign_up(client: CloudBaseClient, token: str, phone_number: str = PHONE):
    return client.post("/signup", phone_number=phone_number, verification_token=token)


def test_it_is_spent_by_the_sign_up(client):
    token = client.verification_token(phone_number=PHONE)
    assert sign_up(client, token).status_code == 200
    EndUser.objects.all().delete()

    assert error_of(sign_up(client, token)) == REFUSED


def test_it_is_of_one_address(client):
    token = client.verification_token(phone_number=PHONE)

    assert error_of(sign_up(client, token, "+86 13712345678")) == REFUSED
    assert error_of(client.post("/signup", email=EMAIL, verification_token=token)) == REFUSED
    assert sign_up(client, token).status_code == 200


def test_it_is_of_one_client(client):
    token = client.verification_token(phone_number=PHONE)
    sibling = CloudBaseClient(make_application(client.application.tenant))
    stranger = CloudBaseClient(make_application())

    assert [error_of(sign_up(one, token)) for one in (sibling, stranger)] == [REFUSED, REFUSED]


@pytest.mark.parametrize(("seconds", "is_good"), [(599, True), (601, False)])
def test_it_is_good_for_ten_minutes(client, pass_time, seconds, is_good):
    token = client.verification_token(phone_number=PHONE)

    pass_time(seconds)

    assert (sign_up(client, token).status_code == 200) is is_good


def test_an_unknown_one_is_refused_and_said_to_be_a_verification_token(client):
    response = sign_up(client, "unknown")

    assert error_of(response) == REFUSED
    assert "verification token" in response.json()["error_description"]


def test_the_code_in_its_place_is_refused(client):
    verification_id = client.verification_id(phone_number=PHONE)

    assert error_of(sign_up(client, verification_id)) == REFUSED


def test_a_refused_sign_up_does_not_spend_it(client):
    token = client.verification_token(phone_number=PHONE)

    for _ in range(3):
        client.post("/signup", phone_number=PHONE, verification_token=token, username="_")

    assert sign_up(client, token).status_code == 200


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("call", ["signup", "signin"])
def test_of_twenty_requests_at_once_one_spends_it(client, call):
    if call == "signin":
        client.sign_up(phone_number=PHONE)
    body = {"verification_token": client.verification_token(phone_number=PHONE)}
    body |= {"phone_number": PHONE} if call == "signup" else {"username": PHONE}

    answers = tally(at_once([lambda: CloudBaseClient(client.application).post(f"/{call}", **body)] * 20))

    assert answers["ok"] == 1
    assert set(answers) <= {"ok", "invalid_argument", "already_exists"}
