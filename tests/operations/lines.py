"""What the server writes to stderr, collected as it would be written there."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from ciam import logs


class Lines:
    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def all(self, event: str | None = None) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in found if event in (None, line["event"])]

    def only(self, event: str) -> dict[str, Any]:
        (line,) = self.all(event)
        return line


@pytest.fixture
def lines() -> Iterator[Lines]:
    """All that is logged during the test, at the level that says most."""
    collected, root = Lines(), logging.getLogger()
    handler = logging.StreamHandler(collected.stream)
    handler.setFormatter(logs.formatter())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield collected
    root.setLevel(level)
    root.removeHandler(handler)
