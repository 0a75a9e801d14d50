"""Each change of the configuration is a line of the trail: who, when, what it was before and is after."""

import json

import pytest
from django.core.management import call_command

from ciam.provisioning import provision
from tenants.models import AuditEntry, OtpAuthSource, Sender, Tenant
from tests.provisioning.files import FULL, SECRET, tenant

pytestmark = pytest.mark.django_db


def changes_of(row) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(object_id=row.pk.hex).order_by("id"))


def test_a_change_tells_before_and_after():
    provision(FULL)
    source = OtpAuthSource.objects.get(key="mail")

    provision(tenant("    otp_auth_sources:\n      - {key: mail, code_length: 6}\n"))

    created, changed = changes_of(source)
    assert (created.event, created.detail["after"]["code_length"]) == ("configuration.create", 8)
    assert (changed.event, changed.detail) == (
        "configuration.change",
        {"before": {"code_length": 8}, "after": {"code_length": 6}},
    )


def test_the_trail_outlives_its_tenant():
    provision(tenant())
    tenant_id = Tenant.objects.get().id

    provision("tenants:\n  - {slug: acme, state: absent}\n")

    assert AuditEntry.objects.filter(tenant_id=tenant_id).latest("id").event == "configuration.delete"


def test_a_plan_leaves_no_line():
    provision(FULL, plan=True)

    assert not AuditEntry.objects.exists()


def test_the_account_that_ran_the_command_is_named(tmp_path):
    file = tmp_path / "acme.yaml"
    file.write_text(tenant())

    call_command("provision", str(file))

    assert AuditEntry.objects.latest("id").actor.startswith("command")


def test_no_line_holds_a_secret_or_the_keys_of_an_address(monkeypatch):
    monkeypatch.setenv("GATEWAY_KEY", "the-signing-key-of-a-gateway")
    url = "https://user:pass-word@gateway.example/send?key=hidden-key"
    provision(
        FULL.replace(
            "vendor: console, enabled: false}",
            "vendor: custom, secret_env: GATEWAY_KEY, settings: {url: 'https://gateway.example/send?key=hidden-key'}}",
        )
    )

    columns = json.dumps(list(AuditEntry.objects.values("subject", "detail")))
    for secret in (SECRET, "the-signing-key-of-a-gateway", "hidden-key", url):
        assert secret not in columns
    assert "https://gateway.example/send" in json.dumps(changes_of(Sender.objects.get(key="first"))[0].detail)
