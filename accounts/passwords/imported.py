"""Password hashes that another system made: each is fully read, and becomes the one line that we store.

Nothing here is ever taken for a password in plain text, and no reason repeats any of the hash (contract plusauth §6).
"""

import re
from base64 import b64decode
from dataclasses import dataclass

from accounts.passwords import hashing, looks, schemes
from accounts.passwords.looks import LONGEST
from accounts.passwords.schemes import Bcrypt, InvalidHash, Pbkdf2, Scheme, Wrapped

__all__ = ["FUNCTIONS", "Digest", "InvalidHash", "Source", "is_weak", "line_of", "parse", "read"]

POSITIONS = ("prefix", "suffix")
LONGEST_SALT = 256  # characters, before it is decoded

BCRYPT_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)
BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
TEXT_PBKDF2 = re.compile(rf"pbkdf2_(sha1|sha256|sha512)\${schemes.NUMBER}\$([^$]{{1,{LONGEST_SALT}}})\$(.+)")
BINARY_PBKDF2 = re.compile(
    rf"\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?{schemes.NUMBER}(?:,l={schemes.NUMBER})?\$([^$]+)\$([^$]+)"
)


@dataclass(frozen=True, slots=True)
class Digest:
    """A weak digest that is still to be wrapped: nobody stores it as it is."""

    name: str
    position: str
    salt: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Source:
    """What somebody says of a hash beside it; digest and rounds are of a bare pbkdf2 hash."""

    salt: str = ""
    position: str = ""
    digest: str = "sha256"
    rounds: int | None = None


def read(
    password: str,
    *,
    hash_fn: str,
    salt: str = "",
    salt_position: str = "",
    digest: str = "sha256",
    rounds: int | None = None,
) -> str:
    """The line to store; raises InvalidHash, and HashingBusy where a weak digest waits in vain to be wrapped.

    `digest` and `rounds` are those of a bare pbkdf2 hash, as the tenant's settings name them.
    """
    return line_of(parse(password, hash_fn, Source(salt, salt_position, digest, rounds)))


def parse(password: str, hash_fn: str, source: Source) -> Scheme | Digest:
    """What the hash says; computes nothing. Raises InvalidHash."""
    if hash_fn not in FUNCTIONS:
        raise InvalidHash(f"cannot be read: hash_fn is one of {', '.join(FUNCTIONS)}")
    if source.position not in ("", *POSITIONS):
        raise InvalidHash("cannot be read: salt_position is prefix or suffix")
    if not 0 < len(password) <= LONGEST or len(source.salt) > LONGEST_SALT:
        raise InvalidHash(f"cannot be read: a hash has 1 to {LONGEST} characters, its salt at most {LONGEST_SALT}")
    look = looks.looks_like(password)
    if look in OTHER_LOOKS[hash_fn]:
        raise InvalidHash(f"reads as {look}, not as {hash_fn}")
    return FUNCTIONS[hash_fn](password, source)


def line_of(found: Scheme | Digest) -> str:
    """The line to store; a weak digest is wrapped for it, which costs as much as a password of ours."""
    return _wrap(found) if isinstance(found, Digest) else found.line


def is_weak(found: Scheme | Digest) -> bool:
    """Whether it should soon be made anew, because it is less than is advised today (S-47)."""
    return isinstance(found, Digest) or schemes.is_weak(found)


def _argon2(text: str, source: Source) -> Scheme:
    _refuse_salt("argon2", source)
    return schemes.parse(_starting_at(text, "$argon2"))


def _bcrypt(text: str, source: Source) -> Scheme:
    """With a position, the salt was put to the password before bcrypt made its own; else it is bcrypt's own."""
    line = _starting_at(text, "$2")
    found = schemes.parse(line)
    assert isinstance(found, Bcrypt)
    canonical = Bcrypt(_without_spare_bits(found.line), found.cost)
    if source.position:
        return Wrapped("plain", source.position, _extra_salt(source), canonical)
    if source.salt and source.salt not in (line[7:29], line[:29]):
        raise InvalidHash(
            "reads as bcrypt, but has another salt than the one given; say salt_position if that is one more"
        )
    return canonical


def _without_spare_bits(line: str) -> str:
    """Some old programs left bits in the last letters of salt and hash that mean nothing; the library refuses them."""
    salt_end = BCRYPT_ALPHABET[BCRYPT_ALPHABET.index(line[28]) & ~0xF]
    hash_end = BCRYPT_ALPHABET[BCRYPT_ALPHABET.index(line[59]) & ~0x3]
    return f"{line[:28]}{salt_end}{line[29:59]}{hash_end}"


def _pbkdf2(text: str, source: Source) -> Scheme:
    if text.startswith("$"):
        _refuse_salt("pbkdf2", source)
        return _binary_pbkdf2(text)
    if text.startswith("pbkdf2_"):
        _refuse_salt("pbkdf2", source)
        return _text_pbkdf2(text)
    return _bare_pbkdf2(text, source)


def _binary_pbkdf2(text: str) -> Pbkdf2:
    """PHC's spelling or passlib's, which calls SHA-1 by no name."""
    match = BINARY_PBKDF2.fullmatch(text)
    if match is None:
        raise InvalidHash("reads as pbkdf2, but not as $pbkdf2-sha256$i=..$salt$hash or $pbkdf2-sha256$..$salt$hash")
    tag = _base64(match[5])
    if match[3] and int(match[3]) != len(tag):
        raise InvalidHash("reads as pbkdf2, but its hash has not the length that it says")
    return schemes.check_pbkdf2(Pbkdf2(match[1] or "sha1", int(match[2]), _base64(match[4]), tag))


def _text_pbkdf2(text: str) -> Pbkdf2:
    """Django's spelling: the salt is a text."""
    match = TEXT_PBKDF2.fullmatch(text)
    if match is None:
        raise InvalidHash("reads as Django's pbkdf2, but not as pbkdf2_sha256$rounds$salt$hash")
    return schemes.check_pbkdf2(Pbkdf2(match[1], int(match[2]), _encoded(match[3]), _base64(match[4])))


def _bare_pbkdf2(text: str, source: Source) -> Pbkdf2:
    if source.digest not in schemes.PBKDF2_MOST_ROUNDS:
        raise InvalidHash(f"cannot be read: the digest is one of {', '.join(schemes.PBKDF2_MOST_ROUNDS)}")
    if source.rounds is None:
        raise InvalidHash("is a bare pbkdf2 hash, which needs the tenant's setting pbkdf2_rounds")
    if source.position:
        raise InvalidHash("reads as pbkdf2, whose salt has no salt_position")
    if not source.salt:
        raise InvalidHash("is a bare pbkdf2 hash, which needs its salt")
    return schemes.check_pbkdf2(Pbkdf2(source.digest, source.rounds, _given_salt(source), _hex_or_base64(text)))


def _weak(name: str, length: int, text: str, source: Source) -> Digest:
    value = _hex_or_base64(text)
    if len(value) != length:
        raise InvalidHash(f"does not read as {name}: that has {length} bytes, in hex or base64")
    if source.salt and not source.position:
        raise InvalidHash(f"reads as {name}, but where its salt was put is not said: salt_position is prefix or suffix")
    return Digest(name, source.position or "suffix", _extra_salt(source), value)


def _md5(text: str, source: Source) -> Digest:
    return _weak("md5", 16, text, source)


def _sha1(text: str, source: Source) -> Digest:
    return _weak("sha1", 20, text, source)


def _wrap(found: Digest) -> str:
    inner = schemes.parse(hashing.ALGORITHMS["argon2"](found.value))
    assert isinstance(inner, schemes.Argon2)
    return Wrapped(found.name, found.position, found.salt, inner).line


def _starting_at(text: str, prefix: str) -> str:
    """The hash without what Django writes before it; raises InvalidHash if it does not begin as it must."""
    name = {"$2": "bcrypt", "$argon2": "argon2"}[prefix]
    line = text.removeprefix(f"{name}$" if prefix == "$2" else name)
    if not line.startswith(prefix):
        raise InvalidHash(f"does not read as {name}, which begins with {prefix}")
    return line


def _refuse_salt(name: str, source: Source) -> None:
    if source.salt or source.position:
        raise InvalidHash(f"reads as {name} with its own salt in it; no other can be given")


def _extra_salt(source: Source) -> bytes:
    salt = _given_salt(source)
    if len(salt) > schemes.LONGEST_EXTRA_SALT:
        raise InvalidHash(f"has a salt of more than {schemes.LONGEST_EXTRA_SALT} bytes")
    return salt


def _given_salt(source: Source) -> bytes:
    """A salt is the text that it is, unless it says `hex:` or `base64:` before it."""
    form, colon, rest = source.salt.partition(":")
    if colon and form == "hex":
        if not HEX.fullmatch(rest):
            raise InvalidHash("has a salt that is not hex")
        return bytes.fromhex(rest)
    return _base64(rest) if colon and form == "base64" else _encoded(source.salt)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidHash("has a salt that is no text") from None


def _hex_or_base64(text: str) -> bytes:
    return bytes.fromhex(text) if HEX.fullmatch(text) else _base64(text)


def _base64(text: str) -> bytes:
    """Standard, URL-safe or passlib's alphabet, padded or not."""
    standard = text.replace("-", "+").replace(".", "+").replace("_", "/")
    bare = standard.rstrip("=")
    if not BASE64.fullmatch(standard) or len(bare) % 4 == 1:
        raise InvalidHash("has a salt or a hash that is neither hex nor base64")
    return b64decode(bare + "=" * (-len(bare) % 4), validate=True)


FUNCTIONS = {"bcrypt": _bcrypt, "argon2": _argon2, "pbkdf2": _pbkdf2, "md5": _md5, "sha1": _sha1}
BARE = frozenset({"", "md5", "sha1", "bare hash"})
ALL_LOOKS = frozenset(name for name, _ in looks.LOOKS)
OTHER_LOOKS = {
    "bcrypt": ALL_LOOKS - {"bcrypt"},
    "argon2": ALL_LOOKS - {"argon2"},
    "pbkdf2": ALL_LOOKS - {"pbkdf2"} - BARE,
    "md5": ALL_LOOKS - {"md5"},
    "sha1": ALL_LOOKS - {"sha1"},
}
