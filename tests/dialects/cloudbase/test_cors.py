"""Pages of other origins: those that the application lists may call, and read what is answered (S-66)."""

import pytest

from tests.dialects.cloudbase.clients import EMAIL, CloudBaseClient, error_of
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


PAGE = "https://shop.example"


@pytest.fixture
def page_client() -> CloudBaseClient:
    return CloudBaseClient(make_application(make_tenant(), allowed_origins=[PAGE], password_source={}))


def test_a_page_of_a_listed_origin_may_call_and_read_errors_too(page_client):
    done = page_client.call("POST", "/verification", {"email": EMAIL}, origin=PAGE)
    refused = page_client.call("POST", "/verification", {}, origin=PAGE)

    for response in (done, refused):
        assert response["Access-Control-Allow-Origin"] == PAGE
        assert "Access-Control-Allow-Credentials" not in response
        assert response["Vary"] == "Origin"


@pytest.mark.parametrize(
    "origin",
    ["null", "https://shop.example.evil", "http://shop.example", "https://shop.example:444", "https://Shop.example"],
)
def test_other_origins_are_refused(page_client, origin):
    """S-66."""
    response = page_client.call("POST", "/verification", {"email": EMAIL}, origin=origin)

    assert error_of(response) == (403, "permission_denied", 7)
    assert "Access-Control-Allow-Origin" not in response


def test_the_servers_own_pages_and_callers_without_an_origin_may_call(page_client):
    own = page_client.call("POST", "/verification", {"email": EMAIL}, origin="http://localhost")

    assert own.status_code == 200
    assert "Access-Control-Allow-Origin" not in page_client.post("/verification", email="b@example.com")


def test_an_expired_token_is_told_to_the_page(page_client, pass_time):
    """Or else its client would never refresh."""
    token = page_client.sign_up().json()["access_token"]
    pass_time(100_000)

    response = page_client.call("GET", "/user/me", authorization=f"Bearer {token}", origin=PAGE)

    assert error_of(response) == (401, "unauthenticated", 16)
    assert response["Access-Control-Allow-Origin"] == PAGE


@pytest.mark.parametrize("names_client", [True, False])
def test_a_preflight_lists_methods_and_headers(page_client, names_client):
    response = page_client.call("OPTIONS", "/signup", client_id=names_client, origin=PAGE)

    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (200, PAGE)
    assert "PATCH" in response["Access-Control-Allow-Methods"]
    assert "x-device-id" in response["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("names_client", [True, False])
def test_a_preflight_of_another_origin_is_refused(page_client, names_client):
    response = page_client.call("OPTIONS", "/signup", client_id=names_client, origin="https://evil.example")

    assert error_of(response) == (403, "permission_denied", 7)
    assert "Access-Control-Allow-Origin" not in response


def test_an_unknown_client_is_told_to_the_page(page_client):
    body = {"email": EMAIL, "client_id": "unknown"}

    response = page_client.call("POST", "/verification", body, client_id=False, origin=PAGE)

    assert error_of(response) == (401, "unauthorized_client", 4022)
    assert response["Access-Control-Allow-Origin"] == PAGE


def test_another_applications_origin_is_refused(page_client):
    other = CloudBaseClient(make_application(page_client.application.tenant))

    response = other.call("POST", "/verification", {"email": EMAIL}, origin=PAGE)

    assert error_of(response) == (403, "permission_denied", 7)
    assert "Access-Control-Allow-Origin" not in response
