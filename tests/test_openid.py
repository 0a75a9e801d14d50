"""`/oauth2/token`, `/oauth2/jwks` and discovery: for an application itself, and for whoever verifies tokens."""

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tenants import clock
from tenants.models import Application, Domain, Tenant
from tests.clients import Client, basic
from tests.factories import make_application, make_tenant
from tokens import keys

pytestmark = pytest.mark.django_db

HOST = "login.shop.example"
FORM = "application/x-www-form-urlencoded"
DISCOVERY, JWKS = "/.well-known/openid-configuration", "/oauth2/jwks"


@pytest.fixture
def application() -> Application:
    return make_application(
        make_tenant(slug="acme", signing_algorithm="RS256"), scopes=["read:user", "write:user"], access_ttl_seconds=600
    )


def ask(application: Application, body: str = "grant_type=client_credentials", content_type: str = FORM, **headers):
    headers = {"host": "localhost", "authorization": basic(application.client_id)} | headers
    return Client().post("/oauth2/token", body, content_type=content_type, headers=headers)


def get(path: str, host: str = "localhost"):
    return Client().get(path, headers={"host": host})


def test_an_application_gets_a_token_that_the_published_keys_verify(application):
    body = ask(application).json()

    key_set = KeySet.import_key_set(get(f"{JWKS}?client_id={application.client_id}").json())
    claims = jwt.decode(body["access_token"], key_set, algorithms=["RS256"]).claims
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 599, "read:user write:user")
    assert (claims["sub"], claims["aud"], claims["exp"] - claims["iat"]) == (application.client_id,) * 2 + (600,)
    assert claims["iss"].endswith("/t/acme")


def test_an_application_may_ask_for_less(application):
    assert ask(application, "grant_type=client_credentials&scope=read:user").json()["scope"] == "read:user"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "invalid_request"),
        ("grant_type=implicit", "unsupported_grant_type"),
        ("grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        ("grant_type=client_credentials&scope=admin", "invalid_scope"),
    ],
)
def test_what_is_not_granted(application, body, error):
    response = ask(application, body)

    assert (response.status_code, response.json()["error"]) == (400, error)


def test_wrong_types_methods_and_secrets_are_refused(application):
    json = ask(application, "{}", "application/json")
    wrong = ask(application, authorization=basic(application.client_id, "wrong-secret"))
    public = ask(application, authorization=basic(application.client_id, ""))

    assert (json.status_code, json.json()["error"]) == (400, "invalid_request")
    assert get("/oauth2/token").status_code == 405
    assert [one.status_code for one in (wrong, public)] == [401, 401]
    assert wrong["WWW-Authenticate"].startswith("Basic ")


def test_a_tenant_without_a_domain_is_discovered_by_its_path(application):
    found = get(f"/t/acme{DISCOVERY}").json()

    assert found["issuer"].endswith("/t/acme")
    assert found["jwks_uri"] == f"{found['issuer']}/oauth2/jwks"
    assert get("/t/acme/oauth2/jwks").json()["keys"]


def test_a_tenants_domain_is_its_issuer(application):
    Domain.objects.create(tenant=application.tenant, name=HOST)

    assert HOST in get(DISCOVERY, HOST).json()["issuer"]
    assert get(JWKS, HOST).json() == get(f"{JWKS}?client_id={application.client_id}").json()


def test_discovery_lists_what_signs_and_not_what_the_next_key_will_be(application):
    def listed() -> list[str]:
        return get(f"/t/acme{DISCOVERY}").json()["id_token_signing_alg_values_supported"]

    assert listed() == ["RS256"]
    Tenant.objects.update(signing_algorithm="ES256")
    assert listed() == ["RS256"]
    keys.rotate(Tenant.objects.get(), clock.now())
    assert listed() == ["ES256", "RS256"]


def test_a_tenant_with_es256_does_not_list_what_it_cannot_sign():
    """OpenID Discovery §3 demands RS256 of everybody: docs/api/openid.md."""
    make_tenant(slug="elliptic", signing_algorithm="ES256")

    assert get(f"/t/elliptic{DISCOVERY}").json()["id_token_signing_alg_values_supported"] == ["ES256"]


def test_keys_are_public_and_of_one_tenant(application):
    """S-58."""
    other = make_application()

    both = [get(f"{JWKS}?client_id={one.client_id}").json()["keys"] for one in (application, other)]

    assert both[0] != both[1]
    assert not {"d", "p", "q", "dp", "dq", "qi"} & set(both[0][0])


@pytest.mark.parametrize("path", [JWKS, DISCOVERY, f"{JWKS}?client_id=unknown", "/t/unknown/oauth2/jwks"])
def test_no_tenant_is_a_json_404(application, path):
    response = get(path)

    assert (response.status_code, response.json()["error"]) == (404, "not_found")


def test_paths_of_tenants_are_for_shared_hosts(application):
    Domain.objects.create(tenant=application.tenant, name=HOST)

    assert get("/t/acme/oauth2/jwks", HOST).status_code == 404
