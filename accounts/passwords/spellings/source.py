"""What is said of a hash beside it, and the ways in which other systems write bytes."""

import re
from base64 import b64decode
from dataclasses import dataclass

from accounts.passwords.schemes.prehashes import LONGEST_SALT, Prehash
from accounts.passwords.schemes.reading import InvalidHash

LONGEST_SALT_TEXT = 256  # characters, before it is decoded
HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class KeyParameters:
    """The name of a tenant's key, and what the system that had it says of its hashes; the key itself is not here."""

    name: str
    rounds: int | None = None
    memory_cost: int | None = None
    separator: bytes = b""  # behind each salt


@dataclass(frozen=True, slots=True)
class Source:
    """What somebody says of a hash beside it; digest and rounds are of a bare pbkdf2 hash."""

    salt: str = ""
    position: str = ""
    digest: str = "sha256"
    rounds: int | None = None
    key: KeyParameters | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """A quick digest that is still to be wrapped: nobody stores it as it is."""

    prehash: Prehash
    value: bytes


def refuse_salt(name: str, source: Source) -> None:
    """Raises InvalidHash where a salt is given beside a hash that has its own."""
    if source.salt or source.position:
        raise InvalidHash(f"reads as {name} with its own salt in it; no other can be given")


def extra_salt(source: Source) -> bytes:
    """Return the salt that stood beside a password; raises InvalidHash."""
    salt = given_salt(source)
    if len(salt) > LONGEST_SALT:
        raise InvalidHash(f"has a salt of more than {LONGEST_SALT} bytes")
    return salt


def given_salt(source: Source) -> bytes:
    return text_or_encoded(source.salt)


def text_or_encoded(text: str) -> bytes:
    """Return the text's bytes, unless it says `hex:` or `base64:` before others; raises InvalidHash."""
    form, colon, rest = text.partition(":")
    if colon and form == "hex":
        if not HEX.fullmatch(rest):
            raise InvalidHash("has a salt that is not hex")
        return bytes.fromhex(rest)
    return from_base64(rest) if colon and form == "base64" else encoded(text)


def encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidHash("has a salt that is no text") from None


def from_hex_or_base64(text: str) -> bytes:
    return bytes.fromhex(text) if HEX.fullmatch(text) else from_base64(text)


def from_base64(text: str) -> bytes:
    """Decode the standard, the URL-safe or passlib's alphabet, padded or not; raises InvalidHash."""
    standard = text.replace("-", "+").replace(".", "+").replace("_", "/")
    bare = standard.rstrip("=")
    if not BASE64.fullmatch(standard) or len(bare) % 4 == 1:
        raise InvalidHash("has a salt or a hash that is neither hex nor base64")
    return b64decode(bare + "=" * (-len(bare) % 4), validate=True)
