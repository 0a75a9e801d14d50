"""S-66: with a cookie, only our own pages and listed origins call, and only in JSON; there is no token to forge."""

import pytest

from accounts.models import EndUser
from tests.clients import Client
from tests.dialects.plusauth.clients import EMAIL, Browser, error_of, make_back_end
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db
SHOP = "https://shop.example"
STRANGERS = [
    *("null", "", "https://evil.example", "https://shop.example.evil.example", "https://shop.example:8443"),
    *(
        "http://shop.example",
        "https://SHOP.example",
        "https://shop.example/",
        "https://localhost",
        "http://localhost:1",
    ),
]


@pytest.fixture
def browser() -> Browser:
    return Browser(make_application(authentication=("email",), allowed_origins=[SHOP]))


@pytest.mark.parametrize("path", ["/signup", "/signup/code"])
@pytest.mark.parametrize("origin", STRANGERS)
def test_a_page_of_another_origin_is_refused_and_may_not_read_that(browser, origin, path):
    response = browser.post(path, {"email": EMAIL}, origin=origin)

    assert error_of(response) == (403, "invalid_origin", "")
    assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert not EndUser.objects.exists()


def test_a_cross_site_request_without_an_origin_is_refused(browser):
    response = browser.post("/signup", {"email": EMAIL}, **{"sec-fetch-site": "cross-site"})

    assert error_of(response) == (403, "invalid_origin", "")


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_our_own_page_may_call(browser, site):
    response = browser.post("/signup", {"email": EMAIL}, origin="http://localhost", **{"sec-fetch-site": site})

    assert response.status_code == 200


def test_a_listed_page_may_call_and_read_the_answer(browser):
    response = browser.post("/signup", {"email": EMAIL}, origin=SHOP, **{"sec-fetch-site": "cross-site"})

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == SHOP
    assert response["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in response["Vary"]


def test_a_listed_page_may_read_a_refusal_too(browser):
    refused = browser.post("/signup", {"email": "x"}, origin=SHOP)
    browser.http.cookies.clear()
    sessionless = browser.post("/signup", {"email": EMAIL}, origin=SHOP)

    assert (refused.status_code, refused["Access-Control-Allow-Origin"]) == (422, SHOP)
    assert (sessionless.status_code, sessionless["Access-Control-Allow-Origin"]) == (401, SHOP)


def test_the_origin_of_another_application_is_a_strangers(browser):
    make_application(browser.application.tenant, allowed_origins=["https://other.example"])

    assert error_of(browser.post("/signup", {"email": EMAIL}, origin="https://other.example"))[0] == 403


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/json; charset=latin1",
    ],
)
def test_what_a_form_can_send_is_refused(browser, content_type):
    for path in ("/signup", "/signup/code"):
        response = browser.http.generic("POST", path, '{"email": "mei@example.com"}', content_type)
        assert error_of(response) == (415, "invalid_request", "")
    assert not EndUser.objects.exists()


@pytest.mark.parametrize("path", ["/signup", "/signup/code"])
def test_a_preflight_is_for_listed_origins(path):
    tenant = make_tenant()
    tenant.domains.create(name="login.shop.example")
    make_application(tenant, allowed_origins=[SHOP])
    make_application(allowed_origins=["https://other.example"])
    http = Client(headers={"host": "login.shop.example", "access-control-request-method": "POST"})

    listed = http.options(path, headers={"origin": SHOP})
    stranger = http.options(path, headers={"origin": "https://other.example"})

    assert (listed.status_code, listed["Access-Control-Allow-Origin"]) == (204, SHOP)
    assert listed["Access-Control-Allow-Credentials"] == "true"
    assert {"content-type", "x-requested-with"} <= set(listed["Access-Control-Allow-Headers"].split(", "))
    assert error_of(stranger) == (403, "invalid_origin", "")
    assert "Access-Control-Allow-Origin" not in stranger


def test_behind_a_proxy_with_tls_our_own_page_has_https(browser, settings):
    settings.IS_HTTPS = True

    assert error_of(browser.post("/signup", {"email": EMAIL}, origin="http://localhost"))[0] == 403
    assert browser.post("/signup", {"email": EMAIL}, origin="https://localhost").status_code == 200


def test_back_ends_have_no_cross_origin_headers():
    response = make_back_end(allowed_origins=[SHOP]).call("get", "/api/v1/users", origin=SHOP)

    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response
