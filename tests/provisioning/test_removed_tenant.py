"""What is left of a tenant that is removed (S-80)."""

from uuid import UUID

import pytest
from django.apps import apps

from ciam.provisioning import provision
from otp.delivery import dispatch
from otp.delivery.models import OutboxMessage
from tenants.models import AuditEntry
from tests.authorization.visitors import Visitor, exchange, make_shop
from tests.clients import TencentClient
from tests.delivery.senders import make_delivery
from tests.dialects.tencent.logins import make_user
from tests.factories import make_tenant

pytestmark = pytest.mark.django_db


def rows_of(tenant_id: UUID) -> dict[str, int]:
    """How many rows each model has of the tenant, where it has any."""
    columns = {model: {field.attname for field in model._meta.concrete_fields} for model in apps.get_models()}
    counted = {
        model.__name__: model._base_manager.filter(tenant_id=tenant_id).count()
        for model in columns
        if "tenant_id" in columns[model]
    }
    return {name: count for name, count in counted.items() if count}


def use(shop) -> None:
    """Somebody signs up by a code, somebody logs in, somebody guesses."""
    client = TencentClient(shop)
    client.sign_up(**client.phone_proof("13912345678"))
    client.sign_up(**client.phone_proof("13712345678") | {"phone_number_otp": "000000"})
    make_user(shop)
    mei = Visitor(shop)
    exchange(shop, mei.enter())
    mei.open_page(prompt="login")
    mei.log_in(password="a wrong one")


def test_nothing_but_the_trail_is_left_and_nothing_is_sent():
    shop, other = make_shop(make_tenant(sms_interval_seconds=0, sms_quota=9)), make_shop()
    for one in (shop, other):
        use(one)
    shop_id = shop.tenant_id
    waiting = make_delivery(shop, number="13812345678").delivery
    before, sent = rows_of(other.tenant_id), OutboxMessage.objects.filter(tenant=other.tenant).count()
    assert len(rows_of(shop_id)) > 10

    provision(f"tenants: [{{slug: {shop.tenant.slug}, state: absent}}]")
    dispatch.deliver(waiting.id)

    assert set(rows_of(shop_id)) == {AuditEntry.__name__}
    assert rows_of(other.tenant_id) == before
    assert OutboxMessage.objects.count() == sent
