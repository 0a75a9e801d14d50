from fractions import Fraction

import pytest

from accounts.models import EndUser
from otp import challenges, guesses
from otp.challenges import Proof
from otp.errors import BadCode, BadToken
from otp.models import Challenge, Destination
from tenants import clock
from tenants.models import OtpAuthSource, Tenant
from tests.clients import TencentClient, last_code
from tests.factories import configuration_of, make_application, make_tenant

pytestmark = pytest.mark.django_db

PHONE, EMAIL = "13612345678", "mock_username@example.com"
BAD_TOKEN = {"error": "bad_email_otp_token"}


def make_client(tenant: Tenant | None = None, **fields) -> TencentClient:
    return TencentClient(make_application(tenant, **{"authentication": ("email",)} | fields))


def wrong(proof: dict[str, str]) -> dict[str, str]:
    """The proof with another code of the same length."""
    name = next(name for name in proof if name.endswith("_otp"))
    return proof | {name: f"{(int(proof[name]) + 1) % 10 ** len(proof[name]):0{len(proof[name])}d}"}


def guess(client: TencentClient, proof: dict[str, str], times: int) -> list[str]:
    return [client.sign_up(**wrong(proof)).json()["error"] for _ in range(times)]


def test_four_wrong_codes_leave_room_for_the_right_one():
    """S-25."""
    client = make_client()
    proof = client.email_proof(EMAIL)

    assert guess(client, proof, 4) == ["bad_email_otp"] * 4
    assert client.sign_up(**proof).status_code == 200


def test_after_five_wrong_codes_the_right_one_fails_too():
    """S-25."""
    client = make_client()
    proof = client.email_proof(EMAIL)

    assert guess(client, proof, 6) == ["bad_email_otp"] * 5 + ["bad_email_otp_token"]
    assert client.sign_up(**proof).json() == BAD_TOKEN
    assert client.sign_up(**client.email_proof(EMAIL)).status_code == 200


def test_a_wrong_code_stays_counted_though_the_sign_up_failed():
    """S-28."""
    client = make_client(authentication=("phone_number", "email"))
    by_phone, by_email = client.phone_proof(PHONE), client.email_proof(EMAIL)

    guess(client, by_phone | wrong(by_email), 2)

    assert Challenge.objects.get(channel="sms").guesses == 2
    assert Destination.objects.get(channel="sms").guesses == 2
    assert Challenge.objects.get(channel="email").guesses == 0


def test_after_twenty_wrong_codes_over_all_clients_and_usages_the_next_code_is_longer(pass_time):
    """S-26, and a stranger shuts nobody out."""
    application = make_application(authentication=("email",))
    client, sister = TencentClient(application), make_client(application.tenant)
    for guesser in (client, sister, client):
        assert guess(guesser, guesser.email_proof(EMAIL), 5) == ["bad_email_otp"] * 5
    early = sister.email_proof(EMAIL)
    token = client.send(usage="update_userinfo", email=EMAIL).json()["otp_token"]
    proof = Proof("email", EMAIL, token=token, code="wrong")
    for _ in range(5):
        with pytest.raises(BadCode):
            challenges.prove(
                application=configuration_of(application), usage="update_userinfo", proof=proof, now=clock.now()
            )

    assert sister.sign_up(**early).json() == BAD_TOKEN
    proof = client.email_proof(EMAIL)
    pass_time(86_401)
    later = sister.email_proof(EMAIL)

    assert (len(early["email_otp"]), len(proof["email_otp"]), len(later["email_otp"])) == (6, 8, 6)
    assert sister.sign_up(**later).status_code == 200


def test_the_longer_code_is_accepted_and_makes_the_next_ones_short_again():
    client = make_client()
    for _ in range(4):
        guess(client, client.email_proof(EMAIL), 5)

    proof = client.email_proof(EMAIL)
    assert client.sign_up(**proof).status_code == 200
    EndUser.objects.all().delete()

    assert (len(proof["email_otp"]), len(client.email_proof(EMAIL)["email_otp"])) == (8, 6)


def test_codes_grow_to_twelve_digits_and_those_are_always_judged():
    """S-24: sixty guesses at six, eight and ten digits, and a few hundred at twelve: below one in 10,000 in all."""
    client = make_client()

    lengths = []
    for _ in range(18):
        proof = client.email_proof(EMAIL)
        assert guess(client, proof, 5) == ["bad_email_otp"] * 5
        lengths.append(len(proof["email_otp"]))

    assert lengths == [6] * 4 + [8] * 4 + [10] * 4 + [12] * 6
    assert client.sign_up(**client.email_proof(EMAIL)).status_code == 200


@pytest.mark.parametrize("digits", [6, 8, 12, 128])
def test_the_chance_of_a_day_stays_below_one_in_ten_thousand(digits):
    """S-24, with more codes than the limits of any address let through."""
    chance, guessed = Fraction(0), 0
    for _ in range(1_000):
        rules = guesses.rules(digits, guessed)
        chance += Fraction(rules.guesses_allowed, 10**rules.length)
        guessed += rules.guesses_allowed

    assert chance < Fraction(1, 10_000)


def test_guesses_for_one_address_cost_no_other_address_or_tenant():
    """S-26, S-75."""
    client, stranger = make_client(), make_client()
    for _ in range(4):
        guess(client, client.email_proof(EMAIL), 5)

    proofs = (
        client.email_proof(EMAIL),
        client.email_proof("other@example.com"),
        stranger.email_proof(EMAIL),
    )
    assert [len(proof["email_otp"]) for proof in proofs] == [8, 6, 6]


def test_the_right_code_clears_the_count_of_the_day():
    """S-26."""
    client = make_client()
    for _ in range(3):
        guess(client, client.email_proof(EMAIL), 5)
    assert client.sign_up(**client.email_proof(EMAIL)).status_code == 200
    EndUser.objects.all().delete()

    for _ in range(4):
        proof = client.email_proof(EMAIL)
        assert guess(client, proof, 5) == ["bad_email_otp"] * 5
    assert len(proof["email_otp"]) == 6


def test_short_codes_get_three_guesses_a_token_and_ten_a_day_of_each_length():
    """S-24."""
    tenant = make_tenant()
    source = OtpAuthSource.objects.create(tenant=tenant, key="short", channel="email", code_length=5)
    application = make_application(tenant, otp_sources=(source,))
    client, configuration = TencentClient(application), configuration_of(application)

    def prove(token: str, code: str) -> str:
        proof = Proof("email", EMAIL, token=token, code=code)
        asked = {"application": configuration, "usage": "login", "proof": proof, "auth_source_id": source.id}
        with pytest.raises((BadCode, BadToken)) as refusal:
            challenges.prove(**asked, now=clock.now())
        return refusal.type.__name__

    judged = []
    for _ in range(4):
        token = client.send(email=EMAIL, auth_source_id=str(source.id)).json()["otp_token"]
        judged.append([prove(token, "wrong") for _ in range(4)].count("BadCode"))
    assert judged == [3, 3, 3, 1]
    assert prove(token, last_code(EMAIL)) == "BadToken"
    client.send(email=EMAIL, auth_source_id=str(source.id))
    assert len(last_code(EMAIL)) == 7
