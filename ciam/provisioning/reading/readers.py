"""Readers of values: each turns a node into a plain value, or says what is wrong with it.

What they return after a complaint is never used: a file with a problem is refused as a whole.
"""

import re
from collections.abc import Callable, Collection
from typing import Any

from ciam.provisioning.reading.problems import Node, Problems

Reader = Callable[[Node, Problems], Any]
Check = Callable[[str], None]
INTEGER_FIELD = 2_147_483_647


def text(*, longest: int = 128, shortest: int = 1, check: Check | None = None) -> Reader:
    """A text within these lengths, on which `check` raises no ValueError."""

    def read(node: Node, problems: Problems) -> str:
        if not isinstance(node.value, str):
            problems.add(node, "is a text; a number, true, false or null needs quotes to be one")
        elif not shortest <= len(node.value) <= longest:
            problems.add(node, f"has {shortest} to {longest} characters")
        elif check:
            _apply(check, node, problems)
        return node.value if isinstance(node.value, str) else ""

    return read


def folded(reader: Reader, fold: Callable[[str], str]) -> Reader:
    """What the reader reads of the text in the case in which it is kept."""

    def read(node: Node, problems: Problems) -> Any:
        is_text = isinstance(node.value, str)
        return reader(Node(fold(node.value), node.line, node.path) if is_text else node, problems)

    return read


def matching(pattern: str, reason: str) -> Check:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: str) -> None:
        if not compiled.fullmatch(value):
            raise ValueError(reason)

    return check


def whole(lowest: int, highest: int = INTEGER_FIELD) -> Reader:
    def read(node: Node, problems: Problems) -> Any:
        if type(node.value) is not int or not lowest <= node.value <= highest:
            problems.add(node, f"is a whole number from {lowest} to {highest}")
        return node.value

    return read


def flag(node: Node, problems: Problems) -> Any:
    if not isinstance(node.value, bool):
        problems.add(node, "is true or false")
    return node.value


def choice(*values: str) -> Reader:
    *rest, last = values
    reason = f"is {', '.join(rest)} or {last}" if rest else f"is {last} or absent"

    def read(node: Node, problems: Problems) -> Any:
        if not isinstance(node.value, str) or node.value not in values:
            problems.add(node, reason)
        return node.value

    return read


def member(find: Callable[[], Collection[str]], reason: str) -> Reader:
    """One of the texts that `find` returns when it is needed, too many to list them."""

    def read(node: Node, problems: Problems) -> Any:
        if not isinstance(node.value, str) or node.value not in find():
            problems.add(node, reason)
        return node.value

    return read


def nullable(reader: Reader, null: Any = None) -> Reader:
    """What the reader reads; or null, which becomes the second argument."""

    def read(node: Node, problems: Problems) -> Any:
        return null if node.value is None else reader(node, problems)

    return read


def values(reader: Reader, *, most: int = 100, least: int = 0) -> Reader:
    """A list of plain values without repetition."""

    def read(node: Node, problems: Problems) -> list[Any]:
        if not isinstance(node.value, list) or not least <= len(node.value) <= most:
            problems.add(node, f"is a list of {least} to {most} values")
            return []
        found: list[Any] = []
        for item in node.value:
            value = reader(item, problems)
            if value in found:
                problems.add(item, "stands in this list twice")
            found.append(value)
        return found

    return read


def plain_mapping(node: Node, problems: Problems) -> Any:
    """A mapping whose keys this reader does not know, as plain data."""
    if not isinstance(node.value, dict):
        problems.add(node, "is a mapping")
        return {}
    return plain(node)


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: plain(value) for key, value in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


def _apply(check: Check, node: Node, problems: Problems) -> None:
    try:
        check(node.value)
    except ValueError as error:
        problems.add(node, str(error))
