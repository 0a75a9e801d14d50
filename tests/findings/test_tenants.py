import pytest
from django.db import connection

from ciam.findings import find
from ciam.provisioning import provision
from otp.delivery.models import SenderHealth
from otp.models import QuotaUse
from tenants.models import Domain, OtpAuthSource, PasswordAuthSource, Sender, Tenant
from tests.delivery.senders import make_gateway_sender, make_limited_tenant
from tests.factories import make_application, make_tenant
from tests.findings import codes, found

pytestmark = pytest.mark.django_db


def change(tenant: Tenant, line: str) -> None:
    provision(f"tenants:\n  - slug: {tenant.slug}\n    {line}\n")


def test_a_sender_that_keeps_failing_is_told_until_it_sends():
    sender = make_gateway_sender(make_tenant(), "https://sms.example")
    health = SenderHealth.objects.create(sender=sender, failures=4)
    assert "failing-sender" not in codes(sender.tenant)
    health.failures = 5
    health.save()

    [warning] = found("failing-sender", sender.tenant)
    assert "failed 5 times in a row" in warning.message
    assert warning.object_id == sender.id.hex
    SenderHealth.objects.update(failures=0)
    assert "failing-sender" not in codes(sender.tenant)


def test_a_sender_that_is_off_is_no_matter(settings):
    settings.IS_TRIAL = False
    sender = make_gateway_sender(make_tenant(), "nonsense", enabled=False)
    SenderHealth.objects.create(sender=sender, failures=9)

    assert codes(sender.tenant) == {"no-application"}


@pytest.mark.parametrize(("used", "code"), [(89, None), (90, "quota-low"), (99, "quota-low"), (100, "quota-used-up")])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_a_quota_that_ends_is_told_until_it_is_raised(channel, used, code):
    tenant = make_limited_tenant()
    QuotaUse.objects.create(tenant=tenant, channel=channel, used=used)
    QuotaUse.objects.create(tenant=make_tenant(), channel=channel, used=1000)

    assert codes(tenant) - {"no-application"} == ({code} if code else set())
    change(tenant, f"quotas: {{{channel}: 1000}}")
    assert codes(tenant) == {"no-application"}


def test_a_quota_of_none_is_used_up_and_null_is_unlimited():
    tenant = make_tenant(sms_quota=0)

    [warning] = found("quota-used-up", tenant)
    assert warning.message == "0 of 0 messages of the SMS quota are used, so no more is sent."
    change(tenant, "quotas: {sms: null}")
    assert "quota-used-up" not in codes(tenant)


def test_short_codes_are_told_until_they_are_long():
    tenant = make_tenant()
    source = OtpAuthSource.objects.create(tenant=tenant, key="sms", channel="sms", code_length=5)

    [warning] = found("short-code", tenant)
    assert "5 digits" in warning.message
    assert (warning.model, warning.object_id) == ("tenants.otpauthsource", source.id.hex)
    change(tenant, "otp_auth_sources: [{key: sms, code_length: 6}]")
    assert "short-code" not in codes(tenant)


def test_codes_that_outlive_their_token_are_told_until_they_do_not():
    tenant = make_tenant()
    OtpAuthSource.objects.create(tenant=tenant, key="sms", channel="sms", code_ttl_seconds=301)

    [warning] = found("code-outlives-token", tenant)
    assert "301 seconds" in warning.message
    change(tenant, "otp_auth_sources: [{key: sms, code_ttl_seconds: 300}]")
    assert "code-outlives-token" not in codes(tenant)


def test_half_a_lockout_is_told_until_it_is_whole_or_off():
    tenant = make_tenant()
    source = PasswordAuthSource.objects.create(tenant=tenant, key="accounts", lockout_threshold=3)

    [warning] = found("half-lockout", tenant)
    assert "window_hours and unlock_minutes" in warning.cure
    assert warning.object_id == source.id.hex
    change(tenant, "password_auth_sources: [{key: accounts, lockout: {window_hours: 1, unlock_minutes: 5}}]")
    assert "half-lockout" not in codes(tenant)
    PasswordAuthSource.objects.update(lockout_window_hours=None)
    change(tenant, "password_auth_sources: [{key: accounts, lockout: null}]")
    assert "half-lockout" not in codes(tenant)


def test_sources_that_are_off_are_not_looked_at():
    tenant = make_tenant()
    OtpAuthSource.objects.create(tenant=tenant, key="sms", channel="sms", code_length=4, enabled=False)
    PasswordAuthSource.objects.create(tenant=tenant, key="accounts", lockout_threshold=3, enabled=False)

    assert codes(tenant) == {"no-application"}


@pytest.mark.parametrize("name", ["localhost", "ciam.example"])
def test_a_domain_that_is_shared_is_told_until_it_is_gone(settings, name):
    settings.PUBLIC_URL = "https://CIAM.example:8443"
    tenant = make_tenant()
    Domain.objects.create(tenant=tenant, name=name)
    Domain.objects.create(tenant=tenant, name="acme.example")

    [warning] = found("shared-domain", tenant)
    assert (warning.subject, warning.object_id) == (f"domain {name}", tenant.id.hex)
    change(tenant, "domains: [acme.example]")
    assert "shared-domain" not in codes(tenant)


def test_a_tenant_without_applications_is_told_until_it_has_one():
    tenant = make_tenant()

    [warning] = found("no-application", tenant)
    assert (warning.model, warning.object_id, warning.application) == ("tenants.application", None, None)
    make_application(tenant)
    assert "no-application" not in codes(tenant)


def test_a_server_without_tenants_is_told_until_it_has_one():
    [warning] = find()
    assert (warning.code, warning.tenant, warning.model) == ("no-tenant", None, "tenants.tenant")

    make_tenant()

    assert [finding.code for finding in find()] == ["no-application"]


@pytest.mark.parametrize("mode", [True, False])
def test_a_trial_that_others_can_reach_is_told_until_it_is_none(settings, mode):
    make_application(authentication=("username",))
    settings.PUBLIC_URL = "https://ciam.example"
    settings.IS_TRIAL = mode

    assert ("public-trial" in {finding.code for finding in find()}) is mode


@pytest.mark.postgresql
@pytest.mark.parametrize("timeout", ["statement_timeout", "lock_timeout"])
def test_missing_timeout_is_told_with_the_line_that_sets_it(timeout):
    make_application(authentication=("username",))
    assert "no-statement-timeout" not in {finding.code for finding in find()}

    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL {timeout} = 0", None)
        cursor.execute("SELECT quote_ident(current_user)", None)
        role = cursor.fetchone()[0]

    (cure,) = {finding.cure for finding in find() if finding.code == "no-statement-timeout"}
    assert cure.startswith(f"ALTER ROLE {role} SET {timeout} = ")


def test_one_tenant_is_looked_at_without_the_others(settings):
    settings.PUBLIC_URL = "https://ciam.example"
    quiet = make_application(authentication=("username",), password_source={}, redirect_uris=["https://a.example"])
    make_application(authentication=())
    Sender.objects.create(tenant=make_tenant(), key="sms", channel="sms", vendor="pigeon")

    assert find(quiet.tenant) == []
    assert len({finding.tenant for finding in find()}) == 3


def test_private_applications_beside_others_are_told():
    """The users are the tenant's: what one application tells, the others do not hide."""
    tenant = make_tenant()
    make_application(tenant, answers="private", client_id="shop")
    telling = make_application(tenant, answers="contract", client_id="old-shop")
    make_application(tenant, type="m2m", client_id="machine")

    [warning] = found("mixed-answers", tenant)
    assert "have an account: old-shop." in warning.message
    telling.answers = "private"
    telling.save()
    assert "mixed-answers" not in codes(tenant)
