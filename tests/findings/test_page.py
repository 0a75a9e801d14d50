"""docs/checks.md has a row for each code that is ever found, and no other."""

import re

import pytest
from django.conf import settings as configured

from accounts.models import EndUser, HashKey
from ciam.findings import find
from otp.delivery import growth
from otp.delivery.models import SenderHealth
from otp.models import QuotaUse
from tenants import clock
from tenants.models import (
    Attribute,
    ClientSecret,
    LoginFlow,
    OtpAuthSource,
    PasswordAuthSource,
    Publication,
    Tenant,
)
from tests.delivery.senders import make_deliveries, make_gateway_sender, make_sender
from tests.factories import make_application, make_tenant
from tests.third_party.rows import make_provider

PAGE = (configured.BASE_DIR / "docs" / "checks.md").read_text("utf-8")


def levels(**options: bool) -> dict[str, str]:
    return {finding.code: finding.level for finding in find(**options)}


def make_careless_tenant() -> Tenant:
    """Whatever can be wrong with a tenant but for its applications."""
    tenant = make_tenant(sms_quota=100, email_quota=100, force_email_verification=True)
    tenant.domains.create(name="localhost")
    QuotaUse.objects.create(tenant=tenant, channel="sms", used=90)
    QuotaUse.objects.create(tenant=tenant, channel="email", used=100)
    PasswordAuthSource.objects.create(tenant=tenant, key="half", lockout_threshold=3)
    OtpAuthSource.objects.create(tenant=tenant, key="weak", channel="sms", code_length=4, code_ttl_seconds=301)
    for number in ("+541123456789", "+5491123456789"):
        EndUser.objects.create(tenant=tenant, phone_number=number)
    make_provider(tenant, key="facebook", preset="facebook", secret="")
    HashKey.objects.create(tenant=tenant, name="default", sealed_key="of another SECRET_KEY", created_at=clock.now())
    make_sender(tenant, "outbox", settings={}, position=1)
    SenderHealth.objects.create(sender=make_gateway_sender(tenant, "nonsense", position=2), failures=5)
    return tenant


def make_careless_applications(tenant: Tenant) -> None:
    off = OtpAuthSource.objects.create(tenant=tenant, key="off", channel="sms", enabled=False)
    make_application(tenant, authentication=("phone_number",), required=("nickname", "locale"), otp_sources=(off,))
    make_application(
        tenant,
        authentication=(),
        optional=("phone_number",),
        redirect_uris=["http://shop.example"],
        answers="private",
    )
    make_application(
        tenant, authentication=("username",), optional=("email",), redirect_uris=["http://shop.example"], dialects=[]
    )
    make_application(tenant, dialects=["plusauth"])
    LoginFlow.objects.update(claims=["locale", "shoe_size"])
    Attribute.objects.filter(identifier="locale").update(enabled=False)
    ClientSecret.objects.first().delete()
    Publication.objects.first().delete()
    make_deliveries(tenant.applications.first(), growth.LEAST, minutes_ago=5)


OF_POSTGRESQL = {"no-statement-timeout": "warning", "no-row-security": "warning"}  # found in test_tenants.py


@pytest.mark.django_db
def test_the_page_has_every_code_that_is_found_with_its_level(settings):
    found = levels()
    make_tenant()
    settings.PUBLIC_URL = "https://ciam.example"
    found |= levels()
    settings.IS_TRIAL = False
    make_careless_applications(make_careless_tenant())
    found |= levels(publications=True)

    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", PAGE, re.MULTILINE)

    assert sorted(rows) == sorted((found | OF_POSTGRESQL).items())
