"""Requests that really run at once: each limit and each single use holds for fifty as for one."""

from collections import Counter
from collections.abc import Callable

import pytest
from django.http import HttpResponse

from accounts.models import EndUser
from otp import codes
from otp.delivery.models import OutboxMessage
from otp.models import Challenge, Destination, QuotaUse
from tenants.models import Application
from tests.clients import TencentClient
from tests.factories import make_application, make_tenant
from tests.races import THREADS, at_once, tally

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

PHONE, EMAIL = "13612345678", "mock_username@example.com"


def sending(application: Application, **body: str) -> Callable[[], HttpResponse]:
    return lambda: TencentClient(application).send(**body)


def signing_up(application: Application, **body: str) -> Callable[[], HttpResponse]:
    return lambda: TencentClient(application).sign_up(**body)


def wrong_codes(proof: dict[str, str]) -> list[dict[str, str]]:
    """The proof with fifty different codes, none of them right."""
    name = next(name for name in proof if name.endswith("_otp"))
    return [proof | {name: f"{(int(proof[name]) + number) % 10**6:06d}"} for number in range(1, THREADS + 1)]


def test_of_fifty_wrong_guesses_at_once_five_are_judged():
    """S-25."""
    application = make_application()
    proof = TencentClient(application).phone_proof(PHONE)

    answers = at_once([signing_up(application, **guess) for guess in wrong_codes(proof)])

    assert tally(answers) == {"bad_phone_number_otp": 5, "bad_phone_number_otp_token": 45}
    assert TencentClient(application).sign_up(**proof).json() == {"error": "bad_phone_number_otp_token"}
    assert not EndUser.objects.exists()


def test_of_guesses_at_once_over_ten_clients_twenty_are_judged():
    """S-26."""
    tenant = make_tenant()
    applications = [make_application(tenant, authentication=("email",)) for _ in range(10)]
    proofs = [TencentClient(application).email_proof(EMAIL) for application in applications]

    guesses = [
        signing_up(application, **guess)
        for application, proof in zip(applications, proofs, strict=True)
        for guess in wrong_codes(proof)[:5]
    ]

    assert tally(at_once(guesses)) == {"bad_email_otp": 20, "bad_email_otp_token": 30}
    assert Destination.objects.get().guesses == 20


@pytest.mark.parametrize("sign_up_round", range(4))
def test_one_code_makes_one_end_user(sign_up_round):
    """S-27."""
    application = make_application(optional=("username",))
    proof = TencentClient(application).phone_proof(PHONE)

    answers = at_once([signing_up(application, username=f"user_{number}", **proof) for number in range(THREADS)])

    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 49}
    assert set(tally(answers)) <= {"ok", "bad_phone_number_otp_token", "duplicate_phone_number"}
    (sub,) = [answer.json()["sub"] for answer in answers if answer.status_code == 200]
    assert EndUser.objects.get().sub == sub
    assert Challenge.objects.get().redeemed_at is not None


def test_one_user_name_makes_one_end_user():
    """S-12, S-98."""
    application = make_application(authentication=("username", "phone_number"))
    client = TencentClient(application)
    proofs = [client.phone_proof(f"138{number:08d}") for number in range(THREADS)]
    names = ["Somebody", "SOMEBODY", "somebody"]

    answers = at_once([signing_up(application, username=names[n % 3], **proof) for n, proof in enumerate(proofs)])

    assert tally(answers) == {"ok": 1, "duplicate_username": 49}
    assert EndUser.objects.count() == 1
    assert Challenge.objects.filter(redeemed_at__isnull=False).count() == 1


def test_one_address_makes_one_end_user_over_all_applications():
    """S-12, S-98."""
    tenant = make_tenant()
    applications = [make_application(tenant, authentication=("email",)) for _ in range(THREADS)]
    proofs = [TencentClient(application).email_proof(EMAIL) for application in applications]

    answers = at_once([signing_up(one, **proof) for one, proof in zip(applications, proofs, strict=True)])

    assert tally(answers) == {"ok": 1, "duplicate_email": 49}
    assert EndUser.objects.count() == 1


def test_a_hundred_sends_to_one_number_are_one_message():
    """S-82."""
    application = make_application()

    answers = at_once([sending(application, usage="signup", phone_number=PHONE)] * 100)

    assert tally(answers) == {"ok": 1, "sms_rate_limit_exceeded": 99}
    assert OutboxMessage.objects.count() == Challenge.objects.count() == 1
    assert Destination.objects.get().sent_that_day == 1


def test_a_quota_of_fifty_is_fifty_messages():
    """S-87."""
    application = make_application(make_tenant(email_quota=50), authentication=("email",))

    answers = at_once([sending(application, usage="signup", email=f"u{number}@example.com") for number in range(200)])

    assert tally(answers) == {"ok": 50, "insufficient_email_quota": 150}
    assert OutboxMessage.objects.count() == QuotaUse.objects.get().used == 50
    assert Destination.objects.count() == 50


def test_a_limit_of_ten_a_day_is_ten_messages():
    """S-82."""
    application = make_application(make_tenant(email_per_day=10), authentication=("email",))

    answers = at_once([sending(application, usage="signup", email=EMAIL)] * THREADS)

    assert tally(answers) == {"ok": 10, "email_rate_limit_exceeded": 40}
    assert OutboxMessage.objects.count() == Destination.objects.get().sent_that_day == 10


@pytest.mark.parametrize("sign_up_round", range(4))
def test_of_the_codes_of_ten_sends_at_once_the_newest_is_good(sign_up_round):
    """S-31."""
    application = make_application(authentication=("email",), optional=("username",))
    sent = at_once([sending(application, usage="signup", email=EMAIL)] * 10)
    proofs = [email_proof(answer.json()["otp_token"]) for answer in sent]

    sign_ups = [signing_up(application, username=f"user_{n}", **proofs[n % 10]) for n in range(THREADS)]
    answers = at_once(sign_ups)

    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 49}
    assert set(tally(answers)) <= {"ok", "bad_email_otp_token", "duplicate_email"}
    assert Challenge.objects.get(redeemed_at__isnull=False) == Challenge.objects.latest("created_at", "id")
    assert EndUser.objects.count() == 1


def email_proof(token: str) -> dict[str, str]:
    """The proof with this token; its code is the one in the outbox that its challenge recognises."""
    challenge = Challenge.objects.get(token_hash=codes.hash_token(token))
    sent = OutboxMessage.objects.values_list("code", flat=True)
    (code,) = [code for code in sent if codes.is_code(code, challenge.id, challenge.code_hash)]
    return {"email": EMAIL, "email_otp_token": token, "email_otp": code}
