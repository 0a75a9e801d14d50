"""Provisioning is idempotent: over generated files, what a file says is done once (docs/provisioning.md)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import yaml
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings

from ciam.provisioning import InvalidFile, export, provision
from ciam.provisioning.reading import schema
from tenants.attributes import LABELS, standard
from tenants.models import ClientSecret, IdentityProvider, Sender
from tests.provisioning import tenant_files
from tests.provisioning.files import tenant

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

EXAMPLES = int(os.environ.get("CIAM_TENANT_FILES", "12"))  # a release wants hundreds
SECRETS = ("secret", "client_secret", "state")
a_few = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name, value in tenant_files.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@contextmanager
def an_empty_server() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def written(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def stored_secrets() -> list[Any]:
    sealed = [Sender.objects.values_list("key", "sealed_secret")]
    sealed += [IdentityProvider.objects.values_list("key", "sealed_client_secret")]
    return [sorted(rows) for rows in (*sealed, ClientSecret.objects.values_list("application__client_id", "hash"))]


@a_few
@given(tenant_files.documents())
def test_a_file_is_done_once(document):
    text = written(document)
    with an_empty_server():
        provision(text)
        secrets = stored_secrets()

        runs = [provision(text, plan=True), provision(text), provision(text), provision(text, plan=True)]

        assert [(run.lines, run.secrets) for run in runs] == [([], [])] * 4
        assert stored_secrets() == secrets


@a_few
@given(tenant_files.documents(), tenant_files.documents())
def test_a_file_is_done_once_whatever_was_there(before, document):
    text = written(document)
    with an_empty_server():
        provision(written(before))
        try:
            provision(text)
        except InvalidFile:
            assume(False)

        assert provision(text).lines == provision(text).lines == []


@a_few
@given(tenant_files.documents())
def test_an_export_is_the_file_but_for_its_secrets_and_changes_nothing(document):
    with an_empty_server():
        provision(written(document))
        secrets, exported = stored_secrets(), export("acme")

        assert provision(exported).lines == provision(exported).lines == []
        assert (stored_secrets(), export("acme")) == (secrets, exported)
        [given_tenant], [exported_tenant] = document["tenants"], yaml.safe_load(exported)["tenants"]
        assert differences(given_tenant, exported_tenant) == []


def differences(given: Any, exported: Any, path: str = "tenant") -> list[str]:
    """Compare what a file names with what an export says.

    Secrets are in no export, logos are made anew, and the variable of an application's secret is not kept.
    """
    if isinstance(given, dict) and isinstance(exported, dict):
        names = given.keys() - ({*SECRETS, "logo"} if "type" not in given else {*SECRETS, "client_secret_env"})
        return [one for name in names for one in differences(given[name], exported.get(name), f"{path}.{name}")]
    if isinstance(given, list) and given and isinstance(given[0], dict):
        rows = {_name(row): row for row in exported}
        present = [row for row in given if row.get("state") != "absent"]
        return [
            one
            for row in present
            for one in differences(row, _usual(row) | rows.get(_name(row), {}), f"{path}.{_name(row)}")
        ]
    return [] if _plain(given) == _plain(exported) else [f"{path}: {given!r} became {exported!r}"]


def _name(row: dict[str, Any]) -> Any:
    return row.get("client_id") if "type" in row and "identifier" not in row else row.get("identifier", row.get("key"))


def _usual(row: dict[str, Any]) -> dict[str, Any]:
    """Return what an export leaves out, because every tenant has it."""
    if row.get("identifier") not in LABELS:
        return {}
    usual = standard(row["identifier"])
    return {key: getattr(usual, key) for key in ("identifier", "label", "regex", "error_message", "enabled")}


def _plain(value: Any) -> Any:
    """Return the value in one spelling: a blank text is null, a UUID has neither hyphens nor capitals."""
    is_id = isinstance(value, str) and value.startswith("00000000")
    return (value.replace("-", "").lower() if is_id else value) if value != "" else None


def test_the_generated_files_know_every_key_of_the_schema():
    generated = {
        "attributes": {"identifier", "type", *tenant_files.ATTRIBUTE},
        "senders": {"key", "channel", "vendor", "settings", *tenant_files.SENDER},
        "identity_providers": {"key", "preset", "client_id", *tenant_files.PROVIDER},
        "password_auth_sources": {"key", *tenant_files.PASSWORD_SOURCE},
        "otp_auth_sources": {"key", "channel", *tenant_files.OTP_SOURCE},
        "applications": {
            *("client_id", "type", "enabled", "sign_up", "login", "client_secret", "client_secret_env", "scopes"),
            *tenant_files.APPLICATION,
        },
    }

    known = [schema.ATTRIBUTE, schema.SENDER, schema.IDENTITY_PROVIDER]
    known += [schema.PASSWORD_AUTH_SOURCE, schema.OTP_AUTH_SOURCE, schema.APPLICATION]
    assert list(generated.values()) == [set(keys) for keys in known]
    assert {"slug", "name", *generated, *tenant_files.TENANT} == set(schema.TENANT)


SENDER = "{key: mail, channel: email, vendor: custom, settings: {url: 'https://a.example'}, secret: first}"
PROVIDER = "{key: google, preset: google, client_id: acme, client_secret: second}"


def test_a_second_run_keeps_the_secrets_that_the_file_holds():
    text = tenant(f"    senders: [{SENDER}]\n    identity_providers: [{PROVIDER}]\n")
    provision(text)
    before = stored_secrets()

    again = [provision(text).lines, provision(text).lines]

    assert again == [[], []]
    assert stored_secrets() == before


def test_a_secret_of_null_is_removed_once():
    provision(tenant(f"    identity_providers: [{PROVIDER}]\n"))
    removed = tenant("    identity_providers: [{key: google, client_secret: null}]\n")

    assert provision(removed).lines == ["acme: identity provider google: secret removed"]
    assert provision(removed).lines == []
