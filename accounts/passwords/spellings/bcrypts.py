"""bcrypt, and what other systems have it hash instead of the password."""

from accounts.passwords.schemes import InvalidHash, Scheme, bcrypt
from accounts.passwords.schemes.bcrypt import Bcrypt
from accounts.passwords.schemes.prehashes import Base64Hmac, HexDigest, Salted
from accounts.passwords.schemes.reading import compiled
from accounts.passwords.schemes.wrapped import Wrapped
from accounts.passwords.spellings.source import Source, extra_salt, refuse_salt

ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
WORDPRESS_KEY = b"wp-sha384"  # everybody's
PASSLIB = compiled(r"\$bcrypt-sha256\$v=2,t=(2[by]),r=([0-9]{1,2})\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})")


def read(text: str, source: Source) -> Scheme:
    """Read bcrypt's own line. With a position, a salt was put to the password before; else it must be bcrypt's own."""
    line = text.removeprefix("bcrypt$")
    found = parse(line)
    if source.position:
        return Wrapped(Salted("plain", source.position, extra_salt(source)), found)
    if source.salt and source.salt not in (line[7:29], line[:29]):
        raise InvalidHash(
            "reads as bcrypt, but has another salt than the one given; say salt_position if that is one more"
        )
    return found


def read_sha256(text: str, source: Source) -> Scheme:
    """Read Django's `bcrypt_sha256$$2b$...`, or passlib's `$bcrypt-sha256$v=2,...`."""
    refuse_salt("bcrypt_sha256", source)
    if text.startswith("bcrypt_sha256$"):
        return Wrapped(HexDigest(), parse(text.removeprefix("bcrypt_sha256$")))
    match = PASSLIB.fullmatch(text)
    if match is None:
        raise InvalidHash("reads as bcrypt-sha256, but not as $bcrypt-sha256$v=2,t=2b,r=..$salt$hash")
    variant, cost, salt, tag = match.groups()
    return Wrapped(Base64Hmac("sha256", salt.encode()), parse(f"${variant}${int(cost):02}${salt}{tag}"))


def read_wordpress(text: str, source: Source) -> Scheme:
    """Read what WordPress makes from 6.8 on: `$wp$2y$...`."""
    refuse_salt("WordPress's bcrypt", source)
    return Wrapped(Base64Hmac("sha384", WORDPRESS_KEY), parse(text.removeprefix("$wp")))


def parse(line: str) -> Bcrypt:
    """Read bcrypt's line, also as some old programs wrote it; raises InvalidHash."""
    if not line.startswith("$2"):
        raise InvalidHash("does not read as bcrypt, which begins with $2")
    found = bcrypt.parse(line)
    return Bcrypt(_without_spare_bits(found.line), found.cost)


def _without_spare_bits(line: str) -> str:
    """Some old programs left bits in the last letters of salt and hash that mean nothing; the library refuses them."""
    salt_end = ALPHABET[ALPHABET.index(line[28]) & ~0xF]
    hash_end = ALPHABET[ALPHABET.index(line[59]) & ~0x3]
    return f"{line[:28]}{salt_end}{line[29:59]}{hash_end}"
