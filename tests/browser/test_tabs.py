"""Real life on the hosted pages: two tabs, Back, a reload while the mail is read, a used address."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.client_applications import ClientApplications
from tests.browser.members import EMAIL, Arrive, Member, is_greeted
from tests.browser.servers import TrialServer
from tests.browser.visitors import PASSWORD

pytestmark = pytest.mark.browser
COME_BACK = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def lale(log_in_server: TrialServer, shop: ClientApplications) -> Iterator[ClientApplications]:
    """The tenant that sends an e-mail each thirty seconds, and wants addresses verified."""
    shop.issuer = f"{log_in_server.url}/t/lale"
    yield shop
    shop.issuer = f"{log_in_server.url}/t/anka"


def open_tab(member: Member) -> Member:
    return Member(member.page.context.new_page(), member.server, member.words)


def test_two_tabs_log_in_to_one_application(arrive: Arrive, shop: ClientApplications) -> None:
    first = arrive()
    second = open_tab(first)
    second.come_from(shop.url, "bookshop")

    first.log_in()
    is_greeted(first)
    second.page.evaluate(COME_BACK)
    expect(second.page.get_by_role("status").first).to_contain_text("You have logged in in another tab.")
    second.link("login_go_on").click()

    is_greeted(second)
    assert len({answer["state"] for answer in shop.answers[-2:]}) == 2


def test_a_tab_of_who_is_logged_in_already_may_log_in_once_more(arrive: Arrive, shop: ClientApplications) -> None:
    first = arrive()
    second = open_tab(first)
    second.come_from(shop.url, "vault")
    first.log_in()
    is_greeted(first)

    second.log_in()

    is_greeted(second)


def test_back_after_a_log_in_leads_on(arrive: Arrive, shop: ClientApplications) -> None:
    member = arrive()
    member.log_in()
    is_greeted(member)

    member.page.go_back()
    expect(member.heading).to_have_text("You are logged in")
    member.page.get_by_role("link", name="Go on to Bookshop").click()

    expect(member.heading).to_have_text("Good bye")
    member.come_from(shop.url, "bookshop")
    is_greeted(member)


def test_back_from_a_page_that_asks_for_another_log_in_leaves_the_log_in(
    arrive: Arrive, shop: ClientApplications
) -> None:
    member = arrive()
    member.log_in()
    is_greeted(member)
    member.come_from(shop.url, "bookshop", prompt="login")
    expect(member.heading).to_have_text("Log in")

    member.page.go_back()
    member.come_from(shop.url, "bookshop", prompt="none")

    is_greeted(member)


def test_a_reload_keeps_what_was_typed_and_the_code_that_was_sent(arrive: Arrive) -> None:
    member = arrive()
    member.fill(username=EMAIL, password="not kept")
    member.link("login_by_email").click()
    member.send_code("email", EMAIL)

    member.page.reload()

    expect(member.named("email")).to_have_value(EMAIL)
    expect(member.named("email_code")).to_have_value("")
    expect(member.page.locator("#hint-email_code")).to_contain_text("We have sent you a code.")
    expect(member.page.locator("[data-send=email]")).to_contain_text("Again in")
    member.link("login_by_password").click()
    expect(member.named("username")).to_have_value(EMAIL)
    expect(member.named("password")).to_have_value("")
    assert "not kept" not in member.page.evaluate("JSON.stringify(sessionStorage)")
    member.link("login_by_email").click()
    member.fill(email_code=member.received(EMAIL)["code"])
    member.press("login_submit")

    is_greeted(member)
    assert member.page.evaluate("sessionStorage.length") == 0


def test_who_asks_for_a_code_too_soon_may_enter_the_one_that_was_sent(arrive: Arrive, lale: ClientApplications) -> None:
    member = arrive("telegrams", may_be_refused=True)
    member.send_code("email", "too-soon@lale.example")
    member.page.evaluate("sessionStorage.clear()")
    member.page.reload()

    member.fill(email="too-soon@lale.example")
    member.page.locator("[data-send=email]").click()

    expect(member.page.locator("#hint-email_code")).to_contain_text("A code was sent to this address already.")
    expect(member.named("email_code")).to_be_focused()
    expect(member.page.locator("[data-send=email]")).to_contain_text("Again in")


def test_a_used_address_leads_to_the_log_in_and_on(arrive: Arrive) -> None:
    member = arrive(may_be_refused=True)
    member.link("login_sign_up").click()
    member.fill(email=EMAIL)
    member.page.locator("[data-send=email]").click()
    expect(member.error("email")).to_contain_text("There is an account with this e-mail address already.")

    member.alert.get_by_role("link", name="Log in").click()
    expect(member.heading).to_have_text("Log in")
    member.log_in()

    is_greeted(member)


def test_a_reload_while_the_mail_is_read_still_takes_its_code(arrive: Arrive, lale: ClientApplications) -> None:
    member = arrive("letters", prompt="create", may_be_refused=True)
    member.fill(email="reader@lale.example", password=PASSWORD, name="Reader")
    member.submit()
    expect(member.heading).to_have_text("Look into your mail")

    member.page.reload()
    expect(member.heading).to_have_text("Look into your mail")
    member.named("mail-code").fill(member.received("reader@lale.example")["code"])
    member.press("mail_confirm")

    is_greeted(member, "Reader")


def test_a_sign_up_for_no_application_leads_to_its_site(arrive: Arrive) -> None:
    member = arrive("")
    member.page.goto("/signup?client_id=bookshop")
    member.prove("email", "wanderer@example.com")
    member.fill(password=PASSWORD)
    member.submit()
    expect(member.heading).to_have_text("Your account is ready")

    member.page.get_by_role("link", name="Go on to Bookshop").click()

    expect(member.heading).to_have_text("Good bye")
