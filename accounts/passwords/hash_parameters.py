"""What a whole system of hashes shares, as people have it: a bare key, or Firebase's `hash_config` and its like."""

import json
import re
from dataclasses import dataclass, field

from accounts.passwords.schemes.reading import InvalidHash
from accounts.passwords.spellings.source import KeyParameters, from_base64, text_or_encoded

LONGEST_KEY = 1024  # bytes
DEFAULT_NAME = "default"
MEMBER = re.compile(
    r"""^[ \t"']*([A-Za-z_][A-Za-z0-9_]*)["']?[ \t]*[:=][ \t]*["']?(.*?)["']?,?[ \t\r]*$""", re.MULTILINE
)
NAMES = {
    "base64_signer_key": "signer key",
    "signer_key": "signer key",
    "base64_salt_separator": "separator",
    "salt_separator": "separator",
    "rounds": "rounds",
    "mem_cost": "memory cost",
    "memory_cost": "memory cost",
    "pepper": "key",
    "key": "key",
}
IGNORED = ("algorithm", "hash_config")


class InvalidParameters(ValueError):
    """The text holds no key; the message says why, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class HashParameters:
    """A key, and what else its hashes need to be read."""

    key: bytes = field(repr=False)
    parameters: KeyParameters


def read(text: str, name: str = DEFAULT_NAME) -> HashParameters:
    """Read the parameters; raises InvalidParameters."""
    try:
        found = _members(text)
        signer_key, key = found.get("signer key"), found.get("key", "" if found else text.strip())
        octets = from_base64(signer_key) if signer_key else text_or_encoded(key)
        separator = from_base64(found["separator"]) if found.get("separator") else b""
        parameters = KeyParameters(name, _number(found, "rounds"), _number(found, "memory cost"), separator)
    except InvalidHash:
        raise InvalidParameters("signer_key and salt_separator must be base64") from None
    if not 0 < len(octets) <= LONGEST_KEY:
        raise InvalidParameters(f"the key must have 1 to {LONGEST_KEY} bytes")
    return HashParameters(octets, parameters)


def _members(text: str) -> dict[str, str]:
    """Return the members by our names: none where the text is a bare key."""
    given = _json(text) or dict(MEMBER.findall(text))
    if not given.keys() & NAMES.keys():
        return {}
    unknown = sorted(given.keys() - NAMES.keys() - {*IGNORED})
    if unknown:
        raise InvalidParameters(f"{unknown[0][:32]} is not known; the members are {', '.join(NAMES)}")
    return {NAMES[name]: value for name, value in given.items() if name in NAMES}


def _json(text: str) -> dict[str, str]:
    try:
        given = json.loads(text)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}


def _number(found: dict[str, str], name: str) -> int | None:
    text = found.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise InvalidParameters(f"{name} must be a whole number")
    return int(text)
