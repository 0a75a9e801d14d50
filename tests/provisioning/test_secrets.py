import pytest

from ciam.provisioning import InvalidFile, provision
from tenants import callers, client_secrets, sealing
from tenants.models import Application, IdentityProvider, Sender
from tests.provisioning.files import SECRET, application, tenant

pytestmark = pytest.mark.django_db

GIVEN = f"        client_secret: {SECRET}\n"
FROM_ENVIRONMENT = "        client_secret_env: SHOP_SECRET\n"
SETTINGS = "{host: smtp.example, from: a@b.example}"
SMTP = f"{{key: mail, channel: email, vendor: smtp, settings: {SETTINGS}, secret_env: MAIL_PASSWORD}}"
GOOGLE = "{key: google, preset: google, client_id: acme, client_secret_env: GOOGLE_SECRET}"


def secrets_of(client_id: str = "shop") -> list[str]:
    return list(Application.objects.get(client_id=client_id).secrets.values_list("hash", flat=True))


@pytest.mark.parametrize("kind", ["web", "m2m"])
def test_a_new_confidential_application_gets_a_secret_that_works(kind):
    report = provision(application(kind=kind))

    [(client_id, secret)] = report.secrets
    caller = callers.authenticate(client_id=client_id, client_secret=secret, tenant_id=None, source="127.0.0.1")
    assert caller.application.client_id == "shop"
    assert secret not in "\n".join(report.lines)


@pytest.mark.parametrize("kind", ["spa", "mobile"])
def test_a_public_application_has_no_secret(kind):
    assert provision(application(kind=kind)).secrets == []

    with pytest.raises(InvalidFile, match=r"line 7: .*keeps no secret"):
        provision(application(GIVEN, kind=kind))


def test_a_given_secret_is_stored_once_and_replaces_another():
    provision(application())
    made = secrets_of()

    report = provision(application(GIVEN))

    assert report.lines == ["acme: application shop: secret stored"]
    assert secrets_of() == [sealing.keyed_hash(callers.SECRET_PURPOSE, SECRET)] != made


def test_a_given_secret_that_is_live_already_leaves_the_other_one():
    provision(application(GIVEN))
    client_secrets.set_secrets(Application.objects.get(), [SECRET, client_secrets.new_secret()])

    report = provision(application(GIVEN))

    assert report.lines == []
    assert len(secrets_of()) == 2


def test_a_secret_that_is_not_given_is_kept():
    provision(application(GIVEN))
    before = secrets_of()

    provision(application("        name: Another name\n"))

    assert secrets_of() == before


def test_a_secret_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("SHOP_SECRET", SECRET)

    report = provision(application(FROM_ENVIRONMENT))

    assert report.secrets == []
    assert secrets_of() == [sealing.keyed_hash(callers.SECRET_PURPOSE, SECRET)]


def test_a_missing_variable_is_a_warning_and_a_secret_is_made():
    report = provision(application(FROM_ENVIRONMENT))

    assert str(report.warnings[0]).startswith("line 7: tenants[0].applications[0].client_secret_env: names a variable")
    assert len(report.secrets) == 1


@pytest.mark.parametrize("body", [GIVEN + FROM_ENVIRONMENT, "        client_secret: 1234567890123456\n"])
def test_two_secrets_or_a_number_are_refused(body):
    with pytest.raises(InvalidFile):
        provision(application(body))


def test_a_short_secret_is_refused_without_being_shown(monkeypatch):
    monkeypatch.setenv("SHOP_SECRET", "too-short")

    for body in (FROM_ENVIRONMENT, "        client_secret: too-short\n"):
        with pytest.raises(InvalidFile, match="16") as refusal:
            provision(application(body))
        assert "too-short" not in str(refusal.value)


def test_changing_the_type_makes_and_removes_the_secret():
    provision(application(kind="spa"))

    confidential = provision(application(kind="web"))
    public = provision(application(kind="spa"))

    assert len(confidential.secrets) == 1
    assert "acme: application shop: secrets removed" in public.lines
    assert secrets_of() == []


def test_secrets_of_senders_and_providers_are_sealed_and_never_told(monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "mail-secret-value")
    monkeypatch.setenv("GOOGLE_SECRET", "google-secret-value")

    report = provision(tenant(f"    senders: [{SMTP}]\n    identity_providers: [{GOOGLE}]\n"))

    sender, provider = Sender.objects.get(), IdentityProvider.objects.get()
    assert sealing.unseal(sender.sealed_secret) == "mail-secret-value"
    assert sealing.unseal(provider.sealed_client_secret) == "google-secret-value"
    assert "secret-value" not in repr((report, sender.__dict__, provider.__dict__))


def test_a_sealed_secret_is_written_again_only_when_it_differs(monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "first")
    provision(tenant(f"    senders: [{SMTP}]\n"))
    before = Sender.objects.get().sealed_secret

    same = provision(tenant(f"    senders: [{SMTP}]\n"))
    kept = Sender.objects.get().sealed_secret
    monkeypatch.setenv("MAIL_PASSWORD", "second")
    other = provision(tenant(f"    senders: [{SMTP}]\n"))

    assert (same.lines, kept) == ([], before)
    assert other.lines == ["acme: sender mail: secret stored"]
    assert sealing.unseal(Sender.objects.get().sealed_secret) == "second"


def test_a_missing_variable_leaves_what_was_sealed_and_null_removes_it(monkeypatch):
    monkeypatch.setenv("MAIL_PASSWORD", "first")
    provision(tenant(f"    senders: [{SMTP}]\n"))
    monkeypatch.delenv("MAIL_PASSWORD")

    missing = provision(tenant(f"    senders: [{SMTP}]\n"))
    kept = Sender.objects.get().sealed_secret
    provision(tenant("    senders: [{key: mail, secret_env: null}]\n"))

    assert [str(warning) for warning in missing.warnings] == [
        "line 4: tenants[0].senders[0].secret_env: names a variable that is not set; the secret stays as it was"
    ]
    assert kept
    assert Sender.objects.get().sealed_secret == ""
