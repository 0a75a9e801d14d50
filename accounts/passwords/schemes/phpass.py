"""phpass, `$P$` of WordPress and `$H$` of phpBB: MD5 some thousand times (https://www.openwall.com/phpass/)."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar, Self

from accounts.passwords.schemes import itoa64
from accounts.passwords.schemes.reading import LONGEST_PASSWORD_IN_BYTES, InvalidHash, check_bounds, compiled

LOGARITHMS = range(7, 18)  # of the number of rounds; programs wrote 8 to 13
SALT = compiled(r"[!-#%-~]{8}")
ORDER = (*((place + 2, place + 1, place) for place in range(0, 15, 3)), (15,))


@dataclass(frozen=True, slots=True)
class Phpass:
    log_rounds: int
    salt: str
    name: ClassVar[str] = "phpass"
    key_name: ClassVar[str] = ""
    is_quick: ClassVar[bool] = True

    @property
    def fields(self) -> tuple[str, ...]:
        return (str(self.log_rounds), self.salt)

    @property
    def summary(self) -> str:
        return f"phpass with {1 << self.log_rounds:,} rounds of MD5"

    @property
    def milliseconds(self) -> float:
        return 2.0**self.log_rounds * 0.0006

    @classmethod
    def read(cls, rounds: str, salt: str) -> Self:
        """Read the fields of a stored line; raises InvalidHash."""
        if not SALT.fullmatch(salt) or not (rounds.isascii() and rounds.isdecimal() and len(rounds) < 3):
            raise InvalidHash("reads as phpass, but not as $P$, a letter for the rounds, 8 of salt and 22 of hash")
        check_bounds("phpass", "logarithm of rounds", int(rounds), LOGARITHMS)
        return cls(int(rounds), salt)

    def made(self, password: bytes, key: bytes) -> bytes:
        if len(password) > LONGEST_PASSWORD_IN_BYTES:
            return b""
        digest = _md5(self.salt.encode() + password)
        for _ in range(1 << self.log_rounds):
            digest = _md5(digest + password)
        return itoa64.encoded(digest, ORDER).encode()


def _md5(octets: bytes) -> bytes:
    return hashlib.md5(octets, usedforsecurity=False).digest()
