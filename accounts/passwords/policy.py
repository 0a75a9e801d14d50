"""What a new password must be, at each strength that a tenant can choose."""

import re
import unicodedata
from collections.abc import Callable, Iterable

from accounts.errors import InvalidPassword
from accounts.passwords.blocklist import folded, is_listed

# In code points; the floor holds for the two lowest levels too, whose originals allow 1 and 6.
SHORTEST = 8
SHORTEST_AT = {"excellent": 10, "nist": 15}
# No code point has more than four bytes in UTF-8, so this bounds a password to 512 bytes too.
LONGEST = 128

# A shorter word is part of too many good passwords.
SHORTEST_CONTEXT_WORD = 4


def check(password: str, *, strength: str, context: Iterable[str] = ()) -> None:
    """Accept a new password, or raise InvalidPassword with the reason for people.

    `context` are the words that a stranger would try first: names of the tenant and the user, address, number.
    """
    _check_length(password, SHORTEST_AT.get(strength, SHORTEST))
    _check_characters(password)
    COMPOSITION[strength](password)
    _check_context(password, context)
    _require(not is_listed(password), "This password is too common.")


def _require(met: bool, reason: str) -> None:
    if not met:
        raise InvalidPassword(reason)


def _check_length(password: str, shortest: int) -> None:
    _require(len(password) >= shortest, f"Use at least {shortest} characters.")
    _require(len(password) <= LONGEST, f"Use at most {LONGEST} characters.")


def _check_characters(password: str) -> None:
    _require(all(map(_is_text, password)), "Control characters are not allowed.")


def _is_text(character: str) -> bool:
    """Whether Unicode means it to be interchanged: no control, no surrogate, no non-character."""
    point = ord(character)
    is_noncharacter = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
    return not is_noncharacter and unicodedata.category(character) not in {"Cc", "Cs"}


def _anything(password: str) -> None:
    """Ask for nothing more."""


def _letters_and_digit(password: str) -> None:
    met = _classes(password) >= {"lower", "upper", "digit"}
    _require(met, "Use a lower-case letter, an upper-case letter and a digit.")


def _three_classes(password: str) -> None:
    met = len(_classes(password)) >= 3
    _require(met, "Use three of these: lower-case letters, upper-case letters, digits, other characters.")


def _three_classes_without_runs(password: str) -> None:
    _three_classes(password)
    _require(not re.search(r"(.)\1\1", password), "Do not use the same character three times in a row.")


COMPOSITION: dict[str, Callable[[str], None]] = {
    "none": _anything,
    "low": _anything,
    "fair": _letters_and_digit,
    "good": _three_classes,
    "excellent": _three_classes_without_runs,
    "nist": _anything,
}


def _classes(password: str) -> set[str]:
    return {_class_of(character) for character in password}


def _class_of(character: str) -> str:
    if character.islower():
        return "lower"
    if character.isupper():
        return "upper"
    return "digit" if character.isdecimal() else "other"


def _check_context(password: str, context: Iterable[str]) -> None:
    words = {form for word in context for form in _bare_forms(word) if len(form) >= SHORTEST_CONTEXT_WORD}
    _require(words.isdisjoint(_bare_forms(password)), "Do not use your own name, address or number, or ours.")


def _bare_forms(text: str) -> set[str]:
    """Return the text without spaces and punctuation, and that without the digits at its ends."""
    squeezed = "".join(filter(str.isalnum, folded(text)))
    return {squeezed, re.sub(r"^\d+|\d+$", "", squeezed)}
