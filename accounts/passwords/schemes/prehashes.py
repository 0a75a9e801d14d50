"""What is made of a password before argon2id or bcrypt hashes it: the digest of another system, or a salt beside it.

A digest that is too quick to be stored is wrapped in argon2id; some systems have bcrypt hash a digest themselves.
"""

import hashlib
import hmac
from base64 import b64encode
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self

from accounts.passwords.hashing import BCRYPT_LONGEST_IN_BYTES
from accounts.passwords.schemes.reading import InvalidHash, base64, check_bounds, decoded

UNKNOWN = "reads as a wrapped digest, but not as one of ours"
LONGEST_SALT = 64  # bytes
POSITIONS = ("prefix", "suffix")
DIGESTS = {"md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}  # and their lengths in bytes


class Prehash(Protocol):
    """One step before the hash that is stored."""

    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def fields(self) -> tuple[str, ...]:
        """Return what the stored line says of it."""

    @property
    def is_quick(self) -> bool:
        """Return whether argon2id has to hash it; else bcrypt does."""

    @property
    def milliseconds(self) -> float: ...

    @property
    def key_name(self) -> str: ...

    def made(self, password: bytes, key: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Salted:
    """The digest of salt and password; `plain`: both as they are, for bcrypt."""

    name: str
    position: str
    salt: bytes
    key_name: ClassVar[str] = ""
    milliseconds: ClassVar[float] = 0

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.position, base64(self.salt))

    @property
    def summary(self) -> str:
        fed = {"prefix": "salt and password", "suffix": "password and salt"}[self.position] if self.salt else "password"
        return f"the {fed}" if self.name == "plain" else f"{self.name.upper()} of {fed}"

    @property
    def is_quick(self) -> bool:
        return self.name != "plain"

    @classmethod
    def read(cls, name: str, position: str, salt: str) -> Self:
        """Read the fields of a stored line; raises InvalidHash."""
        return cls(name, check_position(position), read_salt(salt))

    def made(self, password: bytes, key: bytes) -> bytes:
        salted = joined(password, self.salt, self.position)
        if self.name == "plain":
            return cut(password, salted) if self.position == "suffix" else salted
        return hashlib.new(self.name, salted, usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True)
class SaltedHmac:
    """The HMAC of the password under a key that is its salt, as Werkzeug had it once."""

    digest: str
    salt: bytes
    key_name: ClassVar[str] = ""
    milliseconds: ClassVar[float] = 0
    is_quick: ClassVar[bool] = True

    @property
    def name(self) -> str:
        return f"salted-hmac-{self.digest}"

    @property
    def fields(self) -> tuple[str, ...]:
        return (base64(self.salt),)

    @property
    def summary(self) -> str:
        return f"HMAC-{self.digest.upper()} whose key is its salt"

    @classmethod
    def read(cls, digest: str, salt: str) -> Self:
        """Read the fields of a stored line; raises InvalidHash."""
        return cls(digest, read_salt(salt))

    def made(self, password: bytes, key: bytes) -> bytes:
        return hmac.digest(self.salt, password, self.digest)


@dataclass(frozen=True, slots=True)
class Base64Hmac:
    """An HMAC in base64 before bcrypt: WordPress, with a key that everybody knows, and passlib, with bcrypt's salt."""

    digest: str
    salt: bytes
    key_name: ClassVar[str] = ""
    milliseconds: ClassVar[float] = 0
    is_quick: ClassVar[bool] = False

    @property
    def name(self) -> str:
        return f"base64-hmac-{self.digest}"

    @property
    def fields(self) -> tuple[str, ...]:
        return (base64(self.salt),)

    @property
    def summary(self) -> str:
        return f"HMAC-{self.digest.upper()} in base64"

    @classmethod
    def read(cls, digest: str, salt: str) -> Self:
        """Read the fields of a stored line; raises InvalidHash."""
        return cls(digest, read_salt(salt))

    def made(self, password: bytes, key: bytes) -> bytes:
        return b64encode(hmac.digest(self.salt, password, self.digest))


@dataclass(frozen=True, slots=True)
class HexDigest:
    """SHA-256 in hex before bcrypt, as Django's `bcrypt_sha256`."""

    name: ClassVar[str] = "hex-sha256"
    summary: ClassVar[str] = "SHA-256 in hex"
    fields: ClassVar[tuple[str, ...]] = ()
    key_name: ClassVar[str] = ""
    milliseconds: ClassVar[float] = 0
    is_quick: ClassVar[bool] = False

    def made(self, password: bytes, key: bytes) -> bytes:
        return hashlib.sha256(password).hexdigest().encode()


def joined(password: bytes, salt: bytes, position: str) -> bytes:
    return salt + password if position == "prefix" else password + salt


def cut(password: bytes, salted: bytes) -> bytes:
    """Cut what bcrypt does not read of the salt behind a password; a password of which it would not read all stays."""
    return salted[:BCRYPT_LONGEST_IN_BYTES] if len(password) <= BCRYPT_LONGEST_IN_BYTES else salted


def check_position(text: str) -> str:
    if text not in POSITIONS:
        raise InvalidHash(UNKNOWN)
    return text


def read_salt(text: str) -> bytes:
    salt = decoded(text)
    check_bounds("a wrapped digest", "salt in bytes", len(salt), range(LONGEST_SALT + 1))
    return salt
