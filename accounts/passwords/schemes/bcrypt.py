"""bcrypt as crypt(3) writes it: `$2b$10$` and 53 characters of salt and hash."""

from dataclasses import dataclass
from typing import ClassVar

import bcrypt

from accounts.passwords.hashing import BCRYPT_LONGEST_IN_BYTES
from accounts.passwords.schemes.reading import InvalidHash, check_bounds, compiled

COSTS = range(4, 15)
LEAST_ADVISED_COST = 10
LENGTH = 60
LINE = compiled(r"\$2([a-z]?)\$([0-9]{2})\$([./A-Za-z0-9]{53})")


@dataclass(frozen=True, slots=True)
class Bcrypt:
    line: str
    cost: int
    key_name: ClassVar[str] = ""

    @property
    def summary(self) -> str:
        return f"bcrypt of cost {self.cost}"

    @property
    def milliseconds(self) -> float:
        return 2.0**self.cost * 0.073

    @property
    def is_weak(self) -> bool:
        return self.cost < LEAST_ADVISED_COST

    def matches(self, password: bytes, key: bytes = b"") -> bool:
        """Compare; what bcrypt would cut, or end at a NUL, is wrong, but costs the same."""
        try:
            is_right = bcrypt.checkpw(password[:BCRYPT_LONGEST_IN_BYTES].replace(b"\0", b"?"), self.line.encode())
        except ValueError:
            return False
        return is_right and len(password) <= BCRYPT_LONGEST_IN_BYTES and b"\0" not in password


def parse(line: str) -> Bcrypt:
    """Read a stored line; raises InvalidHash."""
    match = LINE.fullmatch(line)
    if match is None:
        truncated = f": it has {len(line)} characters, not 60" if len(line) != LENGTH else ""
        raise InvalidHash(f"reads as bcrypt, but not as $2b$..$ and 53 letters and digits{truncated}")
    if match[1] not in ("a", "b", "y"):
        raise InvalidHash(f"reads as bcrypt, but of its variant 2{match[1]}: 2a, 2b and 2y are known")
    cost = int(match[2])
    check_bounds("bcrypt", "cost", cost, COSTS)
    return Bcrypt(line, cost)
