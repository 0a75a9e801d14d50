"""PBKDF2 as a PHC string: `$pbkdf2-sha256$i=600000$salt$hash`."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import ClassVar

from accounts.passwords.schemes.reading import (
    NUMBER,
    SALT_BYTES,
    TAG_BYTES,
    InvalidHash,
    base64,
    check_bounds,
    compiled,
    decoded,
)

MOST_ROUNDS = {"sha1": 2_600_000, "sha256": 2_000_000, "sha512": 1_000_000}
LEAST_ADVISED_ROUNDS = {"sha1": 1_300_000, "sha256": 600_000, "sha512": 210_000}
BLOCK_BYTES = {"sha1": 20, "sha256": 32, "sha512": 64}  # a longer hash costs as many times the rounds
MILLISECONDS = {"sha1": 0.00053, "sha256": 0.00064, "sha512": 0.0013}  # a round and block
LINE = compiled(rf"\$pbkdf2-(sha1|sha256|sha512)\$i={NUMBER}\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")


@dataclass(frozen=True, slots=True)
class Pbkdf2:
    digest: str
    rounds: int
    salt: bytes
    tag: bytes
    key_name: ClassVar[str] = ""

    @property
    def line(self) -> str:
        return f"$pbkdf2-{self.digest}$i={self.rounds}${base64(self.salt)}${base64(self.tag)}"

    @property
    def blocks(self) -> int:
        return -(-len(self.tag) // BLOCK_BYTES[self.digest])

    @property
    def summary(self) -> str:
        return f"PBKDF2-{self.digest.upper()} with {self.rounds:,} rounds"

    @property
    def milliseconds(self) -> float:
        return self.rounds * self.blocks * MILLISECONDS[self.digest]

    @property
    def is_weak(self) -> bool:
        return self.rounds < LEAST_ADVISED_ROUNDS[self.digest]

    def matches(self, password: bytes, key: bytes = b"") -> bool:
        made = hashlib.pbkdf2_hmac(self.digest, password, self.salt, self.rounds, dklen=len(self.tag))
        return hmac.compare_digest(made, self.tag)


def check(scheme: Pbkdf2) -> Pbkdf2:
    """Return the scheme; raises InvalidHash for what is out of bounds."""
    name = f"pbkdf2-{scheme.digest}"
    check_bounds(name, "salt in bytes", len(scheme.salt), SALT_BYTES)
    check_bounds(name, "hash in bytes", len(scheme.tag), TAG_BYTES)
    check_bounds(name, "number of rounds", scheme.rounds, range(1, MOST_ROUNDS[scheme.digest] // scheme.blocks + 1))
    return scheme


def parse(line: str) -> Pbkdf2:
    """Read a stored line; raises InvalidHash."""
    match = LINE.fullmatch(line)
    if match is None:
        raise InvalidHash("reads as pbkdf2, but not as $pbkdf2-sha256$i=..$salt$hash")
    return check(Pbkdf2(match[1], int(match[2]), decoded(match[3]), decoded(match[4])))
