import pytest

from tenants.models import Application, ClientSecret, LoginFlow, LoginSource, OtpAuthSource, PasswordAuthSource
from tests.delivery.senders import make_gateway_sender
from tests.factories import make_application, make_tenant
from tests.findings import codes, found
from tests.third_party.rows import make_provider

pytestmark = pytest.mark.django_db

URIS = ["https://shop.example/back"]


def make_sound_application(**fields) -> Application:
    sound = {"authentication": ("username",), "password_source": {}, "redirect_uris": URIS, "dialects": ["tencent"]}
    return make_application(**sound | fields)


def test_a_sound_application_has_no_findings(settings):
    settings.IS_TRIAL = False

    assert codes(make_sound_application(), publications=True) == set()


def test_an_application_that_speaks_nothing_is_told():
    application = make_sound_application(dialects=[])

    [warning] = found("no-dialect", application)

    assert warning.level == "warning"


@pytest.mark.parametrize(("kind", "is_told"), [("web", True), ("m2m", True), ("spa", False), ("mobile", False)])
def test_public_calls_of_a_confidential_application_are_told(settings, kind, is_told):
    application = make_sound_application(type=kind, dialects=["tencent", "cloudbase"])

    assert not found("public-calls", application)  # a trial may try everything
    settings.IS_TRIAL = False
    assert bool(found("public-calls", application)) == is_told


def test_a_sign_up_without_a_log_in_is_told_until_there_is_one():
    application = make_sound_application(password_source=None)

    [warning] = found("no-log-in", application)
    assert warning.level == "warning"
    assert "then cannot come back" in warning.message
    source = PasswordAuthSource.objects.create(tenant=application.tenant, key="accounts")
    LoginSource.objects.create(flow=application.login_flow, password_auth_source=source)
    assert codes(application) == set()


def test_a_source_that_is_off_is_no_log_in():
    assert codes(make_sound_application(password_source={"enabled": False})) == {"source-off", "no-log-in"}


@pytest.mark.parametrize(("asked", "is_told"), [("phone_number", False), ("username", True)])
def test_codes_are_a_log_in_for_those_who_are_asked_for_the_address(asked, is_told):
    source = OtpAuthSource.objects.create(tenant=make_tenant(), key="sms", channel="sms")
    options = {"authentication": (asked,), "password_source": None, "otp_sources": (source,)}

    application = make_sound_application(tenant=source.tenant, **options)

    assert codes(application) == ({"no-log-in"} if is_told else set())  # and no word of a password


def test_codes_that_cannot_be_sent_are_no_log_in(settings):
    settings.IS_TRIAL = False
    source = OtpAuthSource.objects.create(tenant=make_tenant(), key="sms", channel="sms")
    options = {"authentication": ("phone_number",), "password_source": None, "otp_sources": (source,)}

    assert "no-log-in" in codes(make_sound_application(tenant=source.tenant, **options))


def test_other_ways_to_log_in_count():
    tenant = make_tenant()
    options = {"tenant": tenant, "password_source": None, "authentication": ("phone_number",)}
    assert codes(make_sound_application(**options, dialects=["cloudbase"])) == set()
    nameless = make_sound_application(**options)
    LoginFlow.objects.filter(application=nameless).update(anonymous=True)
    assert codes(nameless) == set()

    application = make_sound_application(**options)
    assert codes(application) == {"no-log-in"}
    make_provider(tenant)
    assert codes(application) == set()


def test_without_sign_up_nobody_misses_a_log_in():
    assert codes(make_sound_application(password_source=None, sign_up=False)) == set()


@pytest.mark.parametrize("kind", ["web", "spa", "mobile"])
@pytest.mark.parametrize("dialects", [[], ["plusauth"]])
def test_no_redirect_uri_is_told_until_there_is_one(kind, dialects):
    application = make_sound_application(type=kind, sign_up=False, redirect_uris=[], dialects=dialects)

    assert codes(application) - {"no-dialect"} == {"no-redirect-uri"}
    Application.objects.update(redirect_uris=URIS)
    assert codes(application) - {"no-dialect"} == set()


@pytest.mark.parametrize("dialect", ["tencent", "cloudbase"])
def test_who_logs_people_in_by_calls_needs_no_redirect_uri(dialect):
    assert codes(make_sound_application(redirect_uris=[], dialects=[dialect])) == set()


def test_a_machine_needs_no_redirect_uri():
    assert codes(make_sound_application(type="m2m", sign_up=False, redirect_uris=[])) == set()


def test_plain_redirect_uris_are_told_in_production_but_for_this_machine(settings):
    local = ["http://localhost:3000/back", "http://127.0.0.1/back", "http://[::1]:80/", "http://shop.localhost"]
    own = ["example.app:/back", "http://[", 7]
    application = make_sound_application(redirect_uris=["http://shop.example/back", *local, *own])
    assert codes(application) == set()

    settings.IS_TRIAL = False

    [warning] = found("plain-redirect-uri", application)
    assert warning.subject == "redirect URI http://shop.example/back"
    Application.objects.update(redirect_uris=URIS)
    assert codes(application) == set()


@pytest.mark.parametrize("kind", ["web", "m2m"])
def test_a_confidential_application_without_a_secret_is_told(kind):
    application = make_sound_application(type=kind, sign_up=False)
    assert codes(application) == set()

    ClientSecret.objects.all().delete()

    [warning] = found("no-client-secret", application)
    assert "`manage.py provision`" in warning.cure


def test_a_public_application_needs_no_secret():
    application = make_sound_application(type="spa", sign_up=False)
    ClientSecret.objects.all().delete()

    assert codes(application) == set()


@pytest.mark.parametrize("role", ["required", "optional"])
def test_an_address_that_is_not_for_authentication_wants_a_sender_too(settings, role):
    settings.IS_TRIAL = False
    application = make_sound_application(**{role: ("phone_number",)})

    [warning] = found("no-sender", application)
    assert (warning.level, warning.subject) == ("warning", f"{role} attribute phone_number")
    make_gateway_sender(application.tenant, "https://sms.example")
    assert codes(application) == set()


def test_a_log_in_source_wants_a_sender_too(settings):
    settings.IS_TRIAL = False
    source = OtpAuthSource.objects.create(tenant=make_tenant(), key="sms", channel="sms")
    application = make_sound_application(tenant=source.tenant, otp_sources=(source,))

    [warning] = found("no-sender", application)
    assert warning.subject == "log-in source sms"
    make_gateway_sender(application.tenant, "https://sms.example")
    assert codes(application) == set()


def test_a_channel_that_is_an_error_is_not_told_twice(settings):
    settings.IS_TRIAL = False
    source = OtpAuthSource.objects.create(tenant=make_tenant(), key="sms", channel="sms")

    application = make_sound_application(tenant=source.tenant, authentication=("phone_number",), otp_sources=(source,))

    assert codes(application) == {"no-usable-sender"}


def test_an_application_that_is_off_is_not_warned_of():
    application = make_application(enabled=False, type="spa")

    assert codes(application) == set()
