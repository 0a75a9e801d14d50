"""Somebody whose address must be verified: by the code on the sign-up page, or by the link in another window."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from ciam.hosted import languages
from tests.browser import browsers, servers, sweeps, visitors
from tests.browser.browsers import DESKTOP, PHONE
from tests.browser.servers import TrialServer
from tests.browser.visitors import PASSWORD, Visitor

pytestmark = pytest.mark.browser

LOCALES = {"en": "en-GB", "zh": "zh-CN", "tr": "tr-TR"}
Arrive = Callable[..., Visitor]


def forcing() -> dict[str, object]:
    document = copy.deepcopy(visitors.DOCUMENT)
    document["tenants"][0]["force_email_verification"] = True
    return document


@pytest.fixture(scope="module")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialServer]:
    with servers.running(tmp_path_factory.mktemp("forced"), **servers.PROXY) as running:
        running.provision(forcing())
        yield running


@pytest.fixture
def arrive(browser: Browser, server: TrialServer) -> Iterator[Arrive]:
    with ExitStack() as stack:

        def make(language: str = "en", **options: object) -> Visitor:
            fresh = browsers.page_at(browser, server.url, locale=LOCALES[language], **options)
            return Visitor(stack.enter_context(fresh), server, languages.words(language))

        yield make


def sign_up(visitor: Visitor, address: str) -> str:
    """On the page, up to where it asks for the code; the link that was sent."""
    visitor.open("mails")
    visitor.fill(email=address, password=PASSWORD)
    visitor.submit()
    expect(visitor.page.get_by_role("heading", name=visitor.words["mail_title"])).to_be_visible()
    match = re.search(r"http\S+/account/verifyEmail\?token=\S+", json.dumps(visitor.received(address)["body"]))
    assert match
    return match[0].split("\\n")[0]


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def faults(page: Page) -> list[str]:
    found = []
    for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        found += sweeps.axe_faults(page)
        found += ["wider than the screen"] if page.evaluate(sweeps.WIDER) > 0 else []
    return found


@pytest.mark.parametrize("language", LOCALES)
def test_by_the_link_in_another_browser(arrive: Arrive, language: str) -> None:
    link = sign_up(arrive(language), f"{language}@example.com")
    other = arrive(language)
    page, words = other.page, other.words

    page.goto(link)
    assert heading(page) == words["verify_title"]
    assert page.get_by_text(f"{language[0]}***@example.com").is_visible()
    assert faults(page) == []
    other.button("verify_confirm").press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(words["verify_done_title"])
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    assert page.get_by_role("link", name=words["log_in"]).get_attribute("href") == "https://login.anka.example/"
    assert faults(page) == []


def test_by_the_code_on_the_sign_up_page(arrive: Arrive) -> None:
    visitor = arrive()
    sign_up(visitor, "code@example.com")

    visitor.named("mail-code").fill(visitor.received("code@example.com")["code"])
    visitor.button("mail_confirm").click()

    expect(visitor.page.get_by_text(visitor.words["mail_confirmed"])).to_be_visible()


def test_a_link_that_was_used_says_so(arrive: Arrive) -> None:
    link = sign_up(arrive(), "twice@example.com")
    first, second = arrive(), arrive(may_be_refused=True)
    first.page.goto(link)
    second.page.goto(link)
    first.button("verify_confirm").click()
    expect(first.page.get_by_role("heading", level=1)).to_have_text(first.words["verify_done_title"])

    second.button("verify_confirm").click()

    expect(second.page.get_by_role("heading", level=1)).to_have_text(second.words["verify_used_title"])
    second.page.goto(link)
    assert heading(second.page) == second.words["verify_used_title"]
    assert not second.page.get_by_role("button").count()
    assert faults(second.page) == []


def test_who_is_refused_for_now_can_try_again(arrive: Arrive) -> None:
    link = sign_up(arrive(), "later@example.com")
    visitor = arrive(may_be_refused=True)
    visitor.page.goto(link)
    visitor.page.route("**/account/verifyEmail", lambda route: route.fulfill(status=429, body="{}"))

    visitor.button("verify_confirm").click()
    expect(visitor.page.get_by_role("alert")).to_have_text(visitor.words["error_unknown"])
    visitor.page.unroute("**/account/verifyEmail")
    visitor.button("verify_confirm").click()

    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(visitor.words["verify_done_title"])
