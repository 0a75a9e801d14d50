"""Somebody logs in to an application on the hosted page: by each way, with mistakes, and out again."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import members, sweeps
from tests.browser.browsers import DESKTOP, PHONE
from tests.browser.client_applications import ClientApplications
from tests.browser.members import EMAIL, PHONE_NUMBER, UNVERIFIED, Arrive, is_greeted
from tests.browser.servers import TrialServer
from tests.browser.visitors import PASSWORD
from tests.third_party.provider import Provider

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
NEW_PASSWORD = "quince-Harvest 9"


def faults(page: Page, size: dict[str, int], scheme: str) -> list[str]:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    wider = page.evaluate(sweeps.WIDER)
    return [*sweeps.axe_faults(page), *([f"{wider} pixels wider than the screen"] if wider > 0 else [])]


def all_faults(page: Page) -> list[str]:
    views = ((DESKTOP, "light"), (PHONE, "dark"), (NARROW, "dark"))
    found = [f"{size['width']} {scheme}: {fault}" for size, scheme in views for fault in faults(page, size, scheme)]
    page.set_viewport_size(DESKTOP)
    return found


def test_by_password(arrive: Arrive, shop: ClientApplications) -> None:
    member = arrive()
    expect(member.heading).to_have_text("Log in")
    expect(member.page.get_by_text("to go on to Bookshop")).to_be_visible()
    assert member.page.title() == "Log in · Anka Kitap"

    member.log_in()

    is_greeted(member)
    assert (shop.told[-1]["email"], shop.told[-1]["phone_number"]) == (EMAIL, "13912340000")


@pytest.mark.parametrize("name", ["mei", "MEI@example.com", "139 1234 0000"])
def test_whatever_somebody_is_called_by(arrive: Arrive, name: str) -> None:
    member = arrive()

    member.log_in(username=name)

    is_greeted(member)


def test_by_the_code_of_a_text_message(arrive: Arrive) -> None:
    member = arrive()
    member.link("login_by_sms").click()
    expect(member.named("phone_number")).to_be_focused()
    assert member.page.url.endswith("#sms")

    member.send_code("phone_number", "139 1234 0000")
    member.fill(phone_number_code=member.received(PHONE_NUMBER)["code"])
    member.press("login_submit")

    is_greeted(member)


def test_in_chinese_by_the_code_of_a_mail(arrive: Arrive) -> None:
    member = arrive(language="zh")
    expect(member.heading).to_have_text("登录")
    member.link("login_by_email").click()

    member.send_code("email", EMAIL)
    assert "登录" in member.received(EMAIL)["body"]
    member.fill(email_code=member.received(EMAIL)["code"])
    member.press("login_submit")

    is_greeted(member)


def test_in_turkish_because_the_application_says_so(arrive: Arrive) -> None:
    member = arrive(ui_locales="tr")

    expect(member.heading).to_have_text("Giriş yapın")
    assert member.page.evaluate("document.documentElement.lang") == "tr"


def test_the_language_can_be_chosen_on_the_way(arrive: Arrive) -> None:
    member = arrive()

    member.page.get_by_role("link", name="简体中文").click()
    expect(member.heading).to_have_text("登录")
    member.fill(username=EMAIL, password=PASSWORD)
    member.page.get_by_role("button", name="登录", exact=True).locator("visible=true").click()

    is_greeted(member)


def test_by_keyboard_alone(arrive: Arrive) -> None:
    member = arrive()
    keys = member.page.keyboard

    member.named("username").focus()
    keys.type(EMAIL)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Tab")
    keys.press("Space")  # shows the password
    expect(member.named("password")).to_have_attribute("type", "text")
    keys.press("Shift+Tab")
    keys.press("Enter")

    is_greeted(member)


def test_by_keyboard_to_another_way_and_a_code(arrive: Arrive) -> None:
    member = arrive()
    keys = member.page.keyboard

    member.link("login_by_sms").focus()
    keys.press("Tab")
    keys.press("Enter")
    expect(member.named("email")).to_be_focused()
    keys.type(EMAIL)
    keys.press("Enter")  # sends the code
    expect(member.named("email_code")).to_be_focused()
    keys.type(member.received(EMAIL)["code"])
    keys.press("Enter")

    is_greeted(member)


def test_the_chosen_way_stands_in_the_address_and_one_form_is_shown_at_a_time(arrive: Arrive) -> None:
    member = arrive()
    page = member.page
    expect(member.link("login_by_password")).to_have_attribute("aria-current", "true")

    member.link("login_by_sms").click()
    expect(page.locator("main form:visible")).to_have_count(1)
    page.reload()
    expect(member.named("phone_number")).to_be_visible()
    expect(member.link("login_by_sms")).to_have_attribute("aria-current", "true")

    page.go_back()
    expect(member.named("username")).to_be_visible()
    expect(member.named("phone_number")).to_be_hidden()


def test_fields_are_called_what_browsers_fill_in(arrive: Arrive) -> None:
    member = arrive()

    called = {
        "username": "username",
        "password": "current-password",
        "phone_number": "tel",
        "email": "email",
        "phone_number_code": "one-time-code",
        "email_code": "one-time-code",
        "new_password": "new-password",
    }
    for name, autofill in called.items():
        expect(member.named(name)).to_have_attribute("autocomplete", autofill)


def test_the_name_that_the_application_knows_is_filled_in(arrive: Arrive) -> None:
    member = arrive(login_hint="mei@example.com")

    for name in ("username", "email"):
        expect(member.named(name)).to_have_value("mei@example.com")
    expect(member.named("phone_number")).to_have_value("")


def test_a_wrong_password_and_an_unknown_name_are_told_alike(arrive: Arrive) -> None:
    member = arrive(may_be_refused=True)

    for name in (EMAIL, "nobody@example.com"):
        member.log_in(username=name, password="not the password")
        expect(member.alert).to_have_text(
            "The name or the password is wrong. If you still cannot log in, use a code or choose a new password."
        )
        expect(member.named("password")).to_be_focused()
    member.log_in()

    is_greeted(member)


def test_what_is_missing_is_told_at_its_place(arrive: Arrive) -> None:
    member = arrive()

    member.press("login_submit")
    expect(member.error("username")).to_have_text("Please fill this in.")
    expect(member.error("password")).to_have_text("Please fill this in.")
    expect(member.named("username")).to_be_focused()

    member.link("login_by_email").click()
    member.fill(email=EMAIL)
    member.press("login_submit")
    expect(member.error("email")).to_contain_text("Press “Send code”")


def test_a_wrong_code(arrive: Arrive) -> None:
    member = arrive(may_be_refused=True)
    member.link("login_by_email").click()
    member.send_code("email", "careful@example.com")
    right = member.received("careful@example.com")["code"]

    member.fill(email_code="000000" if right != "000000" else "111111")
    member.press("login_submit")
    expect(member.error("email_code")).to_have_text(member.words["error_code"])
    expect(member.named("email_code")).to_be_focused()
    member.fill(email_code=right)
    member.press("login_submit")

    is_greeted(member)


def test_who_is_blocked_is_told_so_after_the_right_password(arrive: Arrive) -> None:
    member = arrive(may_be_refused=True)

    member.log_in(username="blocked@example.com", password="not the password")
    expect(member.alert).to_have_text(
        "The name or the password is wrong. If you still cannot log in, use a code or choose a new password."
    )
    member.log_in(username="blocked@example.com")

    expect(member.alert).to_contain_text("This account is blocked.")


def test_whoever_has_no_account_is_led_to_the_sign_up(arrive: Arrive) -> None:
    member = arrive(may_be_refused=True)
    member.link("login_by_email").click()

    member.prove("email", "stranger@example.com")
    member.press("login_submit")
    expect(member.alert).to_contain_text("Nobody has an account with this address yet.")
    member.alert.get_by_role("link", name="Create an account").click()

    expect(member.heading).to_have_text("Create your account")


def test_who_signs_up_from_the_log_in_page_arrives_at_the_application(arrive: Arrive, shop: ClientApplications) -> None:
    member = arrive(may_be_refused=True)
    member.link("login_sign_up").click()
    expect(member.heading).to_have_text("Create your account")

    member.prove("email", "newcomer@example.com")
    member.fill(password=PASSWORD, name="New Comer")
    member.submit()

    is_greeted(member, "New Comer")
    assert shop.told[-1]["email"] == "newcomer@example.com"


def test_an_application_can_ask_for_the_sign_up(arrive: Arrive) -> None:
    member = arrive(prompt="create")

    expect(member.heading).to_have_text("Create your account")


def test_a_forgotten_password(arrive: Arrive) -> None:
    member = arrive(may_be_refused=True)
    member.link("login_forgotten").click()
    expect(member.heading).to_have_text("Choose a new password")

    member.send_code("forgotten", "forgetful@example.com")
    code = member.received("forgetful@example.com")["code"]
    expect(member.page.locator("#hint-forgotten_code")).to_contain_text("If there is such an account")
    member.fill(forgotten_code=code, new_password="password1")
    member.press("reset_submit")
    expect(member.error("new_password")).to_contain_text("Use three of these")
    member.fill(new_password=NEW_PASSWORD)
    expect(member.page.locator("#strength-text")).to_have_text("Strength: very good")
    member.press("reset_submit")

    expect(member.page.get_by_text("Your password has been changed.")).to_be_visible()
    expect(member.named("username")).to_have_value("forgetful@example.com")
    expect(member.named("password")).to_be_focused()
    member.fill(password=NEW_PASSWORD)
    member.press("login_submit")
    is_greeted(member)


def test_a_forgotten_password_of_nobody_looks_the_same(arrive: Arrive) -> None:
    member = arrive(may_be_refused=True)
    member.link("login_forgotten").click()

    member.send_code("forgotten", "nobody@example.com")
    expect(member.page.locator("#hint-forgotten_code")).to_contain_text("If there is such an account")
    member.fill(forgotten_code="123456", new_password=NEW_PASSWORD)
    member.press("reset_submit")

    expect(member.error("forgotten_code")).to_have_text(member.words["error_code"])
    member.link("reset_back").click()
    expect(member.named("username")).to_be_visible()


def test_an_address_that_has_to_be_verified_first(
    arrive: Arrive, log_in_server: TrialServer, shop: ClientApplications
) -> None:
    member = arrive("", may_be_refused=True)
    shop.issuer = f"{log_in_server.url}/t/lale"
    try:
        member.come_from(shop.url, "letters")
        member.log_in(username=UNVERIFIED)
        expect(member.heading).to_have_text("Look into your mail")
        expect(member.page.get_by_text(UNVERIFIED)).to_be_visible()
        assert all_faults(member.page) == []

        member.named("mail-code").fill(member.received(UNVERIFIED)["code"])
        member.press("mail_confirm")

        is_greeted(member)
    finally:
        shop.issuer = f"{log_in_server.url}/t/anka"


def test_the_proof_of_work_of_a_guarded_password_is_done_by_the_page(arrive: Arrive) -> None:
    member = arrive("vault", may_be_refused=True)
    answers: list[int] = []
    member.page.on("response", lambda told: answers.append(told.status) if told.url.endswith("/login") else None)
    expect(member.page.get_by_role("navigation", name="Ways to log in")).to_have_count(0)

    member.log_in(username="guarded@example.com", password="not the password")
    expect(member.alert).to_be_visible()
    member.log_in(username="guarded@example.com")

    is_greeted(member)
    assert answers == [401, 400, 200]


def test_an_application_is_told_nothing_until_somebody_agrees(arrive: Arrive, shop: ClientApplications) -> None:
    member = arrive("library")
    member.log_in()
    expect(member.heading).to_have_text("May Library know who you are?")
    claims = member.page.get_by_role("main").get_by_role("listitem")
    expect(claims).to_have_text(["Which account here is yours", "Name", "E-mail address", "Phone number"])
    assert all_faults(member.page) == []

    member.press("consent_deny")
    expect(member.heading).to_have_text("Refused: access_denied")

    member.come_from(shop.url, "library")
    member.press("consent_accept")
    is_greeted(member)
    member.come_from(shop.url, "library")
    is_greeted(member)


def test_who_is_logged_in_is_not_asked_again_until_he_logs_out(arrive: Arrive, shop: ClientApplications) -> None:
    member = arrive()
    member.log_in()
    is_greeted(member)
    member.come_from(shop.url, "bookshop")
    is_greeted(member)

    member.page.goto("/logout?client_id=bookshop")
    expect(member.heading).to_have_text("Log out?")
    assert all_faults(member.page) == []
    member.come_from(shop.url, "bookshop")
    is_greeted(member)

    member.page.goto("/logout?client_id=bookshop")
    member.press("logout_submit")
    expect(member.heading).to_have_text("Good bye")
    member.come_from(shop.url, "bookshop")

    expect(member.heading).to_have_text("Log in")


def test_logging_out_where_nobody_waits(arrive: Arrive) -> None:
    member = arrive("")

    member.page.goto("/logout?client_id=kiosk")

    expect(member.heading).to_have_text("You are logged out")
    assert all_faults(member.page) == []


def test_with_a_third_party(arrive: Arrive, shop: ClientApplications) -> None:
    member = arrive()

    member.page.get_by_role("link", name="Continue with Partner").click()

    is_greeted(member)
    assert shop.told[-1]["name"] == "Mei"


def test_a_third_party_that_fails(arrive: Arrive, partner: Provider) -> None:
    member = arrive(may_be_refused=True)
    partner.replies["/token"] = members.Reply(500)
    try:
        member.page.get_by_role("link", name="Continue with Partner").click()
        expect(member.alert).to_contain_text("Logging in with Partner did not work.")
    finally:
        del partner.replies["/token"]
    member.log_in()

    is_greeted(member)


def test_a_page_that_no_application_has_opened(arrive: Arrive) -> None:
    member = arrive("", may_be_refused=True)

    member.page.goto("/login?client_id=bookshop")

    expect(member.heading).to_have_text("Please start again")
    assert all_faults(member.page) == []


def test_whoever_waited_too_long_is_told_so(arrive: Arrive) -> None:
    member = arrive(may_be_refused=True)
    member.page.context.clear_cookies()

    member.log_in()
    expect(member.alert).to_contain_text("This page has been open for too long.")
    member.press("error_reload")

    expect(member.heading).to_have_text("Please start again")


def test_too_many_tries_are_told_in_minutes(arrive: Arrive) -> None:
    member = arrive(may_be_refused=True)
    refusal = {"error": "too_many_requests", "status": 429}
    member.page.route("**/login", lambda route: route.fulfill(status=429, json=refusal, headers={"Retry-After": "290"}))

    member.log_in()

    expect(member.alert).to_have_text("Too many tries. Please wait 5 minutes.")


def test_everybody_can_read_the_page_at_a_desk_and_on_a_phone_at_night(arrive: Arrive) -> None:
    member = arrive(may_be_refused=True)
    assert all_faults(member.page) == []

    member.log_in(password="not the password")
    expect(member.alert).to_be_visible()
    assert all_faults(member.page) == []

    member.link("login_forgotten").click()
    member.fill(new_password="plum")
    expect(member.page.locator("#strength-text")).to_be_visible()
    member.press("reset_submit")
    expect(member.error("forgotten")).to_be_visible()
    assert all_faults(member.page) == []


@pytest.mark.parametrize("language", ["zh", "tr"])
def test_no_language_is_too_wide_for_a_small_phone(arrive: Arrive, language: str) -> None:
    assert faults(arrive(language=language).page, NARROW, "light") == []


def test_targets_are_large_enough_for_a_thumb(arrive: Arrive) -> None:
    member = arrive()
    member.page.set_viewport_size(PHONE)

    boxes = member.page.locator("main button, main input, main a, footer a")
    small = [box for box in boxes.all() if box.is_visible() and (box.bounding_box() or {"height": 0})["height"] < 44]
    assert [box.inner_text() for box in small] == []


def test_without_scripts_nothing_is_sent(arrive: Arrive) -> None:
    page = arrive(java_script_enabled=False).page

    expect(page.get_by_role("button", name="Log in").first).to_be_disabled()
    page.locator("#field-username").press("Enter")
    assert "/login?client_id=bookshop" in page.url
