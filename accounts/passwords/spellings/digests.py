"""Quick digests: bare ones, LDAP's `{SSHA}` and its like; each is wrapped in argon2id before it is stored."""

import re
from collections.abc import Callable

from accounts.passwords.schemes import InvalidHash, Scheme
from accounts.passwords.schemes.prehashes import DIGESTS, LONGEST_SALT, Salted
from accounts.passwords.schemes.reading import check_bounds
from accounts.passwords.spellings import argon2s, bcrypts, crypts
from accounts.passwords.spellings.source import (
    Digest,
    Source,
    extra_salt,
    from_base64,
    from_hex_or_base64,
    refuse_salt,
)

LDAP = re.compile(r"\{([A-Za-z0-9-]{3,20})\}(.+)")
LDAP_DIGESTS = {"SHA": "sha1", "SSHA": "sha1", "MD5": "md5", "SMD5": "md5"} | {
    name: digest
    for digest in ("sha256", "sha512")
    for name in (digest.upper(), f"S{digest.upper()}", f"SHA-{digest[3:]}", f"SSHA-{digest[3:]}")
}
LDAP_LINES: dict[str, Callable[[str, Source], Scheme | Digest]] = {
    "CRYPT": crypts.read,
    "BCRYPT": bcrypts.read,  # Spring Security writes these two so
    "ARGON2": argon2s.read,
}


def reader(name: str) -> Callable[[str, Source], Digest]:
    """Return what reads a bare digest in hex or base64."""

    def read(text: str, source: Source) -> Digest:
        value = from_hex_or_base64(text)
        if len(value) != DIGESTS[name]:
            raise InvalidHash(f"does not read as {name}: that has {DIGESTS[name]} bytes, in hex or base64")
        if source.salt and not source.position:
            raise InvalidHash(
                f"reads as {name}, but where its salt was put is not said: salt_position is prefix or suffix"
            )
        return Digest(Salted(name, source.position or "suffix", extra_salt(source)), value)

    return read


def read_ldap(text: str, source: Source) -> Scheme | Digest:
    """Read a `userPassword` (RFC 2307): the digest of password and salt, and the salt, as one base64."""
    refuse_salt("an LDAP hash", source)
    match = LDAP.fullmatch(text)
    if match is None:
        raise InvalidHash("does not read as an LDAP hash, which begins with a name in braces")
    name, rest = match[1].upper(), match[2]
    if name in LDAP_LINES:
        return LDAP_LINES[name](rest, source)
    if name not in LDAP_DIGESTS:
        raise InvalidHash(f"reads as an LDAP hash, but of the scheme {{{name}}}, which is not known here")
    digest = LDAP_DIGESTS[name]
    octets = from_base64(rest)
    value, salt = octets[: DIGESTS[digest]], octets[DIGESTS[digest] :]
    if len(value) < DIGESTS[digest] or bool(salt) != name.startswith("SS" if "SHA" in name else "SM"):
        raise InvalidHash(f"reads as an LDAP hash, but not with as many bytes as {{{name}}} has")
    check_bounds("an LDAP hash", "salt in bytes", len(salt), range(LONGEST_SALT + 1))
    return Digest(Salted(digest, "suffix", salt), value)
