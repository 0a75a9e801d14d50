"""From a request to the sender that takes its message, with jobs that run at once and senders that need no server."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from otp.delivery.models import Attempt, Delivery, OutboxMessage
from otp.delivery.tasks import deliver, redrive
from otp.models import Challenge, Destination, QuotaUse
from tenants import sealing
from tenants.ids import new_id
from tenants.models import Counter, Sender, Tenant
from tests.clients import TencentClient, last_code
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "13612345678", "mock_username@example.com"
FAILED = {"error": "temporarily_unavailable", "error_description": "Failed to send OTP. Please try again later."}
NOBODY_LISTENS = {"url": "http://127.0.0.1:9/"}
DAY = 86_400


def make_client(**tenant) -> TencentClient:
    return TencentClient(make_application(make_tenant(**tenant), authentication=("phone_number", "email")))


def add_sender(vendor: str, channel: str = "sms", **fields) -> Sender:
    """One more sender of the only tenant."""
    tenant = Tenant.objects.get()
    return Sender.objects.create(
        tenant=tenant, key=f"{vendor}-{new_id().hex}", vendor=vendor, channel=channel, **fields
    )


def send(client: TencentClient, **headers: str):
    return client.post("/otp/send", {"usage": "signup", "phone_number": PHONE}, **headers)


def attempts() -> list[tuple[str, bool]]:
    return list(Attempt.objects.order_by("started_at", "id").values_list("vendor", "succeeded"))


def lose_the_message() -> None:
    """As if no worker had ever been told of the only delivery."""
    code = OutboxMessage.objects.get().code
    OutboxMessage.objects.all().delete()
    Attempt.objects.all().delete()
    Delivery.objects.update(
        status="pending", sealed_code=sealing.seal(code), claimed_at=None, claims=0, finished_at=None
    )


def deliver_again() -> None:
    deliver.apply_async(kwargs={"delivery_id": Delivery.objects.get().id.hex})


def test_a_trial_without_senders_keeps_its_messages():
    assert send(make_client(name="Acme")).status_code == 200

    message = OutboxMessage.objects.get()
    assert (message.channel, message.destination, message.usage) == ("sms", f"+86{PHONE}", "signup")
    assert message.body.startswith(f"{message.code} is your Acme sign-up code, valid for 60 seconds.")
    assert message.tenant == Tenant.objects.get()


def test_a_sent_delivery_is_finished_and_its_sealed_code_erased():
    """S-34, S-110."""
    send(make_client())

    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.sealed_code, delivery.claims) == ("sent", "", 1)
    assert delivery.created_at <= delivery.finished_at
    assert delivery.send_before == delivery.code_expires_at - timedelta(seconds=10)
    attempt = delivery.attempts.get()
    assert (attempt.sender_key, attempt.vendor, attempt.succeeded, attempt.error) == ("outbox", "outbox", True, "")
    assert attempt.tenant_id == delivery.tenant_id


def test_production_without_a_sender_refuses_and_gives_everything_back(settings):
    """S-87, S-94."""
    client = make_client(sms_quota=1)
    settings.IS_TRIAL = False

    response = send(client)

    assert (response.status_code, response.json()) == (503, FAILED)
    assert response["Content-Type"] == "application/json;charset=UTF-8"
    assert QuotaUse.objects.get().used == Destination.objects.get().sent_that_day == 0
    assert Destination.objects.get().last_sent_at is None
    assert Challenge.objects.get().voided_at is not None
    assert (Delivery.objects.get().status, Delivery.objects.get().sealed_code) == ("failed", "")
    settings.IS_TRIAL = True
    assert send(client).status_code == 200
    assert QuotaUse.objects.get().used == 1


@pytest.mark.parametrize("vendor", ["outbox", "console"])
def test_production_uses_no_sender_of_trials(settings, vendor, capsys):
    """S-38."""
    client = make_client()
    add_sender(vendor)
    settings.IS_TRIAL = False

    assert send(client).status_code == 503

    assert not OutboxMessage.objects.exists()
    assert PHONE not in capsys.readouterr().out
    assert Attempt.objects.get().error == f"The {vendor} sender is for trial mode alone."


def test_a_failure_without_a_quota_counts_none(settings):
    client = make_client()
    settings.IS_TRIAL = False

    assert send(client).status_code == 503

    assert not QuotaUse.objects.exists()


def test_the_console_prints_the_message(capsys):
    client = make_client()
    add_sender("console")

    assert send(client).status_code == 200

    printed = capsys.readouterr().out
    assert printed.startswith(f"sms to +86{PHONE}: ")
    assert "sign-up code" in printed
    assert not OutboxMessage.objects.exists()


def test_senders_are_tried_in_the_admins_order_until_one_takes_the_message(capsys):
    """S-94."""
    client = make_client()
    add_sender("console", position=3)
    add_sender("outbox", position=2)
    add_sender("custom", position=1, settings=NOBODY_LISTENS, sealed_secret=sealing.seal("a-signing-key"))
    add_sender("custom", position=0, settings=NOBODY_LISTENS, enabled=False)
    add_sender("console", position=0, channel="email")

    assert send(client).status_code == 200

    assert attempts() == [("custom", False), ("outbox", True)]
    assert "cannot be reached" in Attempt.objects.get(vendor="custom").error
    assert OutboxMessage.objects.count() == 1
    assert PHONE not in capsys.readouterr().out


@pytest.mark.parametrize(("age", "is_sent"), [(49, True), (51, False), (61, False)])
def test_nothing_is_sent_with_less_than_ten_seconds_of_validity(pass_time, age, is_sent):
    """S-92."""
    send(make_client(sms_quota=1))
    lose_the_message()
    pass_time(age)

    redrive()

    assert OutboxMessage.objects.exists() == is_sent
    assert Delivery.objects.get().status == ("sent" if is_sent else "failed")
    assert (Challenge.objects.get().voided_at is None) == is_sent
    assert QuotaUse.objects.get().used == int(is_sent)


def test_the_token_of_a_message_that_was_dropped_opens_nothing(pass_time):
    """S-92."""
    client = TencentClient(make_application())
    proof = client.phone_proof(PHONE)
    lose_the_message()
    pass_time(51)
    redrive()

    for code in (proof["phone_number_otp"], "wrong"):
        response = client.sign_up(**proof | {"phone_number_otp": code})
        assert response.json() == {"error": "bad_phone_number_otp_token"}


def test_a_lost_message_is_sent_later_with_the_same_code(pass_time):
    """S-90, S-91."""
    client = make_client()
    proof = client.phone_proof(PHONE)
    lose_the_message()

    redrive()
    assert not OutboxMessage.objects.exists()
    pass_time(6)
    redrive()

    assert last_code(f"+86{PHONE}") == proof["phone_number_otp"]
    assert Challenge.objects.get().code_expires_at == Delivery.objects.get().created_at + timedelta(seconds=60)


def test_a_delivery_that_is_delivered_twice_is_sent_once():
    """S-91."""
    send(make_client())

    deliver_again()
    deliver.apply_async(kwargs={"delivery_id": new_id().hex})

    assert OutboxMessage.objects.count() == Attempt.objects.count() == 1


def test_what_has_served_its_time_is_deleted(pass_time, capsys):
    """S-110."""
    client = make_client(sms_quota=9)
    send(client)
    TencentClient(make_application(), secret="wrong-secret").send()
    tables = (Counter, Challenge, Delivery, Attempt, Destination, OutboxMessage)

    def left_after(seconds: float) -> list[str]:
        pass_time(seconds)
        call_command("prune")
        return [model.__name__ for model in tables if model.objects.exists()]

    assert left_after(290) == [model.__name__ for model in tables]
    assert left_after(20) == [model.__name__ for model in tables[1:]]
    assert left_after(DAY - 310) == ["Destination", "OutboxMessage"]
    assert left_after(DAY) == ["OutboxMessage"]
    assert left_after(6 * DAY) == []
    assert QuotaUse.objects.get().used == 1
    assert capsys.readouterr().out.splitlines()[0] == "0 rows deleted."
