"""Senders that take nothing; each case is held against what the sender itself does with a message."""

from datetime import UTC, datetime

import pytest

from otp.delivery import routes
from otp.delivery.messages import Message
from otp.delivery.senders import VENDORS, DeliveryError
from tenants import sealing
from tenants.ids import new_id
from tenants.models import Sender
from tests.delivery.senders import GATEWAY_SECRET, make_gateway_sender, make_sender
from tests.factories import make_tenant
from tests.findings import codes, found

pytestmark = pytest.mark.django_db

URL = {"url": "https://sms.example/send"}
SMTP = {"host": "smtp.example", "from": "a@b.example"}
CUSTOM = {"vendor": "custom", "secret": GATEWAY_SECRET}
MAIL = {"vendor": "smtp", "channel": "email"}

BROKEN = [
    (CUSTOM | {"settings": {}}, {"settings": URL}, "`url` is missing"),
    (CUSTOM | {"settings": []}, {"settings": URL}, "`url` is missing"),
    (CUSTOM | {"settings": {"url": 1}}, {"settings": URL}, "`url` is wrong"),
    (
        CUSTOM | {"settings": URL, "secret": "whsec_x"},
        {"sealed_secret": "sealed"},
        "refuses its settings or its secret",
    ),
    (MAIL | {"settings": SMTP | {"port": "25"}}, {"settings": SMTP}, "`port` is wrong"),
    (MAIL | {"settings": SMTP | {"security": "some"}}, {"settings": SMTP}, "`security` is wrong"),
    (MAIL | {"settings": {"host": "smtp.example"}}, {"settings": SMTP}, "`from` is missing"),
]
BROKEN_IN_PRODUCTION = [
    (MAIL | {"settings": SMTP | {"security": "none"}}, {"settings": SMTP}, "clear text"),
    (MAIL | {"settings": SMTP | {"port": 6379}}, {"settings": SMTP | {"port": 2525}}, "`port` is none of mail"),
    (MAIL | {"settings": SMTP | {"host": "127.0.0.1"}}, {"settings": SMTP}, "not on the public internet"),
    (MAIL | {"settings": SMTP | {"host": "localhost"}}, {"settings": SMTP}, "not on the public internet"),
    (CUSTOM | {"settings": {"url": "http://sms.example"}}, {"settings": URL}, "not https"),
    (CUSTOM | {"settings": {"url": "https://10.0.0.5/send"}}, {"settings": URL}, "not on the public internet"),
    (CUSTOM | {"settings": {"url": "https://[::1]/send"}}, {"settings": URL}, "not on the public internet"),
    (CUSTOM | {"settings": {"url": "https://localhost/send"}}, {"settings": URL}, "not on the public internet"),
]
MESSAGE = Message(
    delivery_id=new_id(),
    tenant_id=new_id(),
    channel="email",
    destination="mei@customer.example",
    usage="signup",
    language="en",
    code="012345",
    subject="Your code",
    body="012345 is your code.",
    sent_at=datetime(2026, 1, 1, tzinfo=UTC),
    expires_at=datetime(2026, 1, 1, 0, 1, tzinfo=UTC),
)


def refusal_of(sender: Sender) -> str:
    """What the sender itself says to a message; it never comes as far as the network."""
    route = routes.Route(
        sender.id, sender.key, sender.vendor, sender.settings, sender.sealed_secret, 0, is_fallback=False
    )
    with pytest.raises(DeliveryError) as refusal:
        route.send(MESSAGE)
    assert refusal.value.permanent
    return str(refusal.value)


def cure(sender: Sender, change: dict[str, object]) -> None:
    if "sealed_secret" in change:
        change = {"sealed_secret": sealing.seal(GATEWAY_SECRET)}
    Sender.objects.filter(id=sender.id).update(**change)


@pytest.mark.parametrize(("fields", "change", "reason"), BROKEN)
def test_a_broken_sender_is_told_until_it_is_mended(fields, change, reason):
    sender = make_sender(make_tenant(), **fields)

    [warning] = found("unusable-sender", sender.tenant)
    assert reason in warning.message
    assert (warning.level, warning.model, warning.object_id) == ("warning", "tenants.sender", sender.id.hex)
    cure(sender, change)
    assert "unusable-sender" not in codes(sender.tenant)


@pytest.mark.parametrize(("fields", "change", "reason"), BROKEN_IN_PRODUCTION)
def test_what_is_for_trials_alone_is_told_in_production(settings, fields, change, reason):
    sender = make_sender(make_tenant(), **fields)
    assert "unusable-sender" not in codes(sender.tenant)

    settings.IS_TRIAL = False

    [warning] = found("unusable-sender", sender.tenant)
    assert reason in warning.message
    cure(sender, change)
    assert "unusable-sender" not in codes(sender.tenant)


def test_a_sender_in_a_network_of_the_operators_is_told_nothing(settings):
    settings.IS_TRIAL, settings.OUTBOUND_NETWORKS = False, ["10.0.0.5/32"]
    sender = make_sender(make_tenant(), "smtp", channel="email", settings=SMTP | {"host": "10.0.0.5"})

    assert "unusable-sender" not in codes(sender.tenant)


@pytest.mark.parametrize("vendor", [name for name, vendor in VENDORS.items() if vendor.trial_only])
def test_a_sender_for_trials_is_told_in_production_until_it_is_off(settings, vendor):
    sender = make_sender(make_tenant(), vendor, settings={})
    assert "trial-sender" not in codes(sender.tenant)

    settings.IS_TRIAL = False

    [warning] = found("trial-sender", sender.tenant)
    assert "custom" in warning.cure
    assert vendor not in warning.cure
    assert "trial mode alone" in refusal_of(sender)
    Sender.objects.update(enabled=False)
    assert "trial-sender" not in codes(sender.tenant)


def test_a_gateway_without_a_secret_is_told_with_its_variable():
    sender = make_gateway_sender(make_tenant(), "https://sms.example", secret="", secret_env="ACME_KEY")

    [warning] = found("unusable-sender", sender.tenant)
    assert "it has no secret" in warning.message
    assert warning.cure.startswith("Set the variable ACME_KEY and run `manage.py provision`")


def test_a_secret_of_another_key_is_told_until_that_key_is_back(settings):
    sender = make_gateway_sender(make_tenant(), "https://sms.example")
    old = settings.SECRET_KEY

    settings.SECRET_KEY = "another-key-another-key-another-key-another-key"

    [warning] = found("unusable-sender", sender.tenant)
    assert "SECRET_KEY_FALLBACKS" in warning.cure
    assert refusal_of(sender) == "The sender's secret was sealed under another SECRET_KEY."
    settings.SECRET_KEY_FALLBACKS = [old]
    assert "unusable-sender" not in codes(sender.tenant)


def test_a_vendor_that_does_not_serve_the_channel_is_told():
    sender = make_sender(make_tenant(), "smtp", settings=SMTP, channel="sms")

    [warning] = found("unusable-sender", sender.tenant)
    assert "no vendor for SMS" in warning.message
    Sender.objects.update(channel="email")
    assert "unusable-sender" not in codes(sender.tenant)


def test_a_vendor_that_is_no_longer_there_is_told():
    sender = make_sender(make_tenant(), "pigeon", settings={})

    [warning] = found("unusable-sender", sender.tenant)
    assert "outbox, console, custom" in warning.cure


def test_no_finding_holds_a_secret(settings):
    settings.IS_TRIAL = False
    sender = make_gateway_sender(make_tenant(), "http://user:hunter2@sms.example", secret="whsec_hunter2")

    assert "hunter2" not in repr(found("unusable-sender", sender.tenant))


@pytest.mark.parametrize("fields", [fields for fields, _, _ in BROKEN_IN_PRODUCTION])
def test_the_sender_itself_refuses_in_production_what_is_told_of_it(settings, fields):
    settings.IS_TRIAL = False

    assert refusal_of(make_sender(make_tenant(), **fields))
