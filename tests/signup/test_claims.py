"""A proof beats a claim: who proves an address takes it from somebody who only said it."""

from typing import Any

import pytest

from accounts.models import EndUser
from tenants import clock
from tenants.models import Application
from tests.clients import TencentClient
from tests.factories import make_application

pytestmark = pytest.mark.django_db


def claim(application: Application, **fields: Any) -> EndUser:
    """An end user whose addresses were never proven, as an import makes them."""
    return EndUser.objects.create(tenant=application.tenant, **fields)


def test_a_proof_takes_the_number_from_a_holder_who_never_proved_it() -> None:
    application = make_application()
    claimant = claim(application, phone_number="+8613612345678", username="claimant")
    client = TencentClient(application)
    before = clock.now()

    answer = client.sign_up(**client.phone_proof("13612345678"))

    claimant.refresh_from_db()
    assert answer.status_code == 200
    assert claimant.phone_number is None
    assert claimant.sessions_valid_from >= before
    assert EndUser.objects.get(phone_number="+8613612345678").sub == answer.json()["sub"]


def test_a_holder_left_without_any_identifier_is_deleted() -> None:
    application = make_application(authentication=("email",))
    claimant = claim(application, email="victim@example.com")
    client = TencentClient(application)

    answer = client.sign_up(**client.email_proof("victim@example.com"))

    assert answer.status_code == 200
    assert not EndUser.objects.filter(id=claimant.id).exists()


def test_a_claim_in_another_tenant_is_left_alone() -> None:
    stranger = claim(make_application(), phone_number="+8613612345678")
    client = TencentClient(make_application())

    assert client.sign_up(**client.phone_proof("13612345678")).status_code == 200

    stranger.refresh_from_db()
    assert stranger.phone_number == "+8613612345678"


def test_a_proven_holder_keeps_the_number() -> None:
    application = make_application()
    claim(application, phone_number="+8613612345678", phone_number_verified=True)

    answer = TencentClient(application).send(usage="signup", phone_number="13612345678")

    assert answer.json() == {"error": "phone_number_is_used"}
