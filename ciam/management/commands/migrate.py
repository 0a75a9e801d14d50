from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from tenants import composite_keys


class Command(migrate.Command):
    """Django's, and what Django cannot declare: on PostgreSQL, the database itself keeps tenants apart."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        connection = connections[options["database"]]
        if connection.vendor == "postgresql" and not (options["plan"] or options["check_unapplied"]):
            composite_keys.install(connection)
