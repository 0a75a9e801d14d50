"""One browser and one server for the whole folder; a test that wants an empty server starts its own."""

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import browsers, servers, shops
from tests.browser.clerks import Clerk
from tests.browser.servers import TrialServer

ADDRESSES = itertools.count(1)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Of the package, not of the session: while Playwright runs, Django refuses the ORM in this thread."""
    program = browsers.find()
    if program is None:
        pytest.skip(
            f"needs a browser: none of {', '.join(browsers.NAMES)} is on the PATH, and CIAM_CHROMIUM names none"
        )
    with browsers.running(program) as running:
        yield running


@pytest.fixture(scope="package")
def server(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialServer]:
    with servers.running(tmp_path_factory.mktemp("server"), **servers.PROXY) as running:
        running.provision(shops.DOCUMENT)
        yield running


@pytest.fixture
def page(browser: Browser, server: TrialServer) -> Iterator[Page]:
    """Of somebody whom the server does not know, and who comes from an address that no other test has."""
    headers = {"X-Forwarded-For": f"192.0.2.{next(ADDRESSES)}"}
    with browsers.page_at(browser, server.url, extra_http_headers=headers) as page:
        yield page


@pytest.fixture(scope="package")
def log_in(browser: Browser, server: TrialServer) -> dict[str, object]:
    """The cookies of somebody who has logged in."""
    with browsers.page_at(browser, server.url) as page:
        Clerk(page).log_in()
        return dict(page.context.storage_state())


@pytest.fixture
def clerk(browser: Browser, server: TrialServer, log_in: dict[str, object]) -> Iterator[Clerk]:
    with browsers.page_at(browser, server.url, storage_state=log_in) as page:
        page.goto("/admin/")
        yield Clerk(page)


@pytest.fixture
def newcomer(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """At the log-in page of a server that has nothing yet but this account."""
    with servers.running(tmp_path_factory.mktemp("empty")) as empty, browsers.page_at(browser, empty.url) as page:
        yield Clerk(page)
