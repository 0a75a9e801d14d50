"""scrypt (RFC 7914) as a PHC string: `$scrypt$ln=14,r=8,p=1$salt$hash`."""

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

MOST_KIB = 256 * 1024
MOST_STEPS = 4 * 1024 * 1024  # N times r times p
LEAST_ADVISED_STEPS = 2**17 * 8  # OWASP: N=2^17, r=8, p=1, or as much
MILLISECONDS = 0.0004  # a step
SPARE_BYTES = 1024 * 1024  # OpenSSL needs a little more than the table
LINE = compiled(rf"\$scrypt\$ln={NUMBER},r={NUMBER},p={NUMBER}\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")


@dataclass(frozen=True, slots=True)
class Scrypt:
    log_n: int
    r: int
    p: int
    salt: bytes
    tag: bytes
    key_name: ClassVar[str] = ""

    @property
    def line(self) -> str:
        return f"$scrypt$ln={self.log_n},r={self.r},p={self.p}${base64(self.salt)}${base64(self.tag)}"

    @property
    def steps(self) -> int:
        return (self.r * self.p) << self.log_n

    @property
    def summary(self) -> str:
        return f"scrypt with N={1 << self.log_n:,}, r={self.r}, p={self.p}"

    @property
    def milliseconds(self) -> float:
        return self.steps * MILLISECONDS

    @property
    def is_weak(self) -> bool:
        return self.steps < LEAST_ADVISED_STEPS

    def matches(self, password: bytes, key: bytes = b"") -> bool:
        made = derive(password, self.salt, log_n=self.log_n, r=self.r, p=self.p, length=len(self.tag))
        return hmac.compare_digest(made, self.tag)


def derive(password: bytes, salt: bytes, *, log_n: int, r: int, p: int, length: int) -> bytes:
    memory = ((128 * r) << log_n) + 128 * r * p + SPARE_BYTES
    return hashlib.scrypt(password, salt=salt, n=1 << log_n, r=r, p=p, maxmem=memory, dklen=length)


def check_costs(name: str, log_n: int, r: int, p: int) -> None:
    """Raises InvalidHash for parameters that cost too much, before anything is computed."""
    check_bounds(name, "logarithm of N", log_n, range(1, 22))
    check_bounds(name, "block size r", r, range(1, 65))
    check_bounds(name, "parallelization p", p, range(1, 65))
    check_bounds(name, "memory in KiB", (r << log_n) // 8, range(MOST_KIB + 1))
    check_bounds(name, "N times r times p", (r * p) << log_n, range(MOST_STEPS + 1))


def check(scheme: Scrypt) -> Scrypt:
    """Return the scheme; raises InvalidHash for what is out of bounds."""
    check_costs("scrypt", scheme.log_n, scheme.r, scheme.p)
    check_bounds("scrypt", "salt in bytes", len(scheme.salt), SALT_BYTES)
    check_bounds("scrypt", "hash in bytes", len(scheme.tag), TAG_BYTES)
    return scheme


def parse(line: str) -> Scrypt:
    """Read a stored line; raises InvalidHash."""
    match = LINE.fullmatch(line)
    if match is None:
        raise InvalidHash("reads as scrypt, but not as $scrypt$ln=..,r=..,p=..$salt$hash")
    return check(Scrypt(int(match[1]), int(match[2]), int(match[3]), decoded(match[4]), decoded(match[5])))
