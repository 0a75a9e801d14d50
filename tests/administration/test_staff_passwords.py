"""Passwords of staff are judged wherever one is set: in the admin, and by the command that makes the first account."""

import pytest
from django.core.management import CommandError, call_command

from tenants.models import Staff
from tests.administration.pages import PASSWORD, StaffBrowser

pytestmark = pytest.mark.django_db

WEAK = ["x", "elevenchars", "password1234", "123456789012", "administrator-mei"]  # the last one is the user name


@pytest.mark.parametrize("weak", WEAK)
def test_a_weak_password_is_refused_on_every_page_that_sets_one(weak):
    browser = StaffBrowser()
    twice = {"password1": weak, "password2": weak, "usable_password": "true"}
    own = {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    mei = Staff.objects.create_user("administrator-mei", password=PASSWORD, is_staff=True)

    added = browser.post("/admin/tenants/staff/add/", twice | {"username": "administrator-mei2"})
    changed = browser.post(f"/admin/tenants/staff/{mei.pk}/password/", twice)
    Staff.objects.filter(pk=browser.staff.pk).update(username="administrator-mei1")
    own_changed = browser.post("/admin/password_change/", own)

    assert (added.status_code, changed.status_code, own_changed.status_code) == (200, 200, 200)
    assert Staff.objects.get(pk=mei.pk).password == mei.password


@pytest.mark.parametrize("weak", WEAK)
def test_the_first_account_gets_no_weak_password(weak, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", weak)

    with pytest.raises(CommandError, match="password"):
        call_command("createsuperuser", username="administrator-mei", email="", interactive=False)

    assert not Staff.objects.exists()


def test_the_first_account_gets_a_good_password(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    call_command("createsuperuser", username="admin", email="", interactive=False)

    assert Staff.objects.get(username="admin").check_password(PASSWORD)
