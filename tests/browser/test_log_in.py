"""Who is let in."""

import time

import pyotp
import pytest
from playwright.sync_api import Page

from tests.browser import shops
from tests.browser.clerks import Clerk
from tests.browser.servers import TrialServer

pytestmark = pytest.mark.browser

WRONG = "Please enter the correct username and password"
GUESS = """async () => {
    const body = new FormData(document.forms[0]);
    body.set("username", "admin");
    body.set("password", "a wrong one");
    return (await fetch(location, { method: "POST", body })).text();
}"""
LOCKED = "Too many failed log-ins from your network."


def test_an_end_user_cannot_log_in(server: TrialServer, page: Page) -> None:
    shops.sign_up(server, "13612345671", username="mallory", password=shops.PASSWORD)

    Clerk(page).log_in("mallory", shops.PASSWORD)

    assert WRONG in page.get_by_role("main").inner_text()
    page.goto("/admin/accounts/enduser/")
    assert "/admin/login/" in page.url


def test_guesses_are_slowed_down_and_the_right_password_too(page: Page) -> None:
    stranger = Clerk(page)
    stranger.log_in(password="a wrong one")
    assert WRONG in stranger.words()

    answers = [page.evaluate(GUESS) for _ in range(24)]
    assert (WRONG in answers[18], LOCKED in answers[19]) == (True, True)

    stranger.log_in()
    assert LOCKED in stranger.words()


def test_who_has_an_authenticator_app_needs_it(server: TrialServer, page: Page) -> None:
    colleague = Clerk(page)
    server.make_account("colleague")
    colleague.log_in("colleague")
    page.get_by_role("link", name="Authenticator app").click()
    app = pyotp.TOTP(page.get_by_role("main").locator("pre").inner_text())
    colleague.fill({"The six digits that it shows": app.now()})
    colleague.send("Set it up")
    page.get_by_role("button", name="Log out").click()
    page.goto("/admin/")

    colleague.log_in("colleague")
    assert "not the present code" in colleague.words()

    page.get_by_label("Code of your authenticator app").fill(app.at(int(time.time()), counter_offset=1))
    colleague.log_in("colleague")
    assert page.get_by_role("heading", name="Start").is_visible()


def test_who_comes_from_elsewhere_is_not_locked_out_with_them(page: Page) -> None:
    Clerk(page).log_in()

    assert page.get_by_role("heading", name="Start").is_visible()
