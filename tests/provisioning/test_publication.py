import pytest

from ciam.provisioning import InvalidFile, provision
from tenants.configuration import ApplicationConfiguration
from tenants.models import Publication
from tests.provisioning.files import EXAMPLE, FULL, application, tenant

pytestmark = pytest.mark.django_db


def published(client_id: str = "shop") -> ApplicationConfiguration:
    return ApplicationConfiguration.load(Publication.objects.get(client_id=client_id).document)


def test_every_application_of_the_example_is_published():
    provision(EXAMPLE)

    web = published("acme-web")
    assert web.sign_up.required_attributes == ("nickname",)
    assert [source.code_ttl_seconds for source in web.login.otp_sources] == [120, 300]
    assert published("acme-back").sign_up.enabled is False


def test_a_change_of_the_sign_up_counts():
    provision(FULL)

    provision(application("        sign_up: {required_attributes: [nickname, locale], authentication: all}\n"))

    assert published().sign_up.required_attributes == ("nickname", "locale")
    assert published().sign_up.authentication == "all"


def test_a_change_of_an_attribute_counts_for_all_applications():
    provision(FULL)

    provision(tenant("    attributes: [{identifier: nickname, regex: '[A-Z]+', error_message: Capitals.}]\n"))

    for client_id in ("shop", "app"):
        rule = published(client_id).attributes["nickname"]
        assert (rule.regex, rule.error_message) == ("[A-Z]+", "Capitals.")


def test_a_removed_attribute_is_gone_from_what_is_published():
    provision(FULL)

    provision(tenant("    attributes: [{identifier: age, state: absent}]\n"))

    assert "age" not in published().attributes
    assert published().sign_up.optional_attributes == ("name",)


def test_neither_a_plan_nor_a_refused_file_publishes():
    provision(FULL)
    change = "    limits: {sms_per_number: {per_day: 5}}\n"

    provision(tenant(change), plan=True)
    with pytest.raises(InvalidFile):
        provision(tenant(change + "    otp_auth_sources: [{key: new}]\n"))

    assert published().tenant.limits["sms"].per_day == 50
