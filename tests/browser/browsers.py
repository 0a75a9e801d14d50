"""A real Chromium, and an eye on all that its pages do."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright

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
def page_at(browser: Browser, url: str, **options: Any) -> Iterator[Page]:
    """A fresh profile; fails after use for whatever its pages did that no page of ours may do."""
    context = browser.new_context(base_url=url, viewport=DESKTOP, reduced_motion="reduce", **options)
    context.set_default_timeout(10_000)
    watch = Watch(context, urlsplit(url).netloc)
    yield context.new_page()
    context.close()
    assert watch.seen == []


class Watch:
    """Writes down what no page of ours may do: complain, ask another server, open a dialog."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.host, self.seen = host, list[str]()
        context.add_init_script(TELL_VIOLATIONS)
        context.on("console", lambda said: self._note(said.text, said.type in ("error", "warning")))
        context.on("weberror", lambda failed: self._note(str(failed.error)))
        context.on("request", lambda asked: self._note(f"asked for {asked.url}", self._is_foreign(asked.url)))
        context.on("dialog", self._dismiss)

    def _note(self, words: str, is_bad: bool = True) -> None:
        if is_bad:
            self.seen.append(words)

    def _is_foreign(self, url: str) -> bool:
        return urlsplit(url).scheme != "data" and urlsplit(url).netloc != self.host

    def _dismiss(self, dialog: Dialog) -> None:
        self._note(f"dialog: {dialog.message}")
        dialog.dismiss()
