"""No page of the admin saves an application dead that is on; the reason stands on the page, in its words."""

import pytest

from tenants import clock
from tenants.models import Application, Attribute, OtpAuthSource, SecondFactor, Sender, SignUpAttribute
from tests.administration.pages import PASSWORD, StaffBrowser, address_of, errors
from tests.delivery.senders import make_gateway_sender
from tests.factories import make_application, make_tenant

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]
STOPS = "is on, and this would stop it"


@pytest.fixture
def browser(settings) -> StaffBrowser:
    """In production, where no outbox stands in for a sender."""
    browser = StaffBrowser()
    browser.post("/admin/tenants/sender/add/", {"confirming_password": PASSWORD})
    settings.IS_TRIAL = False
    SecondFactor.objects.create(staff=browser.staff, sealed_secret="", confirmed_at=clock.now())
    return browser


@pytest.fixture
def shop() -> Application:
    tenant = make_tenant()
    make_gateway_sender(tenant, "https://sms.example")
    source = OtpAuthSource.objects.create(tenant=tenant, key="sms", channel="sms")
    return make_application(tenant, otp_sources=(source,), dialects=["tencent"], client_id="shop", name="Shop")


def test_its_last_authentication_attribute_cannot_be_taken(browser, shop):
    page = browser.change(shop, asked=[("optional", "phone_number")])

    (reason,) = errors(page)["__all__"]
    assert STOPS in reason
    assert shop.sign_up_flow.attributes.get().role == "authentication"
    assert browser.change(shop, asked=[("optional", "phone_number")], enabled=False).status_code == 302


@pytest.mark.parametrize("model", [Sender, OtpAuthSource])
def test_what_it_cannot_do_without_is_neither_switched_off_nor_deleted(browser, shop, model):
    row = model.objects.get()

    reason, *_ = errors(browser.change(row, enabled=False))["__all__"]
    assert reason.startswith(f"The application shop {STOPS}")
    answer = browser.http.post(address_of(row, "delete"), {"post": "yes"}, follow=True)
    assert STOPS in answer.content.decode()
    assert model.objects.get().enabled
    Application.objects.update(enabled=False)
    assert browser.change(row, enabled=False).status_code == 302


def test_an_attribute_that_it_asks_for_is_not_switched_off(browser, shop):
    Attribute.objects.filter(identifier="nickname").update(enabled=True)
    SignUpAttribute.objects.update(attribute=Attribute.objects.get(identifier="nickname"))

    (reason,) = errors(browser.change(Attribute.objects.get(identifier="nickname"), enabled=False))["__all__"]

    assert STOPS in reason


def test_verification_is_not_forced_without_mail(browser, shop):
    (reason,) = errors(browser.change(shop.tenant, force_email_verification="on"))["__all__"]

    assert STOPS in reason
    assert "no message can be sent" in reason
