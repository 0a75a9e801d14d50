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


IN_WORDS = {
    "letters_and_digit": "Use a lower-case letter, an upper-case letter and a digit.",
    "three_classes": "Use three of these: lower-case letters, upper-case letters, digits, other characters.",
    "no_runs": "Do not use the same character three times in a row.",
    "not_yours": "Do not use your own name, address or number, or ours.",
}
RULES_AT = {"fair": ("letters_and_digit",), "good": ("three_classes",), "excellent": ("three_classes", "no_runs")}


def bounds(strength: str) -> tuple[int, int]:
    """The fewest and the most characters of a password."""
    return SHORTEST_AT.get(strength, SHORTEST), LONGEST


def rules(strength: str) -> list[str]:
    """The names of the rules for people who are to choose a password, beside its length and what is common."""
    return [*RULES_AT.get(strength, ()), "not_yours"]


def words(strength: str) -> str:
    """The policy for people who are to choose a password."""
    shortest, longest = bounds(strength)
    found = [
        f"Use {shortest} to {longest} characters.",
        *(IN_WORDS[rule] for rule in rules(strength)),
        "Do not use a common password.",
    ]
    return " ".join(found)


def check(password: str, *, strength: str, context: Iterable[str] = ()) -> None:
    """Accept a new password, or raise InvalidPassword with the reason for people.

    `context` are the words that a stranger would try first: names of the tenant and the user, address, number.
    """
    _check_length(password, *bounds(strength))
    _check_characters(password)
    COMPOSITION[strength](password)
    _check_context(password, context)
    _require(not is_listed(password), "This password is too common.", "common")


def _require(met: bool, reason: str, rule: str, bound: int | None = None) -> None:
    if not met:
        raise InvalidPassword(reason, rule=rule, bound=bound)


def _require_rule(met: bool, rule: str) -> None:
    _require(met, IN_WORDS[rule], rule)


def _check_length(password: str, shortest: int, longest: int) -> None:
    _require(len(password) >= shortest, f"Use at least {shortest} characters.", "too_short", shortest)
    _require(len(password) <= longest, f"Use at most {longest} characters.", "too_long", longest)


def _check_characters(password: str) -> None:
    _require(all(map(_is_text, password)), "Control characters are not allowed.", "control_characters")


def _is_text(character: str) -> bool:
    """Whether Unicode means it to be interchanged: no control, no surrogate, no non-character."""
    point = ord(character)
    is_noncharacter = point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
    return not is_noncharacter and unicodedata.category(character) not in {"Cc", "Cs"}


def _anything(password: str) -> None:
    """Ask for nothing more."""


def _letters_and_digit(password: str) -> None:
    met = _classes(password) >= {"lower", "upper", "digit"}
    _require_rule(met, "letters_and_digit")


def _three_classes(password: str) -> None:
    met = len(_classes(password)) >= 3
    _require_rule(met, "three_classes")


def _three_classes_without_runs(password: str) -> None:
    _three_classes(password)
    _require_rule(not re.search(r"(.)\1\1", password), "no_runs")


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
    _require_rule(words.isdisjoint(_bare_forms(password)), "not_yours")


def _bare_forms(text: str) -> set[str]:
    """Return the text without spaces and punctuation, and that without the digits at its ends."""
    squeezed = "".join(filter(str.isalnum, folded(text)))
    return {squeezed, re.sub(r"^\d+|\d+$", "", squeezed)}
