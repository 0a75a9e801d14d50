"""SHA-crypt, `$5$` and `$6$` of crypt(3): https://www.akkadia.org/drepper/SHA-crypt.txt.

Written here because no library that we have makes it: Python's `crypt` is gone from 3.13 on.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import ClassVar

from accounts.passwords.schemes import itoa64
from accounts.passwords.schemes.reading import (
    LONGEST_PASSWORD_IN_BYTES,
    NUMBER,
    InvalidHash,
    check_bounds,
    compiled,
)

DEFAULT_ROUNDS = 5000
ROUNDS = range(1000, 1_000_001)
LEAST_ADVISED_ROUNDS = {"5": 600_000, "6": 210_000}  # as of PBKDF2 with the same digest
DIGESTS = {"5": "sha256", "6": "sha512"}
MILLISECONDS = {"5": 0.0005, "6": 0.0008}  # a round
LINE = compiled(rf"\$([56])\$(?:rounds={NUMBER}\$)?([./A-Za-z0-9]{{1,16}})\$([./A-Za-z0-9]+)")
LENGTHS = {"5": 43, "6": 86}


@dataclass(frozen=True, slots=True)
class ShaCrypt:
    line: str
    variant: str  # 5, 6
    rounds: int
    salt: bytes
    tag: str
    key_name: ClassVar[str] = ""

    @property
    def summary(self) -> str:
        return f"SHA-crypt (${self.variant}$) with {self.rounds:,} rounds"

    @property
    def milliseconds(self) -> float:
        return self.rounds * MILLISECONDS[self.variant]

    @property
    def is_weak(self) -> bool:
        return self.rounds < LEAST_ADVISED_ROUNDS[self.variant]

    def matches(self, password: bytes, key: bytes = b"") -> bool:
        made = _digest(DIGESTS[self.variant], password[:LONGEST_PASSWORD_IN_BYTES], self.salt, self.rounds)
        is_right = hmac.compare_digest(itoa64.encoded(made, ORDERS[self.variant]), self.tag)
        return is_right and len(password) <= LONGEST_PASSWORD_IN_BYTES


def parse(line: str) -> ShaCrypt:
    """Read a stored line; raises InvalidHash."""
    match = LINE.fullmatch(line)
    if match is None or len(match[4]) != LENGTHS[match[1]]:
        raise InvalidHash("reads as SHA-crypt, but not as $6$rounds=..$salt$hash")
    variant, rounds, salt, tag = match.groups()
    scheme = ShaCrypt(line, variant, int(rounds) if rounds else DEFAULT_ROUNDS, salt.encode(), tag)
    check_bounds(f"SHA-crypt (${variant}$)", "number of rounds", scheme.rounds, ROUNDS)
    return scheme


def _digest(name: str, password: bytes, salt: bytes, rounds: int) -> bytes:
    """Make the digest by the steps of the specification; the comments name them."""
    new = getattr(hashlib, name)
    b = new(password + salt + password).digest()  # 4-8
    a = password + salt + _repeated(b, len(password))  # 1-3, 9-10
    length = len(password)
    while length:  # 11
        a += b if length & 1 else password
        length >>= 1
    made = new(a).digest()  # 12
    p = _repeated(new(password * len(password)).digest(), len(password))  # 13-16
    s = _repeated(new(salt * (16 + made[0])).digest(), len(salt))  # 17-20
    return _repeat(new, made, p, s, rounds)


def _repeat(new: "Callable[[bytes], hashlib._Hash]", made: bytes, p: bytes, s: bytes, rounds: int) -> bytes:
    """Make the digest of the digest, as often as said (21); after 42 rounds their kinds begin again."""
    kinds = []
    for number in range(42):
        middle = (s if number % 3 else b"") + (p if number % 7 else b"")
        kinds.append((p + middle, b"") if number % 2 else (b"", middle + p))
    for before, after in islice(cycle(kinds), rounds):
        made = new(before + made + after).digest()
    return made


def _repeated(octets: bytes, length: int) -> bytes:
    return (octets * (length // len(octets) + 1))[:length]


def _order_of_sha256() -> Iterator[tuple[int, ...]]:
    """Yield the places of the bytes that stand together in the text."""
    for k in range(10):
        yield itoa64.rotated((k, k + 10, k + 20), 2 * k % 3)
    yield (31, 30)


def _order_of_sha512() -> Iterator[tuple[int, ...]]:
    for k in range(21):
        yield itoa64.rotated((k, k + 21, k + 42), k % 3)
    yield (63,)


ORDERS = {"5": tuple(_order_of_sha256()), "6": tuple(_order_of_sha512())}
