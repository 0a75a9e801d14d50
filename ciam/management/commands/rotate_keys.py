from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants import audit, clock
from tenants.models import Tenant
from tokens import keys


class Command(BaseCommand):
    help = "Makes the next signing key of one tenant or of all: published now, signing in an hour; drops expired ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="the slug of one tenant; all of them without it")

    def handle(self, *, tenant: str | None, **options: Any) -> None:
        found = Tenant.objects.filter(slug=tenant) if tenant else Tenant.objects.order_by("slug")
        if tenant and not found:
            raise CommandError(f"There is no tenant {tenant}.")
        with audit.acting_as(audit.command_actor()):
            rotated = [(one, *keys.rotate(one, clock.now())) for one in found]
        for one, kid, dropped in rotated:
            self.stdout.write(f"{one.slug}: {kid} signs in an hour; {dropped} older dropped")
        self.stdout.write(f"{len(rotated)} tenant{' has' if len(rotated) == 1 else 's have'} a new key.")
