"""An application is not switched on while nobody could sign up or log in through it; a doubt refuses nothing."""

import pytest

from ciam.provisioning import InvalidFile, provision
from tenants.models import Application, Attribute
from tests.provisioning.files import application, tenant

pytestmark = pytest.mark.django_db

BY_PHONE = "        sign_up: {authentication_attributes: [phone_number]}\n"
WITH_SOURCE = """    otp_auth_sources:
      - {key: sms, channel: sms, enabled: false}
"""


def is_on() -> bool:
    return Application.objects.get().enabled


def test_sign_up_without_an_authentication_attribute_is_refused_with_its_line_and_cure():
    with pytest.raises(InvalidFile, match=r"line 5: .*cannot be switched on: .*authentication_attributes"):
        provision(application("        sign_up: {required_attributes: [name]}\n"))

    assert not Application.objects.exists()


def test_in_production_a_phone_number_needs_a_sender(settings):
    settings.IS_TRIAL = False

    with pytest.raises(InvalidFile, match=r"no code can be sent to it"):
        provision(application(BY_PHONE))

    provision(application(f"        enabled: false\n{BY_PHONE}"))
    with pytest.raises(InvalidFile, match=r"line 7: tenants\[0\].applications\[0\].enabled: cannot be switched on"):
        provision(application("        enabled: true\n"))
    assert not is_on()


def test_a_source_that_is_off_stands_against_switching_on():
    login = "        login: {associated_auth_sources: [sms]}\n"

    with pytest.raises(InvalidFile, match=r"names the source sms, which is off"):
        provision(f"{tenant(WITH_SOURCE)}    applications:\n      - client_id: shop\n{login}")


def test_switching_sign_up_on_is_judged_too():
    provision(application("        sign_up: {enabled: false, required_attributes: [name]}\n"))

    with pytest.raises(InvalidFile, match=r"cannot be switched on"):
        provision(application("        sign_up: {enabled: true}\n"))


def test_what_is_on_already_may_be_changed(settings):
    provision(application(BY_PHONE))
    settings.IS_TRIAL = False

    provision(application("        name: Another name\n"))
    Attribute.objects.filter(identifier="phone_number").update(enabled=False)
    provision(application("        name: And another\n"))

    assert is_on()


def test_doubts_refuse_nothing():
    provision(application("        sign_up: {authentication_attributes: [username]}\n"))

    assert is_on()
