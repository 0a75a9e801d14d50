import hashlib
import hmac
import re
from collections import Counter

import pytest
from django.core import serializers
from django.db import connection

from otp import codes
from otp.delivery.models import Delivery, OutboxMessage
from otp.models import Challenge
from tenants.ids import new_id
from tests.clients import TencentClient
from tests.factories import make_application

PHONE = "13612345678"


def chi_square(counts: Counter[str], values: int, total: int) -> float:
    expected = total / values
    return sum((count - expected) ** 2 / expected for count in counts.values()) + expected * (values - len(counts))


def test_codes_are_uniform_at_every_position():
    """S-23: 45 is passed by chance, with nine degrees of freedom, once in a million runs."""
    made = [codes.new_code(6) for _ in range(200_000)]

    assert {len(code) for code in made} == {6}
    for position in range(6):
        assert chi_square(Counter(code[position] for code in made), 10, len(made)) < 45
    assert 19_000 < sum(code.startswith("0") for code in made) < 21_000
    pairs = Counter(code[1:3] for code in made)
    assert chi_square(pairs, 100, len(made)) < 190


@pytest.mark.parametrize("length", [1, 2, 4, 5, 6, 8, 64, 128])
def test_codes_have_their_length_in_ascii_digits(length):
    """S-23."""
    made = [codes.new_code(length) for _ in range(500)]

    assert all(re.fullmatch(f"[0-9]{{{length}}}", code) for code in made)
    assert len(set(made)) > (5 if length == 1 else 90 if length == 2 else 450)


def test_ten_thousand_tokens_are_unique_and_share_no_part():
    """S-32."""
    tokens = [codes.new_token() for _ in range(10_000)]

    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", token) for token in tokens)
    assert len(set(tokens)) == 10_000
    for start in (0, 12, 24, 31):
        assert len({token[start : start + 12] for token in tokens}) == 10_000


def test_a_code_is_recognised_by_its_own_challenge_alone():
    """S-33."""
    challenge_id, other_id = new_id(), new_id()
    hashed = codes.hash_code("012345", challenge_id)

    assert codes.is_code("012345", challenge_id, hashed)
    assert not codes.is_code("012345", other_id, hashed)
    assert not codes.is_code("12345", challenge_id, hashed)
    assert codes.hash_code("012345", other_id) != hashed


def test_codes_are_recognised_while_a_key_is_being_retired_and_not_after(settings):
    """S-33."""
    challenge_id = new_id()
    hashed = codes.hash_code("012345", challenge_id)

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key-" * 4
    assert codes.is_code("012345", challenge_id, hashed)
    settings.SECRET_KEY_FALLBACKS = []
    assert not codes.is_code("012345", challenge_id, hashed)


def keyless_hashes(code: str, challenge: Challenge, token: str) -> set[str]:
    """What somebody with the database, but not the key, could compute of a guessed code."""
    salts = ["", challenge.id.hex, str(challenge.id), challenge.token_hash, token, challenge.destination]
    texts = {form for salt in salts for form in (f"{salt}{code}", f"{code}{salt}", f"{salt}:{code}", f"{code}:{salt}")}
    keys = [b"", codes.PURPOSE.encode(), hmac.digest(b"", codes.PURPOSE.encode(), "sha256"), challenge.id.bytes]
    plain = {hashlib.sha256(text.encode()).hexdigest() for text in texts}
    return plain | {hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in keys for text in texts}


@pytest.mark.django_db
def test_the_hash_of_a_code_cannot_be_found_by_trying_all_without_the_key():
    """S-33: if the right code does not lead to the hash, none of a million does."""
    proof = TencentClient(make_application()).phone_proof(PHONE)
    challenge = Challenge.objects.get()

    found = keyless_hashes(proof["phone_number_otp"], challenge, proof["phone_number_otp_token"])

    assert challenge.code_hash not in found
    assert codes.is_code(proof["phone_number_otp"], challenge.id, challenge.code_hash)


def dump() -> str:
    """Every column of every table but the outbox, which is there to show codes in trials."""
    tables = sorted(set(connection.introspection.table_names()) - {OutboxMessage._meta.db_table})
    values = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"', ())
            values += [str(value) for row in cursor.fetchall() for value in row]
    return " ".join(values)


@pytest.mark.django_db
def test_no_column_holds_a_code_or_a_token():
    """S-32, S-33, S-34."""
    client = TencentClient(make_application(authentication=("email",)))
    sent = [client.email_proof(f"somebody{number}@example.com") for number in range(5)]

    stored = dump()

    assert "somebody0@example.com" in stored
    for proof in sent:
        assert proof["email_otp_token"] not in stored
        assert not re.search(rf"(?<![0-9a-f.]){proof['email_otp']}(?![0-9a-f])", stored)
    assert not any(Delivery.objects.values_list("sealed_code", flat=True))


@pytest.mark.django_db
def test_an_answer_holds_no_code():
    """S-34."""
    client = TencentClient(make_application())

    response = client.send(usage="signup", phone_number=PHONE)

    code = OutboxMessage.objects.get().code
    assert code not in response.content.decode()
    assert code not in str(response.headers)
    assert code not in serializers.serialize("json", Challenge.objects.all())
