"""Turns a password into the one line that is stored for it."""

import hashlib
import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Callable

import bcrypt
from nacl.pwhash import argon2id

from accounts.errors import InvalidPassword
from accounts.passwords.turns import Turns

# OWASP's first choice for argon2id with one lane; libsodium's salt has 16 bytes.
ARGON2_MEMORY_BYTES = 19 * 1024 * 1024
ARGON2_PASSES = 2

# About a third of a second, the most that a sign-up should wait.
BCRYPT_COST = 12
# bcrypt knows nothing of what follows.
BCRYPT_LONGEST_IN_BYTES = 72

# OWASP's number for SHA-256.
PBKDF2_ROUNDS = 600_000
PBKDF2_SALT_BYTES = 16

# One hash fills a core and 19 MiB; fifty of them take one to two seconds, and longer no client should wait.
HASHING = Turns(at_once=1, waiting=50, patience_seconds=2)


def hash_password(password: str, *, algorithm: str = "argon2") -> str:
    """Hash a password that the policy accepted; raises HashingBusy, and InvalidPassword where bcrypt would cut it."""
    return ALGORITHMS[algorithm](unicodedata.normalize("NFC", password).encode())


def check_length(password: str, *, algorithm: str) -> None:
    """Raises InvalidPassword for a password of which the algorithm would not read all."""
    if algorithm == "bcrypt":
        _check_bytes(unicodedata.normalize("NFC", password).encode())


def _check_bytes(password: bytes) -> None:
    if len(password) > BCRYPT_LONGEST_IN_BYTES:
        raise InvalidPassword(
            f"Use at most {BCRYPT_LONGEST_IN_BYTES} bytes.", rule="too_many_bytes", bound=BCRYPT_LONGEST_IN_BYTES
        )


def _argon2(password: bytes) -> str:
    with HASHING.turn():
        hashed = argon2id.str(password, opslimit=ARGON2_PASSES, memlimit=ARGON2_MEMORY_BYTES)
    return hashed.decode()


def _bcrypt(password: bytes) -> str:
    _check_bytes(password)
    with HASHING.turn():
        hashed = bcrypt.hashpw(password, bcrypt.gensalt(BCRYPT_COST, prefix=b"2b"))
    return hashed.decode()


def _pbkdf2(password: bytes) -> str:
    salt = secrets.token_bytes(PBKDF2_SALT_BYTES)
    with HASHING.turn():
        hashed = hashlib.pbkdf2_hmac("sha256", password, salt, PBKDF2_ROUNDS)
    return f"$pbkdf2-sha256$i={PBKDF2_ROUNDS}${_base64(salt)}${_base64(hashed)}"


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode().rstrip("=")


ALGORITHMS: dict[str, Callable[[bytes], str]] = {"argon2": _argon2, "bcrypt": _bcrypt, "pbkdf2": _pbkdf2}
