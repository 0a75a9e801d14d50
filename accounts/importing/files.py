"""Files of users: JSON Lines, a JSON array or CSV, as one record after the other, none without bound (S-117)."""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from accounts.importing.entries import Rejected

LONGEST_RECORD = 256 * 1024
LARGEST_ARRAY = 64 * 1024 * 1024  # a JSON array is read at once
MOST_COLUMNS = 256
BOM = b"\xef\xbb\xbf"
SHAPES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
FLAGS = frozenset({"email_verified", "phone_number_verified", "phone_verified", "blocked", "verify_email"})
NUMBERS = frozenset({"login_attempts"})
SECRETS = frozenset({"password", "password_hash", "salt", "test_password"})  # are text, however they begin
WORDS = {"true": True, "false": False, "1": True, "0": False}
OPENING = re.compile(rb'(?:^|,)"')  # a cell's quote, which stands at its start
CLOSING = re.compile(rb'(?:[^"]++|"")*+"')
QUOTED_CELL = re.compile(r'(?:^|,)"(?:[^"]++|"")*+"(?=,|\r?\n?\Z)')

csv.field_size_limit(LONGEST_RECORD)


class UnreadableFile(Exception):
    """The file as a whole cannot be imported; the message says why."""


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    digest: str
    size: int
    shape: str  # jsonl, json, csv
    header: tuple[str, ...] = ()


class Record(NamedTuple):
    """One user as it is written; `line` is where it begins, or its number in an array. What is too long is left out."""

    line: int
    content: bytes | None
    size: int


def open_source(path: Path) -> Source:
    """The file with what is to be known before its first record; raises UnreadableFile."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            start = stream.read(4096).removeprefix(BOM).lstrip()
        size = path.stat().st_size
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from None
    if not start:
        raise UnreadableFile(f"{path} is empty.")
    by_content = {b"[": "json", b"{": "jsonl"}.get(start[:1], "csv")
    shape = by_content if by_content == "json" else SHAPES.get(path.suffix.lower(), by_content)
    if shape == "json" and size > LARGEST_ARRAY:
        raise UnreadableFile(f"{path} is a JSON array of more than 64 MiB; write one object on each line instead.")
    source = Source(path, digest, size, shape)
    return Source(path, digest, size, shape, _header(source)) if shape == "csv" else source


def records(source: Source, *, after: int = 0) -> Iterator[Record]:
    """The records behind this line; raises UnreadableFile for an array that is none."""
    found = _in_array(source) if source.shape == "json" else _in_lines(source)
    return (record for record in found if record.line > after)


def parse(record: Record, shape: str, header: tuple[str, ...]) -> dict[str, Any]:
    """The record's members; raises Rejected."""
    if record.content is None:
        raise Rejected(f"is longer than {LONGEST_RECORD // 1024} KiB")
    try:
        text = record.content.decode()
        found = _cells(text, header) if shape == "csv" else DECODER.decode(text)
    except Rejected:
        raise  # which is a ValueError too
    except UnicodeDecodeError:
        raise Rejected("is not UTF-8") from None
    except (ValueError, RecursionError):
        raise Rejected("is no JSON") from None
    if not isinstance(found, dict):
        raise Rejected("is no JSON object")
    return found


def _in_lines(source: Source) -> Iterator[Record]:
    with source.path.open("rb") as stream:
        if stream.read(len(BOM)) != BOM:
            stream.seek(0)
        found = _csv_records(stream) if source.shape == "csv" else _lines(stream)
        if source.shape == "csv":
            next(found, None)
        yield from (record for record in found if record.content is None or record.content.strip())


def _lines(stream: IO[bytes]) -> Iterator[Record]:
    number = 0
    while content := stream.readline(LONGEST_RECORD + 1):
        number += 1
        if len(content) <= LONGEST_RECORD:
            yield Record(number, content, len(content))
            continue
        size = len(content)
        while not content.endswith(b"\n") and (content := stream.readline(LONGEST_RECORD)):
            size += len(content)
        yield Record(number, None, size)


def _csv_records(stream: IO[bytes]) -> Iterator[Record]:
    """A record goes on while a cell's quote is open; blank ones are left out."""
    parts: list[bytes] = []
    first = size = 0
    is_open = False
    for line in _lines(stream):
        first = first if parts else line.line
        size += line.size
        parts.append(line.content or b"")
        is_open = _is_open(parts[-1], is_open)
        is_too_long = line.content is None or size > LONGEST_RECORD
        if is_open and not is_too_long:
            continue
        content = None if is_too_long else b"".join(parts)
        if content is None or content.strip():
            yield Record(first, content, size)
        parts, size, is_open = [], 0, False
    if parts:
        yield Record(first, b"".join(parts), size)


def _is_open(line: bytes, is_open: bool) -> bool:
    """Whether a quote is open behind the line; one in the middle of a cell opens nothing."""
    if b'"' not in line:
        return is_open
    at = 0
    while found := CLOSING.match(line, at) if is_open else OPENING.search(line, at):
        at, is_open = found.end(), not is_open
    return is_open


def _in_array(source: Source) -> Iterator[Record]:
    try:
        found = DECODER.decode(source.path.read_bytes().removeprefix(BOM).decode())
    except (ValueError, RecursionError):
        raise UnreadableFile(f"{source.path} is no JSON.") from None
    for number, one in enumerate(found, start=1):
        try:
            content = json.dumps(one).encode()
        except RecursionError:
            content = b""  # which is a reject
        size = len(content)
        yield Record(number, content if size <= LONGEST_RECORD else None, size)


def _header(source: Source) -> tuple[str, ...]:
    """The names of the columns; raises UnreadableFile."""
    with source.path.open("rb") as stream:
        if stream.read(len(BOM)) != BOM:
            stream.seek(0)
        record = next(_csv_records(stream), None)
    try:
        content = (record.content if record else None) or b""
        (names,) = csv.reader(io.StringIO(content.decode(), newline=""))
    except (ValueError, csv.Error):
        raise UnreadableFile(f"{source.path} does not begin with the names of its columns.") from None
    stripped = tuple(name.strip() for name in names)
    if len(set(stripped)) < len(stripped) or not all(stripped) or len(stripped) > MOST_COLUMNS:
        raise UnreadableFile(f"{source.path}: each column needs a name of its own, and 256 are the most.")
    return stripped


def _cells(text: str, header: tuple[str, ...]) -> dict[str, Any]:
    """An empty cell is absent; a dot in a column's name nests; raises Rejected."""
    if '"' in text and '"' in QUOTED_CELL.sub("", text):
        raise Rejected("is no line of CSV: a quote stands within a cell")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        raise Rejected("is no line of CSV") from None
    if len(rows) != 1 or len(rows[0]) != len(header):
        raise Rejected(f"has not the {len(header)} cells that the header names")
    found: dict[str, Any] = {}
    for name, cell in zip(header, rows[0], strict=True):
        if cell:
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


def _refuse_constant(name: str) -> Mapping[str, Any]:
    raise ValueError(f"{name} is no JSON")


DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
