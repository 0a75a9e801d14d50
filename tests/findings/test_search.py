import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ciam.findings import errors_of, find
from ciam.provisioning import provision
from ciam.trial import demo
from otp.models import QuotaUse
from tenants.models import Attribute, LoginFlow, OtpAuthSource, Tenant
from tests.delivery.senders import make_gateway_sender
from tests.factories import make_application, make_tenant
from tests.provisioning.files import EXAMPLE

pytestmark = pytest.mark.django_db


def fill(tenant: Tenant, applications: int) -> None:
    """With something wrong in each application, so that all rows are looked at."""
    source = OtpAuthSource.objects.create(tenant=tenant, key=f"sms-{applications}", channel="sms", enabled=False)
    for _ in range(applications):
        make_application(tenant, optional=("nickname", "email"), otp_sources=(source,), password_source={})
    make_gateway_sender(tenant, "http://sms.example", position=applications)
    QuotaUse.objects.get_or_create(tenant=tenant, channel="sms")
    LoginFlow.objects.update(claims=["name", "shoe_size"])
    Attribute.objects.filter(identifier="nickname").update(enabled=False)


def queries_of_find(**where) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        find(**where)
    return len(queries)


def test_many_applications_cost_as_many_queries_as_few(settings):
    settings.IS_TRIAL = False
    tenant = make_tenant(sms_quota=5)
    fill(tenant, 2)
    few, few_of_tenant = queries_of_find(), queries_of_find(tenant=tenant)

    fill(tenant, 18)
    fill(make_tenant(), 5)

    assert queries_of_find() == few <= 18
    assert queries_of_find(tenant=tenant) == few_of_tenant <= few


def test_errors_come_first_then_by_tenant_application_and_code(settings):
    settings.IS_TRIAL = False
    fill(make_tenant(slug="b"), 2)
    fill(make_tenant(slug="a"), 2)

    found = find()

    order = [(finding.level, finding.tenant, finding.application or "", finding.code) for finding in found]
    assert order == sorted(order)
    assert {finding.level for finding in found} == {"error", "warning"}


def test_every_model_is_one_of_ours_and_has_the_row(settings):
    settings.IS_TRIAL = False
    fill(make_tenant(), 2)

    rows = {(apps.get_model(finding.model), finding.object_id) for finding in find() if finding.object_id}

    assert len(rows) == 5
    assert [row for model, row in rows if not model.objects.filter(pk=row).exists()] == []


def test_only_the_errors_of_one_application_stand_against_it():
    application, broken = make_application(), make_application(authentication=())

    assert errors_of(application) == []
    assert [error.application for error in errors_of(broken)] == [broken.client_id]


def test_the_example_has_nothing_to_find_in_trial_mode():
    provision(EXAMPLE)

    assert find(publications=True) == []


def test_the_demo_has_nothing_to_find_in_trial_mode(tmp_path):
    demo.prepare(tmp_path)

    assert find(publications=True) == []
