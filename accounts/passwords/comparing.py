"""Whether a password is the one that a stored line was made of: ours, or one that was imported."""

import hmac
import re
import unicodedata
from base64 import b64decode
from collections.abc import Callable
from hashlib import pbkdf2_hmac

import bcrypt
from nacl import pwhash
from nacl.exceptions import InvalidkeyError

from accounts.passwords.hashing import BCRYPT_LONGEST_IN_BYTES, HASHING

# What one comparison may cost, however the line was come by (S-45).
ARGON2 = re.compile(r"\$argon2(id|i)\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=1\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+", re.ASCII)
ARGON2_MOST_KIB, ARGON2_MOST_PASSES = 128 * 1024, 10
BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}", re.ASCII)
BCRYPT_HIGHEST_COST = 14
PBKDF2 = re.compile(r"\$pbkdf2-sha256\$i=(\d{1,7})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)", re.ASCII)
PBKDF2_MOST_ROUNDS = 2_000_000

# Hashes of texts that nobody knows, at our own costs: what is compared where there is no user, or no password (S-52).
DECOYS = {
    "argon2": "$argon2id$v=19$m=19456,t=2,p=1$q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pyLq+SYWLVseHql1wvl16Zg",
    "bcrypt": "$2b$12$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234",
    "pbkdf2": "$pbkdf2-sha256$i=600000$q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pyLq+SYWLVseHql1wvl16Zg",
}


COSTS = {name: line[: line.rindex("$", 0, 32)] for name, line in DECOYS.items()}


def is_password(password: str, stored: str) -> bool:
    """Compare, in one of the turns of hashing; raises HashingBusy. What cannot be read is nobody's password."""
    compare = next((compare for recognises, compare in FORMATS if recognises.fullmatch(stored)), None)
    if compare is None:
        return False
    forms = dict.fromkeys([unicodedata.normalize("NFC", password), password])  # imported ones are of bare text
    return any(compare(form.encode("utf-8", "surrogatepass"), stored) for form in forms)


def is_as_of_now(stored: str, algorithm: str) -> bool:
    """Whether the line was made as we make them now, with this algorithm."""
    return COSTS[algorithm] == stored[: len(COSTS[algorithm])]


def waste_time(password: str, algorithm: str) -> None:
    """Cost what a comparison costs, where there is nothing to compare with; raises HashingBusy."""
    is_password(password, DECOYS[algorithm])


def _argon2(password: bytes, stored: str) -> bool:
    match = ARGON2.fullmatch(stored)
    if not match or int(match[2]) > ARGON2_MOST_KIB or int(match[3]) > ARGON2_MOST_PASSES:
        return False
    with HASHING.turn():
        try:
            return pwhash.verify(stored.encode(), password)
        except (InvalidkeyError, ValueError):
            return False


def _bcrypt(password: bytes, stored: str) -> bool:
    match = BCRYPT.fullmatch(stored)
    if not match or int(match[1]) > BCRYPT_HIGHEST_COST:
        return False
    with HASHING.turn():
        try:
            is_right = bcrypt.checkpw(password[:BCRYPT_LONGEST_IN_BYTES].replace(b"\0", b"?"), stored.encode())
        except ValueError:
            return False
    return is_right and len(password) <= BCRYPT_LONGEST_IN_BYTES and b"\0" not in password


def _pbkdf2(password: bytes, stored: str) -> bool:
    match = PBKDF2.fullmatch(stored)
    if not match or int(match[1]) > PBKDF2_MOST_ROUNDS:
        return False
    try:
        salt, expected = _decoded(match[2]), _decoded(match[3])
    except ValueError:
        return False
    with HASHING.turn():
        made = pbkdf2_hmac("sha256", password, salt, int(match[1]), dklen=len(expected))
    return hmac.compare_digest(made, expected)


def _decoded(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4), validate=True)


FORMATS: list[tuple[re.Pattern[str], Callable[[bytes, str], bool]]] = [
    (ARGON2, _argon2),
    (BCRYPT, _bcrypt),
    (PBKDF2, _pbkdf2),
]
