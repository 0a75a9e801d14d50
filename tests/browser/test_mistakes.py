"""A mistake is said beside its field, and what else was typed stays."""

import pytest

from tests.browser.clerks import Clerk, Values

pytestmark = pytest.mark.browser

NEW_ROWS = [
    ("Attributes", {"Identifier": "badge", "Pattern": "(["}, "Pattern", "ends too early"),
    ("Attributes", {"Identifier": "nickname", "Label": "Another"}, "Identifier", "one of this name already"),
    ("Senders", {"Key": "trial-sms", "Channel": "SMS", "Vendor": "outbox"}, "Key", "one of this name already"),
    ("Code sources", {"Key": "long", "Channel": "SMS", "Digits of a code": "7"}, "Digits of a code", "6"),
    (
        "Password sources",
        {"Key": "half", "Wrong passwords until a lock": "5"},
        "Unlocked after minutes",
        "belong together",
    ),
    ("Tenants", {"Name": "Shop", "Domains": "https://shop.example"}, "Domains", "line 1"),
]


@pytest.mark.parametrize(("pages", "typed", "label", "words"), NEW_ROWS)
def test_a_mistake_is_said_beside_its_field(clerk: Clerk, pages: str, typed: Values, label: str, words: str) -> None:
    clerk.add(pages)
    if pages != "Tenants":
        clerk.follow("Books")
    clerk.fill(typed)

    clerk.save()

    assert words in clerk.complaint(label), clerk.words()
    assert {name: clerk.shown(name) for name in typed} == dict(typed)


def test_two_preferred_sources_are_one_too_many(clerk: Clerk) -> None:
    chosen = {"Password": "Preferred", "Code by SMS": "Preferred"}
    clerk.open("Applications", "Shop")
    clerk.fill({"Name": "Shop of books"})
    clerk.choose(chosen)

    clerk.save()

    assert clerk.complaint("Authentication sources") == "Only one source may be preferred."
    assert clerk.shown("Name") == "Shop of books"
    assert {name: clerk.shown(f"Role of {name}") for name in chosen} == chosen


def test_an_application_that_recognises_nobody_is_not_switched_on(clerk: Clerk) -> None:
    clerk.open("Applications", "Draft")
    clerk.fill({"Switched on": True, "Group of new users": "Readers"})
    clerk.choose({"Nickname": "Required"})

    clerk.save()

    assert "cannot be switched on" in clerk.words()
    assert clerk.field("Switched on").is_checked()
    assert (clerk.shown("Group of new users"), clerk.shown("Role of Nickname")) == ("Readers", "Required")
