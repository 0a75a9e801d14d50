"""S-36: an address that nobody proved links nobody, and gains nothing."""

from functools import partial

import pytest
from django.db import IntegrityError

from accounts import identities
from accounts.models import EndUser
from accounts.third_party.profiles import Profile
from tenants import clock
from tenants.models import AuditEntry
from tests.clients import TencentClient
from tests.dialects.cloudbase.signed_in import Stranger, make_user
from tests.factories import configuration_of, make_application
from tests.third_party.rows import DEVICE, make_partner_application, make_token

pytestmark = pytest.mark.django_db
VICTIM = "victim@example.com"


def sign_in(application, **profile) -> EndUser:
    body = {"provider_token": make_token(application, **profile)}
    answer = Stranger(application, device_id=DEVICE).post("signin/with/provider", body).json()
    return EndUser.objects.get(id=answer["sub"])


@pytest.mark.parametrize("is_proven", [True, False])
@pytest.mark.parametrize("they_say_verified", [True, False])
def test_address_of_somebody_links_nobody(is_proven, they_say_verified):
    application = make_partner_application()
    owner = make_user(application, email=VICTIM, email_verified=is_proven)

    newcomer = sign_in(application, email=VICTIM, email_verified=they_say_verified)

    owner.refresh_from_db()
    assert newcomer != owner
    assert (newcomer.email, owner.email) == (None, VICTIM)


def test_free_address_is_kept_as_a_claim():
    newcomer = sign_in(make_partner_application(), email="Victim@Example.com", email_verified=True)

    assert (newcomer.email, newcomer.email_verified) == (VICTIM, False)


def test_claimed_address_goes_to_who_proves_it():
    """An attacker came first, by an account at a third party that asks for no proof."""
    application = make_application(authentication=("email",), password_source={})
    attacker = sign_in(application, email=VICTIM, email_verified=True)
    client = TencentClient(application)

    answer = client.sign_up(**client.email_proof(VICTIM))

    attacker.refresh_from_db()
    victim = EndUser.objects.get(id=answer.json()["sub"])
    assert victim != attacker
    assert (victim.email, victim.email_verified, attacker.email) == (VICTIM, True, None)
    assert list(victim.identities.all()) == []
    assert attacker.sessions_valid_from > attacker.created_at


def test_malformed_address_is_left_out():
    assert sign_in(make_partner_application(), email="no address").email is None


def test_identity_is_unique_and_has_a_subject():
    application = make_partner_application()
    first, second = make_user(application), make_user(application, username="li", phone_number=None, email=None)
    profile = Profile("partner", "mei-1")
    link = partial(identities.link, application=configuration_of(application), profile=profile, now=clock.now())
    link(end_user=first)
    link(end_user=first)

    with pytest.raises(identities.IdentityInUse):
        link(end_user=second)
    with pytest.raises(IntegrityError):
        identities.insert(application.tenant_id, second.id, Profile("partner", ""), clock.now())


@pytest.mark.parametrize("path", ["signup", "signin/with/provider"])
def test_refused_sign_up_by_an_identity_is_in_the_audit_log(path):
    application = make_partner_application(sign_up=False)

    refused = Stranger(application, device_id=DEVICE).post(path, {"provider_token": make_token(application)})

    assert refused.json()["error"] == "login_type_disabled"
    assert [entry.outcome for entry in AuditEntry.objects.filter(event="sign_up")] == ["refused"]
