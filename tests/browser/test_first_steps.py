"""From an empty server to an application that is on, through the pages alone."""

import pytest

from tests.browser import stories
from tests.browser.clerks import Clerk

pytestmark = pytest.mark.browser


def test_an_empty_server_is_made_ready_through_the_pages(newcomer: Clerk) -> None:
    newcomer.log_in()
    assert "First steps" in newcomer.words()

    for step in (stories.make_tenant, stories.make_sources, stories.make_attribute, stories.make_sender):
        step(newcomer)
        assert "was added successfully" in newcomer.said()
    _send_a_test(newcomer)
    secret = stories.make_application(newcomer)
    stories.switch_on(newcomer)

    assert "was changed successfully" in newcomer.said()
    _is_nowhere(newcomer, secret)
    newcomer.start()
    assert f"{stories.APPLICATION} on" in newcomer.words()
    assert "First steps" not in newcomer.words()


def _send_a_test(clerk: Clerk) -> None:
    clerk.open("Senders", "trial-sms")
    clerk.follow("Send a test")
    clerk.fill({"To": "+90 532 000 00 00"})
    clerk.send("Send a test")
    assert "Sent. The sender took it" in clerk.words()
    clerk.go("Outbox messages")
    assert "+905320000000" in clerk.words()


def _is_nowhere(clerk: Clerk, secret: str) -> None:
    """The secret was on one page, and is on no other."""
    clerk.open("Applications", stories.APPLICATION)
    assert secret not in clerk.page.content()
    for page in ("Client secrets", "Back to Acme shop", "History"):
        clerk.follow(page)
        assert secret not in clerk.page.content()
    clerk.go("Audit log entries")
    assert secret not in clerk.page.content()
