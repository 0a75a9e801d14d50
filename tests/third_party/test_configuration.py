"""Providers in files, in the admin, and among the findings."""

import json

import pytest

from accounts.third_party import providers
from ciam.findings import find
from ciam.provisioning import InvalidFile, export, provision
from tenants import sealing
from tenants.models import AuditEntry, IdentityProvider, Tenant
from tests.administration.pages import StaffBrowser, address_of, errors
from tests.dialects.cloudbase.signed_in import make_user
from tests.factories import make_tenant
from tests.third_party.provider import CLIENT_SECRET
from tests.third_party.rows import make_openid_provider, make_partner_application, make_provider

pytestmark = pytest.mark.django_db
EXAMPLE = """
tenants:
  - slug: acme
    name: Acme
    identity_providers:
      - {key: google, preset: google, client_id: "...", client_secret_env: ACME_GOOGLE_SECRET}
      - key: partner
        preset: oidc
        issuer: https://login.partner.example
        client_id: acme
        client_secret_env: ACME_PARTNER_SECRET
        scopes: [openid, email, profile]
        claims: {sub: sub, email: email, email_verified: email_verified, name: name, picture: picture}
"""
APPLE_SECRET = json.dumps({"team_id": "T", "key_id": "K", "private_key": "-----BEGIN"})


def file_of(line: str) -> str:
    return f"tenants:\n  - slug: acme\n    name: Acme\n    identity_providers:\n      - {line}\n"


# Files


def test_the_documented_example_makes_usable_providers(monkeypatch):
    monkeypatch.setenv("ACME_GOOGLE_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("ACME_PARTNER_SECRET", "two")

    provision(EXAMPLE)

    tenant = Tenant.objects.get()
    google, partner = providers.get(tenant.id, "google"), providers.get(tenant.id, "partner")
    assert (google.client_secret, google.endpoints.token_url) == (CLIENT_SECRET, "https://oauth2.googleapis.com/token")
    assert (partner.client_secret, partner.endpoints.issuer) == ("two", "https://login.partner.example")
    assert provision(export("acme")).lines == []
    assert CLIENT_SECRET not in export("acme")


def test_apple_needs_its_three_parts():
    with pytest.raises(InvalidFile, match="team_id, key_id, private_key"):
        provision(file_of("{key: apple, preset: apple, client_id: a, client_secret: text}"))

    provision(file_of(f"{{key: apple, preset: apple, client_id: a, client_secret: '{APPLE_SECRET}'}}"))
    assert IdentityProvider.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    ["issuer: 'https://other.example'", "preset: google", "state: absent", "claims: {sub: nickname}"],
)
def test_a_key_keeps_meaning_the_same_third_party(change):
    application = make_partner_application(make_tenant(slug="acme"))
    make_provider(application.tenant, preset="oidc", issuer="https://login.example")
    provision(file_of("{key: partner, issuer: 'https://second.example'}"))
    make_user(application).identities.create(
        tenant=application.tenant, provider="partner", subject="1", created_at="2026-01-01T00:00Z"
    )

    with pytest.raises(InvalidFile, match="identities"):
        provision(file_of(f"{{key: partner, {change}}}"))


def test_other_claims_of_a_third_party_may_change():
    application = make_partner_application(make_tenant(slug="acme"))
    make_provider(application.tenant, preset="oidc", issuer="https://login.example")
    make_user(application).identities.create(
        tenant=application.tenant, provider="partner", subject="1", created_at="2026-01-01T00:00Z"
    )

    provision(file_of("{key: partner, claims: {sub: sub, name: nickname}}"))
    provision(file_of("{key: partner, claims: {}}"))

    assert IdentityProvider.objects.get().claims == {}


# Admin


@pytest.fixture
def browser() -> StaffBrowser:
    return StaffBrowser()


def test_provider_is_added_and_its_secret_never_shown(browser):
    tenant = make_tenant()
    values = {"key": "google", "preset": "google", "client_id": "acme", "client_secret": CLIENT_SECRET}

    assert browser.add("tenants_identityprovider", tenant, **values).status_code == 302

    row = IdentityProvider.objects.get()
    assert sealing.unseal(row.sealed_client_secret) == CLIENT_SECRET
    pages = browser.get(address_of(row)).content + browser.get("/admin/tenants/identityprovider/").content
    assert CLIENT_SECRET.encode() not in pages
    assert row.sealed_client_secret.encode() not in pages
    assert CLIENT_SECRET not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_blank_secret_stays_as_it_is(browser, third_party):
    row = make_openid_provider(make_tenant(), third_party)

    page = browser.change(row, scopes=["openid", "email"], claims=["name: preferred_username"])

    assert page.status_code == 302
    row.refresh_from_db()
    assert sealing.unseal(row.sealed_client_secret) == CLIENT_SECRET
    assert (row.scopes, row.claims) == (["openid", "email"], {"name": "preferred_username"})


def test_page_that_is_saved_unchanged_changes_nothing(browser, third_party):
    row = make_openid_provider(make_tenant(), third_party, claims={"name": "nickname"}, scopes=["openid"])

    assert browser.change(row).status_code == 302
    assert not AuditEntry.objects.filter(event="configuration.change").exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"preset": "oidc"}, "issuer"),
        ({"preset": "oidc", "issuer": "login.example"}, "issuer"),
        (
            {"preset": "custom-oauth2", "authorize_url": "https://a.example", "token_url": "https://a.example"},
            "userinfo_url",
        ),
        ({"preset": "apple", "client_secret": "text"}, "client_secret"),
        ({"preset": "google", "claims": ["name"]}, "claims"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(browser, values, field):
    page = browser.add("tenants_identityprovider", make_tenant(), key="one", client_id="acme", **values)

    assert list(errors(page)) == [field]


def test_provider_that_is_in_use_is_not_deleted(browser):
    application = make_partner_application()
    row = make_provider(application.tenant)
    make_user(application).identities.create(
        tenant=application.tenant, provider="partner", subject="1", created_at="2026-01-01T00:00Z"
    )

    browser.post(address_of(row, "delete"), {"post": "yes"})

    assert IdentityProvider.objects.exists()


def test_page_of_an_end_user_lists_identities(browser):
    application = make_partner_application()
    end_user = make_user(application)
    end_user.identities.create(
        tenant=application.tenant,
        provider="partner",
        subject="mei-1",
        profile={"name": "Mei"},
        created_at="2026-01-01T00:00Z",
    )

    assert b"partner: mei-1 Mei" in browser.get(address_of(end_user)).content


# Findings


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"client_id": ""}, "client_id is missing"),
        ({"preset": "oidc"}, "issuer is missing"),
        ({"secret": ""}, "it has no client secret"),
        ({"preset": "apple", "secret": "text"}, "team_id"),
        ({"sealed": "nonsense"}, "sealed under another SECRET_KEY"),
    ],
)
def test_provider_that_lets_nobody_in_is_found(fields, reason):
    tenant = make_tenant()
    sealed = fields.pop("sealed", "")
    row = make_provider(tenant, **fields)
    if sealed:
        IdentityProvider.objects.update(sealed_client_secret=sealed)

    [finding] = [one for one in find(tenant) if one.code == "unusable-provider"]
    assert reason in finding.message
    assert finding.object_id == row.id.hex
    IdentityProvider.objects.update(enabled=False)
    assert "unusable-provider" not in {one.code for one in find(tenant)}


def test_sound_provider_is_no_finding():
    tenant = make_tenant()
    make_provider(tenant)
    make_provider(tenant, key="apple", preset="apple", secret=APPLE_SECRET)

    assert "unusable-provider" not in {one.code for one in find(tenant)}


@pytest.mark.parametrize("issuer", ["http://login.example", "https://127.0.0.1", "https://localhost:8443"])
def test_inner_address_is_found_in_production(settings, issuer):
    tenant = make_tenant()
    make_provider(tenant, preset="oidc", issuer=issuer)
    assert "unusable-provider" not in {one.code for one in find(tenant)}

    settings.IS_TRIAL = False
    assert "unusable-provider" in {one.code for one in find(tenant)}
