"""Somebody signs up on the hosted page: in three languages, by mouse and by keyboard, with mistakes."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from ciam.hosted import languages
from tests.browser import browsers, servers, sweeps, visitors
from tests.browser.browsers import DESKTOP, PHONE
from tests.browser.servers import TrialServer
from tests.browser.visitors import PASSWORD, Visitor

pytestmark = pytest.mark.browser

NARROW = {"width": 320, "height": 640}
SOURCES = itertools.count(1)
Arrive = Callable[..., Visitor]


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialServer]:
    with servers.running(tmp_path_factory.mktemp("hosted"), **servers.PROXY) as running:
        running.provision(visitors.DOCUMENT)
        yield running


@pytest.fixture
def arrive(browser: Browser, server: TrialServer) -> Iterator[Arrive]:
    """Makes a visitor, in front of no page yet, with a browser in the language and an address of his own."""
    with ExitStack() as stack:

        def make(language: str = "en", **options: object) -> Visitor:
            headers = {"X-Forwarded-For": f"198.51.100.{next(SOURCES)}"}
            locale = {"en": "en-GB", "zh": "zh-CN", "tr": "tr-TR"}[language]
            fresh = browsers.page_at(browser, server.url, extra_http_headers=headers, locale=locale, **options)
            return Visitor(stack.enter_context(fresh), server, languages.words(language))

        yield make


def heading(visitor: Visitor) -> str:
    return visitor.page.get_by_role("heading", level=1).inner_text()


def faults(page: Page, size: dict[str, int], scheme: str) -> list[str]:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    wider = page.evaluate(sweeps.WIDER)
    return [*sweeps.axe_faults(page), *([f"{wider} pixels wider than the screen"] if wider > 0 else [])]


def test_by_the_code_of_a_text_message(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open("phones")

    visitor.prove("phone_number", "+905320000001")
    visitor.fill(password=PASSWORD)
    visitor.submit()

    done = visitor.page.get_by_role("heading", name=visitor.words["done_title"])
    expect(done).to_be_focused()
    link = visitor.page.get_by_role("main").get_by_role("link", name="Log in").locator("visible=true")
    expect(link).to_have_attribute("href", "https://login.anka.example/")
    assert visitor.page.title() == "Your account is ready · Anka Kitap"


def test_in_chinese_by_the_code_of_a_mail(arrive: Arrive) -> None:
    visitor = arrive("zh")
    visitor.open("mails")
    assert heading(visitor) == "创建账号"

    visitor.prove("email", "mei@example.com")
    assert "注册验证码" in visitor.received("mei@example.com")["body"]
    visitor.fill(password=PASSWORD, nickname="小梅")
    visitor.submit()

    expect(visitor.page.get_by_role("heading", name="账号已创建")).to_be_focused()


def test_in_turkish_because_the_link_says_so_with_everything_that_is_asked(arrive: Arrive) -> None:
    visitor = arrive("tr", timezone_id="Europe/Istanbul")
    visitor.open("everything", ui_locales="tr")
    assert visitor.page.evaluate("document.documentElement.lang") == "tr"
    expect(visitor.named("zoneinfo")).to_have_value("Europe/Istanbul")
    expect(visitor.named("locale")).to_have_value("tr-TR")

    visitor.send_code("phone_number", "0532 000 00 02")
    message = visitor.received("+905320000002")
    assert "kayıt kodunuzdur" in message["body"]
    visitor.fill(phone_number_code=message["code"], password=PASSWORD)
    visitor.fill(username="elif", name="Elif", member_no="M123456", age="41")
    visitor.named("news").check()
    visitor.submit()

    expect(visitor.page.get_by_role("heading", name="Hesabınız hazır")).to_be_focused()


def test_what_is_pasted_is_understood_and_told(arrive: Arrive) -> None:
    visitor = arrive("tr", timezone_id="Europe/Istanbul")
    visitor.open("everything", ui_locales="tr")
    expect(visitor.page.locator("#hint-phone_number")).to_contain_text("Türkiye")

    visitor.send_code("phone_number", "\u202a0532\u00a0000\u201300\u201323\u202c")
    expect(visitor.page.locator("#hint-phone_number_code")).to_contain_text("+90 532 000 00 23 (Türkiye)")
    code = visitor.received("+905320000023")["code"]
    visitor.fill(phone_number_code=f" {code[:3]}\u00a0-{code[3:]}\t", email=" <mailto:Elif@Example.com>. ")
    expect(visitor.named("phone_number_code")).to_have_value(code)
    visitor.fill(username="\u200belif_2 ", name="Elif", member_no="M123457", password=PASSWORD)
    expect(visitor.named("email")).to_have_value("Elif@Example.com")
    visitor.fill(email="")
    visitor.submit()

    expect(visitor.page.get_by_role("heading", name="Hesabınız hazır")).to_be_focused()


def test_the_language_can_be_chosen(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open("mails")

    visitor.page.get_by_role("link", name="Türkçe").click()

    expect(visitor.page.get_by_role("heading", name="Hesap oluşturun")).to_be_visible()


def test_by_keyboard_alone(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open("mails")
    keys = visitor.page.keyboard

    visitor.page.locator("#field-email").focus()
    keys.type("key.board@example.com")
    keys.press("Enter")  # sends the code
    expect(visitor.named("email_code")).to_be_focused()
    keys.type(visitor.received("key.board@example.com")["code"])
    keys.press("Tab")
    expect(visitor.named("password")).to_be_focused()
    keys.type(PASSWORD)
    keys.press("Tab")
    keys.press("Space")  # shows the password
    expect(visitor.named("password")).to_have_attribute("type", "text")
    expect(visitor.button("show_password")).to_have_attribute("aria-pressed", "true")
    keys.press("Tab")
    expect(visitor.named("nickname")).to_be_focused()
    keys.press("Enter")

    expect(visitor.page.get_by_role("heading", name="Your account is ready")).to_be_focused()


def test_what_is_missing_is_told_at_its_place_and_the_first_is_focused(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.open("everything")

    visitor.fill(member_no="M1", age="old")
    visitor.submit()

    expect(visitor.page.get_by_role("alert")).to_have_text("Please correct what is marked below.")
    expect(visitor.error("one-of")).to_have_text("Please give at least one of these.")
    expect(visitor.named("phone_number")).to_be_focused()
    expect(visitor.error("username")).to_have_text("Please fill this in.")
    expect(visitor.error("member_no")).to_have_text("M and six digits, as on your card")
    expect(visitor.error("age")).to_have_text("Please enter a whole number.")
    expect(visitor.named("member_no")).to_have_attribute("aria-invalid", "true")
    expect(visitor.named("member_no")).to_have_accessible_description("M and six digits, as on your card")
    visitor.fill(member_no="M123456")
    expect(visitor.error("member_no")).to_be_hidden()
    visitor.fill(email="mei@example.org")
    visitor.submit()
    expect(visitor.error("email")).to_contain_text("Press “Send code”")


def test_a_wrong_code_a_weak_password_and_a_taken_address(arrive: Arrive) -> None:
    visitor = arrive(may_be_refused=True)
    visitor.open("mails")
    visitor.prove("email", "taken@example.com")
    right = visitor.named("email_code").input_value()

    visitor.fill(email_code="000000" if right != "000000" else "111111", password=PASSWORD)
    visitor.submit()
    expect(visitor.error("email_code")).to_have_text(visitor.words["error_code"])
    expect(visitor.named("email_code")).to_be_focused()

    visitor.fill(email_code=right, password="password1")
    expect(visitor.page.locator("#strength-text")).to_contain_text("Use three of these")
    visitor.submit()
    expect(visitor.error("password")).to_contain_text("Use three of these")
    visitor.fill(password=PASSWORD)
    expect(visitor.page.locator("#strength-text")).to_have_text("Strength: very good")
    visitor.submit()
    expect(visitor.page.get_by_role("heading", name="Your account is ready")).to_be_visible()

    later = arrive(may_be_refused=True)
    later.open("mails")
    later.fill(email="taken@example.com")
    later.button("send_code").click()
    expect(later.error("email")).to_have_text("There is an account with this e-mail address already.")
    expect(later.named("email")).to_be_focused()
    expect(later.button("send_code")).to_have_attribute("aria-disabled", "false")


def test_another_code_can_be_asked_for_after_a_while_and_at_once_for_another_address(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.page.clock.install()
    visitor.open("phones")
    button = visitor.page.locator("[data-send=phone_number]")

    visitor.send_code("phone_number", "+905320000003")
    expect(button).to_have_text("Again in 29 s")
    expect(button).to_have_attribute("aria-disabled", "true")
    visitor.page.clock.fast_forward(30_000)
    expect(button).to_have_text("Send again")
    button.click()
    expect(button).to_have_attribute("aria-disabled", "true")

    visitor.fill(phone_number="+905320000004")
    expect(button).to_have_text("Send code")
    expect(visitor.named("phone_number_code")).to_be_hidden()


def test_the_fourth_code_is_sent_for_a_proof_of_work(arrive: Arrive) -> None:
    visitor = arrive(may_be_refused=True)
    visitor.open("phones")
    answers: list[int] = []
    visitor.page.on("response", lambda answer: answers.append(answer.status) if is_of_code(answer) else None)

    for number in range(4):
        visitor.prove("phone_number", f"+90532000010{number}")
    visitor.fill(password=PASSWORD)
    visitor.submit()

    expect(visitor.page.get_by_role("heading", name="Your account is ready")).to_be_visible()
    assert answers == [200, 200, 200, 400, 200]


def is_of_code(answer: Response) -> bool:
    return answer.url.endswith("/signup/code")


def test_whoever_waited_too_long_is_told_to_load_the_page_again(arrive: Arrive) -> None:
    visitor = arrive(may_be_refused=True)
    visitor.open("mails")
    visitor.page.context.clear_cookies()

    visitor.fill(email="late@example.com")
    visitor.button("send_code").click()

    expect(visitor.page.get_by_role("alert")).to_contain_text("This page has been open for too long.")
    visitor.button("error_reload").click()
    visitor.prove("email", "late@example.com")


def test_everybody_can_read_the_page_at_a_desk_and_on_a_phone_at_night(arrive: Arrive) -> None:
    visitor = arrive(may_be_refused=True)
    visitor.open("everything")
    page = visitor.page
    assert faults(page, DESKTOP, "light") == []

    visitor.send_code("email", "reader@example.com")
    visitor.fill(password="plum")
    expect(page.locator("#strength-text")).to_be_visible()
    visitor.submit()
    expect(visitor.error("username")).to_be_visible()
    for size, scheme in ((DESKTOP, "light"), (PHONE, "dark"), (NARROW, "dark")):
        assert faults(page, size, scheme) == []

    visitor.fill(email_code=visitor.received("reader@example.com")["code"], password=PASSWORD)
    visitor.fill(username="reader", name="A Reader", member_no="M000001")
    visitor.submit()
    page.get_by_role("heading", name="Your account is ready").wait_for()
    for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        assert faults(page, size, scheme) == []


def test_targets_are_large_enough_for_a_thumb(arrive: Arrive) -> None:
    visitor = arrive()
    visitor.page.set_viewport_size(PHONE)
    visitor.open("everything")

    boxes = visitor.page.locator("main button, main input:not([type=checkbox]), main .check label, footer a")
    small = [box for box in boxes.all() if box.is_visible() and (box.bounding_box() or {"height": 0})["height"] < 44]
    assert small == []
    assert boxes.count() > 10


def test_an_address_that_is_confirmed_afterwards(arrive: Arrive) -> None:
    visitor = arrive(may_be_refused=True)
    visitor.open("letters")
    expect(visitor.button("send_code").locator("visible=true")).to_have_count(0)
    visitor.fill(email="lale@example.com", password=PASSWORD)
    visitor.submit()

    expect(visitor.page.get_by_role("heading", name="Look into your mail")).to_be_focused()
    assert "lale@example.com" in visitor.page.get_by_role("main").inner_text()
    right = visitor.received("lale@example.com")["code"]
    visitor.named("mail-code").fill("000000" if right != "000000" else "111111")
    visitor.button("mail_confirm").click()
    expect(visitor.error("mail-code")).to_have_text(visitor.words["error_code"])
    assert faults(visitor.page, PHONE, "dark") == []
    visitor.named("mail-code").fill(right)
    visitor.named("mail-code").press("Enter")

    expect(visitor.page.get_by_role("heading", name="Your account is ready")).to_be_focused()
    expect(visitor.page.get_by_role("main")).to_contain_text("Your e-mail address is confirmed.")


def test_the_mail_can_be_sent_again(arrive: Arrive) -> None:
    visitor = arrive(may_be_refused=True)
    visitor.open("letters")
    visitor.fill(email="again@example.com", password=PASSWORD)
    visitor.submit()

    visitor.button("send_again").click()

    expect(visitor.page.get_by_role("alert")).to_contain_text("You can have another one sent in")
    expect(visitor.page.locator("#resend")).to_contain_text("Again in")


def test_without_scripts_nothing_is_sent(arrive: Arrive) -> None:
    page = arrive(java_script_enabled=False).page
    page.goto("/signup?client_id=phones")

    expect(page.get_by_role("button", name="Create account")).to_be_disabled()
    page.locator("#field-phone_number").press("Enter")
    assert page.url.endswith("/signup?client_id=phones")
