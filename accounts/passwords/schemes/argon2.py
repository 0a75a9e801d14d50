"""Argon2 as a PHC string: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`."""

from dataclasses import dataclass
from typing import ClassVar

import argon2.low_level
from argon2.exceptions import InvalidHashError, VerificationError
from nacl import pwhash
from nacl.exceptions import InvalidkeyError

from accounts.passwords.schemes.reading import (
    NUMBER,
    SALT_BYTES,
    TAG_BYTES,
    InvalidHash,
    check_bounds,
    compiled,
    decoded,
)

MOST_KIB = 256 * 1024
MOST_PASSES = 10
MOST_LANES = 16
MOST_KIB_PASSES = 1024 * 1024
LEAST_ADVISED_KIB_PASSES = 35 * 1024

# Libsodium is the faster one, where the line is of a kind and length that it reads.
NACL_LONGEST_LINE = 127
TYPES = {"id": argon2.low_level.Type.ID, "i": argon2.low_level.Type.I, "d": argon2.low_level.Type.D}

LINE = compiled(
    rf"\$argon2(id|i|d)\$(?:v={NUMBER}\$)?m={NUMBER},t={NUMBER},p={NUMBER}\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)"
)


@dataclass(frozen=True, slots=True)
class Argon2:
    line: str
    kind: str
    kib: int
    passes: int
    lanes: int
    key_name: ClassVar[str] = ""

    @property
    def summary(self) -> str:
        return f"argon2{self.kind} with {self.kib:,} KiB, passes: {self.passes}, lanes: {self.lanes}"

    @property
    def milliseconds(self) -> float:
        return self.kib * self.passes * 0.0006

    @property
    def is_weak(self) -> bool:
        return self.kib * self.passes < LEAST_ADVISED_KIB_PASSES

    def matches(self, password: bytes, key: bytes = b"") -> bool:
        line = self.line.encode()
        try:
            if self.kind == "d" or len(line) > NACL_LONGEST_LINE:
                return argon2.low_level.verify_secret(line, password, TYPES[self.kind])
            return pwhash.verify(line, password)
        except (InvalidkeyError, VerificationError, InvalidHashError, ValueError):
            return False


def parse(line: str) -> Argon2:
    """Read a stored line; raises InvalidHash."""
    match = LINE.fullmatch(line)
    if match is None:
        raise InvalidHash("reads as argon2, but not as $argon2id$v=19$m=..,t=..,p=..$salt$hash")
    kind, version, *numbers, salt, tag = match.groups()
    if version != "19":
        raise InvalidHash("reads as argon2, but of a version other than 19 (1.3)")
    scheme = Argon2(line, kind, *map(int, numbers))
    kib_passes = scheme.kib * scheme.passes
    check_bounds("argon2", "number of lanes", scheme.lanes, range(1, MOST_LANES + 1))
    check_bounds("argon2", "memory in KiB", scheme.kib, range(8 * scheme.lanes, MOST_KIB + 1))
    check_bounds("argon2", "number of passes", scheme.passes, range(1, MOST_PASSES + 1))
    check_bounds("argon2", "memory times passes in KiB", kib_passes, range(MOST_KIB_PASSES + 1))
    check_bounds("argon2", "salt in bytes", len(decoded(salt)), SALT_BYTES)
    check_bounds("argon2", "hash in bytes", len(decoded(tag)), TAG_BYTES)
    return scheme
