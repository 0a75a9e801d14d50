"""Stored hashes: one file a scheme, and the table of how their lines begin.

A line is ours or was imported; what does not read here, within the bounds of what one comparison may cost, is nobody's
password (S-45).
"""

from collections.abc import Callable

from accounts.passwords.schemes import argon2, bcrypt, firebase, pbkdf2, scrypt, sha_crypt, wrapped
from accounts.passwords.schemes.prehashes import DIGESTS
from accounts.passwords.schemes.reading import InvalidHash, Scheme

__all__ = ["InvalidHash", "Scheme", "keyed_lines", "parse"]

LONGEST_LINE = 255  # characters of the column

PARSERS: dict[str, Callable[[str], Scheme]] = {
    "$argon2": argon2.parse,
    "$2": bcrypt.parse,
    "$pbkdf2": pbkdf2.parse,
    "$scrypt": scrypt.parse,
    "$firebase": firebase.parse,
    "$5$": sha_crypt.parse,
    "$6$": sha_crypt.parse,
    wrapped.PREFIX: wrapped.parse,
}


def parse(stored: str) -> Scheme:
    """Read a stored line; raises InvalidHash, also where a comparison would cost too much."""
    if len(stored) > LONGEST_LINE:
        raise InvalidHash(f"is longer than {LONGEST_LINE} characters")
    for prefix, read in PARSERS.items():
        if stored.startswith(prefix):
            return read(stored)
    raise InvalidHash("is in no known form")


def keyed_lines(key_name: str) -> list[str]:
    """Return how the lines begin that need the key of this name."""
    prehashes = ("pepper", *(f"hmac-{digest}" for digest in DIGESTS))
    return [f"$firebase${key_name}$", *(f"{wrapped.PREFIX}{name}${key_name}$" for name in prehashes)]
