"""scrypt: PHC's line, Werkzeug's, Django's, hashcat's `SCRYPT:...` and the `$s0$` of Colin Percival's tools."""

import re

from accounts.passwords.schemes import InvalidHash, Scheme, scrypt
from accounts.passwords.schemes.reading import NUMBER, check_bounds
from accounts.passwords.schemes.scrypt import Scrypt
from accounts.passwords.spellings.source import LONGEST_SALT_TEXT, Source, encoded, from_base64, refuse_salt

SALT = rf"([^$:]{{1,{LONGEST_SALT_TEXT}}})"
PHC = re.compile(rf"\$scrypt\$ln={NUMBER},r={NUMBER},p={NUMBER}\$([^$]+)\$([^$]+)")
WERKZEUG = re.compile(rf"scrypt:{NUMBER}:{NUMBER}:{NUMBER}\${SALT}\$((?:[0-9a-f]{{2}})+)")
DJANGO = re.compile(rf"scrypt\${NUMBER}\${SALT}\${NUMBER}\${NUMBER}\$([^$]+)")
HASHCAT = re.compile(rf"SCRYPT:{NUMBER}:{NUMBER}:{NUMBER}:([^:]+):([^:]+)")
TARSNAP = re.compile(r"\$s0\$([0-9a-f]{1,2})([0-9a-f]{2})([0-9a-f]{2})\$([^$]+)\$([^$]+)")


def read(text: str, source: Source) -> Scheme:
    refuse_salt("scrypt", source)
    if text.startswith("scrypt:"):
        return read_werkzeug(text)
    if text.startswith("scrypt$"):
        return read_django(text)
    if match := PHC.fullmatch(text):
        return _checked(int(match[1]), match[2], match[3], from_base64(match[4]), from_base64(match[5]))
    if match := HASHCAT.fullmatch(text):
        return _checked(_logarithm(match[1]), match[2], match[3], from_base64(match[4]), from_base64(match[5]))
    if match := TARSNAP.fullmatch(text):
        r, p = str(int(match[2], 16)), str(int(match[3], 16))
        return _checked(int(match[1], 16), r, p, from_base64(match[4]), from_base64(match[5]))
    raise InvalidHash("reads as scrypt, but not as $scrypt$ln=..,r=..,p=..$salt$hash or SCRYPT:N:r:p:salt:hash")


def read_werkzeug(text: str) -> Scrypt:
    """Read Werkzeug's spelling: the salt is a text, the hash is hex."""
    match = WERKZEUG.fullmatch(text)
    if match is None:
        raise InvalidHash("reads as Werkzeug's scrypt, but not as scrypt:N:r:p$salt$hash")
    return _checked(_logarithm(match[1]), match[2], match[3], encoded(match[4]), bytes.fromhex(match[5]))


def read_django(text: str) -> Scrypt:
    """Read Django's spelling: the salt is a text and stands behind N."""
    match = DJANGO.fullmatch(text)
    if match is None:
        raise InvalidHash("reads as Django's scrypt, but not as scrypt$N$salt$r$p$hash")
    return _checked(_logarithm(match[1]), match[3], match[4], encoded(match[2]), from_base64(match[5]))


def _checked(log_n: int, r: str, p: str, salt: bytes, tag: bytes) -> Scrypt:
    return scrypt.check(Scrypt(log_n, int(r), int(p), salt, tag))


def _logarithm(n: str) -> int:
    number = int(n)
    if number < 2 or number & (number - 1):
        raise InvalidHash(f"reads as scrypt, but its N is {number}, which is no power of two")
    check_bounds("scrypt", "N", number, range(2, 2**21 + 1))
    return number.bit_length() - 1
