"""What is said of a file's lines: the rejects of an import in a file of JSON Lines, all lines of a dry run likewise."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Verdict:
    """`verdict` is "ok" or the reason against the line; `test_password` is "right", "wrong" or ""."""

    line: int
    verdict: str
    test_password: str = ""


class Verdicts(Protocol):
    def keep_until(self, line: int, *, is_new: bool) -> None: ...

    def write(self, verdicts: Iterable[Verdict]) -> None: ...


class Printed:
    """On standard output, one line each."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def keep_until(self, line: int, *, is_new: bool) -> None:
        """What is printed is printed."""

    def write(self, verdicts: Iterable[Verdict]) -> None:
        for one in sorted(verdicts, key=_line):
            self._write(_as_json(one))


class Kept:
    """In a file, made when there is something to say; a run that goes on keeps what the last ones wrote."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep_until(self, line: int, *, is_new: bool) -> None:
        """Drop what was said of later lines: the batch was never committed."""
        if is_new or not self.path.exists():
            self.path.unlink(missing_ok=True)
            return
        with self.path.open("rb+") as stream:
            end = 0
            for text in stream:
                if not text.endswith(b"\n") or json.loads(text)["line"] > line:
                    break
                end += len(text)
            stream.truncate(end)

    def write(self, verdicts: Iterable[Verdict]) -> None:
        lines = [f"{_as_json(one)}\n" for one in sorted(verdicts, key=_line)]
        if lines:
            with self.path.open("a", encoding="utf-8") as stream:
                stream.writelines(lines)


def _line(verdict: Verdict) -> int:
    return verdict.line


def _as_json(one: Verdict) -> str:
    words = {"verdict": "ok"} if one.verdict == "ok" else {"reason": one.verdict}
    tested = {"test_password": one.test_password} if one.test_password else {}
    return json.dumps({"line": one.line} | words | tested, ensure_ascii=False)
