"""Where pages lead on that have nothing more to ask: Back after a log-in, a sign-up for no application, a log-out."""

import json

import pytest

from tenants.models import Application
from tests.authorization.visitors import Visitor, make_shop
from tests.dialects.tencent.logins import make_user
from tests.factories import make_tenant
from tests.hosted.readers import Reader

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
LOG_IN, SITE = "https://shop.example/log-in", "https://shop.example/"


def make(login_url: str = "", **options) -> Application:
    application = make_shop(make_tenant(login_url=login_url), name="Shop", **options)
    make_user(application)
    return application


def links(response) -> dict[str, str]:
    """The links of the page's card, by their words."""
    anchors = Reader(response.content.decode()).all("a")
    return {one.text: one.attributes["href"] for one in anchors if "lang" not in one.attributes}


def came_back(visitor: Visitor):
    """The log-in page once more, after the application got its answer."""
    page = visitor.authorize()
    visitor.read(visitor.follow(page))
    answer = visitor.log_in()
    assert "code=" in visitor.http.get(answer.json()["location"])["Location"]
    return visitor.follow(page)


@pytest.mark.parametrize(("login_url", "address"), [("", SITE), (LOG_IN, LOG_IN)])
def test_back_after_a_log_in_leads_on(login_url, address):
    page = came_back(Visitor(make(login_url)))

    assert page.status_code == 200
    assert "You are logged in" in page.content.decode()
    assert links(page) == {"Go on to Shop": address}


@pytest.mark.parametrize("path", ["/login", "/signup"])
def test_a_page_without_a_request_leads_who_is_logged_in_on(path):
    mei = Visitor(make())
    mei.enter()

    page = mei.http.get(path, {"client_id": mei.application.client_id})

    assert (page.status_code, links(page)["Go on to Shop"]) == (200, SITE)


def test_back_after_a_log_out_leads_to_the_site():
    mei = Visitor(make())
    page = mei.authorize()
    mei.read(mei.follow(page))
    mei.log_in()
    mei.proceed()
    mei.read(mei.http.get("/logout", {"client_id": mei.application.client_id}))
    mei.post("/logout/confirm")

    response = mei.follow(page)

    assert (response.status_code, links(response)) == (400, {"Go on to Shop": SITE})


def test_after_a_log_out_a_page_leads_to_the_site():
    mei = Visitor(make(logout_redirect_uris=[]))

    page = mei.http.get("/logout", {"client_id": mei.application.client_id})

    assert links(page) == {"Go on to Shop": SITE}


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ({"redirect_uris": ["https://shop.example:8443/a/b?c=d"]}, "https://shop.example:8443/"),
        ({"redirect_uris": ["com.example.shop:/back", "http://localhost:3000/back"], "type": "spa"}, None),
        ({"redirect_uris": ["com.example.shop:/back"], "type": "mobile"}, None),
        ({"redirect_uris": ["http://127.0.0.1/back"], "type": "mobile"}, None),
        ({"redirect_uris": []}, None),
    ],
    ids=str,
)
def test_a_sign_up_for_no_application_leads_to_its_site(options, address):
    shop = make(**options)

    page = Visitor(shop).http.get("/signup", {"client_id": shop.client_id})

    found = links(page).get("Go on to Shop")
    assert found == (address or ("http://localhost:3000/" if options.get("type") == "spa" else None))
    assert ("You can close this page." in page.content.decode()) is (found is None)


@pytest.mark.parametrize(("login_url", "address"), [("", SITE), (LOG_IN, LOG_IN)])
def test_who_signs_up_with_a_used_address_is_shown_the_log_in(login_url, address):
    visitor = Visitor(make(login_url))
    path = {"client_id": visitor.application.client_id}

    assert visitor.read(visitor.http.get("/signup", path))["log_in_url"] == address
    visitor.authorize()
    script = visitor.read(visitor.http.get("/signup", path))
    assert script["log_in_url"].startswith("/login?")
    assert "log_in" in json.dumps(script["words"])
