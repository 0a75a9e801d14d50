"""Members of staff who may change staff grant nothing that they have not."""

import pytest
from django.contrib.auth.models import Permission

from tenants.models import Staff
from tests.administration.pages import PASSWORD, StaffBrowser, address_of

pytestmark = pytest.mark.django_db

STAFF_PAGES = ("view_staff", "change_staff", "add_staff", "delete_staff")
NEW_PASSWORD = "an-entirely-new-password"


def make_staff(username: str, *permissions: str, **fields) -> Staff:
    staff = Staff.objects.create_user(username, password=PASSWORD, is_staff=True, **fields)
    staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return staff


@pytest.fixture
def clerk() -> StaffBrowser:
    return StaffBrowser(make_staff("clerk", *STAFF_PAGES))


def set_password(browser: StaffBrowser, staff: Staff) -> int:
    data = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"}
    return browser.post(f"/admin/tenants/staff/{staff.pk}/password/", data).status_code


def test_only_superusers_make_superusers(clerk):
    colleague = make_staff("colleague")

    for staff in (clerk.staff, colleague):
        assert clerk.change(staff, is_superuser=True).status_code == 302

    assert not Staff.objects.filter(is_superuser=True).exists()
    assert StaffBrowser().change(colleague, is_superuser=True).status_code == 302
    assert Staff.objects.get(username="colleague").is_superuser


def test_only_superusers_give_permissions(clerk):
    colleague, permission = make_staff("colleague"), Permission.objects.get(codename="view_tenant")

    for staff in (clerk.staff, colleague):
        assert clerk.change(staff, user_permissions=str(permission.pk)).status_code == 302

    assert not Staff.objects.filter(user_permissions=permission).exists()
    assert StaffBrowser().change(colleague, user_permissions=str(permission.pk)).status_code == 302
    assert Staff.objects.get(user_permissions=permission) == colleague


def test_only_superusers_see_who_is_superuser_and_what_colleagues_may_do(clerk):
    Staff.objects.create_superuser("chief", password=PASSWORD)
    colleague = make_staff("colleague", "view_staff")

    pages = [clerk.get(address_of(colleague)), clerk.get("/admin/tenants/staff/")]

    assert all("uperuser" not in page.content.decode() for page in pages)
    assert "view staff" not in pages[0].content.decode()
    assert clerk.get("/admin/tenants/staff/?is_superuser__exact=1").status_code == 400
    chief_page = StaffBrowser().get(address_of(colleague)).content.decode()
    assert "uperuser" in chief_page


@pytest.mark.parametrize("is_active", [True, False])
def test_a_superuser_is_changed_by_superusers_alone(clerk, is_active):
    chief = Staff.objects.create_superuser("chief", password=PASSWORD, is_active=is_active)

    assert set_password(clerk, chief) == 403
    assert clerk.post(address_of(chief), {"username": "chief", "is_active": "on"}).status_code == 403
    assert clerk.post(address_of(chief, "delete"), {"post": "yes"}).status_code == 403
    clerk.post("/admin/tenants/staff/", {"action": "delete_selected", "_selected_action": chief.pk, "post": "yes"})
    assert Staff.objects.get(username="chief").password == chief.password
    assert Staff.objects.get(username="chief").is_active == is_active
    assert set_password(StaffBrowser(), chief) == 302


@pytest.mark.parametrize("is_active", [True, False])
def test_a_colleague_who_may_do_more_is_not_taken_over(clerk, is_active):
    colleague = make_staff("colleague", "change_sender", is_active=is_active)

    assert set_password(clerk, colleague) == 403
    assert clerk.post(address_of(colleague), {"username": "colleague", "is_active": "on"}).status_code == 403
    assert clerk.post(address_of(colleague, "delete"), {"post": "yes"}).status_code == 403
    assert clerk.get(address_of(colleague)).status_code == 200


def test_a_colleague_who_may_do_no_more_is_looked_after(clerk):
    colleague = make_staff("colleague", "view_staff")

    assert set_password(clerk, colleague) == 302
    assert clerk.change(colleague, first_name="Mei").status_code == 302
    assert Staff.objects.get(username="colleague").first_name == "Mei"
