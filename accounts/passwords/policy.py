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


LETTERS_AND_DIGIT = "Use a lower-case letter, an upper-case letter and a digit."
THREE_CLASSES = "Use three of these: lower-case letters, upper-case letters, digits, other characters."
NO_RUNS = "Do not use the same character three times in a row."
NOT_YOURS = "Do not use your own name, address or number, or ours."
COMPOSITION_IN_WORDS = {
    "fair": (LETTERS_AND_DIGIT,),
    "good": (THREE_CLASSES,),
    "excellent": (THREE_CLASSES, NO_RUNS),
}


def bounds(strength: str) -> tuple[int, int]:
    """The fewest and the most characters of a password."""
    return SHORTEST_AT.get(strength, SHORTEST), LONGEST


def words(strength: str) -> str:
    """The policy for people who are to choose a password."""
    shortest, longest = bounds(strength)
    rules = [
        f"Use {shortest} to {longest} characters.",
        *COMPOSITION_IN_WORDS.get(strength, ()),
        NOT_YOURS,
        "Do not use a common password.",
    ]
    return " ".join(rules)


def check(password: str, *, strength: str, context: Iterable[str] = ()) -> None:
    """Accept a new password, or raise InvalidPassword with the reason for people.

    `context` are the words that a stranger would try first: names of the tenant and the user, address, number.
    """
    _check_length(password, *bounds(strength))
    _check_characters(password)
    COMPOSITION[strength](password)
    _check_context(password, context)
    _require(not is_listed(password), "This password is too common.")


def _require(met: bool, reason: str) -> None:
    if not met:
        raise InvalidPassword(reason)


def _check_length(password: str, shortest: int, longest: int) -> None:
    _require(len(password) >= shortest, f"Use at least {shortest} characters.")
    _require(len(password) <= longest, f"Use at most {longest} characters.")


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
    _require(met, LETTERS_AND_DIGIT)


def _three_classes(password: str) -> None:
    met = len(_classes(password)) >= 3
    _require(met, THREE_CLASSES)


def _three_classes_without_runs(password: str) -> None:
    _three_classes(password)
    _require(not re.search(r"(.)\1\1", password), NO_RUNS)


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
    _require(words.isdisjoint(_bare_forms(password)), NOT_YOURS)


def _bare_forms(text: str) -> set[str]:
    """Return the text without spaces and punctuation, and that without the digits at its ends."""
    squeezed = "".join(filter(str.isalnum, folded(text)))
    return {squeezed, re.sub(r"^\d+|\d+$", "", squeezed)}
