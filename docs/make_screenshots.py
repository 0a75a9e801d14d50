"""The pictures of docs/admin.md and of the hosted pages' documents, from servers of their own: `make screenshots`."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from playwright.sync_api import Browser, Locator, Page

BASE_DIR = Path(__file__).resolve().parent.parent
IMAGES = BASE_DIR / "docs" / "images"
SAME_EVERY_TIME = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        walker.currentNode.data = walker.currentNode.data
            .replace(/\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d/g, "2026-03-02 09:30:00")
            .replace(/http:\\/\\/localhost:\\d+/g, "https://id.example.com");
    }
}"""

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
sys.path.insert(0, str(BASE_DIR))
django.setup()

from ciam.hosted.languages import words  # noqa: E402 - they know models, which need Django
from tests.browser import (  # noqa: E402 - they know models, which need Django
    browsers,
    client_applications,
    members,
    servers,
    stories,
    visitors,
)
from tests.browser.clerks import Clerk  # noqa: E402
from tests.browser.members import Member  # noqa: E402
from tests.browser.visitors import Visitor  # noqa: E402


def main() -> None:
    fonts = ["fc-list", ":lang=zh"]  # the pages name their languages
    if not subprocess.run(fonts, capture_output=True, check=False).stdout:  # noqa: S603 - a fixed command
        sys.exit("No font has Chinese: install one, for example fonts-wqy-microhei.")
    IMAGES.mkdir(exist_ok=True)
    with browsers.running(browsers.find() or sys.exit("No Chromium is found.")) as browser:
        take_admin(browser)
        take_sign_up(browser)
        take_log_in(browser)


def take_admin(browser: Browser) -> None:
    with (
        tempfile.TemporaryDirectory() as directory,
        servers.running(Path(directory)) as server,
        browsers.page_at(browser, server.url) as page,
    ):
        clerk = Clerk(page)
        prepare(clerk)
        configure(clerk)
        look_again(clerk)


def take_sign_up(browser: Browser) -> None:
    """The hosted page on a desk, filled in, and on a phone at night."""
    with tempfile.TemporaryDirectory() as directory, servers.running(Path(directory)) as server:
        server.provision(visitors.DOCUMENT)
        with browsers.page_at(browser, server.url, locale="en-GB", timezone_id="Europe/London") as page:
            visitor = Visitor(page, server, words("en"))
            visitor.open("mails")
            visitor.prove("email", "mei@example.com")
            visitor.fill(password=visitors.PASSWORD)
            page.locator("#strength").wait_for()
            take(page, "sign-up", height=960)
        with browsers.page_at(browser, server.url, locale="tr-TR", color_scheme="dark") as page:
            page.set_viewport_size(browsers.PHONE)
            Visitor(page, server, words("tr")).open("phones")
            take(page, "sign-up-phone", height=750)


def take_log_in(browser: Browser) -> None:
    with (
        tempfile.TemporaryDirectory() as directory,
        servers.running(Path(directory)) as server,
        client_applications.running() as shop,
    ):
        document = json.dumps(members.document(shop.url, "https://partner.example"))
        server.manage("provision", "-", typed=document, **members.SECRETS)
        shop.issuer = f"{server.url}/t/anka"
        with browsers.page_at(browser, server.url, locale="en-GB", friends=(shop.host,)) as page:
            Member(page, server, words("en")).come_from(shop.url, "bookshop")
            take(page, "log-in", height=940)


def prepare(clerk: Clerk) -> None:
    clerk.log_in()
    take(clerk.page, "start-empty", height=560)
    stories.make_tenant(clerk)
    stories.make_sources(clerk)
    clerk.add("Attributes")
    clerk.fill(stories.MEMBER | {"Pattern": "M[0-9]{6"})
    clerk.save()
    take(clerk.page, "mistake", height=760)
    clerk.fill(stories.MEMBER)
    clerk.save()
    take(clerk.page, "list", height=560)
    stories.make_sender(clerk)


def configure(clerk: Clerk) -> None:
    stories.fill_application(clerk)
    clerk.panel.get_by_text("curl -s").wait_for()
    take(clerk.page, "application", height=960)
    take(clerk.page, "contract", height=1200, part=clerk.panel)
    clerk.save()
    clerk.follow("I have copied it")
    stories.switch_on(clerk)


def look_again(clerk: Clerk) -> None:
    """What is there now: at a desk, at night, and on a phone."""
    page = clerk.page
    clerk.start()
    take(page, "start", height=760)
    clerk.follow(stories.APPLICATION)
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    take(page, "dark", height=800)
    page.evaluate("document.documentElement.dataset.theme = 'light'")
    page.set_viewport_size(browsers.PHONE)
    take(page, "phone", height=browsers.PHONE["height"])


def take(page: Page, name: str, *, height: int, part: Locator | None = None) -> None:
    width = page.viewport_size["width"] if page.viewport_size else browsers.DESKTOP["width"]
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate(SAME_EVERY_TIME)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.mouse.move(0, 0)
    (part or page).screenshot(path=IMAGES / f"{name}.png", animations="disabled")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
