"""Hashes that need a key of the system that made them: Firebase's scrypt, Devise's pepper, HMACs."""

from collections.abc import Callable

from accounts.passwords.schemes import InvalidHash, Scheme, firebase
from accounts.passwords.schemes.firebase import Firebase
from accounts.passwords.schemes.keyed import KeyedHmac, Pepper
from accounts.passwords.schemes.prehashes import DIGESTS
from accounts.passwords.schemes.wrapped import Wrapped
from accounts.passwords.spellings import bcrypts
from accounts.passwords.spellings.source import (
    Digest,
    KeyParameters,
    Source,
    extra_salt,
    from_base64,
    from_hex_or_base64,
    refuse_salt,
)


def read_firebase(text: str, source: Source) -> Scheme:
    """Read a `passwordHash` of Firebase; its salt is base64, with or without a word that says so."""
    parameters = _key("Firebase's scrypt", "its hash parameters (signer key, salt separator, rounds, mem_cost)", source)
    if parameters.rounds is None or parameters.memory_cost is None:
        raise InvalidHash("is of Firebase's scrypt, which needs rounds and mem_cost of its hash parameters")
    if source.position or not source.salt:
        raise InvalidHash("is of Firebase's scrypt, which needs its salt, without a salt_position")
    salt = from_base64(source.salt.removeprefix("base64:")) + parameters.separator
    return firebase.check(Firebase(parameters.name, parameters.memory_cost, parameters.rounds, salt, from_base64(text)))


def read_devise(text: str, source: Source) -> Scheme:
    """Read bcrypt of the password and a pepper behind it."""
    refuse_salt("Devise's bcrypt", source)
    parameters = _key("Devise's bcrypt", "its pepper (without one, it is bcrypt)", source)
    return Wrapped(Pepper(parameters.name), bcrypts.parse(text))


def hmac_reader(digest: str) -> Callable[[str, Source], Digest]:
    """Return what reads an HMAC in hex or base64."""

    def read(text: str, source: Source) -> Digest:
        parameters = _key(f"hmac-{digest}", "its key", source)
        value = from_hex_or_base64(text)
        if len(value) != DIGESTS[digest]:
            raise InvalidHash(f"does not read as hmac-{digest}: that has {DIGESTS[digest]} bytes, in hex or base64")
        if source.salt and not source.position:
            raise InvalidHash("is an HMAC, but where its salt was put is not said: salt_position is prefix or suffix")
        return Digest(KeyedHmac(digest, parameters.name, source.position or "suffix", extra_salt(source)), value)

    return read


def _key(name: str, what: str, source: Source) -> KeyParameters:
    if source.key is None:
        raise InvalidHash(f"is of {name}, which needs {what}: give the import --hash-key")
    return source.key
