"""The form of an application: its rows, and the contract beside it that follows what is not saved yet."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.clerks import Clerk
from tests.browser.stories import shown_secret

pytestmark = pytest.mark.browser


def test_the_contract_follows_the_form_before_anything_is_saved(clerk: Clerk) -> None:
    clerk.open("Applications", "Stall")
    expect(clerk.panel).not_to_contain_text("Member number")

    clerk.choose({"Member number": "Required"})

    expect(clerk.panel).to_contain_text("Member number *")
    assert '"member_no": "M' in clerk.panel.get_by_text("curl -s").inner_text()
    assert "member_no" in _schema(clerk)["required"]
    clerk.page.reload()
    expect(clerk.panel).not_to_contain_text("Member number")


def test_the_contract_of_a_new_application_is_there_before_it_is(clerk: Clerk) -> None:
    clerk.add("Applications")
    clerk.follow("Books")
    clerk.fill({"Name": "Kiosk", "Type": "Web"})

    clerk.choose({"E-mail": "Authentication"})

    expect(clerk.panel).to_contain_text("E-mail *")
    assert "/otp/send" in clerk.panel.get_by_text("curl -s").inner_text()
    assert "email" in _schema(clerk)["required"]


def test_a_mistake_stands_in_the_place_of_the_contract(clerk: Clerk) -> None:
    clerk.open("Applications", "Stall")

    clerk.fill({"Redirect URIs": "shop.example"})

    expect(clerk.panel).to_contain_text("Not yet")
    expect(clerk.panel).to_contain_text("Redirect URIs, line 1")


def test_rows_move_with_the_arrows_and_stay_there(clerk: Clerk) -> None:
    clerk.open("Applications", "Stall")
    before = _asked(clerk)

    clerk.press("Move City up")
    clerk.stay()

    assert before.index("Nickname") < before.index("City")
    assert _asked(clerk).index("City") < _asked(clerk).index("Nickname")
    expect(clerk.panel).to_contain_text("City")


def test_arrows_work_without_a_mouse(clerk: Clerk) -> None:
    clerk.open("Applications", "Stall")
    places = _asked(clerk)
    clerk.main.get_by_role("button", name=f"Move {places[-1]} up").focus()

    for _ in places[1:]:
        clerk.page.keyboard.press("Enter")

    assert _asked(clerk)[0] == places[-1]
    expect(clerk.main.get_by_role("button", name=f"Move {places[-1]} down")).to_be_focused()


def test_a_required_attribute_takes_three_steps_and_two_pages(clerk: Clerk) -> None:
    loads = []
    clerk.page.on("load", lambda page: loads.append(page.url))

    clerk.follow("Stall")
    clerk.choose({"City": "Required"})
    clerk.save()

    assert "was changed successfully" in clerk.said()
    assert len(loads) == 2
    clerk.open("Applications", "Stall")
    expect(clerk.panel).to_contain_text("City *")


def test_a_new_secret_is_shown_once(clerk: Clerk) -> None:
    clerk.open("Applications", "Stall")
    clerk.follow("Client secrets")
    clerk.send("Make a new secret")

    secret = shown_secret(clerk)
    clerk.follow("I have copied it")
    assert secret not in clerk.page.content()
    clerk.follow("Client secrets")
    assert "2 secrets can be used now" in clerk.words()
    assert secret not in clerk.page.content()


def _schema(clerk: Clerk) -> dict[str, list[str]]:
    clerk.panel.get_by_text("JSON Schema of the request").click()
    return dict(json.loads(clerk.panel.get_by_text('"$schema"').inner_text()))


def _asked(clerk: Clerk) -> list[str]:
    """The attributes in the order of their rows."""
    rows = clerk.main.get_by_role("table").filter(has_text="Attribute").first.get_by_role("combobox").all()
    return [str(row.get_attribute("aria-label")).removeprefix("Role of ") for row in rows]
