"""A batch of records read: rows that may be stored, and rejects. It touches no database, and runs in any process."""

from dataclasses import dataclass
from typing import Any

from accounts.importing import files, formats, rows
from accounts.importing.entries import Rejected
from accounts.importing.files import Record
from accounts.importing.rows import Row
from accounts.importing.rules import Rules


@dataclass(frozen=True, slots=True)
class Job:
    """How the records of one file are read."""

    format: str
    shape: str
    header: tuple[str, ...]
    rules: Rules


@dataclass(frozen=True, slots=True)
class Reject:
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    last_line: int
    size: int  # bytes of the file
    rows: list[Row]
    rejects: list[Reject]


def read(job: Job, records: list[Record]) -> Batch:
    found: list[Row] = []
    rejects: list[Reject] = []
    for record in records:
        try:
            found.append(_read(job, record))
        except Rejected as refusal:
            rejects.append(Reject(record.line, str(refusal)))
        except RecursionError:
            rejects.append(Reject(record.line, "nests too deeply"))
    return Batch(records[-1].line, sum(record.size for record in records), found, rejects)


def _read(job: Job, record: Record) -> Row:
    members = files.parse(record, job.shape, job.header)
    if job.shape == "csv":
        members = {name: _typed(job, name, value) for name, value in members.items()}
    return rows.read(formats.READERS[job.format](members), job.rules, record.line)


def _typed(job: Job, name: str, value: Any) -> Any:
    """A cell of a column that is an attribute of the tenant, as the attribute's type."""
    rule = job.rules.attributes.get(name)
    if rule and rule.type == "integer" and isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) < 18:
        return int(value)
    if rule and rule.type == "boolean" and isinstance(value, str):
        return files.WORDS.get(value.lower(), value)
    return value
