"""What all schemes share: their interface, bounds, base64 as PHC strings have it, and the error of a bad hash."""

import re
from base64 import b64decode, b64encode
from typing import Protocol

# Contract plusauth §6 and S-45; each worst case takes about a second and a half.
SALT_BYTES = range(8, 65)
TAG_BYTES = range(16, 65)
LONGEST_PASSWORD_IN_BYTES = 256  # of schemes whose cost grows with the password

NUMBER = r"(0|[1-9][0-9]{0,9})"
KEY_NAME = r"[a-z0-9][a-z0-9-]{0,31}"


class InvalidHash(ValueError):
    """The text is no hash that may be stored; `reason` says what it was taken for, and what is wrong with that."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Scheme(Protocol):
    """A stored hash within the bounds of what one comparison may cost."""

    @property
    def line(self) -> str:
        """Return the text that is stored."""

    @property
    def summary(self) -> str:
        """Return its name and parameters for people, without salt and hash."""

    @property
    def milliseconds(self) -> float:
        """Return about what one comparison costs in processor time."""

    @property
    def is_weak(self) -> bool:
        """Return whether it is less than OWASP asks for today (S-47)."""

    @property
    def key_name(self) -> str:
        """Return the name of the tenant's key that a comparison needs, or "" for none."""

    def matches(self, password: bytes, key: bytes) -> bool:
        """Compare; the caller has a turn of hashing. What the library refuses is nobody's password."""


def check_bounds(name: str, what: str, value: int, bounds: range) -> None:
    """Raises InvalidHash for a value that is out of bounds."""
    if value not in bounds:
        raise InvalidHash(f"reads as {name}, but its {what} is {value}: {bounds.start} to {bounds.stop - 1} are taken")


def base64(octets: bytes) -> str:
    """Encode without padding."""
    return b64encode(octets).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Decode as libsodium and the like do: what does not encode back to itself is refused with InvalidHash."""
    try:
        octets = b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        octets = b""
    if base64(octets) != text:
        raise InvalidHash("has a salt or a hash that is not base64")
    return octets


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of ASCII letters alone."""
    return re.compile(pattern, re.ASCII)
