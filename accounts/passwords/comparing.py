"""Whether a password is the one that a stored line was made of: ours, or one that was imported."""

import unicodedata

from accounts.passwords import hashing, schemes
from accounts.passwords.hashing import HASHING
from accounts.passwords.schemes import InvalidHash, Scheme

# Salts and hashes of texts that nobody knows, of the lengths that we make.
DUMMIES = {
    "argon2": "q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pyLq+SYWLVseHql1wvl16Zg",
    "bcrypt": "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234",
    "pbkdf2": "q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pyLq+SYWLVseHql1wvl16Zg",
}


def is_password(password: str, stored: str) -> bool:
    """Compare, in one of the turns of hashing; raises HashingBusy. What cannot be read is nobody's password."""
    scheme = _find_scheme(stored)
    return scheme is not None and _is_password(password, scheme)


def is_password_or_dummy(password: str, stored: str, algorithm: str) -> bool:
    """As `is_password`, but takes its turn and hashes also where there is nothing to compare with (S-52)."""
    scheme = _find_scheme(stored)
    return _is_password(password, scheme or schemes.parse(dummy(algorithm))) and scheme is not None


def is_as_of_now(stored: str, algorithm: str) -> bool:
    """Whether the line was made as we make them now, with this algorithm."""
    return stored.startswith(hashing.prefix(algorithm)) and len(stored) == len(dummy(algorithm))


def dummy(algorithm: str) -> str:
    """Return a line at our own costs, to compare with where there is no user, or no password (S-52)."""
    return hashing.prefix(algorithm) + DUMMIES[algorithm]


def _find_scheme(stored: str) -> Scheme | None:
    try:
        return schemes.parse(stored)
    except InvalidHash:
        return None


def _is_password(password: str, scheme: Scheme) -> bool:
    forms = dict.fromkeys([unicodedata.normalize("NFC", password), password])  # imported ones are of bare text
    return any(_compare(form.encode("utf-8", "surrogatepass"), scheme) for form in forms)


def _compare(password: bytes, scheme: Scheme) -> bool:
    with HASHING.turn():
        return scheme.matches(password, b"")
