"""A call that names no application is one of the tenant's only application."""

import pytest

from tenants import callers
from tenants.callers import InvalidClient
from tenants.models import Tenant
from tests.factories import make_application, make_tenant
from tests.query_work import Work, count_work

pytestmark = pytest.mark.django_db


def identify(tenant: Tenant) -> str:
    return callers.identify(client_id="", tenant_id=tenant.id).application.client_id


def work_of_a_refused_call(tenant: Tenant) -> Work:
    with count_work() as work, pytest.raises(InvalidClient):
        identify(tenant)
    return work


def test_only_enabled_application_is_meant():
    application = make_application()
    make_application(application.tenant, enabled=False)
    make_application()

    assert identify(application.tenant) == application.client_id


@pytest.mark.parametrize("number", [0, 2, 3])
def test_none_is_meant_where_there_are_none_or_several(number):
    tenant = make_tenant()
    for _ in range(number):
        make_application(tenant)

    with pytest.raises(InvalidClient):
        identify(tenant)


@pytest.mark.parametrize("are_enabled", [True, False])
def test_more_applications_cost_the_call_nothing(are_enabled):
    tenant = make_tenant()
    make_application(tenant)
    make_application(tenant)
    before = work_of_a_refused_call(tenant)

    for _ in range(20):
        make_application(tenant, enabled=are_enabled)

    assert work_of_a_refused_call(tenant) == before
