"""Hashes of web frameworks, each of which has a name of its own in the text: Django, Werkzeug, WordPress, ASP.NET."""

import re
from base64 import b64decode
from binascii import Error

from accounts.passwords.schemes import InvalidHash, Scheme, pbkdf2
from accounts.passwords.schemes.pbkdf2 import Pbkdf2
from accounts.passwords.schemes.prehashes import DIGESTS, Prehash, Salted, SaltedHmac
from accounts.passwords.spellings import argon2s, bcrypts, crypts, digests, pbkdf2s, scrypts
from accounts.passwords.spellings.source import Digest, Source, encoded, refuse_salt

QUICK = re.compile(r"(md5|sha1|sha256|sha512)\$([^$]{0,64})\$([0-9a-f]+)")
UNUSABLE = "!"  # how Django marks a user without a password

ASPNET_V2_BYTES = 49
ASPNET_V2_ROUNDS = 1000
ASPNET_V3_DIGESTS = ("sha1", "sha256", "sha512")


def read_django(text: str, source: Source) -> Scheme | Digest:
    """Read what Django's hashers make; its `md5` and `sha1` put the salt before the password."""
    refuse_salt("Django's hash", source)
    if text.startswith(UNUSABLE):
        raise InvalidHash("is Django's mark of a user without a password")
    for prefix, read in DJANGO.items():
        if text.startswith(prefix):
            return read(text, source)
    match = QUICK.fullmatch(text)
    if match and match[1] in ("md5", "sha1"):
        return _quick(Salted(match[1], "prefix", encoded(match[2])), match)
    if re.fullmatch(r"[0-9a-f]{32}", text):
        return digests.reader("md5")(text, source)  # its oldest
    raise InvalidHash("does not read as Django's hash, as pbkdf2_sha256$rounds$salt$hash")


def read_werkzeug(text: str, source: Source) -> Scheme | Digest:
    """Read what Werkzeug (Flask) makes, or made once: an HMAC whose key is the salt."""
    refuse_salt("Werkzeug's hash", source)
    if text.startswith("scrypt:"):
        return scrypts.read_werkzeug(text)
    if text.startswith("pbkdf2:"):
        return pbkdf2s.read_werkzeug(text)
    match = QUICK.fullmatch(text)
    if match is None:
        raise InvalidHash(
            "does not read as Werkzeug's hash, as scrypt:N:r:p$salt$hash or pbkdf2:sha256:rounds$salt$hash"
        )
    salt = encoded(match[2])
    return _quick(SaltedHmac(match[1], salt) if salt else Salted(match[1], "suffix", b""), match)


def read_wordpress(text: str, source: Source) -> Scheme | Digest:
    """Read what WordPress made at any time: MD5, phpass, bcrypt of plug-ins, and bcrypt of 6.8."""
    if text.startswith("$wp$"):
        return bcrypts.read_wordpress(text, source)
    if text.startswith(("$P$", "$H$")):
        return crypts.read_phpass(text, source)
    return bcrypts.read(text, source) if text.startswith("$2") else digests.reader("md5")(text, source)


def read_aspnet(text: str, source: Source) -> Scheme:
    """Read ASP.NET Identity's base64: a byte for the version, PBKDF2's parameters, salt and hash."""
    refuse_salt("ASP.NET Identity's hash", source)
    octets = aspnet_octets(text)
    if octets is None:
        raise InvalidHash("does not read as ASP.NET Identity's hash: base64 whose first byte is 0 or 1")
    if octets[0] == 0:
        return pbkdf2.check(Pbkdf2("sha1", ASPNET_V2_ROUNDS, octets[1:17], octets[17:]))
    kind, rounds, length = (int.from_bytes(octets[start : start + 4]) for start in (1, 5, 9))
    if kind >= len(ASPNET_V3_DIGESTS):
        raise InvalidHash(f"reads as ASP.NET Identity's hash (v3), but of the unknown digest {kind}")
    return pbkdf2.check(Pbkdf2(ASPNET_V3_DIGESTS[kind], rounds, octets[13 : 13 + length], octets[13 + length :]))


def aspnet_octets(text: str) -> bytes | None:
    """Return the bytes of what has the form of ASP.NET Identity's hash."""
    try:
        octets = b64decode(text, validate=True)
    except (Error, ValueError):
        return None
    is_v2 = len(octets) == ASPNET_V2_BYTES and octets[0] == 0
    is_v3 = len(octets) >= 13 + 16 and octets[:4] == b"\1\0\0\0"
    return octets if is_v2 or is_v3 else None


def _quick(prehash: Prehash, match: "re.Match[str]") -> Digest:
    if len(match[3]) != 2 * DIGESTS[match[1]]:
        raise InvalidHash(f"reads as {match[1]}, but its hash has not the length of one")
    return Digest(prehash, bytes.fromhex(match[3]))


DJANGO = {
    "pbkdf2_": pbkdf2s.read,
    "argon2": argon2s.read,
    "bcrypt_sha256$": bcrypts.read_sha256,
    "bcrypt$": bcrypts.read,
    "scrypt$": scrypts.read,
}
