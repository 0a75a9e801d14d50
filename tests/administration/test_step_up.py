"""What would let a thief of an open session stay takes the password again, unless it was given in the last minutes."""

import re
from html import unescape
from typing import Any

import pyotp
import pytest
from django.contrib.auth.models import Permission

from tenants import clock
from tenants.models import Application, AuditEntry, IdentityProvider, Sender, Staff
from tests.administration.pages import PASSWORD, StaffBrowser, address_of, filled_in
from tests.factories import make_application, make_tenant
from tests.third_party.rows import make_provider

pytestmark = pytest.mark.django_db
LATER = 11 * 60


@pytest.fixture
def browser() -> StaffBrowser:
    return StaffBrowser()


def asks(answer: Any) -> bool:
    return answer.status_code == 200 and "confirming_password" in answer.content.decode()


def go_on(browser: StaffBrowser, address: str, answer: Any, password: str = PASSWORD) -> Any:
    """Fill in the page that asks, and send what it sends."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.content.decode())
    data: dict[str, Any] = {"confirming_password": password}
    for name, value in fields:
        data.setdefault(unescape(name), []).append(unescape(value))
    return browser.post(address, data)


def make_sender() -> Sender:
    return Sender.objects.create(tenant=make_tenant(), key="mail", channel="email", vendor="outbox", position=0)


def test_a_change_of_staff_asks_and_loses_nothing_that_was_typed(browser, pass_time):
    colleague = Staff.objects.create_user("colleague", password=PASSWORD)
    pass_time(LATER)
    data = filled_in(browser.get(address_of(colleague)), first_name='<Mei> "M"')
    chosen = Permission.objects.filter(codename__in=("view_tenant", "view_sender"))
    data["user_permissions"] = [str(one.pk) for one in chosen]

    answer = browser.post(address_of(colleague), data)

    assert asks(answer)
    assert Staff.objects.get(pk=colleague.pk).first_name == ""
    assert go_on(browser, address_of(colleague), answer).status_code == 302
    colleague.refresh_from_db()
    assert (colleague.first_name, colleague.user_permissions.count()) == ('<Mei> "M"', 2)


def test_a_wrong_password_changes_nothing_and_is_a_line_of_the_trail(browser, pass_time):
    sender = make_sender()
    pass_time(LATER)
    answer = browser.change(sender, enabled=False)

    again = go_on(browser, address_of(sender), answer, "wrong")

    assert asks(again)
    assert "not your password" in again.content.decode()
    assert Sender.objects.get().enabled
    line = AuditEntry.objects.get(event="staff.wrong_password")
    assert (line.actor, line.subject, line.outcome) == ("staff:root", "staff root", "refused")
    assert go_on(browser, address_of(sender), again).status_code == 302
    assert not Sender.objects.get().enabled


def test_guesses_of_the_password_are_bounded(browser, pass_time):
    sender = make_sender()
    pass_time(LATER)
    answer = browser.change(sender, enabled=False)
    for _ in range(5):
        go_on(browser, address_of(sender), answer, "wrong")

    refused = go_on(browser, address_of(sender), answer)

    assert "Too many wrong passwords" in refused.content.decode()
    pass_time(31)
    assert go_on(browser, address_of(sender), answer).status_code == 302


def test_one_right_password_is_enough_for_some_minutes(browser, pass_time):
    sender = make_sender()
    pass_time(LATER)
    go_on(browser, address_of(sender), browser.change(sender, enabled=False))

    assert browser.change(sender, enabled=True).status_code == 302
    pass_time(LATER)
    assert asks(browser.change(sender, enabled=False))


def test_every_page_that_makes_or_moves_secrets_or_accounts_asks(browser, pass_time):
    application = make_application()
    colleague, sender = Staff.objects.create_user("colleague", password=PASSWORD), make_sender()
    provider = make_provider(application.tenant, key="google", preset="google")
    public = make_application(type="spa")
    public.secrets.all().delete()
    slug = application.tenant.slug
    pass_time(LATER)

    answers = {
        address: browser.post(address, {"post": "yes"})
        for address in (
            address_of(application, "secrets"),
            f"/admin/tenants/application/add/?tenant={slug}",
            address_of(public),
            *(address_of(row, view) for row in (sender, provider, colleague) for view in ("change", "delete")),
            f"/admin/tenants/sender/add/?tenant={slug}",
            f"/admin/tenants/identityprovider/add/?tenant={slug}",
            "/admin/tenants/staff/add/",
            "/admin/tenants/staff/",
            f"/admin/tenants/staff/{colleague.pk}/password/",
            "/admin/password_change/",
            "/admin/second-factor/",
        )
    }

    assert [address for address, answer in answers.items() if not asks(answer)] == []
    assert all("no-store" in answer["Cache-Control"] for answer in answers.values())
    assert (Sender.objects.count(), IdentityProvider.objects.count(), Staff.objects.count()) == (1, 1, 2)


def test_a_secret_is_made_after_the_password(browser, pass_time):
    application = make_application()
    address = address_of(application, "secrets")
    pass_time(LATER)

    answer = browser.post(address, {"rotate": "yes"})

    assert application.secrets.count() == 1
    assert "secret" in go_on(browser, address, answer).context
    assert application.secrets.count() == 2


def test_other_changes_ask_nothing(browser, pass_time):
    application = make_application()
    pass_time(LATER)

    assert browser.change(application, name="Bookshop").status_code == 302
    assert browser.change(application.tenant, name="Acme").status_code == 302
    assert Application.objects.get().name == "Bookshop"


def test_an_app_is_set_up_after_the_password(browser, pass_time):
    totp = pyotp.TOTP(browser.get("/admin/second-factor/").context["secret"])
    pass_time(LATER)

    answer = browser.post("/admin/second-factor/", {"code": totp.at(clock.now())})

    assert asks(answer)
    assert go_on(browser, "/admin/second-factor/", answer).status_code == 302
