"""What the log-in page offers: the ways of the application's log-in flow, in its order, and what goes with them."""

from urllib.parse import parse_qs, urlsplit

import pytest

from ciam.hosted import languages, login_form
from ciam.request_language import LANGUAGE_TAGS
from signup import browser_log_ins
from signup.browser_sessions import Live
from signup.contracts import publish
from tenants import clock
from tenants.callers import Caller
from tenants.models import Application, IdentityProvider, LoginSource, OtpAuthSource
from tests.factories import configuration_of, make_application, make_tenant
from tests.third_party.rows import make_provider

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
WORDS = languages.words("en")


def offered(application: Application, language: str = "en") -> login_form.LogInForm:
    providers = IdentityProvider.objects.filter(tenant=application.tenant).order_by("key")
    return login_form.of_request(
        opened(application), language=language, words=languages.words(language), providers=providers
    )


def opened(application: Application) -> Live:
    caller = Caller(configuration_of(application), clock.now())
    return browser_log_ins.open_request(caller=caller, browser=[])[0]


def make_sources(tenant, *channels: str) -> tuple[OtpAuthSource, ...]:
    return tuple(
        OtpAuthSource.objects.create(tenant=tenant, key=f"{channel}-{position}", channel=channel)
        for position, channel in enumerate(channels)
    )


def keys(application: Application) -> list[str]:
    return [way.key for way in offered(application).ways]


def test_the_ways_are_those_of_the_log_in_flow_in_its_order() -> None:
    tenant = make_tenant()
    application = make_application(tenant, password_source={}, otp_sources=make_sources(tenant, "email", "sms"))
    assert keys(application) == ["password", "email", "sms"]

    LoginSource.objects.filter(flow_id=application.pk).update(preferred=False)
    LoginSource.objects.filter(flow_id=application.pk, otp_auth_source__channel="sms").update(preferred=True)

    assert keys(application) == ["sms", "password", "email"]


def test_two_sources_of_one_kind_are_one_way() -> None:
    tenant = make_tenant()

    assert keys(make_application(tenant, otp_sources=make_sources(tenant, "sms", "sms", "email"))) == ["sms", "email"]


def test_a_source_that_is_off_is_no_way() -> None:  # S-72
    tenant = make_tenant()
    (sms,) = make_sources(tenant, "sms")
    OtpAuthSource.objects.filter(pk=sms.pk).update(enabled=False)
    sms.refresh_from_db()

    form = offered(make_application(tenant, password_source={}, otp_sources=(sms,)))

    assert [way.key for way in form.ways] == ["password"]


@pytest.mark.parametrize(
    ("names", "label", "autofill"),
    [
        (["username", "email", "phone_number"], "User name, e-mail address or phone number", "username"),
        (["phone_number", "email"], "E-mail address or phone number", "username"),
        (["email"], "E-mail address", "username"),
    ],
)
def test_the_label_says_what_may_be_typed_as_the_name(names, label, autofill) -> None:
    (way,) = offered(make_application(password_source={"login_attributes": names})).ways

    assert (way.name.label, way.name.autofill, way.name.identifier) == (label, autofill, "username")


@pytest.mark.parametrize("language", LANGUAGE_TAGS)
def test_every_set_of_names_has_words(language) -> None:
    for names in (["username", "email"], ["username", "phone_number"], ["email", "phone_number"], ["username"]):
        application = make_application(password_source={"login_attributes": names})

        assert offered(application, language).ways[0].name.label


def test_a_forgotten_password_is_replaced_by_the_addresses_that_people_log_in_by() -> None:
    recovery = offered(make_application(password_source={"login_attributes": ["username", "email"]})).recovery

    assert recovery is not None
    assert (recovery.name.kind, recovery.name.label) == ("email", "E-mail address")
    assert recovery.password.is_mandatory
    assert recovery.password.rules[0] == "8 to 128 characters"


def test_where_people_log_in_by_user_name_alone_it_is_replaced_by_the_addresses_that_they_gave() -> None:
    by_name = {"login_attributes": ["username"]}
    phones = offered(make_application(authentication=("phone_number",), password_source=by_name))
    nothing = offered(make_application(authentication=("username",), password_source=by_name))

    assert phones.recovery is not None
    assert phones.recovery.name.kind == "tel"
    assert nothing.recovery is None


def test_without_passwords_there_is_none_to_forget() -> None:
    tenant = make_tenant()
    form = offered(make_application(tenant, otp_sources=make_sources(tenant, "sms")))

    assert form.password is form.recovery is None


def test_accounts_are_offered_where_people_may_sign_up() -> None:  # S-72
    open_to_all, closed = make_application(), make_application(sign_up=False)

    url = urlsplit(offered(open_to_all).sign_up_url)
    assert url.path == "/signup"
    assert set(parse_qs(url.query)) == {"client_id", "request", "ui_locales"}
    assert offered(closed).sign_up_url == ""


def test_third_parties_are_called_what_people_call_them() -> None:
    application = make_application()
    issuer = {"preset": "oidc", "issuer": "https://id.example.com"}
    make_provider(application.tenant, key="github", preset="github")
    make_provider(application.tenant, key="our-partner", **issuer)
    make_provider(application.tenant, key="google")
    make_provider(application.tenant, key="off", enabled=False, **issuer)
    make_provider(application.tenant, key="without-secret", preset="facebook", secret="")

    buttons = [(provider.label, provider.url.partition("?")[0]) for provider in offered(application).providers]

    assert buttons == [
        ("Continue with GitHub", "/login/with/github"),
        ("Continue with Google", "/login/with/google"),
        ("Continue with Our partner", "/login/with/our-partner"),
    ]


def test_two_providers_of_one_vendor_can_be_told_apart() -> None:
    application = make_application()
    make_provider(application.tenant, key="staff")
    make_provider(application.tenant, key="customers")

    labels = [provider.label for provider in offered(application).providers]

    assert labels == ["Continue with customers", "Continue with staff"]


def test_consent_is_asked_for_what_the_application_is_told() -> None:
    application = make_application(name="Shop")
    application.tenant.attributes.create(identifier="member_no", label="Member number")
    flow = application.login_flow
    flow.claims = ["nickname", "email", "member_no", "birthdate"]
    flow.save()
    publish(application)

    page = login_form.consent(configuration_of(application), flow.claims, state="s", language="en", words=WORDS)

    assert page["title"] == "May Shop know who you are?"
    assert page["claims"] == ("Nickname", "E-mail address", "Member number", "Date of birth")
    assert page["script"]["claims"] == flow.claims


def test_a_mail_that_is_under_way_is_no_trouble_but_the_next_page() -> None:
    live = opened(make_application(password_source={}))
    texts = [WORDS["login_mail_text"], WORDS["login_unknown"]]

    pages = [login_form.page(live, language="en", words=WORDS, providers=[], trouble=text) for text in texts]

    assert [page["trouble"] for page in pages] == ["", WORDS["login_unknown"]]
    assert [page["script"]["is_mail_due"] for page in pages] == [True, False]
