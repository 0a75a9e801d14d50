"""JSON that is read at once: the users in an array, or in an object that an export or an API wraps them in."""

import json
import re
from collections.abc import Iterator
from typing import Any

LISTS = ("users", "Users")  # members of an object that holds its users
SPACE = re.compile(r"\s*")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def values(text: str) -> list[Any]:
    """The values of the text, one after the other; raises ValueError, and RecursionError for one that is too deep."""
    found, at = [], _skip_space(text, 0)
    while at < len(text):
        value, at = DECODER.raw_decode(text, at)
        found.append(value)
        at = _skip_space(text, at)
    return found


def holds_users(value: dict[str, Any]) -> bool:
    return any(isinstance(value.get(name), list) for name in LISTS)


def users(found: list[Any]) -> Iterator[Any]:
    """Yield each user, or what stands in the place of one."""
    for value in found:
        for one in value if isinstance(value, list) else [value]:
            lists = [one[name] for name in LISTS if isinstance(one.get(name), list)] if isinstance(one, dict) else []
            yield from lists[0] if lists else [one]


def _skip_space(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at
