"""What is said of a file's lines: the rejects of an import in a file of JSON Lines, all lines of a dry run likewise."""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

WRITTEN = re.compile(rb'\{"line": ([0-9]+), "')  # how a line of ours begins


class UnfitRejects(Exception):
    """Rejects cannot go where they should; the message says why."""


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

    def check(self, file: Path) -> None:
        """Whether rejects of this file can go here, over nothing but rejects of before; raises UnfitRejects."""
        existed = self.path.exists()
        try:
            if existed and self.path.samefile(file):
                raise UnfitRejects(f"{self.path} is the file to import: rejects need another one.")
            self.path.open("ab").close()
            if not existed:
                self.path.unlink()
            elif not self._is_ours():
                raise UnfitRejects(f"{self.path} holds something else than rejects.")
        except OSError as error:
            raise UnfitRejects(f"{self.path} cannot be written: {error.strerror}.") from None

    def keep_until(self, line: int, *, is_new: bool) -> None:
        """Drop what was said of later lines: the batch was never committed."""
        if not self.path.is_file():
            return
        with self.path.open("rb+") as stream:
            end = 0
            for text in () if is_new else stream:
                found = WRITTEN.match(text)
                if not found or not text.endswith(b"\n") or int(found[1]) > line:
                    break
                end += len(text)
            stream.truncate(end)

    def write(self, verdicts: Iterable[Verdict]) -> None:
        lines = [f"{_as_json(one)}\n" for one in sorted(verdicts, key=_line)]
        if lines:
            with self.path.open("a", encoding="utf-8") as stream:
                stream.writelines(lines)

    def _is_ours(self) -> bool:
        """Empty, begun by a line of ours, or no plain file, as /dev/null."""
        if not self.path.is_file():
            return True
        with self.path.open("rb") as stream:
            start = stream.read(64)
        return not start or WRITTEN.match(start) is not None


def _line(verdict: Verdict) -> int:
    return verdict.line


def _as_json(one: Verdict) -> str:
    words = {"verdict": "ok"} if one.verdict == "ok" else {"reason": one.verdict}
    tested = {"test_password": one.test_password} if one.test_password else {}
    return json.dumps({"line": one.line} | words | tested, ensure_ascii=False)
