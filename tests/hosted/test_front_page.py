"""`/` in a browser."""

import pytest

from tenants.models import Domain
from tests.clients import Client
from tests.factories import make_application, make_tenant
from tests.hosted.readers import Reader
from tests.hosted.test_error_pages import open_page

pytestmark = pytest.mark.django_db


def test_a_trial_shows_where_to_look() -> None:
    application, closed = make_application(name="Demo shop"), make_application(sign_up=False)

    response = open_page("/")

    page = Reader(response.content.decode())
    links = {link.attributes["href"]: link.text for link in page.all("a")}
    assert response.status_code == 200
    assert links[f"/signup?client_id={application.client_id}&ui_locales=en"] == "Sign-up page of Demo shop"
    assert {"/admin/", "/docs/"} <= links.keys()
    assert closed.client_id not in response.content.decode()


def test_production_shows_a_plain_page(settings) -> None:
    settings.IS_TRIAL = False
    make_application()

    response = open_page("/")

    page = Reader(response.content.decode())
    assert page.one("h1").text == "Accounts and log-in"
    assert (response["Referrer-Policy"], response["Vary"]) == ("no-referrer", "Accept, Accept-Language, Cookie")
    assert {link.attributes["href"] for link in page.all("a")} == {"/?ui_locales=tr", "/?ui_locales=zh-Hans"}


def test_a_tenants_domain_shows_its_own_name_and_applications() -> None:
    tenant = make_tenant(name="Shop", login_url="https://shop.example/")
    Domain.objects.create(tenant=tenant, name="shop.example")
    own, other = make_application(tenant), make_application()

    response = open_page("/", host="shop.example")

    page = Reader(response.content.decode())
    assert page.one("header").text.strip() == "Shop"
    assert page.one("a", href="https://shop.example/").text == "Log in"
    assert own.client_id in response.content.decode()
    assert other.client_id not in response.content.decode()
    assert page.all("a", href="/admin/") == []


def test_programs_are_told_that_there_is_nothing() -> None:
    for response in (
        Client().get("/", headers={"host": "localhost", "accept": "*/*"}),
        Client().post("/", headers={"host": "localhost", "accept": "text/html"}),
    ):
        assert (response.status_code, response.json()) == (404, {"error": "not_found"})
