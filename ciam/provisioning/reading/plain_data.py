"""Plain data as the same nodes that a file becomes, for callers that have no file."""

from typing import Any

from ciam.provisioning.reading.problems import Node, Problems
from ciam.provisioning.reading.yaml_file import has_control_character


def read(document: dict[str, Any]) -> Node:
    """Raises InvalidFile for a text that no file could have."""
    problems = Problems()
    node = _build(document, "", problems)
    problems.check()
    return node


def _build(value: Any, path: str, problems: Problems) -> Node:
    if isinstance(value, dict):
        items = value.items()
        return Node({name: _build(one, f"{path}.{name}".lstrip("."), problems) for name, one in items}, 0, path)
    if isinstance(value, list):
        return Node([_build(one, f"{path}[{position}]", problems) for position, one in enumerate(value)], 0, path)
    if isinstance(value, str) and has_control_character(value):
        problems.add(Node(None, 0, path), "has a control character")
    return Node(value, 0, path)
