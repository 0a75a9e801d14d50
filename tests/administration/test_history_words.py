"""A user's history is told in plain words, and finds what happened to the addresses of the user, refusals too."""

import re

import pytest

from accounts import statuses
from accounts.models import EndUser
from ciam.administration import history_words
from tenants import clock
from tenants.models import AuditEntry
from tests.administration.pages import StaffBrowser, address_of
from tests.clients import TencentClient
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.dialects.tencent.logins import PHONE, Shop, make_login_application, make_user
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

NUMBER = f"+86{PHONE}"


def history_of(end_user: EndUser, browser: StaffBrowser | None = None) -> list[str]:
    page = (browser or StaffBrowser()).get(address_of(end_user, "history"))
    return [line["what"] for line in page.context["lines"]]


def found(browser: StaffBrowser, term: str, model: str = "tenants/auditentry") -> list[AuditEntry]:
    page = browser.http.get(f"/admin/{model}/", {"q": term})
    return list(page.context["cl"].result_list)


def test_log_ins_blocks_and_refusals_are_sentences():
    shop = Shop(make_login_application())
    mei = make_user(shop.application)
    shop.log_in_by_password()
    statuses.set_status(mei, "LOCK", clock.now(), reason="charged back")
    statuses.set_status(mei, "NORMAL", clock.now())
    shop.send(usage="login", phone_number=PHONE)

    assert history_of(mei) == [
        "Code requested: for logging in, by SMS",
        "Unblocked",
        "Blocked",
        "Log-in: by password",
    ]


def test_the_page_shows_who_and_the_words_of_the_buttons():
    mei, browser = EndUser.objects.create(tenant=make_tenant(), username="mei"), StaffBrowser()
    browser.post(address_of(mei, "status"), {"verb": "block", "reason": "charged back"})

    page = browser.get(address_of(mei, "history")).content.decode()

    assert all(words in page for words in ("root (staff)", "Blocked", "Normal", "charged back"))
    assert "LOCK" not in page


def test_every_refusal_has_a_sentence():
    names = history_words._sentences()

    assert len(names) > 50
    assert [name for name, text in names.items() if not re.fullmatch(r"[^`]{15,}", text)] == []
    assert history_words.reason("WrongPassword") == "there is no such user, or this is not the password"
    assert history_words.reason("No sender took it.") == "No sender took it."


@pytest.mark.parametrize("spelling", [NUMBER, "136 1234 5678", "13612345678"])
def test_a_rate_limited_customer_is_found_by_the_address(spelling):
    client = CloudBaseClient(make_application())
    client.post("/verification", phone_number=f"+86 {PHONE}")
    for _ in range(3):
        client.post("/verification", phone_number=f"+86 {PHONE}")
    client.post("/verification", phone_number="+86 13612345679")

    lines = found(StaffBrowser(), spelling)

    assert [(line.outcome, line.subject) for line in lines] == [
        ("refused", "+86136****5678"),
        ("succeeded", "+86136****5678"),
    ]
    assert history_words.sentence(lines[0]).endswith("this address was sent a code too recently, or too many today")


def test_two_customers_behind_one_network_address_have_an_entry_each():
    client = CloudBaseClient(make_application())
    for phone in ("+86 13612345678", "+86 13612345679") * 2:
        client.post("/verification", phone_number=phone)

    assert AuditEntry.objects.filter(event="code.request", outcome="refused").count() == 2


def test_an_address_finds_all_of_the_user_who_has_it():
    shop = Shop(make_login_application())
    make_user(shop.application)
    shop.log_in_by_password()

    assert [line.event for line in found(StaffBrowser(), PHONE)] == ["sign_in"]


@pytest.mark.parametrize("spelling", ["136 1234 5678", "136-1234-5678", "13612345678", "+86 136 1234 5678"])
def test_a_number_in_groups_finds_its_user(spelling):
    mei = EndUser.objects.create(tenant=make_tenant(phone_regions=["TR"]), phone_number=NUMBER)

    assert found(StaffBrowser(), spelling, "accounts/enduser") == [mei]


def test_the_codes_of_another_tenant_are_no_part_of_the_history():
    here, there = make_application(), make_application()
    mei = EndUser.objects.create(tenant=here.tenant, phone_number=NUMBER)
    TencentClient(there).send(usage="signup", phone_number=PHONE)

    assert history_of(mei) == []


@pytest.mark.parametrize("name", ["<mei>", "mei.", "mei"])
def test_a_user_name_with_brackets_is_found_as_it_is(name):
    mei = EndUser.objects.create(tenant=make_tenant(), username=name)

    assert found(StaffBrowser(), name, "accounts/enduser") == [mei]
