"""A preflight names no application, so it is answered from the origins of all of them (S-83)."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ciam.provisioning import provision
from tenants.models import Application, Counter, Tenant
from tests.factories import make_application, make_tenant
from tests.query_work import Work, count_work
from tests.walls import as_owner

pytestmark = pytest.mark.django_db

PATHS = ["/oauth2/token", "/auth/v1/signup", "/signup/code"]
PAGE, OF_REDIRECT, UNKNOWN = "https://shop.example", "https://app.example:8443", "https://evil.example"
DOMAIN = "login.shop.example"


@pytest.fixture
def tenant() -> Tenant:
    tenant = make_tenant(slug="shop")
    tenant.domains.create(name=DOMAIN)
    return tenant


@pytest.fixture
def application(tenant) -> Application:
    return make_application(
        tenant, client_id="shop", type="spa", allowed_origins=[PAGE], redirect_uris=[f"{OF_REDIRECT}/callback"]
    )


def preflight(path: str, origin: str, host: str = "localhost") -> HttpResponse:
    return Client(headers={"host": host}).options(path, headers={"origin": origin})


def is_allowed(path: str, origin: str = PAGE, host: str = "localhost") -> bool:
    return preflight(path, origin, host).headers.get("Access-Control-Allow-Origin") == origin


def work_of(path: str, origin: str, host: str) -> Work:
    with count_work() as work:
        preflight(path, origin, host)
    return work


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", [PAGE, UNKNOWN])
@pytest.mark.parametrize("host", ["localhost", DOMAIN])
@pytest.mark.parametrize("are_enabled", [True, False])
def test_more_applications_cost_a_preflight_nothing(application, path, origin, host, are_enabled):
    make_application(application.tenant)  # with a second one, a Host names no application any more
    preflight(path, origin, host)  # which reads what is kept
    before = work_of(path, origin, host)

    for number in range(20):
        origins = [PAGE, f"https://shop-{number}.example"]
        make_application(application.tenant, allowed_origins=origins, enabled=are_enabled)

    assert work_of(path, origin, host) == before


@pytest.mark.parametrize("path", PATHS)
def test_origins_are_listed_ones_and_those_of_redirect_uris(application, path):
    assert is_allowed(path, PAGE)
    assert is_allowed(path, OF_REDIRECT)
    assert not is_allowed(path, UNKNOWN)


@pytest.mark.parametrize("path", PATHS)
def test_origin_of_another_tenant_is_unknown_on_a_domain(tenant, path):
    make_application(allowed_origins=[PAGE])

    assert is_allowed(path)
    assert not is_allowed(path, host=DOMAIN)


@pytest.mark.parametrize("path", PATHS)
def test_disabled_application_counts_for_the_next_preflight(application, path):
    provision("tenants: [{slug: shop, applications: [{client_id: shop, enabled: false}]}]")

    assert not is_allowed(path)
    assert not is_allowed(path, OF_REDIRECT)


@pytest.mark.parametrize("path", PATHS)
def test_deleted_application_counts_for_the_next_preflight(application, path):
    provision("tenants: [{slug: shop, applications: [{client_id: shop, state: absent}]}]")

    assert not is_allowed(path)


@pytest.mark.parametrize("path", PATHS)
def test_changed_origins_count_for_the_next_preflight(application, path):
    changed = "{client_id: shop, allowed_origins: ['https://new.example'], redirect_uris: []}"
    provision(f"tenants: [{{slug: shop, applications: [{changed}]}}]")

    assert [is_allowed(path, origin) for origin in (PAGE, OF_REDIRECT, "https://new.example")] == [False, False, True]


def test_origin_that_two_applications_share_stays_when_one_goes(application):
    make_application(application.tenant, allowed_origins=[PAGE])

    application.delete()

    assert is_allowed(PATHS[0])


@pytest.mark.parametrize("path", PATHS)
def test_redirect_uri_that_is_no_address_has_no_origin(path):
    make_application(redirect_uris=["http://[", 7, f"{OF_REDIRECT}/callback"])

    assert is_allowed(path, OF_REDIRECT)
    assert not is_allowed(path, UNKNOWN)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("origin", ["https://a\x00b", "\x80", "x" * 9_000])
def test_origin_that_is_none_is_unknown(application, path, origin):
    assert preflight(path, origin).status_code < 500
    assert not is_allowed(path, origin)


@pytest.mark.django_db(transaction=True)
def test_applications_of_an_older_version_are_known_after_migrate(application):
    disabled = make_application(allowed_origins=["https://disabled.example"], enabled=False)
    make_application(redirect_uris=["http://[", 7])
    with as_owner(connection):
        MigrationExecutor(connection).migrate([("tenants", "0010_enabled_application")])

        call_command("migrate", verbosity=0)

    assert is_allowed(PATHS[0], PAGE)
    assert is_allowed(PATHS[0], OF_REDIRECT)
    assert not is_allowed(PATHS[0], disabled.allowed_origins[0])


@pytest.mark.parametrize("path", [*PATHS, "/userinfo", "/signup", "/login", "/account/verifyEmail"])
def test_preflights_of_unknown_origins_are_limited_by_address(application, path):
    preflight(path, UNKNOWN)
    Counter.objects.update(count=599)
    assert preflight(path, UNKNOWN).status_code != 429

    refused = preflight(path, UNKNOWN)

    assert refused.status_code == 429
    assert 295 <= int(refused["Retry-After"]) <= 301
    assert "Access-Control-Allow-Origin" not in refused
    assert refused.json()["error"]
    assert preflight(path, "https://another.example").status_code == 429
    assert is_allowed(path)


@pytest.mark.parametrize("path", PATHS)
def test_preflight_of_a_known_origin_writes_nothing(application, path):
    is_allowed(path)

    with CaptureQueriesContext(connection) as queries:
        assert is_allowed(path)

    assert [one["sql"] for one in queries if not one["sql"].startswith("SELECT")] == []
    assert not Counter.objects.exists()
