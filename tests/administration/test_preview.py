"""The contract beside the form: as the form stands, with nothing saved."""

import pytest

from ciam.provisioning import export
from tenants.models import Application, AuditEntry, Staff
from tests.administration.pages import StaffBrowser, address_of, filled_in
from tests.factories import make_application, make_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def preview(browser: StaffBrowser, application: Application, **values) -> str:
    data = filled_in(browser.get(address_of(application)), **values)
    answer = browser.post(address_of(application, "preview"), data)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_panel_shows_what_is_not_saved_yet():
    application, browser = make_application(), StaffBrowser()
    before, lines = export(application.tenant.slug), AuditEntry.objects.count()

    html = preview(browser, application, asked=[("authentication", "email"), ("required", "nickname")])

    for words in ("Nickname *", "proven by a code", "curl -s", "bad_email_otp", "JSON Schema"):
        assert words in html
    assert "Phone number" not in html
    assert (export(application.tenant.slug), AuditEntry.objects.count()) == (before, lines)


def test_the_panel_says_what_is_in_the_way():
    application, browser = make_application(enabled=False), StaffBrowser()

    html = preview(browser, application, asked=[("required", "name")], enabled="on")

    assert "cannot be switched on" in html


def test_a_new_application_has_a_panel_too():
    browser, tenant = StaffBrowser(), make_tenant()
    page = browser.get(f"/admin/tenants/application/add/?tenant={tenant.slug}")

    answer = browser.post(
        f"/admin/tenants/application/preview/?tenant={tenant.slug}",
        filled_in(page, name="Shop", type="web", asked=[("authentication", "phone_number")]),
    )

    assert "Phone number *" in answer.content.decode()
    assert not Application.objects.exists()


def test_who_may_not_change_an_application_sees_no_preview():
    browser = StaffBrowser(Staff.objects.create_user("guest", password="a-long-admin-password", is_staff=True))
    application = make_application()

    assert browser.post(address_of(application, "preview")).status_code == 403
    assert browser.post("/admin/tenants/application/preview/").status_code == 403
    assert browser.get(address_of(application, "secrets")).status_code == 403
    assert browser.get(address_of(application)).status_code == 403
