"""Stored lines taken apart, each within the bounds of what one comparison may cost (S-45).

A line is ours or was imported; what does not read here is nobody's password.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass

# Contract plusauth §6 and S-45; each worst case takes about a second and a half.
ARGON2_MOST_KIB = 256 * 1024
ARGON2_MOST_PASSES = 10
ARGON2_MOST_LANES = 16
ARGON2_MOST_KIB_PASSES = 1024 * 1024
BCRYPT_COSTS = range(4, 15)
PBKDF2_MOST_ROUNDS = {"sha1": 2_600_000, "sha256": 2_000_000, "sha512": 1_000_000}
PBKDF2_BLOCK = {"sha1": 20, "sha256": 32, "sha512": 64}  # a longer hash costs as many times the rounds
SALT_BYTES = range(8, 65)
TAG_BYTES = range(16, 65)
LONGEST_LINE = 255  # characters of the column
LONGEST_EXTRA_SALT = 64

NUMBER = r"(0|[1-9][0-9]{0,9})"
ARGON2 = re.compile(
    rf"\$argon2(id|i|d)\$(?:v={NUMBER}\$)?m={NUMBER},t={NUMBER},p={NUMBER}\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)",
    re.ASCII,
)
BCRYPT = re.compile(r"\$2([a-z]?)\$([0-9]{2})\$([./A-Za-z0-9]{53})", re.ASCII)
PBKDF2 = re.compile(rf"\$pbkdf2-(sha1|sha256|sha512)\$i={NUMBER}\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)", re.ASCII)
WRAPPED = re.compile(r"\$wrapped\$(md5|sha1|plain)\$(prefix|suffix)\$([A-Za-z0-9+/]*)(\$.+)", re.ASCII)


class InvalidHash(ValueError):
    """The text is no hash that may be stored; `reason` says what it was taken for, and what is wrong with that."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Argon2:
    line: str
    kind: str
    kib: int
    passes: int
    lanes: int


@dataclass(frozen=True, slots=True)
class Bcrypt:
    line: str
    cost: int


@dataclass(frozen=True, slots=True)
class Pbkdf2:
    digest: str
    rounds: int
    salt: bytes
    tag: bytes

    @property
    def line(self) -> str:
        return f"$pbkdf2-{self.digest}$i={self.rounds}${base64(self.salt)}${base64(self.tag)}"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A scheme that was fed with the digest of salt and password, or with both as they are (`plain`)."""

    digest: str
    position: str  # of the salt: prefix, suffix
    salt: bytes
    inner: Argon2 | Bcrypt

    @property
    def line(self) -> str:
        return f"$wrapped${self.digest}${self.position}${base64(self.salt)}{self.inner.line}"


Scheme = Argon2 | Bcrypt | Pbkdf2 | Wrapped


def parse(stored: str) -> Scheme:
    """What the line says; raises InvalidHash, also where a comparison would cost too much."""
    if len(stored) > LONGEST_LINE:
        raise InvalidHash(f"is longer than {LONGEST_LINE} characters")
    for prefix, read in READERS.items():
        if stored.startswith(prefix):
            return read(stored)
    raise InvalidHash("is in no known form")


def milliseconds(scheme: Scheme) -> float:
    """About what one comparison costs in processor time; what is compared with what is its use, not the figure."""
    match scheme:
        case Argon2():
            return scheme.kib * scheme.passes * 0.0006
        case Bcrypt():
            return 2.0**scheme.cost * 0.073
        case Pbkdf2():
            return (
                scheme.rounds * _blocks(scheme) * {"sha1": 0.00053, "sha256": 0.00064, "sha512": 0.0013}[scheme.digest]
            )
        case Wrapped():
            return milliseconds(scheme.inner)


def is_weak(scheme: Scheme) -> bool:
    """Whether it is less than OWASP asks for today (S-47)."""
    match scheme:
        case Argon2():
            return scheme.kib * scheme.passes < 35 * 1024
        case Bcrypt():
            return scheme.cost < 10
        case Pbkdf2():
            return scheme.rounds < {"sha1": 1_300_000, "sha256": 600_000, "sha512": 210_000}[scheme.digest]
        case Wrapped():
            return scheme.digest != "plain" or is_weak(scheme.inner)


def check_pbkdf2(scheme: Pbkdf2) -> Pbkdf2:
    """The scheme itself; raises InvalidHash for what is out of bounds."""
    name = f"pbkdf2-{scheme.digest}"
    _within(name, "salt in bytes", len(scheme.salt), SALT_BYTES)
    _within(name, "hash in bytes", len(scheme.tag), TAG_BYTES)
    most = PBKDF2_MOST_ROUNDS[scheme.digest] // _blocks(scheme)
    _within(name, "number of rounds", scheme.rounds, range(1, most + 1))
    return scheme


def base64(octets: bytes) -> str:
    """Without padding."""
    return b64encode(octets).decode().rstrip("=")


def _argon2(line: str) -> Argon2:
    match = ARGON2.fullmatch(line)
    if match is None:
        raise InvalidHash("reads as argon2, but not as $argon2id$v=19$m=..,t=..,p=..$salt$hash")
    kind, version, *numbers, salt, tag = match.groups()
    if version != "19":
        raise InvalidHash("reads as argon2, but of a version other than 19 (1.3)")
    scheme = Argon2(line, kind, *map(int, numbers))
    kib_passes = scheme.kib * scheme.passes
    _within("argon2", "number of lanes", scheme.lanes, range(1, ARGON2_MOST_LANES + 1))
    _within("argon2", "memory in KiB", scheme.kib, range(8 * scheme.lanes, ARGON2_MOST_KIB + 1))
    _within("argon2", "number of passes", scheme.passes, range(1, ARGON2_MOST_PASSES + 1))
    _within("argon2", "memory times passes in KiB", kib_passes, range(ARGON2_MOST_KIB_PASSES + 1))
    _within("argon2", "salt in bytes", len(_decoded(salt)), SALT_BYTES)
    _within("argon2", "hash in bytes", len(_decoded(tag)), TAG_BYTES)
    return scheme


def _bcrypt(line: str) -> Bcrypt:
    match = BCRYPT.fullmatch(line)
    if match is None:
        raise InvalidHash("reads as bcrypt, but not as $2b$..$ and 53 letters and digits")
    if match[1] not in ("a", "b", "y"):
        raise InvalidHash(f"reads as bcrypt, but of its variant 2{match[1]}: 2a, 2b and 2y are known")
    cost = int(match[2])
    _within("bcrypt", "cost", cost, BCRYPT_COSTS)
    return Bcrypt(line, cost)


def _pbkdf2(line: str) -> Pbkdf2:
    match = PBKDF2.fullmatch(line)
    if match is None:
        raise InvalidHash("reads as pbkdf2, but not as $pbkdf2-sha256$i=..$salt$hash")
    return check_pbkdf2(Pbkdf2(match[1], int(match[2]), _decoded(match[3]), _decoded(match[4])))


def _wrapped(line: str) -> Wrapped:
    match = WRAPPED.fullmatch(line)
    inner = parse(match[4]) if match and not match[4].startswith("$wrapped") else None
    if match is None or not isinstance(inner, Bcrypt if match[1] == "plain" else Argon2):
        raise InvalidHash("reads as a wrapped digest, but not as one of ours")
    salt = _decoded(match[3])
    _within("a wrapped digest", "salt in bytes", len(salt), range(LONGEST_EXTRA_SALT + 1))
    return Wrapped(match[1], match[2], salt, inner)


def _blocks(scheme: Pbkdf2) -> int:
    return -(-len(scheme.tag) // PBKDF2_BLOCK[scheme.digest])


def _within(name: str, what: str, value: int, bounds: range) -> None:
    if value not in bounds:
        raise InvalidHash(f"reads as {name}, but its {what} is {value}: {bounds.start} to {bounds.stop - 1} are taken")


def _decoded(text: str) -> bytes:
    """As libsodium and the like read it: what does not encode back to itself is refused."""
    try:
        octets = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        octets = b""
    if base64(octets) != text:
        raise InvalidHash("has a salt or a hash that is not base64")
    return octets


READERS: dict[str, Callable[[str], Scheme]] = {
    "$argon2": _argon2,
    "$2": _bcrypt,
    "$pbkdf2": _pbkdf2,
    "$wrapped": _wrapped,
}
