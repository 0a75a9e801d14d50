"""`POST /oauth2/token` and `POST /oauth2/revoke`: who calls, refreshing, tokens of clients, revoking (contract §6)."""

from urllib.parse import urlencode

import pytest

from accounts.models import EndUser
from signup.contracts import publish
from tenants.models import Application, Counter, Domain
from tests.clients import Client, basic
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.tencent.logins import (
    FORM,
    Shop,
    error_of,
    make_login_application,
    make_user,
    payload,
)
from tests.factories import SECRET, make_application
from tokens import retention
from tokens.models import RevokedAccessToken, Session

pytestmark = pytest.mark.django_db

TOKEN, REVOKE = "/oauth2/token", "/oauth2/revoke"
INVALID_CLIENT = (401, "invalid_client", None)
GRANT = (400, "invalid_grant", None)
URI = "https://datatracker.ietf.org/doc/html/rfc6749#section-5.2"


@pytest.fixture
def shop() -> Shop:
    application = make_login_application(scopes=["read:user", "write:user"])
    make_user(application)
    return Shop(application)


@pytest.fixture
def issued(shop) -> dict[str, str]:
    return shop.log_in().json()


# Who calls


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"client_id": "", "client_secret": SECRET},
        {"client_secret": ""},
        {"client_secret": "wrong"},
        {"client_id": "unknown"},
        {"client_id": "x" * 200},
        {"client_id": "a\x00b"},
        {"client_secret": "a\x00b"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [TOKEN, REVOKE, "/reset_user_password"])
def test_bad_credentials_in_the_body(shop, path, credentials):
    """S-55."""
    own = shop.credentials | credentials if credentials else {}

    response = shop.plain_form(path, urlencode({"grant_type": "client_credentials", "token": "x"} | own))

    assert error_of(response) == INVALID_CLIENT
    assert response["WWW-Authenticate"].startswith("Basic ")
    assert response["Cache-Control"] == "no-store"


def test_body_and_basic_may_say_the_same_and_nothing_else(shop):
    """S-55."""
    client_id = shop.application.client_id
    client = Client(headers={"host": "localhost", "authorization": basic(client_id)})

    def ask(**fields):
        form = urlencode({"grant_type": "client_credentials"} | fields)
        return client.post(TOKEN, form, content_type=FORM)

    assert ask().status_code == 200
    assert ask(client_id=client_id).status_code == 200
    assert ask(client_id=client_id, client_secret=SECRET).status_code == 200
    assert error_of(ask(client_id="another")) == INVALID_CLIENT
    assert error_of(ask(client_id=client_id, client_secret="another")) == INVALID_CLIENT


@pytest.mark.parametrize("authorization", ["Bearer abc", "Basic", "Basic !!!", "Negotiate x"])
def test_another_header_does_not_fall_back_to_the_body(shop, authorization):
    """S-55."""
    form = urlencode(shop.credentials | {"grant_type": "client_credentials"})

    response = Client(headers={"host": "localhost"}).post(
        TOKEN, form, content_type=FORM, headers={"authorization": authorization}
    )

    assert error_of(response) == INVALID_CLIENT


def test_another_tenants_client_is_unknown_on_a_tenants_host(shop):
    """S-70."""
    Domain.objects.create(tenant=make_application().tenant, name="login.other.example")

    response = Shop(shop.application, host="login.other.example").form(TOKEN, grant_type="client_credentials")

    assert error_of(response) == INVALID_CLIENT


def test_a_client_that_is_switched_off_is_unknown_at_once(shop, issued):
    """S-65, S-72."""
    Application.objects.update(enabled=False)
    publish(Application.objects.get())

    assert error_of(shop.form(TOKEN, grant_type="client_credentials")) == INVALID_CLIENT
    assert error_of(shop.refresh(issued["refresh_token"])) == INVALID_CLIENT
    assert error_of(shop.bearer(issued["access_token"]))[:2] == (401, "invalid_token")


def test_guessing_secrets_in_the_body_is_throttled(shop):
    """S-56."""
    guess = Shop(shop.application, secret="wrong")

    answers = [guess.form(TOKEN, grant_type="client_credentials").status_code for _ in range(21)]

    assert answers == [401] * 20 + [429]
    assert Counter.objects.get(kind="client").count == 20


def test_a_confidential_client_needs_its_secret_for_every_grant(shop, issued):
    nameless = Shop(shop.application, secret=None)

    assert error_of(nameless.refresh(issued["refresh_token"])) == INVALID_CLIENT
    assert error_of(nameless.log_in()) == INVALID_CLIENT
    assert error_of(nameless.form(REVOKE, token=issued["access_token"])) == INVALID_CLIENT


# Bodies


def test_a_grant_that_nobody_knows(shop):
    response = shop.form(TOKEN, grant_type="implicit")

    assert response.status_code == 400
    assert response.json() == {
        "error": "unsupported_grant_type",
        "error_description": "OAuth 2.0 Parameter: grant_type",
        "error_uri": URI,
    }


@pytest.mark.parametrize(
    "text",
    ["", "grant_type=", "grant_type=client_credentials&grant_type=password", "grant_type=refresh_token"],
)
def test_a_form_says_everything_once(shop, text):
    response = shop.plain_form(TOKEN, f"{urlencode(shop.credentials)}&{text}")

    assert error_of(response) == (400, "invalid_request", None)


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""])
@pytest.mark.parametrize("path", [TOKEN, REVOKE, "/reset_user_password"])
def test_other_kinds_of_bodies_are_refused(shop, path, content_type):
    client = Client(headers={"host": "localhost", "authorization": basic(shop.application.client_id)})

    response = client.generic("POST", path, "grant_type=client_credentials", content_type=content_type)

    assert error_of(response) == (400, "invalid_request", None)


def test_too_large_a_body_is_a_413(shop):
    form = shop.plain_form(TOKEN, "x=" + "y" * 17_000)
    json = Client(headers={"host": "localhost"}).post(TOKEN, " " * 70_000, content_type="application/json")

    assert (form.status_code, json.status_code) == (413, 413)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", [TOKEN, REVOKE, "/change_user_password", "/reset_user_password"])
def test_the_calls_are_posts(path, method):
    response = Client(headers={"host": "localhost"}).generic(method, path)

    assert (error_of(response), response["Allow"]) == ((405, "method_not_allowed", None), "POST, OPTIONS")


# Refreshing


def test_a_refresh_answers_with_three_new_tokens(shop, issued, pass_time):
    pass_time(60)
    response = shop.refresh(issued["refresh_token"])

    body = response.json()
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    assert set(body) == set(issued)
    assert not {body[name] for name in ("access_token", "refresh_token", "id_token")} & set(issued.values())
    assert payload(body["id_token"])["sub"] == payload(issued["id_token"])["sub"]
    assert shop.bearer(body["access_token"]).status_code == 200


def test_a_spent_refresh_token_ends_everything(shop, issued, pass_time):
    """S-62."""
    successor = shop.refresh(issued["refresh_token"]).json()
    pass_time(61)

    assert error_of(shop.refresh(issued["refresh_token"])) == GRANT
    assert error_of(shop.refresh(successor["refresh_token"])) == GRANT
    assert error_of(shop.bearer(successor["access_token"]))[:2] == (401, "invalid_token")


@pytest.mark.parametrize("token", ["", "x", "m.x", "a\x00b", "x" * 5000])
def test_what_is_no_refresh_token(shop, token):
    expected = (400, "invalid_grant") if token and "\x00" not in token else (400, "invalid_request")

    assert error_of(shop.refresh(token))[:2] == expected


def test_a_refresh_token_is_of_one_client(shop, issued):
    """S-61."""
    other = Shop(make_login_application(shop.application.tenant))

    assert error_of(other.refresh(issued["refresh_token"])) == GRANT
    assert shop.refresh(issued["refresh_token"]).status_code == 200


def test_a_refresh_token_expires(shop, issued, pass_time):
    """S-61."""
    pass_time(86_401)

    assert error_of(shop.refresh(issued["refresh_token"])) == GRANT


@pytest.mark.parametrize("status", [EndUser.Status.LOCK, EndUser.Status.FREEZE])
def test_a_blocked_user_is_out_at_once(shop, issued, status):
    """S-65."""
    EndUser.objects.update(status=status)

    assert error_of(shop.refresh(issued["refresh_token"])) == GRANT
    assert error_of(shop.bearer(issued["access_token"]))[:2] == (401, "invalid_token")


def test_a_public_client_refreshes_without_a_secret():
    shop = Shop(make_login_application(type="spa"), secret=None)
    make_user(shop.application)
    issued = shop.log_in_by_password().json()

    assert shop.refresh(issued["refresh_token"]).status_code == 200


def test_a_session_of_another_dialect_is_refreshed_without_an_id_token(shop):
    signed_in = CloudBaseClient(shop.application, device_id="").sign_in("mei").json()

    body = shop.refresh(signed_in["refresh_token"]).json()

    assert (body["scope"], "id_token" in body) == ("user", False)
    assert payload(body["access_token"])["scope"] == "user"
    assert error_of(shop.bearer(body["access_token"]))[:2] == (403, "insufficient_scope")


# Tokens of clients


@pytest.mark.parametrize(("kind", "is_welcome"), [("web", True), ("m2m", True), ("spa", False), ("mobile", False)])
def test_who_gets_a_token_of_its_own(kind, is_welcome):
    application = make_login_application(type=kind, scopes=["read:user"])

    response = Shop(application).form(TOKEN, grant_type="client_credentials")

    if not is_welcome:
        assert error_of(response) == (400, "unauthorized_client", None)
        return
    body = response.json()
    assert set(body) == {"access_token", "scope", "token_type", "expires_in"}
    assert payload(body["access_token"])["sub"] == application.client_id


def test_a_scope_that_the_client_does_not_have(shop):
    response = shop.form(TOKEN, grant_type="client_credentials", scope="identity_proofing")

    assert error_of(response) == (400, "invalid_scope", None)


# Revoking


def test_an_access_token_revokes_itself_alone(shop, issued):
    other = shop.refresh(issued["refresh_token"]).json()

    response = shop.form(REVOKE, token=issued["access_token"])

    assert (response.status_code, response.content, response.has_header("Content-Type")) == (200, b"", False)
    assert error_of(shop.bearer(issued["access_token"]))[:2] == (401, "invalid_token")
    assert shop.bearer(other["access_token"]).status_code == 200
    assert shop.refresh(other["refresh_token"]).status_code == 200
    assert shop.form(REVOKE, token=issued["access_token"]).status_code == 200


@pytest.mark.parametrize("hint", ["", "access_token", "refresh_token"])
def test_a_refresh_token_revokes_itself_and_its_access_tokens(shop, issued, hint):
    assert shop.form(REVOKE, token=issued["refresh_token"], token_type_hint=hint).status_code == 200

    assert error_of(shop.refresh(issued["refresh_token"])) == GRANT
    assert error_of(shop.bearer(issued["access_token"]))[:2] == (401, "invalid_token")
    assert Session.objects.get().revoked_at


def test_another_clients_tokens_are_not_touched(shop, issued):
    other = Shop(make_login_application(shop.application.tenant))

    for name in ("access_token", "refresh_token"):
        assert other.form(REVOKE, token=issued[name]).status_code == 200

    assert shop.bearer(issued["access_token"]).status_code == 200
    assert shop.refresh(issued["refresh_token"]).status_code == 200


@pytest.mark.parametrize("token", ["x", "m.x", "a.b.c", "x" * 5000])
def test_revoking_what_is_no_token_succeeds(shop, token):
    assert shop.form(REVOKE, token=token).status_code == 200


def test_revoking_needs_a_token_in_a_form(shop):
    assert error_of(shop.form(REVOKE)) == (400, "invalid_request", None)
    assert error_of(shop.json(REVOKE, token="x")) == (400, "invalid_request", None)


def test_a_clients_own_token_is_revoked(shop):
    token = shop.form(TOKEN, grant_type="client_credentials").json()["access_token"]
    client = CloudBaseClient(shop.application)
    assert client.bearer(token, "GET", "/token/introspect").json()["sub"] == shop.application.client_id

    shop.form(REVOKE, token=token)

    assert client.bearer(token, "GET", "/token/introspect").json() == {}


def test_what_was_revoked_is_forgotten_when_it_has_expired(shop, issued, pass_time):
    shop.form(REVOKE, token=issued["access_token"])
    retention.prune()
    assert RevokedAccessToken.objects.count() == 1

    pass_time(601)
    retention.prune()
    assert not RevokedAccessToken.objects.exists()


def test_discovery_names_every_call(shop):
    found = shop.http.get(f"/.well-known/openid-configuration?client_id={shop.application.client_id}").json()

    base = "http://localhost:8000"
    assert (found["token_endpoint"], found["revocation_endpoint"]) == (base + TOKEN, base + REVOKE)
    assert found["userinfo_endpoint"] == base + "/userinfo"
    assert {"client_secret_basic", "client_secret_post"} <= set(found["token_endpoint_auth_methods_supported"])
    assert found["scopes_supported"] == ["openid"]
    assert set(found["grant_types_supported"]) >= {"client_credentials", "refresh_token"}
