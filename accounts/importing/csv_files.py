"""CSV: which separator a file has, where its records end, and the cells of one."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from accounts.importing.entries import Rejected
from accounts.importing.json_files import DECODER

SEPARATORS = (",", ";", "\t", "|")
NULL = "\\N"  # as COPY and mysqldump write it
SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SEPARATOR_LINE = re.compile(r"\s*\"?sep=([,;\t|])\"?\s*", re.IGNORECASE)  # as Excel reads and writes it
CLOSING = re.compile(rb'(?:[^"]++|"")*+"')
FLAGS = frozenset({"email_verified", "phone_number_verified", "phone_verified", "blocked", "verify_email"})
NUMBERS = frozenset({"login_attempts"})
SECRETS = frozenset({"password", "password_hash", "salt", "test_password"})  # are text, however they begin
WORDS = {"true": True, "false": False, "1": True, "0": False}
QUOTED = re.compile(r'"(?:[^"]++|"")*+"')


def separator_of(header: str) -> str:
    """Return the one that the header has most of, outside its quotes."""
    bare = QUOTED.sub("", header)
    return max(SEPARATORS, key=bare.count)


def cells(text: str, separator: str) -> list[str]:
    """Return the cells of one record; raises Rejected."""
    if '"' in text and '"' in _quoted_cell(separator).sub("", text):
        raise Rejected("is no line of CSV: a quote stands within a cell")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        raise Rejected("is no line of CSV") from None
    return rows[0] if len(rows) == 1 else []


def members(text: str, header: Sequence[str], separator: str) -> dict[str, Any]:
    """The cells of a record by their columns; an empty one is absent, a dot in a column's name nests; raises Rejected.

    Behind the last column there may be a separator and nothing.
    """
    row = cells(text, separator)
    if len(row) == len(header) + 1 and not row[-1].strip():
        row.pop()
    if len(row) != len(header):
        raise Rejected(f"has {len(row)} cells, and the header names {len(header)}")
    found: dict[str, Any] = {}
    for name, cell in zip(header, row, strict=True):
        if cell and cell != NULL:
            _put(found, name.split("."), _value(name, cell))
    return found


def _put(found: dict[str, Any], path: list[str], value: Any) -> None:
    *parents, last = path
    for parent in parents:
        found = found.setdefault(parent, {})
        if not isinstance(found, dict):
            raise Rejected(f"{parent} is given whole and in parts")
    found[last] = value


def _value(name: str, cell: str) -> Any:
    """Flags and numbers by their column, lists and objects by their first character, all else is text."""
    if name in FLAGS and cell.lower() in WORDS:
        return WORDS[cell.lower()]
    if name in NUMBERS and cell.isdecimal() and len(cell) < 10:
        return int(cell)
    if cell[0] in "[{" and name not in SECRETS:
        try:
            return DECODER.decode(cell)
        except (ValueError, RecursionError):
            return cell
    return cell


def records(lines: Iterable[tuple[int, bytes | None, int]], separator: str, longest: int) -> Iterator[Any]:
    """(line, content, size) of each record, which goes on while a cell's quote is open; blank ones are left out."""
    parts: list[bytes] = []
    first = size = 0
    is_open = False
    for number, line, length in lines:
        first = first if parts else number
        size += length
        parts.append(line or b"")
        is_open = _is_open(parts[-1], is_open, separator)
        is_too_long = line is None or size > longest
        if is_open and not is_too_long:
            continue
        content = None if is_too_long else b"".join(parts)
        if content is None or content.strip():
            yield first, content, size
        parts, size, is_open = [], 0, False
    if parts:
        yield first, b"".join(parts), size


def _is_open(line: bytes, is_open: bool, separator: str) -> bool:
    """Return whether a quote is open behind the line; one in the middle of a cell opens nothing."""
    if b'"' not in line:
        return is_open
    opening, at = _opening(separator), 0
    while found := CLOSING.match(line, at) if is_open else opening.search(line, at):
        at, is_open = found.end(), not is_open
    return is_open


@lru_cache
def _opening(separator: str) -> re.Pattern[bytes]:
    """Return a cell's quote, which stands at its start."""
    return re.compile(rb'(?:^|%b)"' % re.escape(separator.encode()))


@lru_cache
def _quoted_cell(separator: str) -> re.Pattern[str]:
    sep = re.escape(separator)
    return re.compile(rf'(?:^|{sep})"(?:[^"]++|"")*+"(?={sep}|\r?\n?\Z)')
