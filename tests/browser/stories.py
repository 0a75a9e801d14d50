"""From an empty server to an application that is on: what the tests prove, and what the pictures show."""

import re

from tests.browser.clerks import Clerk

TENANT = "Acme Books"
APPLICATION = "Acme shop"
CLIENT_ID = "acme-books-acme-shop"
MEMBER = {
    "Identifier": "member_no",
    "Label": "Member number",
    "Pattern": "M[0-9]{6}",
    "Error message": "M and six digits",
}
ASKED = {"Phone number": "Authentication", "Member number": "Required", "Nickname": "Optional"}


def make_tenant(clerk: Clerk) -> None:
    clerk.follow("Make a tenant: whose customers are these?")
    clerk.fill({"Name": TENANT})
    clerk.save()


def make_sources(clerk: Clerk) -> None:
    clerk.add("Code sources")
    clerk.fill({"Key": "sms-code", "Name": "Code by SMS", "Channel": "SMS"})
    clerk.save()
    clerk.add("Password sources")
    clerk.fill({"Key": "password", "Name": "Password"})
    clerk.save()


def make_attribute(clerk: Clerk) -> None:
    clerk.add("Attributes")
    clerk.fill(MEMBER)
    clerk.save()


def make_sender(clerk: Clerk) -> None:
    clerk.add("Senders")
    clerk.fill({"Key": "trial-sms", "Channel": "SMS", "Vendor": "outbox"})
    clerk.save()


def fill_application(clerk: Clerk) -> None:
    clerk.add("Applications")
    clerk.fill({"Name": APPLICATION, "Type": "Web", "Redirect URIs": "https://shop.example/back"})
    clerk.choose(ASKED)
    clerk.choose({"Password": "Preferred"})


def make_application(clerk: Clerk) -> str:
    """Its client secret, from the page that shows it."""
    fill_application(clerk)
    clerk.save()
    return shown_secret(clerk)


def shown_secret(clerk: Clerk) -> str:
    match = re.search(r"^[A-Za-z0-9_-]{40,}$", clerk.words(), re.MULTILINE)
    assert match, clerk.words()
    return match[0]


def switch_on(clerk: Clerk) -> None:
    clerk.open("Applications", APPLICATION)
    clerk.fill({"Switched on": True})
    clerk.save()
