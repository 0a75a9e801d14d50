"""Blocking, freezing and letting in: at once, traced, and the sessions of who is kept out end."""

import pytest

from accounts import statuses
from accounts.models import EndUser
from tenants import clock
from tenants.models import AuditEntry, Staff
from tests.administration.pages import StaffBrowser, address_of
from tests.factories import make_tenant
from tests.races import at_once


def make_end_user(**fields) -> EndUser:
    return EndUser.objects.create(tenant=make_tenant(), username="mei", username_typed="mei", **fields)


@pytest.mark.django_db
@pytest.mark.parametrize(("verb", "status"), [("block", "LOCK"), ("freeze", "FREEZE"), ("unlock", "NORMAL")])
def test_each_verb_sets_its_status_and_leaves_a_line(verb, status):
    browser, end_user = StaffBrowser(), make_end_user(status="FREEZE" if verb != "freeze" else "NORMAL")
    before = EndUser.objects.get().sessions_valid_from

    assert browser.post(address_of(end_user, "status"), {"verb": verb}).status_code == 302

    after = EndUser.objects.get()
    assert after.status == status
    assert (after.sessions_valid_from > before) == (verb != "unlock")
    line = AuditEntry.objects.get(event="end_user.status")
    assert (line.actor, line.object_id, line.detail["after"]) == ("staff:root", end_user.sub, {"status": status})


@pytest.mark.django_db
def test_several_are_blocked_from_the_list():
    browser = StaffBrowser()
    users = [make_end_user(), make_end_user()]

    browser.post("/admin/accounts/enduser/", {"action": "block", "_selected_action": [str(one.pk) for one in users]})

    assert set(EndUser.objects.values_list("status", flat=True)) == {"LOCK"}


@pytest.mark.django_db
@pytest.mark.parametrize("data", [{"verb": "delete"}, {}])
def test_an_unknown_verb_is_none(data):
    end_user = make_end_user()

    assert StaffBrowser().post(address_of(end_user, "status"), data).status_code == 404
    assert EndUser.objects.get().status == "NORMAL"


@pytest.mark.django_db
def test_a_look_is_no_permission_to_act():
    guest = Staff.objects.create_user("guest", password="a-long-admin-password", is_staff=True)
    end_user = make_end_user()

    assert StaffBrowser(guest).post(address_of(end_user, "status"), {"verb": "block"}).status_code == 403
    assert StaffBrowser().get(address_of(end_user, "status")).status_code == 405


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_leave_one_line():
    end_user, now = make_end_user(), clock.now()

    changed = at_once([lambda: statuses.set_status(end_user, "LOCK", now)] * 50)

    assert (changed.count(True), AuditEntry.objects.filter(event="end_user.status").count()) == (1, 1)
