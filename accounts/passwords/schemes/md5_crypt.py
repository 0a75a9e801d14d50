"""md5-crypt of crypt(3), `$1$`, and Apache's `$apr1$`: a thousand rounds of MD5."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar, Self

from accounts.passwords.schemes import itoa64
from accounts.passwords.schemes.reading import LONGEST_PASSWORD_IN_BYTES, InvalidHash, compiled

MAGICS = ("1", "apr1")
ROUNDS = 1000
SALT = compiled(r"[!-#%-~]{0,8}")
ORDER = ((0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5), (11,))


@dataclass(frozen=True, slots=True)
class Md5Crypt:
    magic: str
    salt: str
    name: ClassVar[str] = "md5-crypt"
    key_name: ClassVar[str] = ""
    is_quick: ClassVar[bool] = True
    milliseconds: ClassVar[float] = 1.2

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.magic, self.salt)

    @property
    def summary(self) -> str:
        return f"md5-crypt (${self.magic}$)"

    @classmethod
    def read(cls, magic: str, salt: str) -> Self:
        """Read the fields of a stored line; raises InvalidHash."""
        if magic not in MAGICS or not SALT.fullmatch(salt):
            raise InvalidHash("reads as md5-crypt, but not as $1$, up to 8 letters of salt, $ and 22 of hash")
        return cls(magic, salt)

    def made(self, password: bytes, key: bytes) -> bytes:
        if len(password) > LONGEST_PASSWORD_IN_BYTES:
            return b""
        salt = self.salt.encode()
        digest = _first(password, salt, f"${self.magic}$".encode())
        for number in range(ROUNDS):
            middle = (salt if number % 3 else b"") + (password if number % 7 else b"")
            digest = _md5(password + middle + digest if number % 2 else digest + middle + password)
        return itoa64.encoded(digest, ORDER).encode()


def _first(password: bytes, salt: bytes, magic: bytes) -> bytes:
    between = _md5(password + salt + password)
    octets = password + magic + salt + (between * (len(password) // 16 + 1))[: len(password)]
    length = len(password)
    while length:
        octets += b"\0" if length & 1 else password[:1]
        length >>= 1
    return _md5(octets)


def _md5(octets: bytes) -> bytes:
    return hashlib.md5(octets, usedforsecurity=False).digest()
