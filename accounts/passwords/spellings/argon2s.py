"""Argon2: PHC's line, and Django's with a word before it."""

from accounts.passwords.schemes import InvalidHash, Scheme, argon2
from accounts.passwords.spellings.source import Source, refuse_salt


def read(text: str, source: Source) -> Scheme:
    refuse_salt("argon2", source)
    line = text.removeprefix("argon2")
    if not line.startswith("$argon2"):
        raise InvalidHash("does not read as argon2, which begins with $argon2")
    return argon2.parse(line)
