"""Whether a password is the one that a stored line was made of: ours, or one that was imported."""

import unicodedata
from collections.abc import Callable

from accounts.passwords import hashing, schemes
from accounts.passwords.hashing import HASHING
from accounts.passwords.schemes import InvalidHash, Scheme

# Salts and hashes of texts that nobody knows, of the lengths that we make.
DUMMIES = {
    "argon2": "q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pyLq+SYWLVseHql1wvl16Zg",
    "bcrypt": "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234",
    "pbkdf2": "q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pyLq+SYWLVseHql1wvl16Zg",
}


FindKey = Callable[[str], bytes | None]


def has_no_key(name: str) -> None:
    """Find no key: for hashes that need none."""


def is_password(password: str, stored: str, find_key: FindKey = has_no_key) -> bool:
    """Compare, in one of the turns of hashing; raises HashingBusy. What cannot be read is nobody's password.

    `find_key` is asked for the key of the tenant that some imported hashes need.
    """
    found = _find(stored, find_key)
    return found is not None and _is_password(password, *found)


def is_password_or_dummy(password: str, stored: str, algorithm: str, find_key: FindKey = has_no_key) -> bool:
    """As `is_password`, but takes its turn and hashes also where there is nothing to compare with (S-52)."""
    found = _find(stored, find_key)
    scheme, key = found or (schemes.parse(dummy(algorithm)), b"")
    return _is_password(password, scheme, key) and found is not None


def is_as_of_now(stored: str, algorithm: str) -> bool:
    """Whether the line was made as we make them now, with this algorithm."""
    return stored.startswith(hashing.prefix(algorithm)) and len(stored) == len(dummy(algorithm))


def dummy(algorithm: str) -> str:
    """Return a line at our own costs, to compare with where there is no user, or no password (S-52)."""
    return hashing.prefix(algorithm) + DUMMIES[algorithm]


def _find(stored: str, find_key: FindKey) -> tuple[Scheme, bytes] | None:
    """Return the scheme and its key, or None for what cannot be compared."""
    try:
        scheme = schemes.parse(stored)
    except InvalidHash:
        return None
    key = find_key(scheme.key_name) if scheme.key_name else b""
    return None if key is None else (scheme, key)


def _is_password(password: str, scheme: Scheme, key: bytes) -> bool:
    forms = dict.fromkeys([unicodedata.normalize("NFC", password), password])  # imported ones are of bare text
    return any(_compare(form.encode("utf-8", "surrogatepass"), scheme, key) for form in forms)


def _compare(password: bytes, scheme: Scheme, key: bytes) -> bool:
    with HASHING.turn():
        return scheme.matches(password, key)
