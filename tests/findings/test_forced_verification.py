"""Forcing people to verify an address that nobody can write to locks them out."""

import pytest

from ciam.provisioning import provision
from tenants.models import Sender, Tenant
from tests.factories import make_tenant
from tests.findings import codes, found

pytestmark = pytest.mark.django_db
SMTP = {
    "key": "mail",
    "channel": "email",
    "vendor": "smtp",
    "settings": {"host": "mail.example", "from": "a@b.example"},
}


@pytest.fixture
def tenant(settings) -> Tenant:
    settings.IS_TRIAL = False
    return make_tenant(force_email_verification=True)


def test_a_tenant_without_an_email_sender_is_told_until_it_forces_nothing(tenant):
    Sender.objects.create(tenant=tenant, key="sms", channel="sms", vendor="custom")

    [warning] = found("no-verification-mail", tenant)

    assert "the tenant has no e-mail sender that is on" in warning.message.lower().replace("email", "e-mail")
    assert "`channel: email`" in warning.cure
    assert warning.model == "tenants.sender"
    provision(f"tenants:\n  - slug: {tenant.slug}\n    force_email_verification: false\n")
    assert "no-verification-mail" not in codes(tenant)


def test_a_sender_that_takes_nothing_is_named(tenant):
    sender = Sender.objects.create(tenant=tenant, **(SMTP | {"settings": {}}))

    [warning] = found("no-verification-mail", tenant)

    assert "mail takes none" in warning.message
    assert warning.object_id == sender.id.hex


def test_a_usable_sender_is_enough(tenant):
    Sender.objects.create(tenant=tenant, **(SMTP | {"settings": SMTP["settings"] | {"security": "starttls"}}))

    assert "no-verification-mail" not in codes(tenant)


def test_a_trial_has_the_outbox():
    assert "no-verification-mail" not in codes(make_tenant(force_email_verification=True))
