"""A session remembers that its client showed a secret, and goes on for such a client alone (RFC 6749 §6)."""

import pytest

from tenants.models import Application
from tests.clients import basic
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.cloudbase.clients import error_of as cloudbase_error
from tests.dialects.tencent.logins import EMAIL, PASSWORD, PHONE, Shop, make_login_application, make_user
from tests.factories import SECRET
from tokens.models import Session

pytestmark = pytest.mark.django_db

GRANT = (400, "invalid_grant", 3)


@pytest.fixture
def application() -> Application:
    application = make_login_application()
    make_user(application)
    return application


def refresh(application: Application, token: str, **body: str):
    client = CloudBaseClient(application, device_id="")
    return client.post("/token", grant_type="refresh_token", refresh_token=token, **body)


def test_the_other_dialects_refresh_asks_for_the_secret_too(application):
    shop = Shop(application)
    token = shop.log_in().json()["refresh_token"]

    refused = refresh(application, token, client_id=application.client_id)

    assert cloudbase_error(refused) == GRANT
    assert shop.refresh(token).status_code == 200


def test_who_shows_the_secret_refreshes_in_either_dialect(application):
    token = Shop(application).log_in().json()["refresh_token"]

    assert refresh(application, token, client_secret=SECRET).status_code == 200


@pytest.mark.parametrize("name", ["log_in", "by_email", "by_password"])
def test_every_log_in_with_the_secret_is_remembered(application, name):
    shop = Shop(application)
    ways = {
        "log_in": shop.log_in,
        "by_email": lambda: shop.json("/oauth2/token", **shop.code_login(email=EMAIL)),
        "by_password": shop.log_in_by_password,
    }

    assert ways[name]().status_code == 200

    assert Session.objects.get().client_authenticated


def test_a_session_without_the_secret_goes_on_without_it(application):
    client = CloudBaseClient(application, device_id="")
    token = client.sign_in("mei", PASSWORD).json()["refresh_token"]

    successor = refresh(application, token).json()["refresh_token"]

    assert not Session.objects.get().client_authenticated
    assert Shop(application).refresh(successor).status_code == 200


def test_cloudbases_log_in_with_the_secret_is_remembered(application):
    client = CloudBaseClient(application, device_id="")
    header = {"authorization": basic(application.client_id)}
    answer = client.call("POST", "/signin", {"username": "mei", "password": PASSWORD}, **header)

    assert cloudbase_error(refresh(application, answer.json()["refresh_token"])) == GRANT


def test_a_public_client_has_nothing_to_show():
    shop = Shop(make_login_application(type="spa"), secret=None)
    make_user(shop.application)
    issued = shop.log_in_by_password().json()

    assert refresh(shop.application, issued["refresh_token"]).status_code == 200


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
def test_revoking_asks_for_the_secret_too(application, name):
    token = Shop(application).log_in(phone_number=PHONE).json()[name]
    client = CloudBaseClient(application, device_id="")

    refused = client.post("/revoke", token=token)

    assert cloudbase_error(refused) == (401, "unauthorized_client", 4022)
    assert Session.objects.get().revoked_at is None
    assert client.post("/revoke", token=token, client_secret=SECRET).status_code == 200
    assert Session.objects.get().revoked_at
