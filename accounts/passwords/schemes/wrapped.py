"""A hash of something that was made of the password: `$wrapped$<what>$<its fields>$argon2id...` (decision 0010)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from accounts.passwords.schemes import argon2, bcrypt
from accounts.passwords.schemes.argon2 import Argon2
from accounts.passwords.schemes.bcrypt import Bcrypt
from accounts.passwords.schemes.keyed import KeyedHmac, Pepper
from accounts.passwords.schemes.md5_crypt import Md5Crypt
from accounts.passwords.schemes.phpass import Phpass
from accounts.passwords.schemes.prehashes import DIGESTS, UNKNOWN, Base64Hmac, HexDigest, Prehash, Salted, SaltedHmac
from accounts.passwords.schemes.reading import InvalidHash

PREFIX = "$wrapped$"

# By name: how many fields stand in the line, and what reads them.
PREHASHES: dict[str, tuple[int, Callable[..., Prehash]]] = {
    **{name: (2, partial(Salted.read, name)) for name in ("plain", *DIGESTS)},
    **{f"salted-hmac-{name}": (1, partial(SaltedHmac.read, name)) for name in DIGESTS},
    **{f"base64-hmac-{name}": (1, partial(Base64Hmac.read, name)) for name in ("sha256", "sha384")},
    **{f"hmac-{name}": (3, partial(KeyedHmac.read, name)) for name in DIGESTS},
    "pepper": (1, Pepper.read),
    "hex-sha256": (0, HexDigest),
    **{name: (2, partial(Phpass.read, name)) for name in ("phpass", "drupal")},
    "md5-crypt": (2, Md5Crypt.read),
}


@dataclass(frozen=True, slots=True)
class Wrapped:
    prehash: Prehash
    inner: Argon2 | Bcrypt

    @property
    def line(self) -> str:
        return f"{PREFIX}{'$'.join((self.prehash.name, *self.prehash.fields))}{self.inner.line}"

    @property
    def summary(self) -> str:
        return f"{self.prehash.summary}, in {self.inner.summary}"

    @property
    def milliseconds(self) -> float:
        return self.prehash.milliseconds + self.inner.milliseconds

    @property
    def is_weak(self) -> bool:
        return self.prehash.is_quick or self.inner.is_weak

    @property
    def key_name(self) -> str:
        return self.prehash.key_name

    def matches(self, password: bytes, key: bytes = b"") -> bool:
        return self.inner.matches(self.prehash.made(password, key), b"")


def parse(line: str) -> Wrapped:
    """Read a stored line; raises InvalidHash."""
    name, _, rest = line.removeprefix(PREFIX).partition("$")
    if name not in PREHASHES:
        raise InvalidHash(UNKNOWN)
    count, read = PREHASHES[name]
    *fields, inner = rest.split("$", count)
    if len(fields) != count:
        raise InvalidHash(UNKNOWN)
    prehash = read(*fields)
    return Wrapped(prehash, argon2.parse(f"${inner}") if prehash.is_quick else bcrypt.parse(f"${inner}"))
