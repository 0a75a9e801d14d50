from copy import deepcopy

import pytest

from tenants.configuration import ApplicationConfiguration
from tenants.models import OtpAuthSource, Publication
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    tenant = make_tenant()
    source = OtpAuthSource.objects.create(tenant=tenant, key="sms", channel="sms")
    application = make_application(tenant, password_source={}, otp_sources=(source,))
    return Publication.objects.get(application=application).document


def test_labels_are_published(document):
    assert ApplicationConfiguration.load(document).attributes["email"].label == "E-mail"


def test_a_row_of_an_older_version_loads(document):
    for rule in document["attributes"]:
        del rule["label"]

    assert ApplicationConfiguration.load(document).attributes["email"].label == ""


def test_a_row_of_a_newer_version_loads(document):
    newer = deepcopy(document)
    sources = newer["login"]["password_sources"] + newer["login"]["otp_sources"]
    parts = [newer, newer["tenant"], newer["sign_up"], newer["login"], *newer["tenant"]["limits"].values()]
    for part in [*parts, *newer["attributes"], *sources]:
        part["something_new"] = {"a": 1}

    assert ApplicationConfiguration.load(newer) == ApplicationConfiguration.load(document)
