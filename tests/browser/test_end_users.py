"""A customer signs up over HTTP; the admin finds them, and keeps them out."""

import pytest

from tests.browser import shops
from tests.browser.clerks import Clerk
from tests.browser.servers import TrialServer

pytestmark = pytest.mark.browser


def test_a_user_is_found_blocked_and_let_in_again(server: TrialServer, clerk: Clerk) -> None:
    sub = shops.sign_up(server, "13612345678", nickname="Mei", city="Suzhou")
    clerk.go("End users")
    for spelling in ("+8613612345678", "+86 136 1234 5678"):
        clerk.find(spelling)
        assert "1 found" in clerk.words()

    clerk.follow("+8613612345678")
    assert all(words in clerk.words() for words in (sub, "nickname: Mei", "city: Suzhou", "✓ verified"))
    clerk.main.get_by_label("Reason").fill("Charged back")
    clerk.send("Block")
    assert "Blocked." in clerk.said()
    assert all(words in clerk.words() for words in ("Charged back", "admin (staff)"))
    clerk.send("Unblock")
    assert "Unblocked." in clerk.said()

    clerk.go("Audit log entries")
    clerk.find(sub)
    assert all(event in clerk.words() for event in ("sign_up", "staff:admin", "3 found"))


def test_a_user_is_found_by_name_and_by_sub_but_not_by_a_part(server: TrialServer, clerk: Clerk) -> None:
    sub = shops.sign_up(server, "13612345679", username="Hua_Li")
    clerk.go("End users")

    for term, found in (("hua_li", 1), (sub, 1), ("hua", 0), ("1361234", 0)):
        clerk.find(term)
        assert f"{found} found" in clerk.words(), term


def test_a_message_is_found_by_its_number_and_tells_no_code(server: TrialServer, clerk: Clerk) -> None:
    shops.sign_up(server, "13612345670")
    clerk.go("Outbox messages")
    clerk.find("+86 136 1234 5670")
    code = clerk.main.get_by_role("row").nth(1).get_by_role("cell").nth(3).inner_text()

    clerk.go("Deliveries")
    clerk.find("+86 136 1234 5670")
    clerk.main.get_by_role("rowheader").get_by_role("link").click()

    assert all(words in clerk.words() for words in ("+86136****5670", "trial-sms", "sent"))
    assert len(code) == 6
    assert code not in clerk.words()
