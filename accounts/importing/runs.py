"""One run of an import: from where the last one stopped, batch by batch, each committed with how far it got."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.db.models import F

from accounts.importing import files, formats, workers
from accounts.importing.batches import Batch, Job, Reject
from accounts.importing.entries import Rejected
from accounts.importing.files import Record, Source, UnreadableFile
from accounts.importing.rows import Row
from accounts.importing.rules import Rules
from accounts.importing.storing import Store, duplicate, split
from accounts.importing.unread import Choices, added
from accounts.importing.verdicts import Verdict, Verdicts
from accounts.models import ImportRun
from accounts.passwords import costs
from tenants import audit
from tenants.configuration import TenantSettings
from tenants.ids import new_id

RECORDS_IN_A_BATCH = 4000
BYTES_IN_A_BATCH = 4 * 1024 * 1024
DETECTED_WITHIN = 20  # records

Progress = Callable[[int], None]  # is told of bytes that are done


class AnotherRun(Exception):
    """Somebody else imports the same file for the same tenant."""


@dataclass(frozen=True, slots=True)
class Import:
    """A file, how it is read, and who is told of the bytes that are done."""

    source: Source
    format: str
    rules: Rules
    progress: Progress
    choices: Choices | None = None


@dataclass(slots=True)
class Result:
    """What a run did; `begun_at` is the line behind which it began, `..._before` is what the earlier ones did."""

    begun_at: int = 0
    imported_before: int = 0
    rejected_before: int = 0
    imported: int = 0
    rejected: int = 0
    weak: int = 0
    unread: Counter[str] = field(default_factory=Counter)  # of the whole file: rows by the path of a member
    was_finished: bool = False


def detect_format(source: Source) -> str:
    """By the first record that can be read; raises UnreadableFile if none can."""
    for record in islice(files.records(source), DETECTED_WITHIN):
        try:
            return formats.detect(dict.fromkeys(source.layout.header) | files.parse(record, source.layout))
        except Rejected:
            continue
    raise UnreadableFile(f"{source.path} holds no users, as JSON Lines, a JSON array or CSV.")


def restart(source: Source, tenant: TenantSettings) -> None:
    """Forget how far the file has been imported."""
    ImportRun.objects.filter(tenant_id=tenant.id, file_digest=source.digest).delete()


def run(task: Import, verdicts: Verdicts) -> Result:
    """Import the file from where it stopped; raises AnotherRun and UnreadableFile."""
    rules = task.rules
    row, is_new = ImportRun.objects.get_or_create(
        tenant_id=rules.tenant.id,
        file_digest=task.source.digest,
        defaults={"id": new_id(), "started_at": rules.now},
    )
    result = Result(row.position, row.imported, row.rejected, unread=Counter(row.unread))
    result.was_finished = row.finished_at is not None
    if result.was_finished:
        return result
    _record("start", task, result)
    verdicts.keep_until(row.position, is_new=is_new)
    store = Store(rules.tenant.id)
    with closing(_batches(task, after=row.position)) as batches:
        for batch in batches:
            _store(store, row, batch, verdicts, result)
            task.progress(batch.size)
    ImportRun.objects.filter(pk=row.pk).update(finished_at=rules.now)
    _record("end", task, result)
    return result


def try_out(task: Import, verdicts: Verdicts) -> Result:
    """A verdict on each row, and nothing stored."""
    result = Result()
    with closing(_Seen()) as seen, closing(_batches(task, after=0)) as batches:
        for batch in batches:
            once, repeated = seen.split(batch.rows)
            fresh, taken = split(task.rules.tenant.id, once)
            rejects = [*batch.rejects, *repeated, *taken]
            verdicts.write([*map(_accepted, fresh), *map(_refused, rejects)])
            _count(result, fresh, rejects, batch.unread)
            task.progress(batch.size)
    return result


def _batches(task: Import, *, after: int) -> Generator[Batch]:
    job = Job(task.format, task.source.layout, task.rules, task.choices)
    return workers.read_all(job, _chunks(files.records(task.source, after=after)))


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    """So many records, or fewer where they are long."""
    chunk: list[Record] = []
    size = 0
    for record in records:
        chunk.append(record)
        size += record.size
        if len(chunk) == RECORDS_IN_A_BATCH or size > BYTES_IN_A_BATCH:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _store(store: Store, run: ImportRun, batch: Batch, verdicts: Verdicts, result: Result) -> None:
    """The rows, what was refused, and how far the file is done: all of it or nothing."""
    with transaction.atomic():
        taken = store.put(batch.rows)
        rejects = [*batch.rejects, *taken]
        refused = {reject.line for reject in taken}
        stored = [row for row in batch.rows if row.line not in refused] if refused else batch.rows
        moved = ImportRun.objects.filter(pk=run.pk, position=run.position).update(
            position=batch.last_line,
            imported=F("imported") + len(stored),
            rejected=F("rejected") + len(rejects),
            unread=added(result.unread, batch.unread),
        )
        if not moved:
            raise AnotherRun
        costs.remember(run.tenant_id, max((row.hash_milliseconds for row in stored), default=0))
        verdicts.write(map(_refused, rejects))
    run.position = batch.last_line
    _count(result, stored, rejects, batch.unread)


def _count(result: Result, rows: list[Row], rejects: list[Reject], unread: Counter[str]) -> None:
    result.imported += len(rows)
    result.rejected += len(rejects)
    result.weak += sum(row.is_weak for row in rows)
    result.unread = added(result.unread, unread)


def _accepted(row: Row) -> Verdict:
    return Verdict(row.line, "ok", {None: "", True: "right", False: "wrong"}[row.test])


def _refused(reject: Reject) -> Verdict:
    return Verdict(reject.line, reject.reason)


def _record(phase: str, task: Import, result: Result) -> None:
    audit.record(
        f"end_users.import_{phase}",
        tenant_id=task.rules.tenant.id,
        now=task.rules.now,
        subject=task.source.path.name,
        detail={
            "file": task.source.digest,
            "after_line": result.begun_at,
            "imported": result.imported,
            "rejected": result.rejected,
            "weak_hashes": result.weak,
            "unread": sum(result.unread.values()),
        },
    )


class _Seen:
    """The keys of the rows before, in a file of their own that is gone when it is closed: they may be millions."""

    def __init__(self) -> None:
        self._keys = sqlite3.connect("")
        self._keys.execute("CREATE TABLE keys (name TEXT, value TEXT, PRIMARY KEY (name, value)) WITHOUT ROWID")

    def split(self, rows: list[Row]) -> tuple[list[Row], list[Reject]]:
        once: list[Row] = []
        rejects: list[Reject] = []
        for row in rows:
            name = next((key[0] for key in row.keys if self._has(key)), None)
            if name is None:
                once.append(row)
                self._keys.executemany("INSERT INTO keys VALUES (?, ?)", row.keys)
            else:
                rejects.append(Reject(row.line, duplicate(name)))
        return once, rejects

    def close(self) -> None:
        self._keys.close()

    def _has(self, key: tuple[str, str]) -> bool:
        return self._keys.execute("SELECT 1 FROM keys WHERE name = ? AND value = ?", key).fetchone() is not None
