"""How many statements a call costs: a limit that a change must not pass unnoticed."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.models import Domain, Group
from tests.clients import TencentClient
from tests.dialects.tencent.logins import PHONE, Shop, make_login_application, make_user
from tests.factories import make_application, make_tenant

pytestmark = pytest.mark.django_db(transaction=True)

TRANSACTION = re.compile(r"BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE")


def statements(captured: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in captured.captured_queries]


def own(found: list[str]) -> list[str]:
    return [sql for sql in found if not TRANSACTION.match(sql)]


def until_commit(found: list[str]) -> list[str]:
    """What the request did; the worker's statements follow the first COMMIT."""
    return found[: found.index("COMMIT")]


@pytest.mark.parametrize("host", ["localhost", "login.shop.example"])
def test_a_send_by_sms_with_a_quota_takes_eight_statements_at_most(host):
    tenant = make_tenant(sms_quota=100)
    Domain.objects.create(tenant=tenant, name="login.shop.example")
    client = TencentClient(make_application(tenant), host=host)
    client.send(usage="signup", phone_number="13912345678")

    with CaptureQueriesContext(connection) as captured:
        response = client.send(usage="signup", phone_number="13612345678")

    assert response.status_code == 200
    found = own(until_commit(statements(captured)))
    assert len(found) <= 8, found
    assert "otp_quotause" in found[-1]


@pytest.mark.parametrize("host", ["localhost", "login.shop.example"])
def test_a_sign_up_by_code_into_a_group_takes_ten_statements_at_most(host):
    tenant = make_tenant()
    Domain.objects.create(tenant=tenant, name="login.shop.example")
    application = make_application(tenant, group=Group.objects.create(tenant=tenant, name="Customers"))
    client = TencentClient(application, host=host)
    client.sign_up(**client.phone_proof("13912345678"))
    proof = client.phone_proof("13612345678")

    with CaptureQueriesContext(connection) as captured:
        response = client.sign_up(**proof)

    assert response.status_code == 200
    found = own(statements(captured))
    assert len(found) <= 10, found


@pytest.mark.parametrize("path", ["/signup", "/otp/send"])
def test_a_refused_credential_costs_one_read_three_counts_and_one_line_at_first(path):
    client = TencentClient(make_application(), secret="wrong-secret")

    with CaptureQueriesContext(connection) as first:
        assert client.post(path, {}).status_code == 401
    with CaptureQueriesContext(connection) as second:
        assert client.post(path, {}).status_code == 401

    assert (len(own(statements(first))), len(own(statements(second)))) == (5, 4)


@pytest.mark.parametrize("host", ["localhost", "login.shop.example"])
def test_a_log_in_by_code_takes_thirteen_statements_at_most(host):
    tenant = make_tenant(sms_interval_seconds=0)
    Domain.objects.create(tenant=tenant, name="login.shop.example")
    application = make_login_application(tenant)
    make_user(application)
    shop = Shop(application, host=host)
    shop.log_in()
    body = shop.code_login(phone_number=PHONE)

    with CaptureQueriesContext(connection) as captured:
        response = shop.json("/oauth2/token", **body)

    assert response.status_code == 200
    found = own(statements(captured))
    assert len(found) <= 13, found


def test_reading_the_user_takes_three_statements():
    application = make_login_application()
    make_user(application)
    shop = Shop(application)
    token = shop.log_in().json()["access_token"]

    with CaptureQueriesContext(connection) as captured:
        assert shop.bearer(token).status_code == 200

    assert len(own(statements(captured))) <= 3
