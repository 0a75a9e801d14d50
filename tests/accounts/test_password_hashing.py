import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor, as_completed

import bcrypt
import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerifyMismatchError
from argon2.low_level import Type
from nacl.pwhash import argon2id

from accounts.errors import HashingBusy, InvalidPassword
from accounts.passwords.hashing import HASHING, hash_password
from accounts.passwords.turns import Turns

pytestmark = pytest.mark.usefixtures("full_hash_costs")


def argon2_matches(hashed: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(hashed, password)
    except VerifyMismatchError:
        return False


def test_the_default_is_argon2id_with_its_parameters_in_the_line():
    """S-44."""
    hashed = hash_password("tqzvkwpx")

    parameters = extract_parameters(hashed)
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (parameters.type, parameters.salt_len, parameters.hash_len) == (Type.ID, 16, 32)
    assert argon2_matches(hashed, "tqzvkwpx")


def test_the_same_password_gets_another_salt_each_time():
    assert hash_password("tqzvkwpx") != hash_password("tqzvkwpx")


def test_spaces_at_the_ends_are_part_of_the_password():
    """S-40."""
    hashed = hash_password("  pass word  ")

    assert argon2_matches(hashed, "  pass word  ")
    assert not argon2_matches(hashed, "pass word")


def test_case_is_part_of_the_password():
    """S-40."""
    assert not argon2_matches(hash_password("tqzvKWPX"), "tqzvkwpx")


@pytest.mark.parametrize("length", [100, 128])
def test_the_last_character_of_a_long_password_counts(length):
    """S-40."""
    hashed = hash_password("a" * (length - 1) + "x")

    assert argon2_matches(hashed, "a" * (length - 1) + "x")
    assert not argon2_matches(hashed, "a" * (length - 1) + "y")


def test_a_decomposed_letter_hashes_as_the_composed_one():
    """S-43."""
    assert argon2_matches(hash_password("cafe\u0301 noir"), "caf\u00e9 noir")


def test_bcrypt_has_cost_12():
    hashed = hash_password("tqzvkwpx", algorithm="bcrypt")

    assert hashed.startswith("$2b$12$")
    assert bcrypt.checkpw(b"tqzvkwpx", hashed.encode())


def test_bcrypt_takes_72_bytes():
    hashed = hash_password("é" * 36, algorithm="bcrypt")

    assert bcrypt.checkpw(("é" * 36).encode(), hashed.encode())


def test_bcrypt_refuses_what_it_would_cut():
    with pytest.raises(InvalidPassword) as refusal:
        hash_password("é" * 36 + "x", algorithm="bcrypt")

    assert refusal.value.reason == "Use at most 72 bytes."


def test_pbkdf2_is_written_with_its_rounds_and_salt():
    hashed = hash_password("tqzvkwpx", algorithm="pbkdf2")

    _, scheme, rounds, salt, tag = hashed.split("$")
    assert (scheme, rounds) == ("pbkdf2-sha256", "i=600000")
    assert len(decoded(salt)) == 16
    assert decoded(tag) == hashlib.pbkdf2_hmac("sha256", b"tqzvkwpx", decoded(salt), 600_000)


def decoded(unpadded: str) -> bytes:
    assert "=" not in unpadded
    return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), validate=True)


def test_a_full_line_is_refused_before_any_hashing(monkeypatch):
    """S-53: while one hashes and fifty wait, the next is sent away at once."""
    monkeypatch.setattr(argon2id, "str", lambda *_, **__: b"a hash")
    monkeypatch.setattr(HASHING, "patience_seconds", 60)  # so that the fifty still wait on a slow machine
    with ThreadPoolExecutor(51) as pool, HASHING.turn():
        hashes = [pool.submit(hash_password, "tqzvkwpx") for _ in range(51)]
        refused = next(as_completed(hashes, timeout=30))

        assert isinstance(refused.exception(), HashingBusy)
        assert sum(future.done() for future in hashes) == 1


def test_a_line_that_does_not_move_is_left():
    """S-53."""
    turns = Turns(at_once=1, waiting=1, patience_seconds=0.01)

    with turns.turn(), pytest.raises(HashingBusy), turns.turn():
        pytest.fail("two had the only turn")


def test_a_turn_is_given_back_after_a_failure():
    turns = Turns(at_once=1, waiting=0, patience_seconds=0)
    with pytest.raises(ValueError, match="broken"), turns.turn():
        raise ValueError("broken")

    with turns.turn():
        pass


def test_those_in_line_hash_one_after_the_other(monkeypatch):
    """S-53."""
    library, running, at_once = argon2id.str, [], []

    def compute(*arguments, **options):
        running.append(1)
        at_once.append(len(running))
        hashed = library(*arguments, **options)
        running.pop()
        return hashed

    monkeypatch.setattr(argon2id, "str", compute)
    with ThreadPoolExecutor(8) as pool:
        hashes = list(pool.map(hash_password, ["tqzvkwpx"] * 8))

    assert at_once == [1] * 8
    assert all(argon2_matches(hashed, "tqzvkwpx") for hashed in hashes)
