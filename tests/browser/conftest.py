"""One browser and one server for the whole folder; a test that wants an empty server starts its own."""

import itertools
import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page

from ciam.hosted import languages
from tests.browser import browsers, client_applications, members, servers, shops
from tests.browser.clerks import Clerk
from tests.browser.client_applications import ClientApplications
from tests.browser.members import Arrive, Member
from tests.browser.servers import TrialServer
from tests.third_party.provider import Provider, open_provider

ADDRESSES = itertools.count(1)
LOCALES = {"en": "en-GB", "zh": "zh-CN", "tr": "tr-TR"}


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


# Applications of customers, to which people log in


@pytest.fixture(scope="package")
def shop() -> Iterator[ClientApplications]:
    with client_applications.running() as running:
        yield running


@pytest.fixture(scope="package")
def partner() -> Iterator[Provider]:
    with open_provider() as provider:
        members.make_agreeing(provider)
        yield provider


@pytest.fixture(scope="package")
def log_in_server(
    browser: Browser, shop: ClientApplications, partner: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TrialServer]:
    with servers.running(tmp_path_factory.mktemp("log-in"), **servers.PROXY) as running:
        document = members.document(shop.url, partner.url)
        running.manage("provision", "-", typed=json.dumps(document), **members.SECRETS)
        running.manage("shell", "-c", members.MAKE_USERS, USERS=json.dumps(members.USERS))
        shop.issuer = f"{running.url}/t/anka"
        yield running


@pytest.fixture
def arrive(
    browser: Browser, log_in_server: TrialServer, shop: ClientApplications, partner: Provider
) -> Iterator[Arrive]:
    """Makes somebody at an application, who is sent to the log-in page; `client_id` "" leaves him before it."""
    with ExitStack() as stack:

        def make(client_id: str = "bookshop", language: str = "en", **options: object) -> Member:
            asked = {name: options.pop(name) for name in ("login_hint", "ui_locales", "prompt") if name in options}
            headers = {"X-Forwarded-For": f"198.51.100.{next(ADDRESSES)}"}
            friends = (shop.host, f"127.0.0.1:{partner.server_port}")
            fresh = browsers.page_at(
                browser,
                log_in_server.url,
                friends=friends,
                extra_http_headers=headers,
                locale=LOCALES[language],
                **options,
            )
            member = Member(stack.enter_context(fresh), log_in_server, languages.words(language))
            if client_id:
                member.come_from(shop.url, client_id, **asked)
            return member

        yield make
