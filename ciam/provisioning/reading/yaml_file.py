"""YAML as nodes that know their line: mappings, lists, texts, numbers, true, false and null, each key once.

Narrower than YAML 1.1 on purpose: `NO` is Norway and not false, and neither tags nor aliases are read.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import yaml

from ciam.provisioning.reading.problems import InvalidFile, Node, Problem, Problems

TEXT, TRUTH, WHOLE, FRACTION, NULL = (f"tag:yaml.org,2002:{name}" for name in ("str", "bool", "int", "float", "null"))
LONGEST_NUMBER = 18
DEEPEST = 20


class _Loader(yaml.SafeLoader):
    """Reads into PyYAML's own nodes, resolving fewer plain words than YAML 1.1 does."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for _tag, _pattern, _starts in (
    (TRUTH, r"true|True|TRUE|false|False|FALSE", "tTfF"),
    (NULL, r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    (WHOLE, r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    (FRACTION, r"[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?", "-+0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern})$", re.ASCII), list(_starts))


def read(text: str) -> Node:
    """The file's one document; raises InvalidFile."""
    problems = Problems()
    document = _build(_compose(text), "", None, problems)
    problems.check()
    return document


def _compose(text: str) -> yaml.Node:
    try:
        _check_events(text)
        document = _Loader(text).get_single_node()
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InvalidFile([Problem(line, "", "has a character that YAML does not allow")]) from None
    except yaml.MarkedYAMLError as error:
        line = _line(error.problem_mark or error.context_mark)
        raise InvalidFile([Problem(line, "", f"is not YAML: {error.problem}")]) from None
    if document is None:
        raise InvalidFile([Problem(1, "", "is empty")])
    return document


def _check_events(text: str) -> None:
    """Raises InvalidFile for what could grow without end, or become more than plain data."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise InvalidFile([Problem(_line(event.start_mark), "", "has an alias (*), which is not read here")])
        if getattr(event, "tag", None):
            raise InvalidFile([Problem(_line(event.start_mark), "", "has a tag (!), which is not read here")])
        if depth > DEEPEST:
            raise InvalidFile([Problem(_line(event.start_mark), "", "nests too deeply")])


def _build(node: yaml.Node, path: str, line: int | None, problems: Problems) -> Node:
    """`line` is the one of the key in front, if there is a key."""
    line = line or _line(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return Node(_mapping(node, path, problems), line, path)
    if isinstance(node, yaml.SequenceNode):
        items = [_build(item, f"{path}[{position}]", None, problems) for position, item in enumerate(node.value)]
        return Node(items, line, path)
    return _scalar(node, Node(None, line, path), problems)


def _mapping(node: yaml.MappingNode, path: str, problems: Problems) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for name, value, key_line in _named(node):
        at = f"{path}.{name}".lstrip(".")
        if name is None:
            problems.add(Node(None, key_line, path), "has a key that is not a text")
        elif name in found:
            problems.add(Node(None, key_line, at), "stands here twice")
        else:
            found[name] = _build(value, at, key_line, problems)
    return found


def _named(node: yaml.MappingNode) -> Iterator[tuple[str | None, yaml.Node, int]]:
    for key, value in node.value:
        yield (key.value if key.tag == TEXT else None), value, _line(key.start_mark)


def _scalar(node: yaml.Node, at: Node, problems: Problems) -> Node:
    value: Any = node.value
    if node.tag == WHOLE and len(value) > LONGEST_NUMBER:
        problems.add(at, "is too large a number")
        return at
    if has_control_character(value):
        problems.add(at, "has a control character")
        return at
    return Node(_construct(node.tag, value), at.line, at.path)


def has_control_character(text: str) -> bool:
    return any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text)


def _construct(tag: str, text: str) -> str | bool | int | float | None:
    if tag == TEXT:
        return text
    if tag == TRUTH:
        return text.lower() == "true"
    if tag == NULL:
        return None
    return int(text) if tag == WHOLE else float(text)


def _line(mark: Any) -> int:
    return int(mark.line) + 1 if mark else 1
