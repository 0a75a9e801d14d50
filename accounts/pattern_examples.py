"""A text that an attribute's rule accepts, for documents that show a call."""

import re
from collections.abc import Iterator
from functools import lru_cache
from random import Random
from typing import Any

from accounts import attributes
from accounts.errors import IllegalAttributeValue
from tenants.configuration import AttributeRule

TRIES = 200
MOST_REPETITIONS = 12  # beyond the fewest
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789 -_.@:/+#,!"
CLASSES = {
    "CATEGORY_DIGIT": re.compile(r"\d", re.ASCII),
    "CATEGORY_NOT_DIGIT": re.compile(r"\D", re.ASCII),
    "CATEGORY_WORD": re.compile(r"\w", re.ASCII),
    "CATEGORY_NOT_WORD": re.compile(r"\W", re.ASCII),
    "CATEGORY_SPACE": re.compile(r"\s", re.ASCII),
    "CATEGORY_NOT_SPACE": re.compile(r"\S", re.ASCII),
}


@lru_cache(maxsize=512)
def example(rule: AttributeRule, usual: str, *, unfit: re.Pattern[str]) -> str:
    """The usual text if it is legal, else one that the pattern makes; the usual one if none is found."""
    for text in _candidates(rule, usual):
        if text and not unfit.search(text) and _is_legal(rule, text):
            return text
    return usual


def _candidates(rule: AttributeRule, usual: str) -> Iterator[str]:
    yield usual
    random = Random(rule.regex)  # noqa: S311 - the same example each time, nothing secret
    tree = re._parser.parse(rule.regex, re.ASCII)  # type: ignore[attr-defined] # the only tree of a pattern there is
    for _ in range(TRIES):
        yield "".join(_texts(tree, random))


def _is_legal(rule: AttributeRule, text: str) -> bool:
    try:
        attributes.check(rule, text)
    except IllegalAttributeValue:
        return False
    return True


def _texts(tree: Any, random: Random) -> Iterator[str]:
    for operation, value in tree:
        yield from _text(str(operation), value, random)


def _text(operation: str, value: Any, random: Random) -> Iterator[str]:
    if operation in ("MAX_REPEAT", "MIN_REPEAT"):
        fewest, most, inner = value
        for _ in range(random.randint(fewest, min(most, fewest + MOST_REPETITIONS))):
            yield from _texts(inner, random)
    elif operation == "BRANCH":
        yield from _texts(random.choice(value[1]), random)
    elif operation == "SUBPATTERN":
        yield from _texts(value[-1], random)
    elif operation in ("LITERAL", "NOT_LITERAL", "ANY", "IN"):
        yield random.choice(_characters(operation, value))
    # What looks ahead, or at the ends, makes no text: whether it agrees is seen afterwards.


def _characters(operation: str, value: Any) -> str:
    if operation == "LITERAL":
        return chr(value)
    if operation == "IN":
        return _members(value)
    return "".join(letter for letter in ALPHABET if operation == "ANY" or ord(letter) != value)


def _members(parts: list[Any]) -> str:
    """The usual letters that are in the set, or its own first ones where none of them is."""
    is_negated = str(parts[0][0]) == "NEGATE"
    usual = "".join(letter for letter in ALPHABET if _contains(parts, ord(letter)) != is_negated)
    firsts = [value[0] if str(operation) == "RANGE" else value for operation, value in parts if not is_negated]
    return usual or "".join(chr(point) for point in firsts if isinstance(point, int)) or "中"


def _contains(parts: list[Any], point: int) -> bool:
    return any(_is_member(str(operation), value, point) for operation, value in parts)


def _is_member(operation: str, value: Any, point: int) -> bool:
    if operation == "RANGE":
        return bool(value[0] <= point <= value[1])
    if operation == "CATEGORY":
        return bool(CLASSES[str(value)].match(chr(point)))
    return operation == "LITERAL" and bool(value == point)
