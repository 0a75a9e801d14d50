"""S-52, S-88: asking for a code costs a request the same whether or not somebody has the address.

Tests compare statements; `bench.enumeration` measures times.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otp.delivery.models import Attempt, Delivery
from otp.delivery.tasks import redrive
from otp.models import Usage
from tests.clients import Client, TencentClient
from tests.factories import make_application, make_tenant
from tests.query_work import without_values

pytestmark = pytest.mark.django_db

KNOWN = {"email": "known@example.com", "phone_number": "13900000001"}
UNKNOWN = {"email": "other@example.com", "phone_number": "13900000002"}


@pytest.fixture
def shop():
    return make_application(make_tenant(), authentication=("email", "phone_number"), any_of=True, answers="private")


@pytest.fixture
def client(shop) -> TencentClient:
    found = TencentClient(shop)
    assert found.sign_up(**found.email_proof(KNOWN["email"])).status_code == 200
    assert found.sign_up(**found.phone_proof(KNOWN["phone_number"])).status_code == 200
    return found


def statements_until_the_worker(call) -> list[str]:
    """Without their values, and up to where a worker claims the message."""
    with CaptureQueriesContext(connection) as captured:
        response = call()
    assert response.status_code == 200, response.content
    found = without_values(captured)
    claimed = next(position for position, one in enumerate(found) if "SET status = ?" in one)
    return found[: claimed + 1]


@pytest.mark.parametrize("usage", ["reset_password", "signup"])
@pytest.mark.parametrize("name", ["email", "phone_number"])
def test_a_code_of_tencents_takes_the_same_statements(client, pass_time, usage, name):
    pass_time(60)

    known, unknown = (
        statements_until_the_worker(lambda person=person: client.send(usage=usage, **{name: person[name]}))
        for person in (KNOWN, UNKNOWN)
    )

    assert known == unknown
    assert sum("INSERT INTO delivery_delivery" in one for one in known) == 1


@pytest.mark.parametrize("target", ["USER", "NOT_USER", "ANY"])
def test_a_code_of_cloudbases_takes_the_same_statements(client, shop, target):
    http = Client(headers={"host": "localhost", "x-device-id": "d1"})
    body = {"client_id": shop.client_id, "target": target}

    known, unknown = (
        statements_until_the_worker(
            lambda email=person["email"]: http.post(
                "/auth/v1/verification", body | {"email": email}, content_type="application/json"
            )
        )
        for person in (KNOWN, UNKNOWN)
    )

    assert known == unknown


def test_what_nobody_shall_get_is_stored_as_skipped_and_reaches_no_sender(client, pass_time):
    client.send(usage="reset_password", email=UNKNOWN["email"])
    Attempt.objects.all().delete()

    pass_time(15)
    redrive()

    delivery = Delivery.objects.get(usage=Usage.RESET_PASSWORD)
    assert (delivery.status, delivery.claims) == ("skipped", 0)
    assert delivery.finished_at == delivery.created_at
    assert not Attempt.objects.exists()


def test_a_wrong_code_after_a_message_that_no_sender_took_is_refused_alike(client, shop):
    shop.tenant.senders.create(key="broken", channel="email", vendor="smtp", settings={"host": "127.0.0.1", "port": 1})
    refusals = []

    for person in (KNOWN, UNKNOWN):
        token = client.send(usage="reset_password", email=person["email"]).json()["otp_token"]
        body = {"email": person["email"], "email_otp_token": token, "email_otp": "wrong", "password": "Kite-over-9"}
        refusals.append(client.post("/reset_user_password", body))

    assert refusals[0].content == refusals[1].content == b'{"error": "bad_email_otp"}'
