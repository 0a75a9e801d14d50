"""Provider tokens and identities under requests that really run at once."""

from collections.abc import Callable

import pytest
from django.http import HttpResponse

from accounts.models import EndUser, Identity
from tests.dialects.cloudbase.signed_in import SignedIn, Stranger, make_user
from tests.races import at_once, tally
from tests.third_party.rows import make_partner_application, make_token

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
THREADS = 20


def posting(application, path: str, **body: str) -> Callable[[], HttpResponse]:
    return lambda: Stranger(application).post(path, body)


def binding(user: SignedIn, token: str) -> Callable[[], HttpResponse]:
    return lambda: user.post("user/provider/bind", {"provider_token": token})


@pytest.mark.parametrize("path", ["signin/with/provider", "signup"])
def test_token_is_redeemed_once(path):
    application = make_partner_application()
    token = make_token(application)

    outcomes = tally(at_once([posting(application, path, provider_token=token)] * THREADS))

    assert outcomes["ok"] == 1
    assert set(outcomes) <= {"ok", "invalid_grant", "already_exists"}
    assert EndUser.objects.count() == Identity.objects.count() == 1


def test_subject_becomes_one_user():
    """Twenty tabs come back from the provider at the same moment, each with a token of its own."""
    application = make_partner_application()
    tokens = [make_token(application, email="mei@example.com") for _ in range(THREADS)]

    outcomes = tally(at_once([posting(application, "signin/with/provider", provider_token=token) for token in tokens]))

    assert outcomes == {"ok": THREADS}
    assert EndUser.objects.count() == Identity.objects.count() == 1


def test_claimed_address_is_kept_by_one():
    application = make_partner_application()
    tokens = [make_token(application, subject=f"s-{number}", email="mei@example.com") for number in range(THREADS)]

    outcomes = tally(at_once([posting(application, "signin/with/provider", provider_token=token) for token in tokens]))

    assert outcomes == {"ok": THREADS}
    assert EndUser.objects.filter(email="mei@example.com").count() == 1


def test_identity_is_bound_to_one():
    application = make_partner_application()
    users = [
        make_user(application, username=f"user-{number}", phone_number=None, email=None) for number in range(THREADS)
    ]
    calls = [binding(SignedIn(application, user), make_token(application)) for user in users]

    assert tally(at_once(calls)) == {"ok": 1, "already_exists": THREADS - 1}


def test_one_of_two_ways_in_is_left():
    application = make_partner_application()
    nobody = {"username": None, "phone_number": None, "email": None, "email_verified": False}
    user = SignedIn(application, make_user(application, phone_number_verified=False, **nobody))
    for provider in ("partner", "another"):
        user.post("user/provider/bind", {"provider_token": make_token(application, provider=provider)})

    calls = [lambda key=key: user.delete(f"user/provider/{key}") for key in ("partner", "another")]

    assert tally(at_once(calls)) == {"ok": 1, "failed_precondition": 1}
