"""Every page can be read by everybody: axe finds nothing, and a phone shows all of it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import shops, stories, sweeps
from tests.browser.clerks import Clerk
from tests.browser.servers import TrialServer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("accessibility")]  # as long as a third of the others


def test_the_log_in_page(page: Page) -> None:
    page.goto("/admin/")
    assert sweeps.faults(page) == []


def test_every_page_that_links_lead_to(server: TrialServer, clerk: Clerk) -> None:
    shops.sign_up(server, "13612345672", nickname="Mei")
    clerk.start()
    found = {name: sweeps.faults(clerk.page) for name in sweeps.pages(clerk.page)}

    assert len(found) > 35
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_a_form_with_mistakes_and_its_panel(clerk: Clerk) -> None:
    clerk.open("Applications", "Stall")
    clerk.fill({"Redirect URIs": "shop.example"})
    expect(clerk.panel).to_contain_text("Not yet")
    clerk.save()

    assert "line 1" in clerk.complaint("Redirect URIs")
    assert sweeps.faults(clerk.page) == []


def test_a_secret_that_is_shown(clerk: Clerk) -> None:
    clerk.open("Applications", "Stall")
    clerk.follow("Client secrets")
    clerk.send("Make a new secret")

    assert stories.shown_secret(clerk)
    assert sweeps.faults(clerk.page) == []


def test_a_sent_test_message(clerk: Clerk) -> None:
    clerk.open("Senders", "trial-sms")
    clerk.follow("Send a test")
    clerk.fill({"To": "no number"})
    clerk.send("Send a test")
    assert sweeps.faults(clerk.page) == []

    clerk.fill({"To": "+90 532 000 00 00"})
    clerk.send("Send a test")
    assert sweeps.faults(clerk.page) == []


def test_the_theme_is_chosen_and_kept(clerk: Clerk) -> None:
    button = clerk.page.get_by_role("button", name="Toggle theme")
    while "dark" not in (button.get_attribute("aria-label") or button.inner_text()):
        button.click()
    clerk.go("Tenants")

    assert clerk.page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert clerk.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 21, 27)"
