import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.passwords import identify

MOST_LINES = 1000
MOST_CHARACTERS = 1024 * 1024


class Command(BaseCommand):
    help = "Says which scheme password hashes are of and how to import them; repeats and stores none of them."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("hash", nargs="*", help="hashes; without any, one a line from standard input")

    def handle(self, *, hash: list[str], **options: Any) -> None:  # noqa: A002 - the argument's name
        if not hash and sys.stdin.isatty():
            self.stderr.write("Paste hashes, one a line, and end with Ctrl-D.")
        lines = [line for line in hash or sys.stdin.read(MOST_CHARACTERS).splitlines() if line.strip()]
        if not lines:
            raise CommandError("There is no hash.")
        found = [identify.identify(line) for line in lines[:MOST_LINES]]
        for number, one in enumerate(found, 1):
            first, *rest = one.sentences
            self.stdout.write(f"{number}: {first}")
            for sentence in rest:
                self.stdout.write(f"   {sentence}")
        if not all(one.hash_fns for one in found):
            sys.exit(1)
