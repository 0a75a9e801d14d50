from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from tenants import composite_keys


class Command(migrate.Command):
    """Run Django's migrations, then make the foreign keys that hold the tenant on PostgreSQL."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        connection = connections[options["database"]]
        if connection.vendor == "postgresql" and not (options["plan"] or options["check_unapplied"]):
            composite_keys.install(connection)
