"""What would let a thief of an open session stay takes the password again, unless it was given in the last minutes."""

import re
from html import unescape
from typing import Any

import pyotp
import pytest
from django.contrib.auth.models import Permission

from tenants import clock, sealing
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


def go_on(browser: StaffBrowser, address: str, answer: Any, password: str = PASSWORD, **again: str) -> Any:
    """Fill in the page that asks, with secrets that are typed again, and send what it sends."""
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.content.decode())
    data: dict[str, Any] = {"confirming_password": password} | again
    for name, value in fields:
        data.setdefault(unescape(name), []).append(unescape(value))
    return browser.post(address, data)


def change_late(browser: StaffBrowser, pass_time: Any, row: Any, **values: Any) -> Any:
    """Send the form of a page that was opened longer ago than a password is good for."""
    data = filled_in(browser.get(address_of(row)), **values)
    pass_time(LATER)
    return browser.post(address_of(row), data)


def make_sender() -> Sender:
    return Sender.objects.create(tenant=make_tenant(), key="mail", channel="email", vendor="outbox", position=0)


def test_a_change_of_staff_asks_and_loses_nothing_that_was_typed(browser, pass_time):
    colleague = Staff.objects.create_user("colleague", password=PASSWORD)
    chosen = Permission.objects.filter(codename__in=("view_tenant", "view_sender"))
    permissions = [str(one.pk) for one in chosen]
    data = filled_in(browser.get(address_of(colleague)), first_name='<Mei> "M"') | {"user_permissions": permissions}
    pass_time(LATER)

    answer = browser.post(address_of(colleague), data)

    assert asks(answer)
    assert Staff.objects.get(pk=colleague.pk).first_name == ""
    assert go_on(browser, address_of(colleague), answer).status_code == 302
    colleague.refresh_from_db()
    assert (colleague.first_name, colleague.user_permissions.count()) == ('<Mei> "M"', 2)


def test_a_wrong_password_changes_nothing_and_is_a_line_of_the_trail(browser, pass_time):
    sender = make_sender()
    answer = change_late(browser, pass_time, sender, enabled=False)

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
    answer = change_late(browser, pass_time, sender, enabled=False)
    for _ in range(5):
        go_on(browser, address_of(sender), answer, "wrong")

    refused = go_on(browser, address_of(sender), answer)

    assert "Too many wrong passwords" in refused.content.decode()
    pass_time(31)
    assert go_on(browser, address_of(sender), answer).status_code == 302


def test_one_right_password_is_enough_for_some_minutes(browser, pass_time):
    sender = make_sender()
    go_on(browser, address_of(sender), change_late(browser, pass_time, sender, enabled=False))

    assert browser.change(sender, enabled=True).status_code == 302
    assert asks(change_late(browser, pass_time, sender, enabled=False))


@pytest.fixture
def dangerous(browser) -> list[str]:
    """The pages that make or move secrets or accounts."""
    application = make_application()
    colleague, sender = Staff.objects.create_user("colleague", password=PASSWORD), make_sender()
    provider = make_provider(application.tenant, key="google", preset="google")
    slug = application.tenant.slug
    return [
        address_of(application, "secrets"),
        f"/admin/tenants/application/add/?tenant={slug}",
        *(address_of(row, view) for row in (sender, provider, colleague) for view in ("change", "delete")),
        f"/admin/tenants/sender/add/?tenant={slug}",
        f"/admin/tenants/identityprovider/add/?tenant={slug}",
        "/admin/tenants/staff/add/",
        f"/admin/tenants/staff/{colleague.pk}/password/",
        "/admin/second-factor/",
    ]


def test_every_page_that_makes_or_moves_secrets_or_accounts_asks_before_its_form(browser, dangerous, pass_time):
    pass_time(LATER)

    answers = {address: browser.get(address) for address in dangerous}

    assert [address for address, answer in answers.items() if not asks(answer)] == []
    assert all("no-store" in answer["Cache-Control"] for answer in answers.values())
    answer = go_on(browser, dangerous[0], answers[dangerous[0]])
    assert (answer.status_code, answer["Location"]) == (302, dangerous[0])
    assert not any(asks(browser.get(address)) for address in dangerous)


def test_a_form_that_was_open_for_too_long_asks_as_well(browser, dangerous, pass_time):
    public = make_application(type="spa")
    public.secrets.all().delete()
    pass_time(LATER)

    answers = {
        address: browser.post(address, {"post": "yes"})
        for address in (*dangerous, address_of(public), "/admin/tenants/staff/")
    }

    assert [address for address, answer in answers.items() if not asks(answer)] == []
    assert all("no-store" in answer["Cache-Control"] for answer in answers.values())
    assert (Sender.objects.count(), IdentityProvider.objects.count(), Staff.objects.count()) == (1, 1, 2)


def test_no_page_sends_back_what_was_typed_as_a_secret(browser, dangerous, pass_time):
    forms = {address: browser.get(address).content.decode() for address in dangerous}
    fields = {
        address: re.findall(r'<input type="password" name="([^"]+)"', form) + re.findall(r'name="(code)"', form)
        for address, form in forms.items()
    }
    pass_time(LATER)

    for address, names in fields.items():
        page = browser.post(address, dict.fromkeys(names, "Typed-Secret") | {"post": "yes"}).content.decode()
        asked = re.findall(r'<input type="password" name="([^"]+)"', page)
        assert "Typed-Secret" not in page
        assert sorted(asked) == sorted([*names, "confirming_password"]), address
    assert {name for names in fields.values() for name in names} >= {"secret", "client_secret", "password1", "code"}


def test_a_secret_is_typed_again_and_the_rest_is_kept(browser, pass_time):
    tenant = make_tenant()
    Sender.objects.create(tenant=tenant, key="gateway", channel="sms", vendor="custom", position=0)
    sender, url = Sender.objects.get(), "https://gateway.example/send"
    data = filled_in(browser.get(address_of(sender)), custom_url=url, secret="first-signing-key-of-ours")
    pass_time(LATER)

    answer = browser.post(address_of(sender), data)
    saved = go_on(browser, address_of(sender), answer, secret="second-signing-key-of-ours")

    sender.refresh_from_db()
    assert (saved.status_code, sender.settings["url"]) == (302, url)
    assert sealing.unseal(sender.sealed_secret) == "second-signing-key-of-ours"


def test_who_may_only_view_is_not_asked(pass_time):
    sender = make_sender()
    viewer = Staff.objects.create_user("viewer", password=PASSWORD, is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_sender"))
    browser = StaffBrowser(viewer)
    pass_time(LATER)

    assert not asks(browser.get(address_of(sender)))
    assert browser.get("/admin/tenants/sender/add/").status_code == 403


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
    assert go_on(browser, "/admin/second-factor/", answer, code=totp.at(clock.now())).status_code == 302


def test_an_own_new_password_takes_the_old_one_and_guesses_are_bounded(browser, pass_time):
    new = {"new_password1": "another-long-password", "new_password2": "another-long-password"}
    for _ in range(5):
        answer = browser.post("/admin/password_change/", new | {"old_password": "wrong"})
        assert "not your password" in answer.content.decode()

    refused = browser.post("/admin/password_change/", new | {"old_password": PASSWORD})

    assert "Too many wrong passwords" in refused.content.decode()
    assert AuditEntry.objects.filter(event="staff.wrong_password").count() == 5
    pass_time(31)
    assert browser.post("/admin/password_change/", new | {"old_password": PASSWORD}).status_code == 302
    assert Staff.objects.get().check_password("another-long-password")


def test_wrong_passwords_of_all_pages_are_counted_together(browser, pass_time):
    sender = make_sender()
    pass_time(LATER)
    for _ in range(5):
        browser.post("/admin/password_change/", {"old_password": "wrong", "new_password1": "a", "new_password2": "a"})

    refused = go_on(browser, address_of(sender), browser.get(address_of(sender)))

    assert "Too many wrong passwords" in refused.content.decode()
