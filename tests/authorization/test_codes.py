"""From the application's request to its tokens: the code and what spends it (RFC 6749 §4.1, RFC 7636)."""

from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from accounts.models import EndUser
from signup.models import BrowserSession, PendingRequest
from tenants.models import Application
from tests.authorization.visitors import AFTER, CALLBACK, Visitor, code_of, exchange, make_shop, query_of, told
from tests.clients import Client
from tests.dialects.tencent.logins import Shop, error_of, make_user, payload
from tests.factories import configuration_of
from tokens import retention
from tokens.models import AuthorizationCode, Session

pytestmark = pytest.mark.django_db

GRANT = (400, "invalid_grant", None)
CLIENT = (401, "invalid_client", None)


@pytest.fixture
def shop() -> Application:
    application = make_shop()
    make_user(application)
    return application


@pytest.fixture
def app() -> Application:
    """A public one, which has no secret."""
    application = make_shop(type="spa")
    make_user(application)
    return application


@pytest.mark.parametrize("path", ["/oauth2/authorize", "/oauth2/auth"])
def test_a_code_of_the_browser_is_an_end_users_tokens(shop, path):
    mei = Visitor(shop)
    mei.read(mei.follow(mei.authorize(path, nonce="n-1")))
    assert mei.log_in().json() == {"location": f"http://localhost{mei.onward}"}

    found = query_of(response := mei.proceed())
    body = exchange(shop, response).json()

    assert response["Location"].startswith(f"{CALLBACK}?")
    assert set(found) == {"code", "state", "iss"}
    assert (found["state"], found["iss"]) == ("of-the-shop", configuration_of(shop).tenant.issuer)
    assert len(found["code"]) == 128
    assert set(body) == {"access_token", "refresh_token", "id_token", "scope", "token_type", "expires_in"}
    claims = payload(body["id_token"])
    assert (claims["sub"], claims["aud"], claims["nonce"]) == (EndUser.objects.get().sub, shop.client_id, "n-1")
    assert abs(claims["auth_time"] - claims["iat"]) < 60
    assert Shop(shop).bearer(body["access_token"]).json()["username"] == "Mei"


def test_the_id_token_is_verified_by_the_published_keys(shop):
    body = exchange(shop, Visitor(shop).enter()).json()

    keys = KeySet.import_key_set(Shop(shop).http.get(f"/oauth2/jwks?client_id={shop.client_id}").json())

    assert jwt.decode(body["id_token"], keys, algorithms=["ES256"]).claims["azp"] == shop.client_id
    assert "nonce" not in payload(body["id_token"])


def test_auth_time_is_when_somebody_logged_in_not_when_the_code_was_made(shop, pass_time):
    mei = Visitor(shop)
    first = payload(exchange(shop, mei.enter()).json()["id_token"])
    pass_time(600)

    second = payload(exchange(shop, mei.authorize()).json()["id_token"])

    assert second["auth_time"] == first["auth_time"]
    assert second["iat"] - first["iat"] >= 600


def test_a_public_client_proves_the_challenge(app):
    mei = Visitor(app)

    response = exchange(app, mei.enter(**mei.pkce()), secret=None, code_verifier=mei.verifier)

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"


def test_a_confidential_client_may_prove_one_too(shop):
    mei = Visitor(shop)

    assert exchange(shop, mei.enter(**mei.pkce()), code_verifier=mei.verifier).status_code == 200


@pytest.mark.parametrize("verifier", ["", "x" * 42, "x" * 43, "x" * 129, "é" * 43])
def test_another_verifier_is_none(shop, verifier):
    mei = Visitor(shop)
    response = mei.enter(**mei.pkce())
    changes = {"code_verifier": verifier} if verifier else {}

    assert error_of(exchange(shop, response, **changes)) == GRANT
    assert not Session.objects.exists()
    assert exchange(shop, response, code_verifier=mei.verifier).status_code == 200


def test_a_verifier_for_a_code_without_challenge_is_refused(shop):
    mei = Visitor(shop)

    assert error_of(exchange(shop, mei.enter(), code_verifier=mei.verifier)) == GRANT


def test_what_is_wrong_with_a_public_clients_code_is_the_client(app):
    """Contract §6, the page about PKCE."""
    mei = Visitor(app)
    response = mei.enter(**mei.pkce())

    wrong = [{"code_verifier": "x" * 43}, {"code": "x" * 128, "code_verifier": mei.verifier}, {}]
    for changes in wrong:
        assert error_of(exchange(app, response, secret=None, **changes)) == CLIENT
    nameless = {"client_id": "", "code_verifier": mei.verifier}
    assert error_of(exchange(app, response, secret=None, **nameless)) == (400, "invalid_request", None)


@pytest.mark.parametrize("code", ["x", "x" * 128, "x" * 5000, "\x00", "é"])
def test_an_unknown_code_is_no_grant(shop, code):
    assert error_of(exchange(shop, Visitor(shop).enter(), code=code)) == GRANT


@pytest.mark.parametrize("missing", ["code", "redirect_uri"])
def test_a_missing_parameter(shop, missing):
    response = exchange(shop, Visitor(shop).enter(), **{missing: ""})

    assert error_of(response) == (400, "invalid_request", None)


@pytest.mark.parametrize("address", [f"{CALLBACK}/", AFTER, f"{CALLBACK}?x=1", CALLBACK.upper()])
def test_the_redirect_uri_is_the_one_to_which_the_code_went(shop, address):
    response = Visitor(shop).enter()

    assert error_of(exchange(shop, response, redirect_uri=address)) == GRANT
    assert exchange(shop, response).status_code == 200


def test_a_code_is_one_applications(shop):
    other = make_shop(shop.tenant)
    response = Visitor(shop).enter()

    assert error_of(exchange(other, response)) == GRANT
    assert error_of(exchange(make_shop(), response)) == GRANT
    assert exchange(shop, response).status_code == 200


def test_a_code_is_spent_once_and_its_session_ends_when_it_comes_back(shop):
    """S-27 and RFC 6749 §10.5."""
    response = Visitor(shop).enter()
    body = exchange(shop, response).json()

    assert error_of(exchange(shop, response)) == GRANT
    assert error_of(Shop(shop).refresh(body["refresh_token"])) == GRANT
    assert Shop(shop).bearer(body["access_token"]).status_code == 401


def test_a_code_is_good_for_two_minutes(shop, pass_time):
    early, late = Visitor(shop).enter(), Visitor(shop).enter()

    pass_time(119)
    assert exchange(shop, early).status_code == 200
    pass_time(2)
    assert error_of(exchange(shop, late)) == GRANT


def test_what_ends_sessions_ends_codes(shop, pass_time):
    """S-65."""
    blocked, ended = Visitor(shop).enter(), Visitor(shop).enter()
    EndUser.objects.update(status=EndUser.Status.LOCK)

    assert error_of(exchange(shop, blocked)) == (400, "invalid_grant", "Abnormal user status")
    since = AuthorizationCode.objects.latest("id").authenticated_at + timedelta(seconds=1)
    EndUser.objects.update(status=EndUser.Status.NORMAL, sessions_valid_from=since)
    assert error_of(exchange(shop, ended)) == GRANT
    assert not Session.objects.exists()


def test_a_machine_has_no_codes():
    machine = make_shop(type="m2m")

    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}

    assert error_of(Shop(machine).form("/oauth2/token", **form)) == (400, "unauthorized_client", None)


def test_a_code_in_the_query_is_not_read(shop):
    """S-68."""
    response = Visitor(shop).enter()
    path = f"/oauth2/token?code={code_of(response)}&redirect_uri={CALLBACK}"

    assert error_of(Shop(shop).form(path, grant_type="authorization_code")) == (400, "invalid_request", None)


def test_codes_and_cookies_are_kept_as_hashes_alone(shop):
    """S-105."""
    mei = Visitor(shop)
    code = code_of(mei.enter())

    rows = [*AuthorizationCode.objects.values(), *BrowserSession.objects.values(), *PendingRequest.objects.values()]
    assert code not in str(rows)
    assert mei.cookie
    assert mei.cookie not in str(rows)


def test_old_codes_are_deleted(shop, pass_time):
    Visitor(shop).enter()

    pass_time(3600)
    retention.prune()
    assert AuthorizationCode.objects.exists()
    pass_time(90_000)
    retention.prune()
    assert not AuthorizationCode.objects.exists()


def test_the_body_is_a_form(shop):
    body = {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK}

    assert told(Shop(shop).json("/oauth2/token", **body)) == (400, "invalid_request")
    assert Client(headers={"host": "localhost"}).get("/oauth2/token").status_code == 405
