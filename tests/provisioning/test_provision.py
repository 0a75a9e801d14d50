import pytest

from ciam.provisioning import InvalidFile, provision
from tenants.models import Application, Attribute, Domain, Publication, Sender, SignUpFlow, Tenant
from tests.provisioning.files import EXAMPLE, FULL, application, tenant

pytestmark = pytest.mark.django_db


def test_the_example_makes_the_tenant_and_its_applications():
    report = provision(EXAMPLE)

    acme = Tenant.objects.get(slug="acme")
    assert set(acme.applications.values_list("client_id", "type")) == {
        ("acme-web", "web"),
        ("acme-app", "mobile"),
        ("acme-back", "m2m"),
    }
    assert [client_id for client_id, _ in report.secrets] == ["acme-back"]
    assert report.warnings == []


@pytest.mark.parametrize("text", [EXAMPLE, FULL], ids=["example", "full"])
def test_a_second_run_changes_nothing(text):
    provision(text)
    published = list(Publication.objects.values_list("pk", "published_at"))

    report = provision(text)

    assert (report.lines, report.secrets) == ([], [])
    assert list(Publication.objects.values_list("pk", "published_at")) == published


def test_a_plan_tells_the_same_and_writes_nothing():
    planned = provision(FULL, plan=True)

    assert not Tenant.objects.exists()
    assert planned.lines == provision(FULL).lines


def test_a_plan_shows_no_secret_because_none_was_kept():
    report = provision(application(), plan=True)

    assert "acme: application shop: secret made" in report.lines
    assert report.secrets == []


def test_a_new_tenant_has_the_defaults():
    provision(tenant())

    acme = Tenant.objects.get()
    assert (acme.time_zone, acme.phone_regions, acme.sms_quota, acme.email_quota) == ("Asia/Shanghai", [], None, None)
    assert (acme.sms_interval_seconds, acme.sms_per_day) == (30, 50)
    assert (acme.email_interval_seconds, acme.email_per_day, acme.public_per_hour) == (30, 10, 1000)


def test_a_new_application_has_the_defaults():
    provision(application("        sign_up: {authentication_attributes: [username]}\n"))

    shop = Application.objects.get()
    assert (shop.name, shop.enabled, shop.answers, shop.scopes) == ("shop", True, "contract", [])
    assert (shop.access_ttl_seconds, shop.refresh_ttl_seconds, shop.sessions_per_user) == (600, 86_400, None)
    assert (shop.sign_up_flow.enabled, shop.sign_up_flow.authentication) == (True, "all")


@pytest.mark.parametrize(
    ("kind", "dialects"),
    [
        ("web", ["tencent", "plusauth"]),
        ("m2m", ["tencent", "plusauth"]),
        ("spa", ["tencent", "cloudbase"]),
        ("mobile", ["tencent", "cloudbase"]),
    ],
)
def test_a_new_application_speaks_what_its_type_was_made_for(kind, dialects):
    provision(application(kind=kind))

    assert Application.objects.get().dialects == dialects


def test_dialects_are_chosen_and_stay():
    provision(application("        dialects: [plusauth]\n"))
    provision(application(kind="spa"))

    assert Application.objects.get().dialects == ["plusauth"]
    provision(application("        dialects: []\n"))
    assert Application.objects.get().dialects == []


def test_what_is_not_named_stays_as_it_is():
    provision(FULL)

    report = provision("tenants:\n  - slug: acme\n    quotas: {email: 7}\n    applications: [{client_id: shop}]\n")

    acme = Tenant.objects.get()
    assert report.lines == ["acme: tenant changed: email_quota null -> 7"]
    assert (acme.sms_quota, acme.domains.count(), acme.senders.count(), acme.applications.count()) == (5, 2, 2, 2)


def test_lists_of_plain_values_replace():
    provision(FULL)

    provision(tenant("    domains: [two.example, three.example]\n    phone_regions: []\n"))

    assert list(Domain.objects.order_by("position").values_list("name", flat=True)) == ["two.example", "three.example"]
    assert Tenant.objects.get().phone_regions == []


def test_attributes_of_one_role_replace_and_the_others_stay():
    provision(FULL)

    provision(application("        sign_up: {optional_attributes: [locale]}\n"))

    rows = SignUpFlow.objects.get(application__client_id="shop").attributes.order_by("position")
    assert list(rows.values_list("role", "attribute__identifier")) == [
        ("authentication", "phone_number"),
        ("authentication", "email"),
        ("required", "nickname"),
        ("optional", "locale"),
    ]


def test_absent_objects_are_removed_with_what_used_them():
    provision(FULL)

    report = provision(
        tenant(
            "    attributes: [{identifier: age, state: absent}]\n"
            "    otp_auth_sources: [{key: sms, state: absent}]\n"
            "    applications: [{client_id: app, state: absent}]\n"
        )
    )

    shop = Application.objects.get()
    assert report.lines == [
        "acme: attribute age removed",
        'acme: login of shop changed: claims ["name", "age"] -> ["name"]',
        "acme: otp auth source sms removed",
        "acme: application app removed",
    ]
    assert not shop.sign_up_flow.attributes.filter(attribute__identifier="age").exists()
    assert shop.login_flow.sources.count() == 2


def test_an_absent_tenant_is_removed_and_another_may_take_its_domain():
    provision(FULL)

    provision(
        "tenants:\n"
        "  - {slug: new, name: New, domains: [one.example], applications: [{client_id: shop}]}\n"
        "  - {slug: acme, state: absent}\n"
    )

    assert list(Tenant.objects.values_list("slug", "domains__name")) == [("new", "one.example")]
    assert Application.objects.get().tenant.slug == "new"


def test_what_is_absent_already_is_no_change():
    report = provision(tenant("    senders: [{key: mail, state: absent}]\n"))

    assert report.lines == ["acme: tenant created"]
    assert provision("tenants: [{slug: nobody, state: absent}]").lines == []


def test_senders_of_the_file_come_first_in_its_order():
    provision(tenant("    senders: [{key: a, channel: sms, vendor: outbox}, {key: b, channel: sms, vendor: outbox}]\n"))

    report = provision(tenant("    senders: [{key: c, channel: email, vendor: outbox}, {key: b}]\n"))

    assert list(Sender.objects.order_by("position").values_list("key", flat=True)) == ["c", "b", "a"]
    assert "acme: senders are tried in another order: c, b, a" in report.lines


def test_one_mistake_among_good_tenants_changes_nothing():
    with pytest.raises(InvalidFile):
        provision(FULL + "  - {slug: other, name: Other, domains: [one.example]}\n")

    assert not Tenant.objects.exists()
    assert not Attribute.objects.exists()


def test_the_id_of_a_source_is_honoured_and_then_fixed():
    provision(FULL)
    source = Tenant.objects.get().otp_auth_sources.get(key="sms")

    with pytest.raises(InvalidFile, match=r"line 5: .*an id does not change"):
        provision(tenant("    otp_auth_sources:\n      - {key: sms, id: 00000000000070008000000000000002}\n"))

    assert source.id.hex == "00000000000070008000000000000001"


def test_the_id_of_another_source_is_refused():
    provision(FULL)

    with pytest.raises(InvalidFile, match="is the id of another source"):
        provision(
            tenant(
                "    password_auth_sources: [{key: b, id: 00000000-0000-7000-8000-000000000001}]\n",
                slug="other",
                name="Other",
            )
        )


def test_all_mistakes_of_a_file_are_told_by_line():
    with pytest.raises(InvalidFile) as refusal:
        provision(tenant("    colour: red\n    time_zone: Moon/Sea\n    senders: [{channel: fax}]\n"))

    assert [(problem.line, problem.path) for problem in refusal.value.problems] == [
        (4, "tenants[0].colour"),
        (5, "tenants[0].time_zone"),
        (6, "tenants[0].senders[0]"),
        (6, "tenants[0].senders[0].channel"),
    ]


def test_short_codes_and_shared_hosts_are_warnings(settings):
    settings.SHARED_HOSTS = ["acme.example"]

    report = provision(
        tenant("    domains: [acme.example]\n    otp_auth_sources: [{key: sms, channel: sms, code_length: 4}]\n")
    )

    assert [str(warning) for warning in report.warnings] == [
        "line 4: tenants[0].domains[0]: is a shared host of this server, which names no tenant",
        "line 5: tenants[0].otp_auth_sources[0].code_length: codes shorter than 6 digits are easier to guess",
    ]


def test_a_sender_for_trials_is_a_warning_in_production(settings):
    settings.IS_TRIAL = False

    report = provision(tenant("    senders: [{key: a, channel: sms, vendor: outbox}]\n"))

    assert [str(warning) for warning in report.warnings] == [
        "line 4: tenants[0].senders[0].vendor: the outbox sender is for trial mode alone; here it sends nothing"
    ]


def test_a_lockout_is_changed_key_by_key_and_switched_off_by_null():
    provision(FULL)
    change = "    password_auth_sources: [{key: accounts, lockout: %s, captcha: null}]\n"

    provision(tenant(change % "{threshold: 9}"))
    changed = Tenant.objects.get().password_auth_sources.get()
    provision(tenant(change % "null"))
    off = Tenant.objects.get().password_auth_sources.get()

    assert (changed.lockout_threshold, changed.lockout_window_hours, changed.captcha_threshold) == (9, 1, None)
    assert (off.lockout_threshold, off.lockout_window_hours, off.lockout_unlock_minutes) == (None, None, None)


def test_a_preferred_source_that_was_associated_is_named_once():
    provision(FULL)

    provision(application("        login: {preferred_auth_source: sms}\n"))

    rows = Application.objects.get(client_id="shop").login_flow.sources.order_by("position")
    assert list(rows.values_list("preferred", "otp_auth_source__key")) == [(True, "sms"), (False, "mail")]
