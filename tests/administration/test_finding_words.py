"""Findings in the admin speak the words of its pages, and lead to the field that they are about."""

import re

import pytest

from ciam.administration.finding_words import plain
from ciam.findings import Finding, find
from tests.administration.pages import StaffBrowser, address_of
from tests.delivery.senders import make_sender
from tests.factories import make_application, make_tenant
from tests.findings.test_obstacles import BROKEN, BROKEN_IN_PRODUCTION
from tests.findings.test_page import make_careless_applications, make_careless_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def everything(settings) -> list[Finding]:
    found = find()
    tenant = make_careless_tenant()
    make_careless_applications(tenant)
    for number, (fields, _, _) in enumerate([*BROKEN, *BROKEN_IN_PRODUCTION]):
        make_sender(tenant, **fields, key=f"broken-{number}")
    make_tenant()
    settings.IS_TRIAL, settings.PUBLIC_URL = False, "https://ciam.example"
    return found + find(publications=True)


def test_no_finding_has_a_backtick_a_path_or_a_word_of_files(settings):
    found = everything(settings)

    texts = [plain(text, one.model) for one in found for text in (one.message, one.cure)]

    assert len({one.code for one in found}) > 25
    for text in texts:
        assert not re.search(r"`|provision|\bnull\b|: (false|true)\b", text), text


@pytest.mark.parametrize(
    ("text", "model", "expected"),
    [
        ("Give it one in `redirect_uris`.", "tenants.application", "Give it one in “Redirect URIs”."),
        ("Take it out of `login.claims`.", "tenants.application", "Take it out of “Claims”."),
        ("set `sign_up.enabled: false`.", "tenants.application", "set “People can sign up” to off."),
        ("Set `host` to a server.", "tenants.sender", "Set “Mail server (smtp)” to a server."),
        ("Raise `quotas.sms`.", "tenants.tenant", "Raise “SMS messages in all”."),
        ("Add a sender for `channel: sms`.", "tenants.sender", "Add a sender for SMS."),
        ("Set `answers: private`.", "tenants.tenant", "Set “Answers” to private."),
        ("Run `manage.py publish`.", None, "Run “manage.py publish” (the operator's command)."),
    ],
)
def test_keys_become_labels(text, model, expected):
    assert plain(text, model) == expected


def test_a_finding_leads_to_its_field():
    application = make_application(redirect_uris=[], dialects=["plusauth"], password_source={})
    browser = StaffBrowser()

    address = f"/admin/tenants/application/{application.pk.hex}/change/#id_redirect_uris"
    assert address in browser.get("/admin/findings/").content.decode()
    assert 'id="id_redirect_uris"' in browser.get(address_of(application)).content.decode()


def test_help_texts_are_no_html():
    page = StaffBrowser().get(f"/admin/tenants/sender/add/?tenant={make_tenant().slug}")

    assert "Acme &lt;no-reply@acme.example&gt;" in page.content.decode()
