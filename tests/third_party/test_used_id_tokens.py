"""An ID token that a client brings is good for one use: who has seen it since gets nothing for it."""

from typing import Any

import pytest
from django.http import HttpResponse
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from accounts.models import UsedIdToken
from accounts.third_party import providers, used_id_tokens
from tenants import clock
from tenants.models import AuditEntry
from tests.dialects.cloudbase.signed_in import Stranger, refusal
from tests.factories import make_tenant
from tests.races import at_once
from tests.third_party.provider import CODE, Reply
from tests.third_party.rows import REDIRECT_URI, make_openid_provider, make_partner_application
from tokens import retention

REPLAYED = (400, "provider_error", 4019)
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def bring(application: Any, token: str, **more: Any) -> HttpResponse:
    return Stranger(application).post("provider/token", {"provider_id": "partner", "provider_id_token": token} | more)


@pytest.mark.django_db
def test_id_token_is_taken_once(application, third_party):
    token = third_party.make_id_token()

    assert bring(application, token).status_code == 200
    again = bring(application, token)

    assert refusal(again) == REPLAYED
    line = AuditEntry.objects.get(event="identity.exchange")
    assert "used before" in line.detail["reason"]
    assert token not in str(UsedIdToken.objects.values())


@pytest.mark.django_db
def test_id_token_is_taken_once_by_all_applications_of_the_tenant(application, third_party):
    token = third_party.make_id_token()
    bring(application, token)

    assert refusal(bring(make_partner_application(application.tenant), token)) == REPLAYED


@pytest.mark.django_db
def test_tenants_take_tokens_apart(application, third_party):
    """Two tenants with one client id at the third party: no tenant uses up what belongs to another."""
    other = make_partner_application()
    make_openid_provider(other.tenant, third_party)
    token = third_party.make_id_token()
    bring(application, token)

    assert bring(other, token).status_code == 200


@pytest.mark.django_db
def test_id_token_that_came_for_a_code_is_used(application, third_party):
    token = third_party.make_id_token()
    third_party.make_id_token = lambda: token
    exchange = {"provider_id": "partner", "provider_code": CODE, "provider_redirect_uri": REDIRECT_URI}

    assert Stranger(application).post("provider/token", exchange).status_code == 200
    assert refusal(bring(application, token)) == REPLAYED
    assert Stranger(application).post("provider/token", exchange).status_code == 200


@pytest.mark.django_db
def test_a_refused_id_token_is_not_used(application, third_party):
    third_party.id_token_claims = {"nonce": "n-1"}
    token = third_party.make_id_token()

    assert refusal(bring(application, token)) == REPLAYED
    assert bring(application, token, provider_params={"nonce": "n-1"}).status_code == 200


@pytest.mark.django_db
def test_another_signature_of_the_same_token_is_no_other_token(application, third_party):
    """Whoever has one signature (r, s) of an elliptic curve has (r, -s) too."""
    third_party.key = ECKey.generate_key("P-256", parameters={"kid": "one"})
    third_party.header = {"alg": "ES256", "kid": "one"}
    third_party.replies["/jwks"] = Reply.json({"keys": [third_party.key.as_dict(private=False)]})
    token = third_party.make_id_token()
    signed, _, signature = token.rpartition(".")
    raw = urlsafe_b64decode(signature.encode())
    mirrored = raw[:32] + (P256_ORDER - int.from_bytes(raw[32:])).to_bytes(32)

    assert bring(application, token).status_code == 200
    assert refusal(bring(application, f"{signed}.{urlsafe_b64encode(mirrored).decode()}")) == REPLAYED


@pytest.mark.django_db
def test_used_tokens_are_forgotten_when_they_have_expired(application, third_party, pass_time):
    token = third_party.make_id_token()  # good for 300 seconds, and a minute of leeway
    bring(application, token)

    pass_time(359)
    retention.prune()
    assert refusal(bring(application, token)) == REPLAYED
    assert UsedIdToken.objects.count() == 1
    pass_time(3)
    retention.prune()
    assert not UsedIdToken.objects.exists()
    assert refusal(bring(application, token)) == REPLAYED


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_id_token_is_taken_once_by_many_at_once(third_party):
    row = make_openid_provider(make_tenant(), third_party)
    provider, token = providers.get(row.tenant_id, row.key), third_party.make_id_token()

    outcomes = at_once([lambda: used_id_tokens.remember(provider, token, clock.now())] * 50)

    assert outcomes.count(True) == 1
    assert UsedIdToken.objects.count() == 1
