import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ciam.provisioning import InvalidFile, Report, provision
from tenants import audit


class Command(BaseCommand):
    help = "Creates or changes tenants as a YAML file says; a file with a mistake changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the path of the file, or - for standard input")
        parser.add_argument("--plan", action="store_true", help="say what would change, and change nothing")

    def handle(self, *, file: str, plan: bool, **options: Any) -> None:
        try:
            with audit.acting_as(audit.command_actor()):
                report = provision(_read(file), plan=plan)
        except InvalidFile as error:
            raise CommandError(f"{error}\n{file} was refused; nothing has changed.") from None
        self._print(report)
        self.stdout.write(_sentence(len(report.lines), plan))

    def _print(self, report: Report) -> None:
        for warning in report.warnings:
            self.stderr.write(f"warning: {warning}")
        for line in report.lines:
            self.stdout.write(line)
        for client_id, secret in report.secrets:
            self.stdout.write(f"The client secret of {client_id}, shown this once: {secret}")


def _read(file: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not UTF-8; nothing has changed.") from None


def _sentence(changes: int, plan: bool) -> str:
    told = {0: "Nothing", 1: "1 thing"}.get(changes, f"{changes} things")
    return f"{told} would change." if plan else f"{told} changed."
