"""Saving a page is what `provision` does: the same checks, the same trail, and it counts for the very next call."""

import pytest

from ciam.provisioning import export
from otp.delivery.models import OutboxMessage
from tenants import sealing
from tenants.models import (
    Application,
    Attribute,
    AuditEntry,
    OtpAuthSource,
    PasswordAuthSource,
    Sender,
    SignUpAttribute,
    Tenant,
)
from tests.administration.pages import StaffBrowser, address_of, errors, filled_in
from tests.clients import TencentClient
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> StaffBrowser:
    return StaffBrowser()


def test_a_tenant_is_made_with_its_domains_and_limits(browser):
    page = browser.add(
        "tenants_tenant", name="Acme", slug="acme", domains=["a.example", "b.example"], sms_quota="5", sms_per_day=""
    )

    tenant = Tenant.objects.get()
    assert (page.status_code, tenant.sms_quota, tenant.sms_per_day) == (302, 5, None)
    assert list(tenant.domains.order_by("position").values_list("name", flat=True)) == ["a.example", "b.example"]
    assert tenant.attributes.count() == 7


def test_what_is_wrong_is_said_beside_its_field_in_the_words_of_provision(browser):
    page = browser.add("tenants_tenant", name="Acme", slug="acme", domains=["good.example", "https://bad.example/"])

    assert errors(page) == {"domains": ["Domains, line 2: is a host name, without scheme, port or path."]}
    assert not Tenant.objects.exists()
    assert b"https://bad.example/" in page.content


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"key": "sms", "channel": "sms", "code_length": "7"}, "code_length"),
        ({"key": "taken", "channel": "sms"}, "key"),
        ({"key": "no spaces", "channel": "sms"}, "key"),
        ({"key": "sms", "channel": "sms", "code_ttl_seconds": "301"}, "code_ttl_seconds"),
        ({"key": "sms", "channel": ""}, "channel"),
    ],
)
def test_a_code_source_obeys_its_ranges(browser, values, field):
    tenant = make_tenant()
    PasswordAuthSource.objects.create(tenant=tenant, key="taken")

    assert list(errors(browser.add("tenants_otpauthsource", tenant, **values))) == [field]
    assert not OtpAuthSource.objects.exists()


def test_a_short_code_is_a_warning(browser):
    tenant = make_tenant()

    page = browser.add("tenants_otpauthsource", tenant, key="sms", channel="sms", code_length="4")

    assert page.status_code == 302
    page = browser.get(page["Location"])
    assert "easier to guess" in page.content.decode()


def test_half_a_lockout_is_refused_beside_its_fields(browser):
    tenant = make_tenant()

    page = browser.add("tenants_passwordauthsource", tenant, key="accounts", lockout_threshold="3")

    assert "lockout" in str(errors(page))
    assert (
        browser.add(
            "tenants_passwordauthsource",
            tenant,
            key="accounts",
            lockout_threshold="3",
            lockout_window_hours="1",
            lockout_unlock_minutes="5",
            captcha_threshold="2",
        ).status_code
        == 302
    )
    source = PasswordAuthSource.objects.get()
    browser.change(source, lockout_threshold="", lockout_window_hours="", lockout_unlock_minutes="")
    source.refresh_from_db()
    assert (source.lockout_threshold, source.captcha_threshold) == (None, 2)


def test_a_required_attribute_counts_for_the_very_next_call(browser):
    application = make_application()
    client = TencentClient(application)
    browser.add("tenants_attribute", application.tenant, identifier="member_no", label="Member", regex="M[0-9]{3}")

    page = browser.change(application, asked=[("authentication", "phone_number"), ("required", "member_no")])

    assert page.status_code == 302
    proof = client.phone_proof()
    assert client.sign_up(**proof).json()["error_description"] == "Missing required sign-up attribute(s)."
    assert client.sign_up(**proof, member_no="M123").status_code == 200


def test_dialects_count_for_the_very_next_call(browser):
    application = make_application(password_source={})
    client = TencentClient(application)

    assert browser.change(application, dialects=("plusauth",)).status_code == 302
    assert client.send(usage="signup", phone_number="13612345678").status_code == 401
    browser.change(application, dialects=("tencent", "plusauth"))
    assert client.send(usage="signup", phone_number="13612345678").status_code == 200


def test_rows_are_kept_in_the_order_of_their_places(browser):
    application = make_application()
    asked = [("authentication", "phone_number"), ("required", "nickname"), ("required", "name"), ("optional", "locale")]

    browser.change(application, asked=asked)
    browser.change(application, asked=[asked[0], asked[2], asked[1], asked[3]])

    rows = SignUpAttribute.objects.filter(flow=application.sign_up_flow).order_by("position")
    assert list(rows.values_list("attribute__identifier", flat=True)) == ["phone_number", "name", "nickname", "locale"]


def test_saving_without_a_change_changes_nothing(browser):
    application = make_application(
        required=("nickname",), optional=("locale",), password_source={}, redirect_uris=["https://a.example/"]
    )
    before, lines = export(application.tenant.slug), AuditEntry.objects.count()

    browser.change(application)
    browser.change(application.tenant)
    browser.change(PasswordAuthSource.objects.get())

    assert export(application.tenant.slug) == before
    assert AuditEntry.objects.count() == lines


def test_what_somebody_else_saved_meanwhile_is_not_lost(browser):
    application = make_application(optional=("locale",))
    address = address_of(application)
    stale = browser.get(address)
    browser.change(application, name="Renamed meanwhile")

    page = browser.post(address, filled_in(stale, access_ttl_seconds="900"))

    assert "Somebody else has changed this" in str(errors(page))
    application.refresh_from_db()
    assert (application.name, application.access_ttl_seconds) == ("Renamed meanwhile", 600)


def test_a_new_application_starts_switched_off_and_shows_its_secret_once(browser):
    tenant = make_tenant()

    page = browser.add(
        "tenants_application", tenant, name="Shop", type="web", asked=[("authentication", "phone_number")]
    )

    application = Application.objects.get()
    assert (application.enabled, application.client_id) == (False, f"{tenant.slug}-shop")
    assert application.dialects == ["tencent", "plusauth"]
    secret = page.context["secret"]
    assert "no-store" in page["Cache-Control"]
    for address in (
        "/admin/",
        address_of(application),
        address_of(application, "history"),
        "/admin/tenants/auditentry/",
    ):
        assert secret not in browser.get(address).content.decode()
    browser.change(application, enabled="on")
    assert TencentClient(application, secret=secret).send(usage="signup", phone_number="13612345678").status_code == 200


def test_switching_on_is_refused_while_something_is_in_the_way(browser):
    application = make_application(authentication=(), required=("name",), enabled=False)

    page = browser.change(application, enabled="on")

    (text,) = errors(page)["enabled"]
    assert text.startswith("Switched on: cannot be switched on: Sign-up is on without an authentication attribute")
    application.refresh_from_db()
    assert not application.enabled


def test_a_secret_is_rotated_with_an_overlap(browser):
    application = make_application()
    old = TencentClient(application)
    address = address_of(application, "secrets")

    new = TencentClient(application, secret=browser.post(address, {"rotate": "yes"}).context["secret"])
    assert {client.send(usage="signup").status_code for client in (old, new)} == {400}
    browser.post(address, {"retire": "yes"})

    assert (old.send(usage="signup").status_code, new.send(usage="signup").status_code) == (401, 400)
    assert application.secrets.count() == 1


def test_two_preferred_sources_are_refused(browser):
    tenant = make_tenant()
    for key in ("one", "two"):
        OtpAuthSource.objects.create(tenant=tenant, key=key, channel="sms")
    application = make_application(tenant)

    page = browser.change(application, sources=[("preferred", "one"), ("preferred", "two")])

    assert errors(page) == {"sources": ["Only one source may be preferred."]}


def test_a_sender_keeps_its_secret_sealed_and_unshown(browser):
    tenant = make_tenant()
    values = {
        "key": "mail",
        "channel": "email",
        "vendor": "smtp",
        "smtp_host": "mail.example",
        "smtp_from": "a@b.example",
    }

    assert (
        browser.add("tenants_sender", tenant, **values, smtp_port="2525", secret="hidden-password").status_code == 302
    )

    sender = Sender.objects.get()
    assert sealing.unseal(sender.sealed_secret) == "hidden-password"
    assert sender.settings == {"host": "mail.example", "from": "a@b.example", "port": 2525}
    for address in (address_of(sender), address_of(sender, "history")):
        assert b"hidden-password" not in browser.get(address).content
    browser.change(sender, smtp_host="other.example")
    sender.refresh_from_db()
    assert (sender.settings["host"], sealing.unseal(sender.sealed_secret)) == ("other.example", "hidden-password")


def test_a_senders_mistakes_are_beside_its_settings(browser):
    tenant = make_tenant()

    missing = browser.add("tenants_sender", tenant, key="mail", channel="sms", vendor="smtp", smtp_host="mail.example")
    port = browser.add(
        "tenants_sender",
        tenant,
        key="mail",
        channel="email",
        vendor="smtp",
        smtp_host="mail.example",
        smtp_from="a@b.example",
        smtp_port="70000",
    )

    assert "vendor" in errors(missing)
    assert list(errors(port)) == ["smtp_port"]


def test_senders_are_tried_in_the_order_that_was_chosen(browser):
    tenant = make_tenant()
    for key in ("first", "second"):
        browser.add("tenants_sender", tenant, key=key, channel="sms", vendor="outbox")
    browser.add("tenants_sender", tenant, key="third", channel="sms", vendor="outbox", order="2")

    assert list(tenant.senders.order_by("position").values_list("key", flat=True)) == ["first", "third", "second"]
    browser.change(tenant.senders.get(key="second"), order="1")
    assert list(tenant.senders.order_by("position").values_list("key", flat=True)) == ["second", "first", "third"]


@pytest.mark.parametrize(
    ("channel", "typed", "address"),
    [
        ("sms", "136 1234 5678", "+8613612345678"),
        ("sms", "+90 (532) 123-45-67", "+905321234567"),
        ("email", "Lan@Intranet", "lan@intranet"),
    ],
)
def test_a_test_goes_to_every_address_that_a_sign_up_accepts(browser, channel, typed, address):
    sender = make_tenant().senders.create(key="box", channel=channel, vendor="outbox")

    browser.post(address_of(sender, "test"), {"to": typed})

    assert OutboxMessage.objects.get().destination == address


@pytest.mark.parametrize(("channel", "typed"), [("sms", "+1 800 FLOWERS"), ("sms", "lan@intranet"), ("email", "lan")])
def test_a_test_goes_to_no_other_text(browser, channel, typed):
    sender = make_tenant().senders.create(key="box", channel=channel, vendor="outbox")

    page = browser.post(address_of(sender, "test"), {"to": typed})

    assert "no address that the sender" in page.content.decode()
    assert not OutboxMessage.objects.exists()


def test_removing_an_attribute_counts_for_the_very_next_call(browser):
    tenant = make_tenant()
    Attribute.objects.create(tenant=tenant, identifier="member_no")
    client = TencentClient(make_application(tenant, required=("member_no",)))
    proof = client.phone_proof()
    attribute = Attribute.objects.get(identifier="member_no")

    assert browser.post(address_of(attribute, "delete"), {"post": "yes"}).status_code == 302

    assert client.sign_up(**proof).status_code == 200


def test_what_every_tenant_has_is_not_removed(browser):
    attribute = make_tenant().attributes.get(identifier="nickname")

    assert browser.post(address_of(attribute, "delete"), {"post": "yes"}).status_code == 403
    assert errors(browser.change(attribute, regex="[a-z")) != {}


def test_a_tenant_with_end_users_is_not_removed_here(browser):
    application = make_application()
    client = TencentClient(application)
    client.sign_up(**client.phone_proof())

    assert browser.post(address_of(application.tenant, "delete"), {"post": "yes"}).status_code == 403
    empty = make_tenant()
    assert browser.post(address_of(empty, "delete"), {"post": "yes"}).status_code == 302
    assert not Tenant.objects.filter(pk=empty.pk).exists()


def test_the_form_asks_for_the_tenant_first(browser):
    one = make_tenant()
    assert browser.get("/admin/tenants/attribute/add/")["Location"].endswith(f"?tenant={one.slug}")

    make_tenant()
    assert "for which tenant" in browser.get("/admin/tenants/attribute/add/").content.decode()


def test_history_tells_who_changed_what(browser):
    source = OtpAuthSource.objects.create(tenant=make_tenant(), key="sms", channel="sms")

    browser.change(source, code_ttl_seconds="120")

    line = AuditEntry.objects.get(object_id=source.pk.hex)
    assert (line.actor, line.detail) == (
        "staff:root",
        {"before": {"code_ttl_seconds": 60}, "after": {"code_ttl_seconds": 120}},
    )
    history = browser.get(address_of(source, "history")).content.decode()
    assert "root (staff)" in history
    assert "<td>120</td>" in history


def test_what_is_off_stays_in_a_flow_that_is_saved(browser):
    application = make_application(optional=("locale", "nickname"))
    Attribute.objects.filter(identifier="locale").update(enabled=False)

    browser.change(application, access_ttl_seconds="900")

    rows = SignUpAttribute.objects.filter(flow=application.sign_up_flow).values_list("attribute__identifier", flat=True)
    assert set(rows) == {"phone_number", "locale", "nickname"}
