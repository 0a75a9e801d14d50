"""The trail of sign-ups, codes and failures: complete, masked, and nobody changes it."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from tenants.models import AuditEntry, Sender
from tests.clients import TencentClient
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


def trail(event: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(event=event).order_by("id"))


def test_a_sign_up_is_one_line_about_its_end_user():
    application = make_application()
    client = TencentClient(application)

    sub = client.sign_up(**client.phone_proof("13612345678")).json()["sub"]

    (line,) = trail("sign_up")
    assert (line.outcome, line.actor, line.tenant_id) == (
        "succeeded",
        f"application:{application.client_id}",
        application.tenant_id,
    )
    assert (line.subject, line.object_id, line.detail) == ("+86136****5678", sub, {})


def test_a_refused_sign_up_says_why_and_for_whom():
    client = TencentClient(make_application())
    proof = client.phone_proof("13612345678") | {"phone_number_otp": "000000"}

    client.sign_up(**proof)

    (line,) = trail("sign_up")
    assert (line.outcome, line.detail, line.subject) == ("refused", {"reason": "BadCode"}, "+86136****5678")


def test_a_code_is_one_line_and_a_refused_one_too():
    client = TencentClient(make_application())

    client.send(usage="signup", phone_number="13612345678")
    client.send(usage="signup", phone_number="13612345678")

    assert [(line.outcome, line.detail) for line in trail("code.request")] == [
        ("succeeded", {"usage": "signup", "channel": "sms"}),
        ("refused", {"usage": "signup", "channel": "sms", "reason": "SendLimitReached"}),
    ]


def test_a_message_that_no_sender_took_is_a_line():
    tenant = make_tenant()
    Sender.objects.create(
        tenant=tenant, key="dead", channel="sms", vendor="custom", settings={"url": "http://127.0.0.1:9/"}
    )

    assert TencentClient(make_application(tenant)).send(usage="signup", phone_number="13612345678").status_code == 503

    (line,) = trail("code.delivery")
    assert (line.outcome, line.subject, line.detail["reason"]) == ("failed", "+86136****5678", "failed")


def test_failed_credentials_are_lines_at_the_first_and_at_the_lock():
    client = TencentClient(make_application(), secret="wrong-secret-wrong")

    statuses = [client.send(usage="signup", phone_number="13612345678").status_code for _ in range(22)]

    assert statuses[-1] == 429
    assert [line.detail for line in trail("client.authentication") + trail("client.lock")] == [
        {"failures": 1},
        {"failures": 20},
    ]


def test_a_client_id_that_is_none_is_not_repeated():
    application = make_application()
    application.client_id = "my-secret-in-the-wrong-place"

    TencentClient(application).send(usage="signup", phone_number="13612345678")

    assert [line.actor for line in trail("client.authentication")] == ["unknown application"]


def test_no_line_holds_an_address_or_a_code():
    client = TencentClient(make_application(authentication=("phone_number", "email")))
    proofs = client.phone_proof("13612345678") | client.email_proof("mei@example.com")

    client.sign_up(**proofs | {"email_otp": "123123"})
    client.sign_up(**proofs)

    columns = json.dumps(list(AuditEntry.objects.values("subject", "detail", "actor")))
    for secret in ("13612345678", "mei@example.com", "123123", *proofs.values()):
        assert secret not in columns


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tenants_auditentry SET actor = 'nobody'",
        pytest.param("DELETE FROM tenants_auditentry", marks=pytest.mark.postgresql),  # SQLite, for trials, lets it
    ],
)
def test_the_database_refuses_to_change_a_line(change):
    TencentClient(make_application()).send(usage="signup", phone_number="13612345678")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change, ())
