"""Lists find what is looked for in any spelling, show no secret and no whole destination, and cost few statements."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import EndUser
from otp.delivery.models import OutboxMessage
from tenants.models import AuditEntry, SecondFactor, Sender
from tests.administration.pages import StaffBrowser, address_of
from tests.clients import TencentClient
from tests.dialects.cloudbase.clients import CloudBaseClient
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db

LISTS = (
    "tenants/tenant",
    "tenants/application",
    "tenants/attribute",
    "tenants/passwordauthsource",
    "tenants/otpauthsource",
    "tenants/sender",
    "tenants/auditentry",
    "tenants/staff",
    "accounts/enduser",
    "delivery/delivery",
    "delivery/outboxmessage",
)


@pytest.fixture
def browser() -> StaffBrowser:
    return StaffBrowser()


def found(browser: StaffBrowser, model: str, query: str) -> list[str]:
    page = browser.get(f"/admin/{model}/?{query}")
    assert page.status_code == 200, page.content
    return [str(row) for row in page.context["cl"].result_list]


def sign_up(**values) -> EndUser:
    client = TencentClient(make_application(authentication=("phone_number", "email"), optional=("username",)))
    proofs = client.phone_proof("13612345678") | client.email_proof("Mei@Example.com")
    return EndUser.objects.get(id=client.sign_up(**proofs, username="Mei_1", **values).json()["sub"])


@pytest.mark.parametrize(
    "term",
    [
        *("mei_1", "MEI_1", "sub", "mei@example.com", "MEI@example.com"),
        *("13612345678", "136 1234 5678", "+86 136 1234 5678", "+86 136-1234-5678"),
        *("\u202a136\u00a01234\u20115678\u202c", "0086 136 1234 5678", "8613612345678"),
        *(
            "mailto:Mei@Example.com",
            " <mei@example.com> ",
            "mei@example.com.",
            "\u200bmei@example.com",
            "\u200bMei_1\u00a0",
        ),
    ],
)
def test_an_end_user_is_found_by_each_identifier_in_any_spelling(browser, term):
    end_user = sign_up()
    EndUser.objects.create(tenant=end_user.tenant, username="other")

    assert found(browser, "accounts/enduser", f"q={(end_user.sub if term == 'sub' else term).replace('+', '%2B')}") == [
        "Mei_1"
    ]
    assert found(browser, "accounts/enduser", "q=nobody") == []


@pytest.mark.parametrize("term", ["Lan@Intranet", "lan@intranet", "0532 123 45 67", "%2B90 532 1234567"])
def test_an_end_user_is_found_by_what_only_some_sign_ups_accept(browser, term):
    tenant = make_tenant(phone_regions=["TR"])
    lan = EndUser.objects.create(tenant=tenant, email="lan@intranet", phone_number="+905321234567", email_typed="Lan")

    assert found(browser, "accounts/enduser", f"q={term}") == [str(lan)]


@pytest.mark.parametrize("term", ["Kit\u200babim", "\u202aKitabim\u202c", "\u00a0kitabim\ufeff"])
def test_invisible_characters_are_not_searched_for(browser, term):
    tenant = make_tenant(name="Kitabim")

    assert found(browser, "tenants/tenant", f"q={term}") == [str(tenant)]


def test_end_users_are_filtered_by_tenant_and_status(browser):
    end_user = sign_up()
    blocked = EndUser.objects.create(tenant=make_tenant(), username="mallory", username_typed="mallory", status="LOCK")

    assert found(browser, "accounts/enduser", f"tenant={end_user.tenant.slug}") == ["Mei_1"]
    assert found(browser, "accounts/enduser", "status=LOCK") == [str(blocked)]
    assert found(browser, "accounts/enduser", "tenant=none-such") == []


def test_the_page_of_an_end_user_has_marks_and_no_password(browser):
    end_user = sign_up()
    EndUser.objects.update(password="$argon2id$not-to-be-seen", attributes={"nickname": "<b>Mei</b>"})

    page = browser.get(address_of(end_user)).content.decode()

    assert "+8613612345678 ✓ verified" in page
    assert "&lt;b&gt;Mei&lt;/b&gt;" in page
    assert "not-to-be-seen" not in page


def test_deliveries_show_each_attempt_but_no_code_and_no_whole_number(browser):
    tenant = make_tenant()
    Sender.objects.create(tenant=tenant, key="dead", channel="sms", vendor="smtp", position=0)
    Sender.objects.create(tenant=tenant, key="box", channel="sms", vendor="outbox", position=1)
    TencentClient(make_application(tenant)).send(usage="signup", phone_number="13612345678")
    code = OutboxMessage.objects.get().code

    listed = browser.get("/admin/delivery/delivery/")
    page = browser.get(address_of(listed.context["cl"].result_list[0])).content.decode()

    for html in (listed.content.decode(), page):
        assert "+86136****5678" in html
        assert "13612345678" not in html
        assert code not in html
    assert "<td>dead</td>" in page
    assert "<td>box</td>" in page


@pytest.mark.parametrize("model", ["delivery/delivery", "delivery/outboxmessage"])
@pytest.mark.parametrize("term", ["13612345678", "136 1234 5678", "%2B86 136-1234-5678", "Lan@Intranet"])
def test_a_message_is_found_by_its_whole_address(browser, model, term):
    client = CloudBaseClient(make_application(authentication=("phone_number", "email")))
    for address in ({"phone_number": "13612345678"}, {"phone_number": "13912345678"}, {"email": "lan@intranet"}):
        client.verification_id(**address)

    assert len(found(browser, model, f"q={term}")) == 1
    assert found(browser, model, "q=1361234567") == []


def test_the_outbox_is_for_trials(browser, settings):
    TencentClient(make_application()).send(usage="signup", phone_number="13612345678")
    message = OutboxMessage.objects.get()
    assert message.code in browser.get("/admin/delivery/outboxmessage/").content.decode()

    SecondFactor.objects.create(staff=browser.staff, sealed_secret="sealed", confirmed_at=message.sent_at)
    settings.IS_TRIAL = False

    assert browser.get("/admin/delivery/outboxmessage/").status_code == 403
    assert browser.get(address_of(message)).status_code == 403
    assert "outboxmessage" not in browser.get("/admin/").content.decode()


def test_the_trail_is_filtered_and_searched(browser):
    end_user = sign_up()
    TencentClient(make_application()).send(usage="signup", phone_number="13912345678")

    assert len(found(browser, "tenants/auditentry", f"q={end_user.sub}")) == 1
    assert len(found(browser, "tenants/auditentry", f"tenant={end_user.tenant.slug}")) == 3
    assert found(browser, "tenants/auditentry", "kind=refused") == []
    assert "sign_up" not in browser.get("/admin/tenants/auditentry/?kind=staff").content.decode()
    assert browser.get(address_of(AuditEntry.objects.get(event="sign_up"))).status_code == 200


@pytest.mark.parametrize("model", LISTS)
def test_a_list_costs_as_many_statements_with_many_rows_as_with_one(browser, model):
    def visit() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(f"/admin/{model}/").status_code == 200
        return len(captured)

    def add_rows() -> None:
        application = make_application(password_source={})
        application.tenant.otp_auth_sources.create(key="sms", channel="sms")
        application.tenant.senders.create(key="box", channel="sms", vendor="outbox")
        client = TencentClient(application)
        client.sign_up(**client.phone_proof())

    add_rows()
    before = visit()
    for _ in range(3):
        add_rows()

    assert visit() == before <= 12


@pytest.mark.parametrize("address", ["/admin/tenants/auditentry/add/", "/admin/accounts/enduser/add/"])
def test_nobody_writes_the_trail_or_makes_end_users_by_hand(browser, address):
    assert browser.get(address).status_code == 403


def test_a_line_of_the_trail_is_read_only(browser):
    make_application()
    browser.add("tenants_tenant", name="Acme", slug="acme")
    line = AuditEntry.objects.latest("id")

    assert browser.post(address_of(line), {"actor": "nobody"}).status_code == 403
    assert browser.post(address_of(line, "delete"), {"post": "yes"}).status_code == 403
