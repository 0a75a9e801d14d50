"""A real Chromium, and an eye on all that its pages do."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d ")
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation",
    event => console.error("CSP", event.violatedDirective, event.blockedURI, event.sourceFile, event.lineNumber))"""


def find() -> str | None:
    """The program to start: the one that CIAM_CHROMIUM names, or the first on the PATH."""
    found = (shutil.which(name) for name in (os.environ.get("CIAM_CHROMIUM") or "", *NAMES))
    return next(filter(None, found), None)


@contextmanager
def running(program: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIETLY))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_at(
    browser: Browser, url: str, *, may_be_refused: bool = False, friends: tuple[str, ...] = (), **options: Any
) -> Iterator[Page]:
    """A fresh profile; fails after use for whatever its pages did that no page of ours may do.

    Chromium complains of each call that is refused; a test that wants refusals says so. It may be sent to
    `friends`, which are hosts with their ports, and load nothing from them.
    """
    context = browser.new_context(base_url=url, viewport=DESKTOP, reduced_motion="reduce", **options)
    context.set_default_timeout(10_000)
    watch = Watch(context, urlsplit(url).netloc, may_be_refused, friends)
    yield context.new_page()
    context.close()
    assert watch.seen == [], watch.seen


class Watch:
    """Writes down what no page of ours may do: complain, ask another server, open a dialog."""

    def __init__(self, context: BrowserContext, host: str, may_be_refused: bool, friends: tuple[str, ...]) -> None:
        self.host, self.may_be_refused, self.friends, self.seen = host, may_be_refused, friends, list[str]()
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", lambda said: self._note(said.text, self._is_complaint(said)))
        context.on("weberror", lambda failed: self._note(str(failed.error)))
        context.on("request", lambda asked: self._note(f"asked for {asked.url}", self._is_foreign(asked)))
        context.on("dialog", self._dismiss)

    def _note(self, words: str, is_bad: bool = True) -> None:
        if is_bad:
            self.seen.append(words)

    def _is_complaint(self, said: ConsoleMessage) -> bool:
        is_refusal = self.may_be_refused and REFUSED.match(said.text) is not None
        return said.type in ("error", "warning") and not is_refusal

    def _is_foreign(self, asked: Request) -> bool:
        url = urlsplit(asked.url)
        is_friendly = url.netloc in self.friends and asked.is_navigation_request()
        return url.scheme != "data" and url.netloc != self.host and not is_friendly

    def _dismiss(self, dialog: Dialog) -> None:
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()
