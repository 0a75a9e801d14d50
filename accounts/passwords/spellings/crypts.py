"""Lines of crypt(3): SHA-crypt, md5-crypt and bcrypt; and phpass, which looks like one."""

import re

from accounts.passwords.schemes import InvalidHash, Scheme, itoa64, sha_crypt
from accounts.passwords.schemes.md5_crypt import Md5Crypt
from accounts.passwords.schemes.phpass import LENGTHS, Phpass
from accounts.passwords.spellings import bcrypts
from accounts.passwords.spellings.source import Digest, Source, refuse_salt

MD5_CRYPT = re.compile(r"\$(1|apr1)\$([^$:]{0,8})\$([./A-Za-z0-9]{22})", re.ASCII)
PHPASS = {
    name: re.compile(rf"\$[{letters}]\$([./A-Za-z0-9])([!-#%-~]{{8}})([./A-Za-z0-9]{{{LENGTHS[name]}}})", re.ASCII)
    for name, letters in {"phpass": "PH", "drupal": "S"}.items()
}


def read(text: str, source: Source) -> Scheme | Digest:
    if text.startswith("$2"):
        return bcrypts.read(text, source)
    refuse_salt("a crypt(3) hash", source)
    if text.startswith(("$5$", "$6$")):
        return sha_crypt.parse(text)
    match = MD5_CRYPT.fullmatch(text)
    if match is None:
        raise InvalidHash("reads as a crypt(3) hash, but not as $5$, $6$, $1$, $apr1$ or bcrypt, which are known here")
    return Digest(Md5Crypt.read(match[1], match[2]), match[3].encode())


def read_phpass(text: str, source: Source) -> Digest:
    """Read `$P$`, `$H$`, and Drupal's `$S$`."""
    refuse_salt("phpass", source)
    name = "drupal" if text.startswith("$S$") else "phpass"
    match = PHPASS[name].fullmatch(text)
    if match is None:
        raise InvalidHash(
            f"reads as {name}, but not as {text[:3]}, a letter for the rounds, 8 of salt and {LENGTHS[name]} of hash"
        )
    rounds, salt, tag = match.groups()
    return Digest(Phpass.read(name, str(itoa64.ALPHABET.index(rounds)), salt), tag.encode())
