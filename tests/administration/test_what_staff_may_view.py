"""The start page and the findings show a member of staff what their permissions let them view, and no more."""

import pytest
from django.contrib.auth.models import Permission

from tenants.models import Application, OtpAuthSource, PasswordAuthSource, Staff
from tests.administration.pages import PASSWORD, StaffBrowser, address_of
from tests.delivery.senders import make_gateway_sender
from tests.factories import make_application, make_tenant
from tests.third_party.rows import make_provider

pytestmark = pytest.mark.django_db

NAMES = ("Secret Tenant", "Secret Shop", "secret-shop", "secret-tenant", "staff.log_in")


@pytest.fixture
def application() -> Application:
    """One at which nobody can log in, so that there are findings."""
    tenant = make_tenant(name="Secret Tenant", slug="secret-tenant")
    return make_application(tenant, name="Secret Shop", client_id="secret-shop", dialects=["tencent"])


def browser_with(*permissions: str) -> StaffBrowser:
    staff = Staff.objects.create_user("clerk", password=PASSWORD, is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return StaffBrowser(staff)


def shown(browser: StaffBrowser, address: str) -> set[str]:
    page = browser.get(address)
    assert page.status_code == 200
    return {name for name in NAMES if name in page.content.decode()}


@pytest.mark.parametrize("address", ["/admin/", "/admin/findings/"])
def test_without_a_permission_nothing_is_shown(application, address):
    browser = browser_with()

    assert shown(browser, address) == set()
    assert "Add " not in browser.get(address).content.decode()
    assert shown(StaffBrowser(), address) & {"secret-tenant", "secret-shop"}


def test_who_may_view_tenants_sees_them_and_not_their_applications(application):
    assert shown(browser_with("view_tenant"), "/admin/") == {"Secret Tenant"}


def test_who_may_view_tenants_and_applications_sees_both_and_no_trail(application):
    browser = browser_with("view_tenant", "view_application")

    assert {"Secret Tenant", "Secret Shop"} <= shown(browser, "/admin/")
    assert "staff.log_in" not in shown(browser, "/admin/")
    assert "Add application" not in browser.get("/admin/").content.decode()


def test_who_may_view_the_trail_sees_its_last_lines(application):
    assert shown(browser_with("view_auditentry"), "/admin/") == {"staff.log_in"}


def test_findings_are_of_what_may_be_viewed(application):
    assert "secret-shop" in shown(browser_with("view_tenant", "view_application"), "/admin/findings/")


def test_the_page_of_a_tenant_shows_no_application_to_who_may_not_view_it(application):
    browser = browser_with("view_tenant")

    page = browser.get(address_of(application.tenant)).content.decode()

    assert "Secret Shop" not in page
    assert "secret-shop" not in page
    assert "/admin/tenants/sender/" not in page
    assert "Secret Shop" in StaffBrowser().get(address_of(application.tenant)).content.decode()


def test_every_page_of_configuration_can_be_read_by_who_may_only_view(application):
    tenant = application.tenant
    tenant.domains.create(name="id.acme.example")
    rows = (
        tenant,
        application,
        tenant.attributes.first(),
        PasswordAuthSource.objects.create(tenant=tenant, key="password"),
        OtpAuthSource.objects.create(tenant=tenant, key="sms", channel="sms"),
        make_gateway_sender(tenant, "gateway", position=1),
        make_provider(tenant, key="google", preset="google"),
    )
    browser = browser_with(*(f"view_{row._meta.model_name}" for row in rows))

    pages = [browser.get(address_of(row)) for row in rows]

    assert [page.status_code for page in pages] == [200] * len(rows)
    assert "id.acme.example" in pages[0].content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "/admin/accounts/enduser/?password__startswith=$argon2id$",
        "/admin/accounts/enduser/?anonymous_device_hash__regex=.",
        "/admin/accounts/enduser/?sessions_valid_from__year=2026",
        "/admin/tenants/identityprovider/?sealed_client_secret__startswith=g",
        "/admin/tenants/sender/?sealed_secret__startswith=g",
        "/admin/tenants/sender/?settings__icontains=example",
        "/admin/delivery/delivery/?sealed_code__startswith=g",
        "/admin/delivery/delivery/?destination__startswith=%2B86",
        "/admin/tenants/application/?secrets__hash__startswith=a",
        "/admin/tenants/application/?tenant__senders__sealed_secret__startswith=g",
        "/admin/accounts/enduser/?status__startswith=L",
        "/admin/tenants/staff/?password__startswith=argon2",
        "/admin/tenants/staff/?second_factor__sealed_secret__startswith=g",
    ],
)
def test_a_list_is_not_searched_by_a_column_that_it_does_not_show(application, address):
    """One character after the other would tell the whole of it."""
    assert StaffBrowser().get(address).status_code == 400


@pytest.mark.parametrize(
    "address",
    [
        "/admin/tenants/application/?enabled__exact=1&type__exact=web&tenant=secret-tenant",
        "/admin/accounts/enduser/?status=LOCK&tenant=secret-tenant",
        "/admin/tenants/identityprovider/?preset__exact=google",
        "/admin/tenants/staff/?is_superuser__exact=1",
    ],
)
def test_the_filters_of_a_list_work(application, address):
    assert StaffBrowser().get(address).status_code == 200
