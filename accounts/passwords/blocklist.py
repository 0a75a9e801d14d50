"""The passwords that many people use, from the file beside this module; SOURCES.md says where they come from."""

import gzip
import unicodedata
from bisect import bisect_left
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("blocklist.txt.gz")


def is_listed(password: str) -> bool:
    """Tell whether the whole password, in any case, is one of the common ones."""
    lines = _lines()
    entry = folded(password).encode("utf-8", "surrogatepass")
    start = bisect_left(range(len(lines)), entry, key=lambda position: _line_at(lines, position))
    return lines[start : start + len(entry) + 1] == entry + b"\n"


def folded(text: str) -> str:
    """Return the one form in which passwords and words are compared."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


@cache
def _lines() -> bytes:
    # Sorted lines in one piece take 2 MB, the same entries in a set 20 MB for every worker.
    return gzip.decompress(FILE.read_bytes())


def _line_at(lines: bytes, position: int) -> bytes:
    start = lines.rfind(b"\n", 0, position) + 1
    return lines[start : lines.index(b"\n", position)]
