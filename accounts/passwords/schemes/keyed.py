"""What is made of a password and a key that a whole system shares: a pepper before bcrypt, an HMAC in argon2id."""

import hmac
from dataclasses import dataclass
from typing import ClassVar, Self

from accounts.passwords.schemes.prehashes import UNKNOWN, check_position, cut, joined, read_salt
from accounts.passwords.schemes.reading import KEY_NAME, InvalidHash, base64, compiled

NAME = compiled(KEY_NAME)


@dataclass(frozen=True, slots=True)
class Pepper:
    """The password and the key behind it, for bcrypt: what Devise does."""

    key_name: str
    name: ClassVar[str] = "pepper"
    milliseconds: ClassVar[float] = 0
    is_quick: ClassVar[bool] = False

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.key_name,)

    @property
    def summary(self) -> str:
        return "the password and a pepper"

    @classmethod
    def read(cls, key_name: str) -> Self:
        """Read the fields of a stored line; raises InvalidHash."""
        return cls(_check_name(key_name))

    def made(self, password: bytes, key: bytes) -> bytes:
        return cut(password, password + key)


@dataclass(frozen=True, slots=True)
class KeyedHmac:
    """The HMAC of salt and password under the key."""

    digest: str
    key_name: str
    position: str
    salt: bytes
    milliseconds: ClassVar[float] = 0
    is_quick: ClassVar[bool] = True

    @property
    def name(self) -> str:
        return f"hmac-{self.digest}"

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.key_name, self.position, base64(self.salt))

    @property
    def summary(self) -> str:
        return f"HMAC-{self.digest.upper()}"

    @classmethod
    def read(cls, digest: str, key_name: str, position: str, salt: str) -> Self:
        """Read the fields of a stored line; raises InvalidHash."""
        return cls(digest, _check_name(key_name), check_position(position), read_salt(salt))

    def made(self, password: bytes, key: bytes) -> bytes:
        return hmac.digest(key, joined(password, self.salt, self.position), self.digest)


def _check_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise InvalidHash(UNKNOWN)
    return name
