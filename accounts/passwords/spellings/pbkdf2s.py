"""PBKDF2: PHC's line, passlib's, Django's, Werkzeug's, and a bare hash with its parameters beside it."""

import re

from accounts.passwords.schemes import InvalidHash, Scheme, pbkdf2
from accounts.passwords.schemes.pbkdf2 import MOST_ROUNDS, Pbkdf2
from accounts.passwords.schemes.reading import NUMBER
from accounts.passwords.spellings.source import (
    LONGEST_SALT_TEXT,
    Source,
    encoded,
    from_base64,
    from_hex_or_base64,
    given_salt,
    refuse_salt,
)

DIGESTS = "sha1|sha256|sha512"
DJANGO = re.compile(rf"pbkdf2_({DIGESTS})\${NUMBER}\$([^$]{{1,{LONGEST_SALT_TEXT}}})\$(.+)")
WERKZEUG = re.compile(rf"pbkdf2:({DIGESTS})(?::{NUMBER})?\$([^$]{{1,{LONGEST_SALT_TEXT}}})\$((?:[0-9a-f]{{2}})+)")
PHC = re.compile(rf"\$pbkdf2(?:-({DIGESTS}))?\$(?:i=)?{NUMBER}(?:,l={NUMBER})?\$([^$]+)\$([^$]+)")


def read(text: str, source: Source) -> Scheme:
    if not text.startswith(("$", "pbkdf2_", "pbkdf2:")):
        return _bare(text, source)
    refuse_salt("pbkdf2", source)
    if text.startswith("$"):
        return _phc(text)
    return read_django(text) if text.startswith("pbkdf2_") else read_werkzeug(text)


def read_django(text: str) -> Pbkdf2:
    """Read Django's spelling: the salt is a text."""
    match = DJANGO.fullmatch(text)
    if match is None:
        raise InvalidHash("reads as Django's pbkdf2, but not as pbkdf2_sha256$rounds$salt$hash")
    return pbkdf2.check(Pbkdf2(match[1], int(match[2]), encoded(match[3]), from_base64(match[4])))


def read_werkzeug(text: str) -> Pbkdf2:
    """Read Werkzeug's spelling: the salt is a text, the hash is hex."""
    match = WERKZEUG.fullmatch(text)
    if match is None:
        raise InvalidHash("reads as Werkzeug's pbkdf2, but not as pbkdf2:sha256:rounds$salt$hash")
    if match[2] is None:
        raise InvalidHash("reads as Werkzeug's pbkdf2, but does not say its number of rounds")
    return pbkdf2.check(Pbkdf2(match[1], int(match[2]), encoded(match[3]), bytes.fromhex(match[4])))


def _phc(text: str) -> Pbkdf2:
    """Read PHC's spelling or passlib's, which calls SHA-1 by no name."""
    match = PHC.fullmatch(text)
    if match is None:
        raise InvalidHash("reads as pbkdf2, but not as $pbkdf2-sha256$i=..$salt$hash or $pbkdf2-sha256$..$salt$hash")
    tag = from_base64(match[5])
    if match[3] and int(match[3]) != len(tag):
        raise InvalidHash("reads as pbkdf2, but its hash has not the length that it says")
    return pbkdf2.check(Pbkdf2(match[1] or "sha1", int(match[2]), from_base64(match[4]), tag))


def _bare(text: str, source: Source) -> Pbkdf2:
    if source.digest not in MOST_ROUNDS:
        raise InvalidHash(f"cannot be read: the digest is one of {', '.join(MOST_ROUNDS)}")
    if source.rounds is None:
        raise InvalidHash("is a bare pbkdf2 hash, which needs the tenant's setting pbkdf2_rounds")
    if source.position:
        raise InvalidHash("reads as pbkdf2, whose salt has no salt_position")
    if not source.salt:
        raise InvalidHash("is a bare pbkdf2 hash, which needs its salt")
    return pbkdf2.check(Pbkdf2(source.digest, source.rounds, given_salt(source), from_hex_or_base64(text)))
