import signal
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.importing import files, formats, runs
from accounts.importing.files import Source, UnreadableFile
from accounts.importing.rules import Rules
from accounts.importing.runs import AnotherRun, Import, Progress, Result
from accounts.importing.verdicts import Kept, Printed, UnfitRejects
from signup.contracts import publish_all, tenant_settings
from tenants import audit, clock
from tenants.configuration import AttributeRule
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Imports end users with their password hashes; docs/importing-users.md says from what."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--tenant", required=True, metavar="SLUG")
        parser.add_argument("--format", choices=sorted(formats.READERS), help="without it, by the first record")
        parser.add_argument("--dry-run", action="store_true", help="print a verdict on each row, and store nothing")
        parser.add_argument("--rejects", type=Path, metavar="FILE", help="for refused rows; FILE.rejects.jsonl without")
        parser.add_argument("--restart", action="store_true", help="begin at the first line again")

    def handle(self, *, file: Path, tenant: str, **options: Any) -> None:
        try:
            source = files.open_source(file)
            rules = _rules(tenant, is_dry=options["dry_run"])
            with audit.acting_as(audit.command_actor()), _ended_in_order(), _progress(source) as progress:
                result = self._run(source, rules, progress, options)
        except (UnreadableFile, UnfitRejects) as error:
            raise CommandError(f"{error} Nothing has changed.") from None
        except AnotherRun:
            raise CommandError(f"{file} is being imported by somebody else; this run has stopped.") from None
        except (KeyboardInterrupt, BrokenProcessPool):
            raise CommandError(
                f"Stopped; the same command goes on with {file} where it stopped.", returncode=130
            ) from None
        (self.stderr if options["dry_run"] else self.stdout).write(_sentence(result, file, options))
        if result.rejected + result.rejected_before:
            sys.exit(1)

    def _run(self, source: Source, rules: Rules, progress: Progress, options: dict[str, Any]) -> Result:
        task = Import(source, options["format"] or runs.detect_format(source), rules, progress)
        if options["dry_run"]:
            return runs.try_out(task, Printed(self.stdout.write))
        options["rejects"] = options["rejects"] or source.path.with_name(f"{source.path.name}.rejects.jsonl")
        rejects = Kept(options["rejects"])
        rejects.check(source.path)
        if options["restart"]:
            runs.restart(source, rules.tenant)
        try:
            return runs.run(task, rejects)
        finally:
            publish_all(Tenant.objects.filter(id=rules.tenant.id))  # what the dearest hash costs now


def _rules(slug: str, *, is_dry: bool) -> Rules:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise CommandError(f"There is no tenant {slug}; nothing has changed.")
    fields = ("identifier", "kind", "type", "regex", "error_message", "label")
    found = {
        one.identifier: AttributeRule(**{name: getattr(one, name) for name in fields})
        for one in tenant.attributes.all()
    }
    return Rules(tenant_settings(tenant), found, clock.now(), is_dry)


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
    if options["dry_run"]:
        return f"{result.imported:,} rows would be imported,{weak} {result.rejected:,} refused; nothing has changed."
    imported, rejected = result.imported_before + result.imported, result.rejected_before + result.rejected
    totals = f"{imported:,} users imported, {rejected:,} rows refused"
    if result.was_finished:
        return f"{file} was imported before: {totals}; --restart begins again."
    begun = f" after line {result.begun_at:,}" if result.begun_at else ""
    where = f"; of the whole file: {totals}" if result.begun_at else ""
    where += f"; see {options['rejects']}" if rejected else ""
    return f"{result.imported:,} users imported{begun},{weak} {result.rejected:,} rows refused{where}."
