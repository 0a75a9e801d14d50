"""`POST /auth/v1/token`, introspection, and the ways out."""

import pytest

from accounts import statuses
from accounts.models import EndUser
from tenants import clock
from tests.clients import basic
from tests.dialects.cloudbase.clients import PASSWORD, CloudBaseClient, error_of
from tests.factories import SECRET, make_application
from tests.races import at_once
from tokens.models import Session

pytestmark = pytest.mark.django_db

GRANT = (400, "invalid_grant", 3)
CLIENT = (401, "unauthorized_client", 4022)


@pytest.fixture
def client() -> CloudBaseClient:
    return CloudBaseClient(make_application(password_source={}, scopes=["read:user", "write:user"]))


@pytest.fixture
def tokens(client) -> dict[str, str]:
    return client.sign_up(username="mei", password=PASSWORD).json()


def refresh(client: CloudBaseClient, token: str, **body):
    """As the client does: its id twice, and an empty secret."""
    named = {"client_id": client.application.client_id, "client_secret": ""}
    return client.post("/token", grant_type="refresh_token", refresh_token=token, **(named | body))


def introspect(client: CloudBaseClient, token: str):
    return client.bearer(token, "GET", "/token/introspect").json()


def test_a_refresh_answers_with_both_tokens(client, tokens):
    response = refresh(client, tokens["refresh_token"])

    body = response.json()
    assert (response.status_code, body["sub"], body["expires_in"]) == (200, tokens["sub"], tokens["expires_in"])
    assert body["refresh_token"] not in ("", tokens["refresh_token"])
    assert introspect(client, body["access_token"])["sub"] == tokens["sub"]


def test_a_spent_refresh_token_ends_its_session(client, tokens, pass_time):
    """S-62."""
    successor = refresh(client, tokens["refresh_token"]).json()["refresh_token"]
    pass_time(61)

    assert error_of(refresh(client, tokens["refresh_token"])) == GRANT
    assert error_of(refresh(client, successor)) == GRANT
    assert introspect(client, tokens["access_token"]) == {}


@pytest.mark.parametrize("token", ["m.unknown", "unknown", "x" * 1000])
def test_an_unknown_refresh_token_is_an_invalid_grant(client, token):
    assert error_of(refresh(client, token)) == GRANT


def test_a_refresh_token_is_of_one_client_and_one_device(client, tokens):
    """S-61."""
    other_client = CloudBaseClient(make_application(client.application.tenant))
    other_device = CloudBaseClient(client.application, device_id="another-device-1")

    assert error_of(refresh(other_client, tokens["refresh_token"])) == GRANT
    assert error_of(refresh(other_device, tokens["refresh_token"])) == GRANT
    assert refresh(client, tokens["refresh_token"]).status_code == 200


def test_a_blocked_users_refresh_and_introspection_fail_at_once(client, tokens):
    """S-65."""
    statuses.set_status(EndUser.objects.get(), "LOCK", clock.now())

    assert error_of(refresh(client, tokens["refresh_token"])) == GRANT
    assert introspect(client, tokens["access_token"]) == {}


def test_the_password_grant_signs_in(client, tokens):
    response = client.post("/token", grant_type="password", username="mei", password=PASSWORD)

    assert response.json()["sub"] == tokens["sub"]


@pytest.mark.parametrize("path", ["/token", "/token/clientCredential"])
def test_client_credentials_give_a_token_of_the_application(client, path):
    header = basic(client.application.client_id)

    response = client.call("POST", path, {"grant_type": "client_credentials"}, authorization=header)

    body = response.json()
    assert (body["expires_in"], body["scope"], "refresh_token" in body) == (432_000, "read:user write:user", False)
    assert introspect(client, body["access_token"])["sub"] == client.application.client_id


def test_client_credentials_may_stand_in_the_body_but_not_in_the_query(client):
    in_body = client.post("/token", grant_type="client_credentials", client_secret=SECRET)
    in_query = client.post(f"/token?client_secret={SECRET}", grant_type="client_credentials")

    assert in_body.status_code == 200
    assert error_of(in_query) == CLIENT


def test_client_credentials_need_the_secret_and_a_scope_that_is_there(client):
    header = basic(client.application.client_id)
    body = {"grant_type": "client_credentials", "scope": "read:user admin"}

    assert error_of(client.post("/token", grant_type="client_credentials")) == CLIENT
    assert error_of(client.call("POST", "/token", body, authorization=header)) == (400, "invalid_scope", 3)


@pytest.mark.parametrize("grant", ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code", "x"])
def test_unknown_grants_are_named(client, grant):
    assert error_of(client.post("/token", grant_type=grant)) == (400, "unsupported_grant_type", 3)
    assert error_of(client.post("/token")) == (400, "invalid_argument", 3)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "eyJhbGciOiJub25lIn0.e30.", "x" * 5000])
def test_introspection_of_a_bad_token_is_an_empty_object(client, token):
    response = client.bearer(token, "GET", "/token/introspect")

    assert (response.status_code, response.json()) == (200, {})


def test_introspection_does_not_read_the_query(client, tokens):
    """S-68."""
    response = client.call("GET", f"/token/introspect?token={tokens['access_token']}")

    assert response.json() == {}


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_the_clients_sign_out_sends_a_token_and_no_header(client, tokens, kind):
    response = client.post("/revoke", token=tokens[kind])

    assert (response.status_code, response.json()) == (200, {})
    assert introspect(client, tokens["access_token"]) == {}
    assert error_of(refresh(client, tokens["refresh_token"])) == GRANT


def test_a_revocation_with_the_header_alone(client, tokens):
    response = client.bearer(tokens["access_token"], "POST", "/revoke")

    assert response.json() == {}
    assert introspect(client, tokens["access_token"]) == {}


def test_a_revocation_of_nothing_known_succeeds_and_ends_nothing(client, tokens):
    other = CloudBaseClient(make_application(client.application.tenant))

    assert other.post("/revoke", token=tokens["access_token"]).json() == {}
    assert client.post("/revoke", token="unknown").json() == {}
    assert introspect(client, tokens["access_token"])["sub"] == tokens["sub"]
    assert error_of(client.post("/revoke")) == (400, "invalid_argument", 3)


@pytest.mark.parametrize("seconds", [0, 100_000])
def test_signing_out_succeeds_with_an_expired_token_too(client, tokens, pass_time, seconds):
    pass_time(seconds)

    response = client.bearer(tokens["access_token"], "POST", "/user/signout", {})

    assert (response.status_code, response.json()) == (200, {})
    assert Session.objects.get().revoked_at is not None


def test_signing_out_sends_people_only_where_the_application_says():
    """S-69."""
    client = CloudBaseClient(make_application(logout_redirect_uris=["https://shop.example/bye"]))
    token = client.sign_up().json()["access_token"]

    def sign_out(uri: str):
        return client.bearer(token, "POST", "/user/signout", {"redirect_uri": uri, "state": "a&b"}).json()

    assert sign_out("https://shop.example/bye") == {"redirect_uri": "https://shop.example/bye?state=a%26b"}
    for uri in ("https://shop.example/bye/", "https://shop.example.evil/bye", "https://shop.example/bye?x=1", "//evil"):
        assert sign_out(uri) == {}


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_twenty_refreshes_at_once_all_get_the_same_successor(client, tokens):
    """S-63."""

    def successor() -> str:
        return refresh(CloudBaseClient(client.application), tokens["refresh_token"]).json()["refresh_token"]

    successors = set(at_once([successor] * 20))

    assert len(successors) == 1
