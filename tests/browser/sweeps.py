"""Every page that links lead to, once each, looked at in both colours and both widths."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.browsers import DESKTOP, PHONE

AXE = Axe()
ALIKE = re.compile(r"/admin/[a-z]+/[a-z]+/[*]/(history|delete)/|/admin/tenants/[a-z]+(source|sender|attribute)/add/$")
ROW_ID = re.compile(r"/([0-9a-f-]{32,36}|[0-9]+)/")
OPTIONS = {"preload": False, "resultTypes": ["violations"]}  # what axe loads itself would be no request of ours
LINKS = "[...document.links].map(link => link.href)"
THEME = "name => document.documentElement.dataset.theme = name"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def pages(page: Page) -> Iterator[str]:
    """Walks from where the page is to all others of its kind; the name of each, while it is shown."""
    waiting = {_kind(page.url): page.url}
    seen = set[str]()
    while fresh := [kind for kind in waiting if kind not in seen]:
        seen.add(fresh[0])
        page.goto(waiting[fresh[0]])
        yield fresh[0]
        for address in page.evaluate(LINKS):
            if _kind(address):
                waiting.setdefault(_kind(address), address)


def _kind(address: str) -> str:
    """One name for all rows of a list, and none for what is no page of its own, as a filter."""
    url = urlsplit(address)
    query = parse_qs(url.query)
    if not url.path.startswith("/admin/") or set(query) - {"tenant"} or (query and not url.path.endswith("/add/")):
        return ""
    path = ROW_ID.sub("/*/", url.path) + ("?tenant" if query else "")
    return ALIKE.sub(r"\1", path)


def faults(page: Page) -> list[str]:
    """All that axe finds, and what a phone cannot show; colours do not hang on widths, so two pairs show all four."""
    found = []
    for size, theme in ((DESKTOP, "light"), (PHONE, "dark")):
        page.set_viewport_size(size)
        page.evaluate(THEME, theme)
        found += [f"{size['width']} {theme}: {fault}" for fault in axe_faults(page)]
    wider = page.evaluate(WIDER)
    page.set_viewport_size(DESKTOP)
    return found + ([f"{wider} pixels wider than the phone"] if wider > 0 else [])


def axe_faults(page: Page) -> Iterator[str]:
    for violation in AXE.run(page, {"include": [["html"]], "exclude": [["option"]]}, OPTIONS).response["violations"]:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['html'][:300]} {node['failureSummary'][:400]}"
