"""Turns a password into the one line that is stored for it."""

import hashlib
import secrets
import unicodedata
from base64 import b64encode
from collections.abc import Callable

import bcrypt
from django.conf import settings
from nacl.pwhash import argon2id

from accounts.errors import InvalidPassword
from accounts.passwords.turns import Turns

# bcrypt knows nothing of what follows.
BCRYPT_LONGEST_IN_BYTES = 72
PBKDF2_SALT_BYTES = 16

# One hash fills a core and 19 MiB; fifty of them take one to two seconds, and longer no client should wait.
HASHING = Turns(at_once=1, waiting=50, patience_seconds=2)


def hash_password(password: str, *, algorithm: str = "argon2") -> str:
    """Hash a password that the policy accepted; raises HashingBusy, and InvalidPassword where bcrypt would cut it."""
    return ALGORITHMS[algorithm](unicodedata.normalize("NFC", password).encode())


def prefix(algorithm: str) -> str:
    """Return what a line begins with that is made now: the algorithm and its costs."""
    costs = settings.PASSWORD_COSTS[algorithm]
    return {
        "argon2": "$argon2id$v=19$m={kib},t={passes},p=1$",
        "bcrypt": "$2b${cost:02}$",
        "pbkdf2": "$pbkdf2-sha256$i={rounds}$",
    }[algorithm].format(**costs)


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
    costs = settings.PASSWORD_COSTS["argon2"]
    with HASHING.turn():
        hashed = argon2id.str(password, opslimit=costs["passes"], memlimit=costs["kib"] * 1024)
    return hashed.decode()


def _bcrypt(password: bytes) -> str:
    _check_bytes(password)
    salt = bcrypt.gensalt(settings.PASSWORD_COSTS["bcrypt"]["cost"], prefix=b"2b")
    with HASHING.turn():
        hashed = bcrypt.hashpw(password, salt)
    return hashed.decode()


def _pbkdf2(password: bytes) -> str:
    salt = secrets.token_bytes(PBKDF2_SALT_BYTES)
    with HASHING.turn():
        hashed = hashlib.pbkdf2_hmac("sha256", password, salt, settings.PASSWORD_COSTS["pbkdf2"]["rounds"])
    return f"{prefix('pbkdf2')}{_base64(salt)}${_base64(hashed)}"


def _base64(octets: bytes) -> str:
    return b64encode(octets).decode().rstrip("=")


ALGORITHMS: dict[str, Callable[[bytes], str]] = {"argon2": _argon2, "bcrypt": _bcrypt, "pbkdf2": _pbkdf2}
