import pytest

from accounts.models import EndUser
from tenants.models import Domain
from tests.clients import Client, TencentClient, basic, headers_of
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

UNKNOWN_HOST = {"error": "invalid_request", "error_description": "This server does not answer for that Host."}


@pytest.fixture
def shop():
    tenant = make_tenant(slug="shop")
    Domain.objects.create(tenant=tenant, name="login.shop.example")
    Domain.objects.create(tenant=tenant, name="shop.portal.example", position=1)
    return make_application(tenant, authentication=("username",))


@pytest.fixture
def bakery():
    tenant = make_tenant(slug="bakery")
    Domain.objects.create(tenant=tenant, name="login.bakery.example")
    return make_application(tenant, authentication=("username",))


def sign_up(application, host: str | None, **headers: str):
    headers |= {"authorization": basic(application.client_id)} | ({} if host is None else {"host": host})
    return Client(headers=headers).post("/signup", {"username": "somebody"}, content_type="application/json")


def assert_json_400(response) -> None:
    assert (response.status_code, response.json()) == (400, UNKNOWN_HOST)
    assert response["Content-Type"] == "application/json;charset=UTF-8"
    assert not EndUser.objects.exists()


@pytest.mark.parametrize(
    "host",
    [
        "login.shop.example",
        "shop.portal.example",
        "LOGIN.Shop.Example",
        "login.shop.example:8443",
        "login.shop.example.",
    ],
)
def test_every_domain_of_a_tenant_names_it(shop, host):
    """S-70."""
    assert sign_up(shop, host).status_code == 200
    assert EndUser.objects.get().tenant == shop.tenant


def test_a_domain_and_a_client_of_two_tenants_are_refused_like_an_unknown_client(shop, bakery):
    """S-70."""
    client_of_nobody = make_application(client_id="nobody")
    client_of_nobody.delete()

    unknown = sign_up(client_of_nobody, "login.shop.example")
    crossed = [sign_up(bakery, "login.shop.example"), sign_up(shop, "login.bakery.example")]

    assert (unknown.status_code, unknown.json()) == (401, {"error": "invalid_client"})
    for response in crossed:
        assert (response.status_code, response.content) == (401, unknown.content)
        assert headers_of(response) == headers_of(unknown)
    assert not EndUser.objects.exists()


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST"])
def test_a_shared_host_names_no_tenant_so_the_client_does(shop, bakery, host):
    """S-70."""
    assert [sign_up(application, host).status_code for application in (shop, bakery)] == [200, 200]


def test_a_domain_counts_and_stops_counting_for_the_very_next_call(shop):
    """S-72."""
    assert_json_400(sign_up(shop, "new.shop.example"))
    domain = Domain.objects.create(tenant=shop.tenant, name="new.shop.example")
    assert sign_up(shop, "new.shop.example").status_code == 200
    EndUser.objects.all().delete()
    domain.delete()
    assert_json_400(sign_up(shop, "new.shop.example"))


@pytest.mark.parametrize(
    "host",
    [
        None, "", ".", ":80", "unknown.example", "shop.example", "x.login.shop.example", "login.shop.example.evil",
        "login.shop.example:", "login.shop.example:port", "login.shop.example:80:80", "login.shop.example/",
        "login.shop.example, localhost", "login.shop.example@localhost", "localhost\n", "localhost\x00", "localhost#",
        "[::1", "::1", "[localhost]", "[::2]", "0x7f.1", "ｌocalhost", "lоcalhost", "%6cocalhost", "a" * 5_000,
        "localhost\\", " localhost",
    ],
    ids=ascii,
)  # fmt: skip
def test_any_other_host_is_a_json_400_that_names_nobody(shop, host):
    """S-71."""
    headers = {"authorization": basic(shop.client_id)} | ({} if host is None else {"host": host})

    for path in ("/signup", "/otp/send", "/", "/admin/", "/nothing"):
        response = Client(headers=headers).post(path, {"username": "somebody"}, content_type="application/json")
        assert_json_400(response)


@pytest.mark.parametrize("header", ["x-forwarded-host", "x-host", "x-original-host", "forwarded", "x-forwarded-server"])
def test_no_other_header_names_the_tenant(shop, bakery, header):
    """S-71."""
    pointing_at_shop = {header: "host=login.shop.example" if header == "forwarded" else "login.shop.example"}

    assert sign_up(shop, "login.bakery.example", **pointing_at_shop).status_code == 401
    assert_json_400(sign_up(shop, "unknown.example", **pointing_at_shop))
    assert sign_up(bakery, "login.bakery.example", **pointing_at_shop).status_code == 200


def test_without_shared_hosts_only_the_one_of_the_public_url_is_left(shop, settings):
    settings.SHARED_HOSTS, settings.PUBLIC_URL = [], "https://Ciam.example:8443/"

    assert_json_400(sign_up(shop, "localhost"))
    assert sign_up(shop, "ciam.example").status_code == 200


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/tenants/tenant/"])
def test_the_admin_is_not_there_on_a_tenants_domain(shop, path):
    response = Client(headers={"host": "login.shop.example"}).get(path)

    assert (response.status_code, response.json()) == (404, {"error": "not_found"})
    assert response["Content-Type"] == "application/json;charset=UTF-8"


def test_the_admin_is_there_on_a_shared_host():
    response = Client(headers={"host": "localhost"}).get("/admin/login/")

    assert response.status_code == 200


@pytest.mark.parametrize("host", [None, "login.shop.example", "unknown.example", "10.0.0.1:8000", "!", ""])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_on_any_host(shop, path, host):
    response = Client(headers={} if host is None else {"host": host}).get(path)

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_a_tenants_domain_and_a_shared_host_make_the_same_end_users(shop):
    """S-70."""
    sign_up(shop, "localhost")

    again = TencentClient(shop, host="login.shop.example").sign_up(username="Somebody")

    assert again.json() == {"error": "duplicate_username"}
