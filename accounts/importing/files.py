"""Files of users: JSON Lines, JSON or CSV, as one record after the other, none without bound (S-117)."""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from accounts.importing import csv_files, encodings, formats, json_files
from accounts.importing.encodings import UTF8, Encoding, UnknownEncoding
from accounts.importing.entries import Rejected
from accounts.importing.json_files import DECODER

LONGEST_RECORD = 256 * 1024
LARGEST_JSON = 64 * 1024 * 1024  # an array, or an object with one, is read at once
MOST_COLUMNS = 256
SHAPES = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}

csv.field_size_limit(LONGEST_RECORD)


class UnreadableFile(Exception):
    """The file as a whole cannot be imported; the message says why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the records of a file are written; those of CSV begin behind `skipped` records."""

    shape: str  # jsonl, json, csv
    header: tuple[str, ...] = ()
    separator: str = ","
    skipped: int = 0

    @property
    def name(self) -> str:
        separator = csv_files.SEPARATOR_NAMES.get(self.separator, self.separator)
        return {"jsonl": "JSON Lines", "json": "JSON"}.get(self.shape, f"CSV ({separator})")


@dataclass(frozen=True, slots=True)
class Source:
    path: Path
    digest: str
    size: int
    layout: Layout
    encoding: Encoding = UTF8


class Record(NamedTuple):
    """One user as it is written; `line` is where it begins, or its number in an array. What is too long is left out."""

    line: int
    content: bytes | None
    size: int


def open_source(path: Path, *, separator: str = "", encoding: str = "") -> Source:
    """The file with what is to be known before its first record; raises UnreadableFile."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        size = path.stat().st_size
        found = encodings.named(path, encoding) if encoding else encodings.detect(path)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from None
    except UnknownEncoding as error:
        raise UnreadableFile(str(error)) from None
    source = Source(path, digest, size, Layout("jsonl"), found)
    shape = _shape(source)
    if shape == "json" and size > LARGEST_JSON:
        raise UnreadableFile(
            f"{path} is JSON of more than 64 MiB; write one object on each line instead: jq -c '(.users? // .)[]' FILE."
        )
    layout = _csv_layout(source, separator) if shape == "csv" else Layout(shape)
    return Source(path, digest, size, layout, found)


def _shape(source: Source) -> str:
    """By the first character, then by the file's name; an object that does not end on its line is JSON."""
    start = _start(source)
    if not start:
        raise UnreadableFile(f"{source.path} is empty.")
    if start == b"[" or (start == b"{" and _is_document(source)):
        return "json"
    return SHAPES.get(source.path.suffix.lower(), "jsonl" if start == b"{" else "csv")


def _start(source: Source) -> bytes:
    """The first character that is no space."""
    with encodings.opened(source.path, source.encoding.codec) as stream:
        while content := stream.readline(LONGEST_RECORD):
            if content.strip():
                return content.lstrip()[:1]
    return b""


def _is_document(source: Source) -> bool:
    """Whether the file is one object over many lines, or one that holds its users, rather than an object a line."""
    line = next((one.content for one in _lines(source) if one.content is None or one.content.strip()), None) or b""
    try:
        found = DECODER.decode(line.decode())
    except (ValueError, RecursionError):
        return _is_json(source)
    return isinstance(found, dict) and json_files.holds_users(found) and _is_json(source)


def _is_json(source: Source) -> bool:
    """Whether the whole file is; one that is too large to tell is by its name."""
    if source.size > LARGEST_JSON:
        return source.path.suffix.lower() not in SHAPES
    try:
        return bool(_values(source))
    except UnreadableFile:
        return False


def records(source: Source, *, after: int = 0) -> Iterator[Record]:
    """The records behind this line; raises UnreadableFile for JSON that is none."""
    found = _in_json(source) if source.layout.shape == "json" else _in_lines(source)
    return (record for record in found if record.line > after)


def parse(record: Record, layout: Layout) -> dict[str, Any]:
    """The record's members; raises Rejected."""
    if record.content is None:
        raise Rejected(f"is longer than {LONGEST_RECORD // 1024} KiB")
    try:
        text = record.content.decode()
        found = (
            csv_files.members(text, layout.header, layout.separator) if layout.shape == "csv" else DECODER.decode(text)
        )
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
    if source.layout.shape != "csv":
        yield from (record for record in _lines(source) if record.content is None or record.content.strip())
        return
    found = csv_files.records(_lines(source), source.layout.separator, LONGEST_RECORD)
    for number, record in enumerate(found):
        if number >= source.layout.skipped:
            yield Record(*record)


def _lines(source: Source) -> Iterator[Record]:
    number = 0
    with encodings.opened(source.path, source.encoding.codec) as stream:
        while content := stream.readline(LONGEST_RECORD + 1):
            number += 1
            if len(content) <= LONGEST_RECORD:
                yield Record(number, content, len(content))
                continue
            size = len(content)
            while not content.endswith(b"\n") and (content := stream.readline(LONGEST_RECORD)):
                size += len(content)
            yield Record(number, None, size)


def _in_json(source: Source) -> Iterator[Record]:
    for number, one in enumerate(json_files.users(_values(source)), start=1):
        try:
            content = json.dumps(one).encode()
        except RecursionError:
            content = b""  # which is a reject
        size = len(content)
        yield Record(number, content if size <= LONGEST_RECORD else None, size)


def _values(source: Source) -> list[Any]:
    try:
        text = source.path.read_bytes().decode(source.encoding.codec)
        return json_files.values(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise UnreadableFile(f"{source.path} is no JSON.") from None


def _csv_layout(source: Source, separator: str) -> Layout:
    """The names of the columns, and what is between them; raises UnreadableFile."""
    found = csv_files.records(_lines(source), separator or ",", LONGEST_RECORD)
    first = _text(source, next(found, None))
    declared = csv_files.SEPARATOR_LINE.fullmatch(first)
    if declared:
        first = _text(source, next(found, None))
    separator = separator or (declared[1] if declared else csv_files.separator_of(first))
    try:
        names = csv_files.cells(first, separator)
    except Rejected:
        raise UnreadableFile(f"{source.path} does not begin with the names of its columns.") from None
    skipped = 2 if declared else 1
    bare = formats.header_of(names)
    if bare:
        return Layout("csv", bare, separator, skipped - 1)
    stripped = tuple(name.strip() for name in names)
    if len(set(stripped)) < len(stripped) or not all(stripped) or len(stripped) > MOST_COLUMNS:
        raise UnreadableFile(f"{source.path}: each column needs a name of its own, and 256 are the most.")
    return Layout("csv", stripped, separator, skipped)


def _text(source: Source, record: tuple[int, bytes | None, int] | None) -> str:
    try:
        return ((record[1] if record else None) or b"").decode()
    except UnicodeDecodeError:
        raise UnreadableFile(f"{source.path} does not begin with the names of its columns.") from None
