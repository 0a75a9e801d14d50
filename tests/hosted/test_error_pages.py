"""What people meet who open an address that is no page, or is cut off: a page; programs get the JSON."""

import pytest
from django.http import HttpResponse

from ciam import answers
from tenants.models import Domain, Publication
from tests.authorization.visitors import make_shop
from tests.clients import Client
from tests.factories import make_application, make_tenant
from tests.hosted.readers import Reader

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
SHOP = "shop.example"
AUTHORIZE = "/oauth2/authorize?response_type=code&client_id="


def open_page(path: str, *, client: Client | None = None, host: str = "localhost", **headers: str) -> HttpResponse:
    return (client or Client()).get(path, headers={"host": host, "accept": BROWSER} | headers)


def title_of(response: HttpResponse) -> str:
    assert response["Content-Type"].startswith("text/html")
    return Reader(response.content.decode()).one("h1").text


@pytest.fixture
def shop():
    tenant = make_tenant(name="Shop & Co", color="#aa2200", login_url="https://shop.example/login")
    Domain.objects.create(tenant=tenant, name=SHOP)
    return make_application(tenant)


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/nothing", 404, "There is no page here"),
        ("/signup", 404, "This link does not work"),
        ("/signup?client_id=nobody", 404, "This link does not work"),
        ("/login", 404, "Please start again"),
        ("/login/consent", 404, "Please start again"),
        ("/login/with/google", 404, "Please start again"),
        ("/oauth2/continue", 404, "Please start again"),
        ("/oauth2/authorize", 400, "This link does not work"),
        (f"{AUTHORIZE}nobody", 401, "This link does not work"),
        ("/logout", 400, "This link does not work"),
        ("/account/verifyEmail", 400, "This link is not good"),
        ("/account/verifyEmail?token=cut", 422, "This link is not good"),
        ("/otp/send", 405, "This address is not a page"),
        ("/auth/v1/user/me", 401, "This address is not a page"),
    ],
)
def test_a_browser_is_told_in_words_and_a_program_as_before(path, status, title) -> None:
    page = open_page(path)
    for_program = Client().get(path, headers={"host": "localhost", "accept": "*/*"})

    assert (page.status_code, title_of(page)) == (status, title)
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("no-referrer", "no-store")
    assert for_program.status_code == status
    assert for_program["Content-Type"].startswith("application/json")


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "*/*"},
        {"accept": "application/json"},
        {"accept": "application/json, text/html;q=0.5"},
        {"sec-fetch-mode": "cors"},
        {"authorization": "Bearer x"},
        {"x-requested-with": "XMLHttpRequest"},
    ],
)
def test_scripts_and_programs_get_json(headers) -> None:
    assert open_page("/nothing", **headers).json() == {"error": "not_found"}


def test_without_an_accept_header_the_answer_is_json() -> None:
    assert Client().get("/nothing", headers={"host": "localhost"}).json() == {"error": "not_found"}


def test_a_form_that_a_browser_posts_is_answered_by_a_page() -> None:
    headers = {"host": "localhost", "accept": BROWSER}
    browser, program = (
        Client().post("/oauth2/authorize", b"a=1&a=2", content_type="application/x-www-form-urlencoded", headers=one)
        for one in (headers | {"sec-fetch-mode": "navigate"}, headers)
    )

    assert title_of(browser) == "This link does not work"
    assert program.json()["error"] == "invalid_request"


def test_the_page_has_the_brand_of_the_host(shop) -> None:
    page = Reader(open_page("/nothing", host=SHOP).content.decode())

    assert page.one("header").text.strip() == "Shop & Co"
    assert page.one("a", href="https://shop.example/login").text == "Log in"


def test_the_page_has_the_brand_of_the_application_that_the_link_names(shop) -> None:
    response = open_page(f"{AUTHORIZE}{shop.client_id}&redirect_uri=https://elsewhere.example/")

    assert title_of(response) == "This link does not work"
    assert "Shop &amp; Co" in response.content.decode()
    assert "OAuth 2.0 Parameter: redirect_uri" in response.content.decode()


def test_a_page_of_no_tenant_names_none(shop) -> None:
    for response in (open_page("/nothing"), open_page(f"/?client_id={shop.client_id}", host="evil.example")):
        assert "Shop" not in response.content.decode()
        assert Reader(response.content.decode()).all("header") == []


def test_an_unknown_host_is_a_page_too() -> None:
    response = open_page("/", host="elsewhere.example")

    assert (response.status_code, title_of(response)) == (400, "There is no site at this address")


@pytest.mark.parametrize(("language", "title"), [("tr", "Burada bir sayfa yok"), ("zh-CN", "这里没有页面")])
def test_the_page_speaks_the_readers_language(language, title) -> None:
    response = open_page("/nothing", **{"accept-language": language})

    assert title_of(response) == title
    assert {"Accept", "Accept-Language"} <= set(response["Vary"].split(", "))


@pytest.mark.parametrize("path", ["//evil.example/nothing", "/%2e%2e//evil.example", "/a b?token=secret"])
def test_the_page_leads_nowhere_else(path) -> None:
    page = Reader(open_page(path).content.decode())

    assert all(link.attributes["href"].startswith("/") for link in page.all("a"))
    assert not any(link.attributes["href"].startswith("//") for link in page.all("a"))


def test_an_expired_session_is_told_to_start_again(pass_time) -> None:
    shop, client = make_shop(), Client()
    client.get(
        "/oauth2/authorize",
        {"response_type": "code", "client_id": shop.client_id, "redirect_uri": shop.redirect_uris[0]},
        headers={"host": "localhost"},
    )
    pass_time(3600)

    assert title_of(open_page(f"/login?client_id={shop.client_id}", client=client)) == "Please start again"
    assert title_of(open_page("/oauth2/continue", client=client)) == "Please start again"


def test_address_with_more_parameters_than_are_read_gets_the_json() -> None:
    response = open_page(f"/nothing?{'a=1&' * 1001}")

    assert (response.status_code, response.json()["error"]) == (404, "not_found")


def test_probes_read_json_in_a_browser_too() -> None:
    assert open_page("/metrics", **{"x-forwarded-for": "203.0.113.9"})["Content-Type"].startswith("application/json")


def test_the_number_of_a_failure_is_that_of_its_lines(shop) -> None:
    Publication.objects.update(document={"id": "broken on purpose"})

    response = open_page(f"/signup?client_id={shop.client_id}", client=Client(raise_request_exception=False))

    assert (response.status_code, title_of(response)) == (500, "Something went wrong")
    assert response["X-Request-Id"] in response.content.decode()


def test_the_logo_of_a_host_needs_no_client(shop) -> None:
    shop.tenant.logo = "iVBORw0KGgo="
    shop.tenant.save()

    page = Reader(open_page("/nothing", host=SHOP).content.decode())

    assert page.one("img").attributes["src"] == "/signup/logo"
    assert Client().get("/signup/logo", headers={"host": SHOP})["Content-Type"] == "image/png"
    assert Client().get("/signup/logo", headers={"host": "localhost"}).status_code == 404


@pytest.mark.parametrize("path", ["/docs", "/admin"])
def test_a_forgotten_slash_is_added_for_a_browser(path) -> None:
    assert open_page(path)["Location"] == f"{path}/"
    assert Client().get(path, headers={"host": "localhost"}).json() == {"error": "not_found"}


def test_outcome_of_an_unknown_host_is_named() -> None:
    response = Client().get("/nothing", headers={"host": "elsewhere.example"})

    assert answers.outcome_of(response) == "unknown_host"
    assert response.json()["error"] == "invalid_request"
