import json
import sys
from dataclasses import asdict
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ciam.findings import Finding, find
from tenants.models import Tenant

HINT = "What stands in `backticks` is a key of a file for `manage.py provision`, or a command; see docs/checks.md."


class Command(BaseCommand):
    help = "Says what is dead or doubtful in the configuration, and what mends it; exits with 1 if there is an error."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="only this tenant and its applications")
        parser.add_argument("--json", action="store_true", help="print a JSON list")

    def handle(self, *, tenant: str | None, **options: Any) -> None:
        found = find(_get_tenant(tenant) if tenant else None, publications=True)
        if options["json"]:
            self.stdout.write(json.dumps([_as_dict(finding) for finding in found], ensure_ascii=False, indent=2))
        else:
            self._print(found)
        (self.stderr if options["json"] else self.stdout).write(_sentence(found))
        if any(finding.is_error for finding in found):
            sys.exit(1)

    def _print(self, found: list[Finding]) -> None:
        for place, group in groupby(sorted(found, key=_place), key=_place):
            self.stdout.write(_heading(*place))
            for finding in group:
                self.stdout.write(f"  {finding.level}  {finding.code}\n    {finding.message}\n    Cure: {finding.cure}")
                if finding.path:
                    self.stdout.write(f"    In a file: {finding.path}")
            self.stdout.write("")
        if found:
            self.stdout.write(HINT)


def _get_tenant(slug: str) -> Tenant:
    try:
        return Tenant.objects.get(slug=slug)
    except Tenant.DoesNotExist:
        raise CommandError(f"There is no tenant {slug}.") from None


def _place(finding: Finding) -> tuple[str, str]:
    return finding.place


def _heading(tenant: str, application: str) -> str:
    if application:
        return f"Application {application} of {tenant}"
    return f"Tenant {tenant}" if tenant else "Server"


def _as_dict(finding: Finding) -> dict[str, str | None]:
    return {"level": finding.level, **asdict(finding)}


def _sentence(found: list[Finding]) -> str:
    errors = sum(finding.is_error for finding in found)
    return f"{_counted(errors, 'error')} and {_counted(len(found) - errors, 'warning')} found."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
