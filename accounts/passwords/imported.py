"""Password hashes that another system made: each is fully read, and becomes the one line that we store.

Nothing here is ever taken for a password in plain text, and no reason repeats any of the hash (contract plusauth §6).
"""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.passwords import comparing, hashing, looks
from accounts.passwords.looks import LONGEST
from accounts.passwords.schemes import InvalidHash, Scheme, argon2
from accounts.passwords.schemes.prehashes import POSITIONS
from accounts.passwords.schemes.wrapped import Wrapped
from accounts.passwords.spellings import argon2s, bcrypts, crypts, digests, frameworks, keyed, pbkdf2s, scrypts
from accounts.passwords.spellings.source import LONGEST_SALT_TEXT, Digest, KeyParameters, Source

__all__ = [
    "FUNCTIONS",
    "KEYED",
    "SELF_CONTAINED",
    "Digest",
    "InvalidHash",
    "KeyParameters",
    "Source",
    "is_weak",
    "line_of",
    "parse",
    "read",
]


@dataclass(frozen=True, slots=True)
class Function:
    """What a `hash_fn` names: what reads it, and what such a hash may look like from afar; "" is like nothing."""

    read: Callable[[str, Source], Scheme | Digest]
    looks: frozenset[str]


def read(
    password: str,
    *,
    hash_fn: str,
    salt: str = "",
    salt_position: str = "",
    digest: str = "sha256",
    rounds: int | None = None,
    key: KeyParameters | None = None,
) -> str:
    """The line to store; raises InvalidHash, and HashingBusy where a weak digest waits in vain to be wrapped.

    `digest` and `rounds` are those of a bare pbkdf2 hash, as the tenant's settings name them; `key` names the tenant's
    key that a hash of `KEYED` needs.
    """
    return line_of(parse(password, hash_fn, Source(salt, salt_position, digest, rounds, key)))


def parse(password: str, hash_fn: str, source: Source) -> Scheme | Digest:
    """What the hash says; computes nothing. Raises InvalidHash."""
    if hash_fn not in FUNCTIONS:
        raise InvalidHash(f"cannot be read: hash_fn is one of {', '.join(FUNCTIONS)}")
    if source.position not in ("", *POSITIONS):
        raise InvalidHash("cannot be read: salt_position is prefix or suffix")
    if not 0 < len(password) <= LONGEST or len(source.salt) > LONGEST_SALT_TEXT:
        raise InvalidHash(f"cannot be read: a hash has 1 to {LONGEST} characters, its salt at most {LONGEST_SALT_TEXT}")
    look = looks.looks_like(password)
    if look and look not in FUNCTIONS[hash_fn].looks:
        raise InvalidHash(f"reads as {look}, not as {hash_fn}")
    return FUNCTIONS[hash_fn].read(password, source)


def line_of(found: Scheme | Digest) -> str:
    """The line to store; a weak digest is wrapped for it, which costs as much as a password of ours."""
    return _wrap(found) if isinstance(found, Digest) else found.line


def is_weak(found: Scheme | Digest) -> bool:
    """Whether it should soon be made anew, because it is less than is advised today (S-47)."""
    return isinstance(found, Digest) or found.is_weak


def milliseconds(found: Scheme | Digest) -> float:
    """Return about what a comparison with the line costs that is stored for it."""
    if isinstance(found, Digest):
        return found.prehash.milliseconds + argon2.parse(comparing.dummy("argon2")).milliseconds
    return found.milliseconds


def _wrap(found: Digest) -> str:
    return Wrapped(found.prehash, argon2.parse(hashing.ALGORITHMS["argon2"](found.value))).line


def _function(read: Callable[[str, Source], Scheme | Digest], *looks: str) -> Function:
    return Function(read, frozenset(looks))


DIGESTS = ("md5", "sha1", "sha256", "sha512")
FUNCTIONS = {
    "bcrypt": _function(bcrypts.read, "bcrypt"),
    "argon2": _function(argon2s.read, "argon2"),
    "pbkdf2": _function(pbkdf2s.read, "pbkdf2", "Werkzeug's pbkdf2", *DIGESTS),
    "scrypt": _function(scrypts.read, "scrypt", "Werkzeug's scrypt"),
    "bcrypt-sha256": _function(bcrypts.read_sha256, "bcrypt_sha256"),
    "django": _function(
        frameworks.read_django,
        *("pbkdf2", "argon2", "bcrypt", "bcrypt_sha256", "scrypt", "a salted digest", "md5"),
    ),
    "werkzeug": _function(frameworks.read_werkzeug, "Werkzeug's pbkdf2", "Werkzeug's scrypt", "a salted digest"),
    "wordpress": _function(frameworks.read_wordpress, "WordPress's bcrypt", "phpass", "bcrypt", "md5"),
    "phpass": _function(crypts.read_phpass, "phpass", "Drupal's hash"),
    "aspnet": _function(frameworks.read_aspnet, "ASP.NET Identity's hash"),
    "ldap": _function(digests.read_ldap, "an LDAP hash"),
    "crypt": _function(crypts.read, "a crypt(3) hash", "bcrypt"),
    "firebase": _function(keyed.read_firebase, "sha512", "Firebase's scrypt"),
    "devise": _function(keyed.read_devise, "bcrypt"),
    **{f"hmac-{name}": _function(keyed.hmac_reader(name), name) for name in DIGESTS},
    **{name: _function(digests.reader(name), name) for name in DIGESTS},
}
KEYED = ("firebase", "devise", *(f"hmac-{name}" for name in DIGESTS))
SELF_CONTAINED = tuple(name for name in FUNCTIONS if name not in (*DIGESTS, *KEYED))
