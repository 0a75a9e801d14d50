"""Blocking, freezing and letting in: at once, traced, and the sessions of who is kept out end."""

from datetime import timedelta

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
@pytest.mark.parametrize(
    ("verb", "status"),
    [("block", "LOCK"), ("freeze", "FREEZE"), ("unblock", "NORMAL"), ("unfreeze", "NORMAL")],
)
def test_each_verb_sets_its_status_and_leaves_a_line(verb, status):
    browser, end_user = StaffBrowser(), make_end_user(status="FREEZE" if verb != "freeze" else "NORMAL")
    before, is_block = EndUser.objects.get().sessions_valid_from, status != "NORMAL"

    data = {"verb": verb, "reason": "charged back"}
    assert browser.post(address_of(end_user, "status"), data).status_code == 302

    after = EndUser.objects.get()
    assert after.status == status
    assert (after.sessions_valid_from > before) == is_block
    line = AuditEntry.objects.get(event="end_user.status")
    told = {"status": status} | ({"reason": "charged back"} if is_block else {})
    assert (line.actor, line.object_id, line.detail["after"]) == ("staff:root", end_user.sub, told)


@pytest.mark.django_db
def test_a_block_remembers_who_when_why_and_until_when():
    browser, end_user = StaffBrowser(), make_end_user()
    until = (clock.now() + timedelta(days=2)).replace(second=0, microsecond=0)

    data = {"verb": "block", "reason": "charged back", "until": until.strftime("%Y-%m-%dT%H:%M")}
    browser.post(address_of(end_user, "status"), data)

    row = EndUser.objects.get()
    assert (row.blocked_by, row.block_reason, row.blocked_until) == ("staff:root", "charged back", until)
    page = browser.get(address_of(end_user)).content.decode()
    assert all(words in page for words in ("Blocked", "root (staff)", "charged back", f"{until:%Y-%m-%d %H:%M}"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "data", [{}, {"reason": " "}, {"reason": "x", "until": "2020-01-01T00:00"}, {"reason": "x" * 201}]
)
def test_a_block_without_a_reason_or_of_the_past_is_refused(data):
    browser, end_user = StaffBrowser(), make_end_user()

    browser.post(address_of(end_user, "status"), {"verb": "block"} | data)

    assert EndUser.objects.get().status == "NORMAL"


@pytest.mark.django_db
def test_a_block_ends_by_itself(pass_time):
    end_user, browser = make_end_user(), StaffBrowser()
    now = clock.now()
    statuses.set_status(end_user, "LOCK", now, reason="too fast", until=now + timedelta(minutes=10))

    listed = "/admin/accounts/enduser/?status=LOCK"
    assert "1 end user" in browser.get(listed).content.decode()
    pass_time(601)
    assert "0 end users" in browser.get(listed).content.decode()
    assert "Unblock" not in browser.get(address_of(end_user)).content.decode()
    assert statuses.set_status(end_user, "LOCK", clock.now(), reason="again")


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
