import signal
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.importing import files, formats, key_options, runs, unread
from accounts.importing.files import Source, UnreadableFile
from accounts.importing.rules import Rules
from accounts.importing.runs import AnotherRun, Import, Progress, Result
from accounts.importing.unread import Choices
from accounts.importing.verdicts import Kept, Printed, UnfitRejects
from accounts.passwords import hash_keys
from accounts.passwords.hash_keys import AnotherKey
from accounts.passwords.hash_parameters import HashParameters, InvalidParameters
from signup.contracts import publish_all, tenant_settings
from tenants import audit, clock, isolation
from tenants.configuration import AttributeRule
from tenants.models import Tenant

REFUSED, UNREAD = 1, 3  # the exit status where rows were refused; where all are in, and members were left unread


class Command(BaseCommand):
    help = "Imports end users with their password hashes; docs/importing-users.md says from what."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--format", choices=sorted(formats.READERS), help="without it, by the first record")
        parser.add_argument("--ignore", action="append", default=[], metavar="NAME", help="leave a member out")
        parser.add_argument(
            "--map", action="append", default=[], metavar="THEIRS=OURS", help="read a member as one of ours"
        )
        parser.add_argument("--new-subs", action="store_true", help="give each user a new sub: for a rehearsal")
        parser.add_argument("--separator", default="", help="of CSV: a character, or tab; without it, by the header")
        parser.add_argument("--encoding", default="", help="such as gb18030 or cp1254; without it, by the bytes")
        parser.add_argument("--dry-run", action="store_true", help="print a verdict on each row, and store nothing")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="for refused rows; FILE.rejects.jsonl without")
        key_options.add_arguments(parser)
        parser.add_argument("--restart", action="store_true", help="begin at the first line again")

    def handle(self, *, file: Path, tenant: str, **options: Any) -> None:
        try:
            source = files.open_source(file, separator=_separator(options), encoding=options["encoding"])
            rules = _rules(tenant, key_options.read(options), options)
            choices = _choices(options, rules)
            name = options["format"] or runs.detect_format(source)
            self.stderr.write(_how_read(name, source))
            with (
                audit.acting_as(audit.command_actor()),
                isolation.within_tenant(rules.tenant.id),
                _ended_in_order(),
                _progress(source) as progress,
            ):
                result = self._run(Import(source, name, rules, progress, choices), options)
        except (UnreadableFile, UnfitRejects, InvalidParameters) as error:
            raise CommandError(f"{error} Nothing has changed.") from None
        except AnotherRun:
            raise CommandError(f"{file} is being imported by somebody else; this run has stopped.") from None
        except (KeyboardInterrupt, BrokenProcessPool):
            raise CommandError(
                f"Stopped; the same command goes on with {file} where it stopped.", returncode=130
            ) from None
        if result.unread:
            self.stderr.write(_unread(result))
        (self.stderr if options["dry_run"] else self.stdout).write(_sentence(result, file, options))
        if result.rejected + result.rejected_before:
            sys.exit(REFUSED)
        if result.unread:
            sys.exit(UNREAD)

    def _run(self, task: Import, options: dict[str, Any]) -> Result:
        source, rules = task.source, task.rules
        if options["dry_run"]:
            return runs.try_out(task, Printed(self.stdout.write))
        options["rejects"] = options["rejects"] or source.path.with_name(f"{source.path.name}.rejects.jsonl")
        rejects = Kept(options["rejects"])
        rejects.check(source.path)
        _store_key(rules)
        if options["restart"]:
            runs.restart(source, rules.tenant)
        try:
            return runs.run(task, rejects)
        finally:
            publish_all(Tenant.objects.filter(id=rules.tenant.id))  # what the dearest hash costs now


def _separator(options: dict[str, Any]) -> str:
    separator = {"tab": "\t", "\\t": "\t"}.get(options["separator"], options["separator"])
    if len(separator) > 1 or separator in ('"', "\n", "\r") or not separator.isascii():
        raise CommandError("--separator is one character, or tab. Nothing has changed.")
    return str(separator)


def _choices(options: dict[str, Any], rules: Rules) -> Choices | None:
    """What the operator says of members; raises CommandError for one of ours that there is not."""
    mapped = []
    for text in options["map"]:
        theirs, equals, ours = text.rpartition("=")
        if not (theirs and equals and unread.is_ours(ours, rules.attributes)):
            raise CommandError(f"--map {text}: after the = stands a member of our format. Nothing has changed.")
        mapped.append((theirs, ours))
    return Choices(tuple(options["ignore"]), tuple(mapped)) if options["ignore"] or mapped else None


def _how_read(name: str, source: Source) -> str:
    encoding = source.encoding
    guess = f" (a guess: it reads {encoding.sample}; --encoding says otherwise)" if encoding.sample else ""
    return f"Read as {name}: {source.layout.name}, {encoding.name}{guess}."


def _unread(result: Result) -> str:
    """The members that nobody read, those of most rows first."""
    names = ", ".join(f"{name} ({rows:,})" for name, rows in result.unread.most_common())
    return f"Not read, with the number of rows: {names}. --map THEIRS=OURS reads one, --ignore THEIRS leaves one out."


def _rules(slug: str, given: HashParameters | None, options: dict[str, Any]) -> Rules:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise CommandError(f"There is no tenant {slug}; nothing has changed.")
    fields = ("identifier", "kind", "type", "regex", "error_message", "label")
    found = {
        one.identifier: AttributeRule(**{name: getattr(one, name) for name in fields})
        for one in tenant.attributes.all()
    }
    own = {given.parameters.name: given.key} if given else {}
    return Rules(
        tenant_settings(tenant),
        found,
        clock.now(),
        options["dry_run"],
        options["new_subs"],
        key=given.parameters if given else None,
        keys=hash_keys.read_all(tenant.id) | own,
    )


def _store_key(rules: Rules) -> None:
    """Raises CommandError where the tenant has another key of this name."""
    if not rules.key:
        return
    name = rules.key.name
    try:
        hash_keys.store(tenant_id=rules.tenant.id, name=name, key=rules.keys[name], now=rules.now)
    except AnotherKey:
        raise CommandError(
            f"The tenant has another hash key {name}; give --hash-key-name. Nothing has changed."
        ) from None


def _nobody(size: int) -> None:
    """Is told of the progress where nobody looks."""


@contextmanager
def _progress(source: Source) -> Iterator[Progress]:
    """A bar, where somebody looks."""
    if not sys.stderr.isatty():
        yield _nobody
        return
    from rich.console import Console  # only for people
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(source.path.name, total=source.size)
        yield lambda size: bar.advance(task, size)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """SIGTERM does what Ctrl-C does."""
    if current_thread() is not main_thread():  # which alone may have handlers
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _sentence(result: Result, file: Path, options: dict[str, Any]) -> str:
    weak = f" {result.weak:,} with a weak hash, made anew at their first log-in;" if result.weak else ""
    left = f"; members not read: {len(result.unread):,}" if result.unread else ""
    if options["dry_run"]:
        return (
            f"{result.imported:,} rows would be imported,{weak} {result.rejected:,} refused{left}; nothing has changed."
        )
    imported, rejected = result.imported_before + result.imported, result.rejected_before + result.rejected
    totals = f"{imported:,} users imported, {rejected:,} rows refused"
    if result.was_finished:
        return f"{file} was imported before: {totals}{left}; --restart begins again."
    begun = f" after line {result.begun_at:,}" if result.begun_at else ""
    where = f"; of the whole file: {totals}" if result.begun_at else ""
    where += f"; see {options['rejects']}" if rejected else ""
    return f"{result.imported:,} users imported{begun},{weak} {result.rejected:,} rows refused{where}{left}."
