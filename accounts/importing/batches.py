"""A batch of records read: rows that may be stored, and rejects. It touches no database, and runs in any process."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accounts.importing import csv_files, files, formats, rows
from accounts.importing.entries import Entry, Rejected
from accounts.importing.files import Layout, Record
from accounts.importing.formats import ciam
from accounts.importing.hashed import identified
from accounts.importing.members import Members
from accounts.importing.rows import Row
from accounts.importing.rules import Rules
from accounts.importing.unread import Choices, as_ours, check, count
from accounts.profiles import MOST_METADATA

BESIDE_THE_BODY = (
    *(
        "hash",
        "sub",
        "status",
        "block",
        "groups",
        "created_at",
        "updated_at",
        "password_history",
        "anonymous_device_hash",
    ),
)


@dataclass(frozen=True)
class Job:
    """How the records of one file are read."""

    format: str
    layout: Layout
    rules: Rules
    choices: Choices | None = None

    @cached_property
    def metadata_room(self) -> int:
        """How many members of metadata are not mapped."""
        mapped = self.choices.mapped if self.choices else ()
        return MOST_METADATA - len({ours for _, ours in mapped if ours.startswith("metadata.")})


@dataclass(frozen=True, slots=True)
class Reject:
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """`unread` counts the rows in which a member was not read, by its path."""

    last_line: int
    size: int  # bytes of the file
    rows: list[Row]
    rejects: list[Reject]
    unread: Counter[str]


def read(job: Job, records: list[Record]) -> Batch:
    found: list[Row] = []
    rejects: list[Reject] = []
    unread: Counter[str] = Counter()
    for record in records:
        try:
            found.append(_read(job, record, unread))
        except Rejected as refusal:
            rejects.append(Reject(record.line, str(refusal)))
        except RecursionError:
            rejects.append(Reject(record.line, "nests too deeply"))
    return Batch(records[-1].line, sum(record.size for record in records), found, rejects, unread)


def _read(job: Job, record: Record, unread: Counter[str]) -> Row:
    given = files.parse(record, job.layout)
    test_password = given.pop("test_password", None)
    members = Members(given, "", job.rules.attributes.keys(), job.metadata_room)
    mapped = job.choices.before(members) if job.choices is not None else {}
    entry = formats.READERS[job.format](members)
    entry.test_password = test_password
    if job.rules.has_new_subs:
        entry.sub = None
    if job.format not in formats.TYPED:
        for name in entry.body.keys() & job.rules.attributes.keys():
            entry.body[name] = _typed(job, name, entry.body[name])
    left = members.unread()
    if job.choices is not None:
        mapped |= job.choices.after(left)
    if left:
        _take_own(job, left, entry)
    if mapped:
        _add(job, entry, mapped)
    if left:
        count(unread, dict.fromkeys(left, 1))
        check(left)
    return rows.read(entry, job.rules, record.line)


def _take_own(job: Job, left: dict[str, Any], entry: Entry) -> None:
    """A member with the name of one of the tenant's attributes is that attribute, in every format."""
    for name in left.keys() & job.rules.attributes.keys():
        entry.body[name] = _typed(job, name, left.pop(name))


def _add(job: Job, entry: Entry, mapped: dict[str, Any]) -> None:
    """Read what is mapped as our own format does, over what the file's format made of the row."""
    given = as_ours(mapped)
    text = given.pop("password_hash", None) if "hash_fn" not in given else None
    members = Members(given)
    more = ciam.read(members)
    if text is not None:
        more.hash = identified(str(text), "password_hash")
    _take_own(job, members.unread(), more)
    for part in ("metadata", "profile"):
        if part in more.body:
            more.body[part] = entry.body.get(part, {}) | more.body[part]
    entry.body |= more.body
    entry.attributes = {**entry.attributes, **more.attributes}
    for name in BESIDE_THE_BODY:
        value = getattr(more, name)
        if value is not None:
            setattr(entry, name, value)


def _typed(job: Job, name: str, value: Any) -> Any:
    """A text of CSV or of another system as the type of the tenant's attribute; any other value as it is."""
    rule = job.rules.attributes[name]
    if not isinstance(value, str) or (job.layout.shape != "csv" and job.format in formats.TYPED):
        return value
    if rule.type == "integer" and value.lstrip("-").isdecimal() and len(value) < 18:
        return int(value)
    return csv_files.WORDS.get(value.lower(), value) if rule.type == "boolean" else value
