"""Codes and tokens: made by the system's generator, stored as what recognises them."""

import hashlib
import secrets
from uuid import UUID

from tenants import sealing

PURPOSE = "one-time-code"
TOKEN_BYTES = 32


def new_code(length: int) -> str:
    """Decimal digits, uniform, leading zeros kept."""
    return f"{secrets.randbelow(10**length):0{length}d}"


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """SHA-256 in hex: a token has 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def hash_code(code: str, challenge_id: UUID) -> str:
    """A hash under a key outside the database, salted with the challenge's id: a code has few digits."""
    return sealing.keyed_hash(PURPOSE, f"{challenge_id.hex}:{code}")


def is_code(code: str, challenge_id: UUID, code_hash: str) -> bool:
    return sealing.matches(PURPOSE, f"{challenge_id.hex}:{code}", code_hash)
