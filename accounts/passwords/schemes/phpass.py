"""phpass, `$P$` of WordPress and `$H$` of phpBB: MD5 some thousand times (https://www.openwall.com/phpass/).

Drupal 7 to 10 have the same with SHA-512, cut to 43 letters: `$S$`.
"""

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Self

from accounts.passwords.schemes import itoa64
from accounts.passwords.schemes.reading import LONGEST_PASSWORD_IN_BYTES, InvalidHash, check_bounds, compiled

LOGARITHMS = range(7, 18)  # of the number of rounds; programs wrote 8 to 13, Drupal 15 and 16
SALT = compiled(r"[!-#%-~]{8}")
DIGESTS = {"phpass": "md5", "drupal": "sha512"}
LENGTHS = {"phpass": 22, "drupal": 43}
MILLISECONDS = {"phpass": 0.0008, "drupal": 0.001}  # a round


@dataclass(frozen=True, slots=True)
class Phpass:
    name: str
    log_rounds: int
    salt: str
    key_name: ClassVar[str] = ""
    is_quick: ClassVar[bool] = True

    @property
    def summary(self) -> str:
        return f"phpass with {1 << self.log_rounds:,} rounds of {DIGESTS[self.name].upper()}"

    @property
    def fields(self) -> tuple[str, ...]:
        return (str(self.log_rounds), self.salt)

    @property
    def milliseconds(self) -> float:
        return 2.0**self.log_rounds * MILLISECONDS[self.name]

    @classmethod
    def read(cls, name: str, rounds: str, salt: str) -> Self:
        """Read the fields of a stored line; raises InvalidHash."""
        if not SALT.fullmatch(salt) or not (rounds.isascii() and rounds.isdecimal() and len(rounds) < 3):
            raise InvalidHash("reads as phpass, but not as $P$, a letter for the rounds, 8 of salt and 22 of hash")
        check_bounds(name, "logarithm of rounds", int(rounds), LOGARITHMS)
        return cls(name, int(rounds), salt)

    def made(self, password: bytes, key: bytes) -> bytes:
        if len(password) > LONGEST_PASSWORD_IN_BYTES:
            return b""
        new = partial(getattr(hashlib, DIGESTS[self.name]), usedforsecurity=False)
        digest = new(self.salt.encode() + password).digest()
        for _ in range(1 << self.log_rounds):
            digest = new(digest + password).digest()
        return itoa64.encoded(digest, _order(len(digest))).encode()[: LENGTHS[self.name]]


def _order(length: int) -> list[tuple[int, ...]]:
    """Return the places of the bytes that stand together in the text: three by three, the last first."""
    return [tuple(reversed(range(start, min(start + 3, length)))) for start in range(0, length, 3)]
