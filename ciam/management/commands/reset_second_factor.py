from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import audit, clock, second_factor
from tenants.models import Staff


class Command(BaseCommand):
    help = "Forgets the authenticator app of a member of staff who has lost it; the next log-in sets up another."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **options: Any) -> None:
        staff = Staff.objects.filter(username=username).first()
        if staff is None:
            raise CommandError(f"There is no member of staff {username}.")
        with audit.acting_as(audit.command_actor()):
            removed = second_factor.remove(staff, clock.now())
        self.stdout.write(f"{username} {'sets up another app at' if removed else 'had no app before'} the next log-in.")
