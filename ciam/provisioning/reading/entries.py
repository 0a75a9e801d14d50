"""Objects of the file: which keys each may have, and which of several objects a list names."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ciam.provisioning.reading.problems import Node, Problems
from ciam.provisioning.reading.readers import Reader, choice


@dataclass(frozen=True, slots=True)
class Entry:
    """An object of the file: the values of the keys that it names, and where they stand."""

    node: Node
    values: Mapping[str, Any]

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    @property
    def is_absent(self) -> bool:
        return self.values.get("state") == "absent"

    def at(self, key: str) -> Node:
        """Where the key stands, or the object where it does not name it."""
        found: Node = self.node.value.get(key, self.node)
        return found

    def items(self, key: str) -> list[tuple[Node, Any]]:
        """The values of a list, each with its place."""
        return list(zip(self.at(key).value, self[key], strict=True)) if key in self else []

    def present(self, key: str) -> list["Entry"]:
        return [entry for entry in self.get(key, []) if not entry.is_absent]

    def absent(self, key: str) -> list["Entry"]:
        return [entry for entry in self.get(key, []) if entry.is_absent]

    def pick(self, *keys: str, **columns: str) -> dict[str, Any]:
        """Those of the keys that are named, by column: `pick("name", sms_quota="sms")`."""
        wanted = {key: key for key in keys} | columns
        return {column: self[key] for column, key in wanted.items() if key in self}


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys that an object may have, and those that it must."""

    keys: Mapping[str, Reader]
    required: tuple[str, ...] = ()

    def read(self, node: Node, problems: Problems) -> Entry:
        if not isinstance(node.value, dict):
            problems.add(node, "is a mapping of keys to values")
            return Entry(Node({}, node.line, node.path), {})
        for key in self.required:
            if key not in node.value:
                problems.add(node, f"{key} is missing")
        return Entry(node, self._read_keys(node, problems))

    def _read_keys(self, node: Node, problems: Problems) -> dict[str, Any]:
        found = {}
        for key, value in node.value.items():
            if key in self.keys:
                found[key] = self.keys[key](value, problems)
            else:
                problems.add(value, f"is not a key here; the keys are {', '.join(self.keys)}")
        return found


def objects(name: str, keys: Mapping[str, Reader]) -> Reader:
    """A list of objects, told apart by the key `name`, each of which may say that it is absent."""
    shape = Shape({**keys, "state": choice("present", "absent")}, required=(name,))

    def read(node: Node, problems: Problems) -> list[Entry]:
        if not isinstance(node.value, list):
            problems.add(node, "is a list")
            return []
        found = [shape.read(item, problems) for item in node.value]
        known: set[str] = set()
        for entry in found:
            if entry.get(name) in known:
                problems.add(entry.at(name), "stands in this list twice")
            known |= {entry[name]} if name in entry else set()
        return found

    return read
