from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ciam.provisioning import export
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Prints a tenant as a file for `provision`, without secrets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tenant", help="the slug of the tenant")

    def handle(self, *, tenant: str, **options: Any) -> None:
        try:
            self.stdout.write(export(tenant), ending="")
        except Tenant.DoesNotExist:
            raise CommandError(f"There is no tenant {tenant}.") from None
        self.stderr.write(f"Exported {tenant}; its secrets are not in the file.")
