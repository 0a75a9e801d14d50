from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import exporting
from tenants import audit, clock, isolation
from tenants.models import Tenant


class Command(BaseCommand):
    help = (
        "Prints all end users of a tenant as JSON Lines for `import_users`; password hashes are in it: guard the file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", required=True, metavar="SLUG")

    def handle(self, *, tenant: str, **options: Any) -> None:
        found = Tenant.objects.filter(slug=tenant).first()
        if found is None:
            raise CommandError(f"There is no tenant {tenant}.")
        with isolation.within_tenant(found.id):
            number = self._print(found)
        self.stderr.write(f"{number:,} users exported, with their password hashes.")

    def _print(self, tenant: Tenant) -> int:
        """Print the users, and return how many there are."""
        _record("export_start", tenant, {})
        number = 0
        for line in exporting.lines(tenant.id, clock.now()):
            self.stdout.write(line)
            number += 1
        _record("export", tenant, {"exported": number})
        return number


def _record(event: str, tenant: Tenant, detail: dict[str, Any]) -> None:
    with audit.acting_as(audit.command_actor()):
        audit.record(f"end_users.{event}", tenant_id=tenant.id, now=clock.now(), detail=detail)
