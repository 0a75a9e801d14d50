"""Mass actions: confirmed by their number, done in batches, stopped, taken over from a dead process, undone exactly."""

from datetime import timedelta

import pytest

from accounts import bulk_actions, statuses
from accounts.models import BulkAction, EndUser
from tenants import clock
from tenants.models import AuditEntry, Staff, Tenant
from tests.administration.pages import StaffBrowser
from tests.factories import make_tenant
from tests.races import at_once, outcome_of

LIST = "/admin/accounts/enduser/"


@pytest.fixture
def tenant(db: None) -> Tenant:
    return make_tenant()


def make_users(tenant: Tenant, number: int, **fields: object) -> list[EndUser]:
    users = [EndUser(tenant=tenant, username=f"{tenant.slug}-{one}-{fields}", **fields) for one in range(number)]
    return EndUser.objects.bulk_create(users)


def start(tenant: Tenant, count: int, verb: str = "block", **fields: str) -> BulkAction:
    rows = bulk_actions.applicable(EndUser.objects.filter(tenant=tenant), verb, clock.now())
    return bulk_actions.start(
        rows, verb=verb, tenant_id=tenant.id, count=count, now=clock.now(), **{"reason": "fraud"} | fields
    )


def run(action: BulkAction) -> BulkAction:
    bulk_actions.work(action.pk, seconds=60)
    action.refresh_from_db()
    return action


def statuses_of(users: list[EndUser]) -> set[str]:
    return set(EndUser.objects.filter(pk__in=[one.pk for one in users]).values_list("status", flat=True))


def choose_all(browser: StaffBrowser, verb: str, users: list[EndUser], query: str = "", **data: str):
    """As somebody who selects all of the list; `confirm` is the button of the page that asks."""
    chosen = {"action": verb, "select_across": "1", "_selected_action": [str(users[0].pk)]}
    return browser.post(f"{LIST}{query}", chosen | data)


def test_the_page_asks_with_the_true_number_and_a_sample(tenant):
    browser, users = StaffBrowser(), make_users(tenant, 12)
    make_users(tenant, 3, status="LOCK")

    page = choose_all(browser, "block", users)

    words = page.content.decode()
    assert "<strong>12 end users</strong>" in words
    assert "3 of those you chose stay as they are" in words
    assert words.count("<tr><td>") == 10
    assert statuses_of(users) == {"NORMAL"}


def test_the_number_typed_starts_the_job_and_its_page_shows_how_far_it_is(tenant):
    browser, users = StaffBrowser(), make_users(tenant, 12)

    answer = choose_all(browser, "block", users, confirm="Block", reason="fraud", count="12")

    action = BulkAction.objects.get()
    assert answer.url == f"/admin/accounts/bulkaction/{action.pk}/change/"
    page = browser.get(answer.url).content.decode()
    assert all(words in page for words in ("12 of 12 end users done: 12 changed", "Finished", "root (staff)", "fraud"))
    row = EndUser.objects.filter(tenant=tenant).first()
    assert (row.status, row.blocked_by, row.block_reason) == ("LOCK", "staff:root", "fraud")
    lines = AuditEntry.objects.filter(event=statuses.EVENT)
    assert (lines.count(), lines.filter(actor="staff:root").count()) == (12, 12)
    assert AuditEntry.objects.filter(event__startswith="mass_action.").count() == 2


@pytest.mark.parametrize("data", [{"count": "11"}, {"count": ""}, {"count": "12", "reason": " "}])
def test_without_the_right_number_and_a_reason_nothing_happens(tenant, data):
    browser, users = StaffBrowser(), make_users(tenant, 12)

    page = choose_all(browser, "block", users, **{"confirm": "Block", "reason": "fraud"} | data)

    assert "errorlist" in page.content.decode()
    assert (BulkAction.objects.count(), statuses_of(users)) == (0, {"NORMAL"})


def test_only_the_rows_of_the_list_are_meant(tenant):
    browser, other = StaffBrowser(), make_tenant()
    mine, theirs = make_users(tenant, 2), make_users(other, 2)
    data = {"confirm": "Block", "reason": "fraud", "count": "2"}

    choose_all(browser, "block", mine, f"?tenant={tenant.slug}", **data)
    assert (statuses_of(mine), statuses_of(theirs)) == ({"LOCK"}, {"NORMAL"})

    assert choose_all(browser, "block", theirs, **data | {"count": "4"}).status_code == 302
    assert statuses_of(theirs) == {"NORMAL"}


def test_some_of_the_list_are_chosen_by_their_boxes(tenant):
    browser, users = StaffBrowser(), make_users(tenant, 3)
    ids = [str(one.pk) for one in users[:2]]

    browser.post(
        LIST, {"action": "freeze", "_selected_action": ids, "confirm": "Freeze", "reason": "check", "count": "2"}
    )

    assert (statuses_of(users[:2]), statuses_of(users[2:])) == ({"FREEZE"}, {"NORMAL"})


def test_unblock_ends_the_blocks_of_one_reason_alone(tenant):
    browser = StaffBrowser()
    fraud, debts = make_users(tenant, 3, status="LOCK", block_reason="fraud"), make_users(tenant, 2, status="LOCK")
    frozen = make_users(tenant, 2, status="FREEZE", block_reason="fraud")

    page = choose_all(browser, "unblock", fraud).content.decode()
    assert "fraud (3)" in page
    assert "without a reason (2)" in page
    refused = choose_all(browser, "unblock", fraud, confirm="Unblock", count="5")
    assert "errorlist" in refused.content.decode()
    choose_all(browser, "unblock", fraud, confirm="Unblock", count="3", blocked_for="=fraud")

    assert (statuses_of(fraud), statuses_of(debts), statuses_of(frozen)) == ({"NORMAL"}, {"LOCK"}, {"FREEZE"})


def test_who_may_only_look_starts_nothing_and_sees_no_mass_action(tenant):
    guest = StaffBrowser(Staff.objects.create_user("guest", password="a-long-admin-password", is_staff=True))
    action, users = start(tenant, 0), make_users(tenant, 1)

    choose_all(guest, "block", users, confirm="Block", reason="fraud", count="1")

    assert statuses_of(users) == {"NORMAL"}
    for address in ("change", "progress", "undo"):
        assert guest.get(f"/admin/accounts/bulkaction/{action.pk}/{address}/").status_code == 403
    assert guest.post(f"/admin/accounts/bulkaction/{action.pk}/stop/").status_code == 403


def test_a_stopped_action_stops_between_two_batches_and_can_be_undone(tenant, monkeypatch):
    browser, users = StaffBrowser(), make_users(tenant, 5)
    monkeypatch.setattr(bulk_actions, "BATCH", 2)
    action = start(tenant, 5)
    bulk_actions.work(action.pk, seconds=-1)

    browser.post(f"/admin/accounts/bulkaction/{action.pk}/stop/")
    run(action)
    assert (action.state, action.changed, action.done) == ("stopped", 2, 2)
    browser.post(f"/admin/accounts/bulkaction/{action.pk}/undo/", {"count": "2"})

    assert statuses_of(users) == {"NORMAL"}
    assert BulkAction.objects.get(undoes=action).state == "finished"


def test_undo_leaves_alone_whom_somebody_changed_since(tenant):
    browser, users = StaffBrowser(), make_users(tenant, 5)
    before = make_users(tenant, 1, status="LOCK", block_reason="older")
    action = run(start(tenant, 5))
    statuses.set_status(users[0], "NORMAL", clock.now())
    statuses.set_status(users[1], "NORMAL", clock.now())
    statuses.set_status(users[1], "LOCK", clock.now(), reason="another")
    users[2].delete()

    page = browser.get(f"/admin/accounts/bulkaction/{action.pk}/undo/").content.decode()
    assert "<strong>2 end users</strong>" in page
    assert "3 whom the action changed stay as they are" in page
    assert "errorlist" in browser.post(page_of(action, "undo"), {"count": "5"}).content.decode()
    browser.post(page_of(action, "undo"), {"count": "2"})

    assert statuses_of(users[3:]) == {"NORMAL"}
    assert EndUser.objects.get(pk=users[1].pk).block_reason == "another"
    assert EndUser.objects.get(pk=before[0].pk).block_reason == "older"
    assert browser.get(page_of(action, "undo")).status_code == 302  # once is enough


def page_of(action: BulkAction, view: str = "change") -> str:
    return f"/admin/accounts/bulkaction/{action.pk}/{view}/"


def test_undoing_an_unblock_brings_the_blocks_back_as_they_were(tenant):
    until = clock.now() + timedelta(days=3)
    block = {"reason": "debts", "until": until}
    (user,) = make_users(tenant, 1)
    statuses.set_status(user, "LOCK", clock.now(), **block)
    before = EndUser.objects.get(pk=user.pk)
    action = run(start(tenant, 1, "unblock"))
    assert statuses_of([user]) == {"NORMAL"}

    run(bulk_actions.undo(action, count=1, now=clock.now()))

    after = EndUser.objects.get(pk=user.pk)
    assert [getattr(after, name) for name in statuses.COLUMNS] == [getattr(before, name) for name in statuses.COLUMNS]


def test_whom_somebody_else_changed_first_is_left_as_he_is(tenant):
    users = make_users(tenant, 3)
    action = start(tenant, 3)
    statuses.set_status(users[0], "FREEZE", clock.now(), reason="another")
    users[1].delete()

    run(action)

    assert (action.state, action.changed, action.skipped) == ("finished", 1, 2)
    assert EndUser.objects.get(pk=users[0].pk).status == "FREEZE"


def test_the_job_of_a_dead_process_is_taken_over_and_nobody_is_done_twice(tenant, monkeypatch, pass_time):
    users = make_users(tenant, 5)
    monkeypatch.setattr(bulk_actions, "BATCH", 2)
    action = start(tenant, 5)
    bulk_actions.work(action.pk, seconds=-1)
    BulkAction.objects.update(claimed_until=clock.now() + bulk_actions.LEASE)  # it was killed within the next batch

    assert run(action).changed == 2
    assert bulk_actions.unfinished(clock.now()) == []
    pass_time(31)
    assert bulk_actions.unfinished(clock.now()) == [action.pk]
    run(action)

    assert (action.state, action.changed, statuses_of(users)) == ("finished", 5, {"LOCK"})
    assert AuditEntry.objects.filter(event=statuses.EVENT).count() == 5


def test_more_than_were_confirmed_are_never_changed(tenant):
    make_users(tenant, 3)

    with pytest.raises(bulk_actions.OtherCount):
        start(tenant, 2)

    assert not BulkAction.objects.exists()


def test_lists_say_more_than_instead_of_a_number_that_is_too_small(tenant, monkeypatch):
    monkeypatch.setattr("ciam.administration.base.COUNTED_AT_MOST", 60)
    browser = StaffBrowser()
    make_users(tenant, 60)
    assert "60 end users" in browser.get(LIST).content.decode()

    EndUser.objects.create(tenant=tenant, username="one-more")

    page = browser.get(LIST).content.decode()
    assert "more than 60 end users" in page
    assert "Select all end users of the list" in page


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_processes_do_each_end_user_once():
    tenant = make_tenant()
    make_users(tenant, 120)
    action = start(tenant, 120)

    at_once([lambda: bulk_actions.work(action.pk, seconds=0.01)] * 50)
    run(action)

    assert (action.changed, action.skipped) == (120, 0)
    assert AuditEntry.objects.filter(event=statuses.EVENT).count() == 120


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_fifty_undo_it_once():
    tenant = make_tenant()
    make_users(tenant, 3)
    action = run(start(tenant, 3))

    undo = outcome_of(lambda: bulk_actions.undo(action, count=3, now=clock.now()))
    outcomes = at_once([undo] * 50)

    assert sum(isinstance(one, BulkAction) for one in outcomes) == 1
    assert BulkAction.objects.filter(undoes=action).count() == 1
