"""The rules of general attributes: each has a type, texts a bounded length, some a vocabulary or a pattern."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from accounts.errors import IllegalAttributeValue
from tenants.configuration import AttributeRule
from tenants.patterns import published

TEXT_LENGTH = 255
LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,8}", re.ASCII)  # the shape of BCP 47
NO_ZONES = frozenset({"Factory", "localtime"})  # files of the database that name no place
TYPES: dict[str, type] = {"string": str, "integer": int, "boolean": bool}


def has_type(rule: AttributeRule, value: Any) -> bool:
    """Whether the value is of the attribute's type, strictly: True is no number."""
    return type(value) is TYPES[rule.type]


def check(rule: AttributeRule, value: Any) -> None:
    """Raises IllegalAttributeValue with the attribute's own message."""
    text_is_legal = not isinstance(value, str) or _is_legal_text(rule, value)
    if not text_is_legal:
        raise IllegalAttributeValue(refusal_of(rule))


def refusal_of(rule: AttributeRule) -> str:
    """What somebody is told whose text the rule refuses."""
    return rule.error_message or f"The value of {rule.identifier} is not allowed."


def patterns(rule: AttributeRule) -> list[str]:
    """The patterns that a text must match, as Python and ECMA-262 both read them."""
    vocabulary = [LOCALE.pattern] if rule.identifier == "locale" else []
    return [published(regex) for regex in [*vocabulary, rule.regex] if regex]


def vocabulary(rule: AttributeRule) -> list[str] | None:
    """All texts that are allowed, where they can be listed."""
    return sorted(_zones()) if rule.identifier == "zoneinfo" else None


def _is_legal_text(rule: AttributeRule, value: str) -> bool:
    if len(value) > TEXT_LENGTH or not VOCABULARIES.get(rule.identifier, _anything)(value):
        return False
    return not rule.regex or bool(_pattern(rule.regex).fullmatch(value))


def _anything(value: str) -> bool:
    return True


def is_zone(value: str) -> bool:
    """Whether it is a name of the time zone database."""
    return value in _zones()


def _is_locale(value: str) -> bool:
    return bool(LOCALE.fullmatch(value))


VOCABULARIES: dict[str, Callable[[str], bool]] = {"zoneinfo": is_zone, "locale": _is_locale}


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - NO_ZONES


@lru_cache(maxsize=512)
def _pattern(regex: str) -> re.Pattern[str]:
    return re.compile(regex, re.ASCII)
