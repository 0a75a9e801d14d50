"""No file leaves an application that is on without a way to sign up or log in; what was dead before may be mended."""

import pytest

from ciam.provisioning import InvalidFile, provision
from tenants.models import Application, LoginFlow, OtpAuthSource, Sender
from tests.provisioning.files import tenant

pytestmark = pytest.mark.django_db

SHOP = """    senders:
      - {key: sms, channel: sms, vendor: custom, settings: {url: "https://sms.example/send"}, secret: aaaaaaaaaaaaaaaa}
      - {key: mail, channel: email, vendor: smtp, settings: {host: smtp.example, from: a@b.example}}
    otp_auth_sources:
      - {key: code, channel: sms}
      - {key: letter, channel: email}
    applications:
      - client_id: shop
        dialects: [tencent]
        sign_up: {authentication_attributes: [phone_number]}
        login: {preferred_auth_source: code}
"""
OFF = "    applications: [{client_id: shop, enabled: false}]\n"
BREAKING = [
    ("    senders: [{key: sms, state: absent}]\n", "no code can be sent to it"),
    ("    senders: [{key: sms, enabled: false}]\n", "no code can be sent to it"),
    ('    senders: [{key: sms, settings: {url: "http://sms.example"}}]\n', "is not https"),
    ("    attributes: [{identifier: phone_number, enabled: false}]\n", ""),
    ("    otp_auth_sources: [{key: code, state: absent}]\n", "Nobody can log in"),
    ("    otp_auth_sources: [{key: code, enabled: false}]\n", "Nobody can log in"),
    ("    otp_auth_sources: [{key: code, channel: email}]\n", "Nobody can log in"),
    ("    applications: [{client_id: shop, sign_up: {authentication_attributes: []}}]\n", "authentication attribute"),
    ("    applications: [{client_id: shop, login: {preferred_auth_source: null}}]\n", "Nobody can log in"),
    ("    applications: [{client_id: shop, login: {preferred_auth_source: letter}}]\n", "Nobody can log in"),
    ("    senders: [{key: mail, state: absent}]\n    force_email_verification: true\n", "no message can be sent"),
]


@pytest.fixture(autouse=True)
def shop(settings) -> None:
    settings.IS_TRIAL = False
    provision(tenant(SHOP))


@pytest.mark.parametrize(("change", "reason"), [one for one in BREAKING if one[1]])
def test_a_change_that_would_kill_it_is_refused_unless_it_is_off_by_then(change, reason):
    with pytest.raises(InvalidFile, match=reason) as refusal:
        provision(tenant(change))

    assert "the application shop is on, and this would stop it" in str(refusal.value)
    assert Application.objects.get().enabled
    assert (Sender.objects.filter(enabled=True).count(), OtpAuthSource.objects.count()) == (2, 2)
    if "applications" not in change:
        provision(tenant(change + OFF))
    provision(tenant(OFF))
    provision(tenant(change))


def test_a_provider_that_is_the_only_way_stays():
    google = "    identity_providers: [{key: google, preset: google, client_id: a, client_secret: bbbb}]\n"
    provision(tenant(google + "    applications: [{client_id: shop, login: {preferred_auth_source: null}}]\n"))

    for change in ("enabled: false", "state: absent", "client_secret: null"):
        with pytest.raises(InvalidFile, match="Nobody can log in"):
            provision(tenant(f"    identity_providers: [{{key: google, {change}}}]\n"))


def test_another_way_makes_room_for_a_change():
    provision(
        tenant(
            "    senders: [{key: other, channel: sms, vendor: custom, settings: {url: 'https://b.example'}, "
            "secret: aaaaaaaaaaaaaaaa}]\n"
        )
    )

    provision(tenant("    senders: [{key: sms, state: absent}]\n"))

    assert not Sender.objects.filter(key="sms").exists()


def test_one_of_several_addresses_is_enough():
    both = "{authentication: any, authentication_attributes: [phone_number, email]}"
    login = "{preferred_auth_source: code, associated_auth_sources: [letter]}"
    provision(tenant(f"    applications: [{{client_id: shop, sign_up: {both}, login: {login}}}]\n"))

    provision(tenant("    senders: [{key: sms, enabled: false}]\n"))

    assert not Sender.objects.get(key="sms").enabled


def test_what_was_dead_before_refuses_nothing_else():
    LoginFlow.objects.get().sources.all().delete()

    provision(tenant("    time_zone: Europe/Istanbul\n    senders: [{key: mail, state: absent}]\n"))

    assert not Sender.objects.filter(key="mail").exists()


def test_a_machine_and_an_application_that_is_off_hold_nothing_back():
    machine = "    applications: [{client_id: back, type: m2m, sign_up: {enabled: false}}]\n"
    provision(tenant(machine))
    provision(tenant(OFF))

    provision(tenant("    senders: [{key: sms, state: absent}, {key: mail, state: absent}]\n"))

    assert not Sender.objects.exists()


def test_the_application_and_the_tenant_themselves_may_go():
    provision(tenant("    applications: [{client_id: shop, state: absent}]\n"))
    provision(tenant(SHOP))

    report = provision("tenants: [{slug: acme, state: absent}]\n")

    assert report.lines == ["acme: tenant removed, with 0 end users"]
