from django.core.management.base import BaseCommand, CommandError, CommandParser

from signup.contracts import publish_all
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Publishes the configuration of all applications again, as after an upgrade; it counts for the next call."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="only the applications of the tenant with this slug")

    def handle(self, *, tenant: str | None, **options: object) -> None:
        tenants = Tenant.objects.all() if tenant is None else Tenant.objects.filter(slug=tenant)
        if tenant is not None and not tenants.exists():
            raise CommandError(f"There is no tenant {tenant}; nothing has changed.")
        self.stdout.write(_sentence(publish_all(tenants)))


def _sentence(number: int) -> str:
    return f"{number} application{'' if number == 1 else 's'} published."
