"""Whatever people type is shown as they typed it, and does nothing (S-113)."""

import json

import pytest

from tests.browser.clerks import Clerk
from tests.browser.hostile import DOCUMENT, MAKE_ROWS, TEXTS
from tests.browser.servers import TrialServer

pytestmark = pytest.mark.browser

FOREIGN = """[
    ...[...document.scripts].filter(script => !/^[/](static|admin[/]jsi18n)[/]/.test(new URL(script.src).pathname)),
    ...document.querySelectorAll("iframe, base, math, body style, body link, meta[http-equiv=refresh], [srcdoc]"),
    ...[...document.querySelectorAll("[src], [href], form[action]")].filter(
        it => new URL(["src", "href", "action"].map(name => it.getAttribute(name)).find(Boolean) || "", location).origin
            !== location.origin),
    ...[...document.querySelectorAll("*")].filter(it => [...it.attributes].some(one => one.name.startsWith("on"))),
].map(element => element.outerHTML.slice(0, 200))"""
SHOWN = "document.body.textContent + [...document.querySelectorAll('input, textarea')].map(it => it.value).join(' ')"
TITLED = [text[:128] for text in TEXTS]
LISTS = [
    ("Tenants", TITLED),
    ("Attributes", TITLED),
    ("Password sources", TITLED),
    ("Applications", TITLED),
    ("End users", [text[:64] for text in TEXTS]),
    ("Audit log entries", TEXTS),
]


@pytest.fixture(scope="module", autouse=True)
def _rows(server: TrialServer) -> None:
    server.provision(DOCUMENT)
    server.manage("shell", "-c", MAKE_ROWS, TEXTS=json.dumps(TEXTS))


@pytest.mark.parametrize(("name", "texts"), LISTS)
def test_lists_show_texts_as_they_are(clerk: Clerk, name: str, texts: list[str]) -> None:
    clerk.go(name)
    clerk.page.goto(f"{clerk.page.url}?tenant=hostile" if name != "Tenants" else clerk.page.url)

    _shows(clerk, texts)


def test_an_end_user_is_shown_with_all_of_it(clerk: Clerk) -> None:
    clerk.go("End users")
    clerk.find("+8613612340000")
    clerk.follow("+8613612340000")
    _shows(clerk, [*TEXTS, *TITLED])

    clerk.follow("History")
    _shows(clerk, TEXTS)


@pytest.mark.parametrize("text", TEXTS[::10])
def test_a_search_says_what_was_searched_for(clerk: Clerk, text: str) -> None:
    clerk.go("End users")

    clerk.find(text[:64])

    _shows(clerk, [text[:64]])
    assert "1 found" in clerk.words()


def test_the_contract_shows_labels_and_messages(clerk: Clerk) -> None:
    clerk.go("Applications")
    clerk.find("hostile-0")
    clerk.follow(TITLED[0])
    _shows(clerk, TITLED)

    clerk.fill({"Name": TITLED[5]})
    clerk.panel.locator("[aria-busy]").wait_for(state="detached")
    _shows(clerk, [*TITLED, *(text[:256] for text in TEXTS)])


def test_other_pages_show_them_too(clerk: Clerk) -> None:
    _shows(clerk, TITLED[:1])
    clerk.add("Applications")
    _shows(clerk, TITLED)
    clerk.page.goto("/admin/findings/")
    _shows(clerk, [])
    clerk.open("Senders", "bad")
    _shows(clerk, [TEXTS[0]])
    clerk.open("Senders", "mail")
    _shows(clerk, [TEXTS[3]])
    clerk.open("Tenants", TITLED[3])
    _shows(clerk, [TITLED[3]])


def test_a_line_of_the_trail_shows_its_details(clerk: Clerk) -> None:
    clerk.go("Audit log entries")
    clerk.page.goto(f"{clerk.page.url}?tenant=hostile")
    clerk.main.get_by_role("row").filter(has_text=TEXTS[0]).get_by_role("rowheader").get_by_role("link").first.click()
    clerk.page.wait_for_url("**/change/*")

    _shows(clerk, [TEXTS[0]])


def _shows(clerk: Clerk, texts: list[str]) -> None:
    assert clerk.page.evaluate(FOREIGN) == []
    shown = clerk.page.evaluate(SHOWN)
    assert [text for text in texts if text not in shown] == []
