"""Pages of an application's own origins may read its answers; nobody else's may (S-66)."""

import pytest

from tests.clients import Client
from tests.dialects.tencent.logins import FORM, make_login_application

pytestmark = pytest.mark.django_db

PATHS = ["/oauth2/token", "/oauth2/revoke", "/userinfo", "/change_user_password", "/reset_user_password"]
LISTED, OF_REDIRECT = "https://pages.example", "https://app.example:8443"
FOREIGN = [
    "https://evil.example",
    "null",
    "https://pages.example.evil.example",
    "http://pages.example",
    "https://app.example",
]


@pytest.fixture
def shop():
    return make_login_application(
        type="spa", allowed_origins=[LISTED], redirect_uris=[f"{OF_REDIRECT}/callback?x=1", "com.example.app:/callback"]
    )


@pytest.fixture
def http(shop) -> Client:
    return Client(headers={"host": "localhost"})


def allowed(response) -> str:
    assert "Access-Control-Allow-Credentials" not in response
    return response.headers.get("Access-Control-Allow-Origin", "")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", [LISTED, OF_REDIRECT])
def test_a_preflight_of_the_applications_pages_passes(http, path, origin):
    response = http.options(path, headers={"origin": origin})

    assert (response.status_code, allowed(response)) == (204, origin)
    assert "authorization" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", FOREIGN)
def test_other_pages_are_told_nothing(http, path, origin):
    for response in (http.options(path, headers={"origin": origin}), http.post(path, headers={"origin": origin})):
        assert allowed(response) == ""
        assert "Access-Control-Allow-Headers" not in response


def test_an_answer_may_be_read_by_the_application_that_called_and_not_by_another(http, shop):
    other = make_login_application(shop.tenant, type="spa", allowed_origins=["https://other.example"])
    form = f"grant_type=refresh_token&client_id={shop.client_id}&refresh_token=x"

    own = http.post("/oauth2/token", form, content_type=FORM, headers={"origin": LISTED})
    foreign = http.post("/oauth2/token", form, content_type=FORM, headers={"origin": other.allowed_origins[0]})

    assert (own.status_code, allowed(own), own.headers["Vary"]) == (400, LISTED, "Origin")
    assert (foreign.status_code, allowed(foreign)) == (400, "")


def test_what_a_browser_asked_for_without_an_origin_is_answered_as_ever(http):
    assert "Vary" not in http.get("/userinfo")


def test_calls_with_a_secret_in_basic_alone_have_no_preflight(http):
    assert http.options("/otp/send", headers={"origin": LISTED}).status_code == 405
