"""Whether a password is the one that a stored line was made of: ours, or one that was imported."""

import hashlib
import hmac
import unicodedata

import argon2.low_level
import bcrypt
from argon2.exceptions import InvalidHashError, VerificationError
from nacl import pwhash
from nacl.exceptions import InvalidkeyError

from accounts.passwords import hashing, schemes
from accounts.passwords.hashing import BCRYPT_LONGEST_IN_BYTES, HASHING
from accounts.passwords.schemes import Argon2, Bcrypt, InvalidHash, Pbkdf2, Scheme, Wrapped

# Salts and hashes of texts that nobody knows, of the lengths that we make.
DUMMIES = {
    "argon2": "q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pyLq+SYWLVseHql1wvl16Zg",
    "bcrypt": "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyz01234",
    "pbkdf2": "q9OwcgBqCjhhWkICVoG+qA$zgGUO1/HVEetoAFdbML5pyLq+SYWLVseHql1wvl16Zg",
}

# Libsodium is the faster one, where the line is of a kind and length that it reads.
NACL_LONGEST_LINE = 127
ARGON2_TYPES = {"id": argon2.low_level.Type.ID, "i": argon2.low_level.Type.I, "d": argon2.low_level.Type.D}


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
    match scheme:
        case Argon2():
            return _argon2(password, scheme)
        case Bcrypt():
            return _bcrypt(password, scheme)
        case Pbkdf2():
            return _pbkdf2(password, scheme)
        case Wrapped():
            return _compare(_wrapped(password, scheme), scheme.inner)


def _argon2(password: bytes, scheme: Argon2) -> bool:
    line = scheme.line.encode()
    with HASHING.turn():
        try:
            if scheme.kind == "d" or len(line) > NACL_LONGEST_LINE:
                return argon2.low_level.verify_secret(line, password, ARGON2_TYPES[scheme.kind])
            return pwhash.verify(line, password)
        except (InvalidkeyError, VerificationError, InvalidHashError, ValueError):
            return False


def _bcrypt(password: bytes, scheme: Bcrypt) -> bool:
    with HASHING.turn():
        try:
            is_right = bcrypt.checkpw(password[:BCRYPT_LONGEST_IN_BYTES].replace(b"\0", b"?"), scheme.line.encode())
        except ValueError:
            return False
    return is_right and len(password) <= BCRYPT_LONGEST_IN_BYTES and b"\0" not in password


def _pbkdf2(password: bytes, scheme: Pbkdf2) -> bool:
    with HASHING.turn():
        made = hashlib.pbkdf2_hmac(scheme.digest, password, scheme.salt, scheme.rounds, dklen=len(scheme.tag))
    return hmac.compare_digest(made, scheme.tag)


def _wrapped(password: bytes, scheme: Wrapped) -> bytes:
    """What the inner scheme was fed with."""
    salted = scheme.salt + password if scheme.position == "prefix" else password + scheme.salt
    return salted if scheme.digest == "plain" else hashlib.new(scheme.digest, salted, usedforsecurity=False).digest()
