"""What is wrong with a file, and where."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file, with the line and the path that lead to it; it holds nodes if it is a mapping or a list."""

    value: Any
    line: int
    path: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    line: int
    path: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.path}: {self.reason}" if self.path else f"line {self.line}: {self.reason}"


class InvalidFile(Exception):
    """The file was refused as a whole; `problems` are all that were found, by line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Problems:
    """Collects what is wrong, so that one run tells all of it."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, at: Node, reason: str) -> None:
        self._found.append(Problem(at.line, at.path, reason))

    def check(self) -> None:
        """Raises InvalidFile if there is any."""
        if self._found:
            raise InvalidFile(self._found)
