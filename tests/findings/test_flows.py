import pytest

from ciam.findings import errors_of
from ciam.provisioning import provision
from tenants.models import Attribute, LoginFlow, OtpAuthSource, PasswordAuthSource, SignUpAttribute, SignUpFlow
from tests.delivery.senders import make_gateway_sender, make_sender
from tests.factories import make_application, make_tenant
from tests.findings import codes, found

pytestmark = pytest.mark.django_db

SMTP = {"host": "smtp.example", "from": "a@b.example"}


@pytest.mark.parametrize(
    ("identifier", "channel", "vendor"), [("phone_number", "sms", "custom"), ("email", "email", "smtp")]
)
def test_an_address_without_a_sender_is_an_error_in_production_until_one_is_added(
    settings, identifier, channel, vendor
):
    settings.IS_TRIAL = False
    application = make_application(authentication=(identifier,))

    [error] = errors_of(application)
    assert (error.code, error.level, error.subject) == (
        "no-usable-sender",
        "error",
        f"sign-up attribute {identifier}",
    )
    assert (error.tenant, error.application) == (application.tenant.slug, application.client_id)
    assert (error.model, error.object_id) == ("tenants.sender", None)
    assert f"`channel: {channel}`" in error.cure
    assert vendor in error.cure
    own_settings = {"url": "https://sms.example/send"} if vendor == "custom" else SMTP
    make_sender(application.tenant, vendor, settings=own_settings, secret="a" * 16, channel=channel)
    assert errors_of(application) == []


def test_the_outbox_stands_in_for_no_sender_in_trial_mode_and_not_for_a_broken_one():
    application = make_application()
    assert errors_of(application) == []

    broken = make_gateway_sender(application.tenant, "https://sms.example", secret="")

    [error] = errors_of(application)
    assert (error.code, error.model, error.object_id) == ("no-usable-sender", "tenants.sender", broken.id.hex)
    assert "custom-0 takes none, because it has no secret" in error.message
    broken.enabled = False
    broken.save()
    assert errors_of(application) == []


def test_one_usable_sender_of_a_channel_is_enough(settings):
    settings.IS_TRIAL = False
    application = make_application()
    make_sender(application.tenant, "outbox", settings={}, position=1)

    assert codes(application) >= {"no-usable-sender"}

    make_gateway_sender(application.tenant, "https://sms.example", position=2)
    assert errors_of(application) == []


def test_senders_of_other_tenants_and_channels_do_not_count(settings):
    settings.IS_TRIAL = False
    application = make_application()
    make_gateway_sender(make_tenant(), "https://sms.example")
    make_gateway_sender(application.tenant, "https://sms.example", channel="email")

    assert [error.code for error in errors_of(application)] == ["no-usable-sender"]


def test_a_user_name_needs_no_sender(settings):
    settings.IS_TRIAL = False

    assert errors_of(make_application(authentication=("username",))) == []


def test_an_attribute_that_is_off_is_an_error_until_it_is_on():
    application = make_application(authentication=("email",), required=("nickname",))
    nickname = Attribute.objects.get(identifier="nickname")
    Attribute.objects.filter(id=nickname.id).update(enabled=False)

    [error] = errors_of(application)
    assert (error.code, error.model, error.object_id) == ("attribute-off", "tenants.attribute", nickname.id.hex)
    assert "`sign_up.required_attributes`" in error.cure
    provision(
        f"tenants:\n  - slug: {application.tenant.slug}\n    attributes: [{{identifier: nickname, enabled: true}}]\n"
    )
    assert errors_of(application) == []


def test_an_attribute_that_is_off_may_be_taken_out_instead():
    application = make_application(authentication=("email",), optional=("nickname",))
    Attribute.objects.filter(identifier="nickname").update(enabled=False)

    SignUpAttribute.objects.filter(attribute__identifier="nickname").delete()

    assert errors_of(application) == []


def test_a_sign_up_without_authentication_is_an_error_until_it_has_one():
    application = make_application(authentication=(), required=("nickname",))

    [error] = errors_of(application)
    assert (error.code, error.object_id) == ("no-authentication", application.id.hex)
    email = Attribute.objects.get(identifier="email")
    SignUpAttribute.objects.create(flow=application.sign_up_flow, attribute=email, role="authentication")
    assert errors_of(application) == []


def test_an_authentication_attribute_that_is_off_counts_as_none():
    application = make_application(authentication=("email",))
    Attribute.objects.filter(identifier="email").update(enabled=False)

    assert {error.code for error in errors_of(application)} == {"attribute-off", "no-authentication"}


def test_a_sign_up_that_is_off_asks_for_nothing(settings):
    settings.IS_TRIAL = False
    application = make_application(authentication=(), required=("nickname", "phone_number"))
    Attribute.objects.filter(identifier="nickname").update(enabled=False)

    SignUpFlow.objects.update(enabled=False)

    assert errors_of(application) == []


@pytest.mark.parametrize("model", [PasswordAuthSource, OtpAuthSource])
def test_a_source_that_is_off_is_an_error_until_it_is_on(model):
    sms = OtpAuthSource.objects.create(tenant=make_tenant(), key="sms", channel="sms")
    application = make_application(sms.tenant, password_source={"key": "accounts"}, otp_sources=(sms,))
    model.objects.update(enabled=False)

    [error] = errors_of(application)
    assert (error.code, error.object_id) == ("source-off", model.objects.get().id.hex)
    assert error.model == f"tenants.{model.__name__.lower()}"
    model.objects.update(enabled=True)
    assert errors_of(application) == []


def test_a_claim_of_no_attribute_is_an_error_and_one_that_is_off_a_warning():
    application = make_application()
    LoginFlow.objects.update(claims=["name", "shoe_size", "locale"])
    Attribute.objects.filter(identifier="locale").update(enabled=False)

    [error], [warning] = errors_of(application), found("claim-off", application)
    assert (error.code, error.subject) == ("unknown-claim", "claim shoe_size")
    assert (warning.level, warning.model) == ("warning", "tenants.attribute")
    Attribute.objects.create(tenant=application.tenant, identifier="shoe_size")
    Attribute.objects.filter(identifier="locale").update(enabled=True)
    assert codes(application).isdisjoint({"unknown-claim", "claim-off"})


def test_claims_that_are_no_texts_are_passed_over():
    application = make_application()

    LoginFlow.objects.update(claims={"name": 1})
    assert errors_of(application) == []
    LoginFlow.objects.update(claims=[["name"], 1])
    assert errors_of(application) == []


def test_what_stands_against_an_application_that_is_off_is_told_as_such():
    application = make_application(authentication=(), enabled=False)

    [error] = errors_of(application)
    assert error.message == (
        "Sign-up is on without an authentication attribute: Tencent's call refuses everybody, and our page makes "
        "accounts by any name, without a proof; the application itself is off."
    )


def test_an_application_without_flows_has_no_errors():
    application = make_application()
    SignUpFlow.objects.all().delete()
    LoginFlow.objects.all().delete()

    assert errors_of(application) == []
