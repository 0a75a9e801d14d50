from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from tenants import composite_keys, isolation, row_security


class Command(migrate.Command):
    """Run Django's migrations, then make what keeps tenants apart on PostgreSQL: foreign keys and policies.

    The owner of the tables does it, whom CIAM_OWNER_DATABASE_URL names if DATABASE_URL names the application's role.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        application = dict(connection.settings_dict)
        with isolation.outside_tenants():
            if settings.OWNER_DATABASE and connection.vendor == "postgresql":
                _log_in_as_owner(connection)
            super().handle(*args, **options)
            if connection.vendor == "postgresql" and not (options["plan"] or options["check_unapplied"]):
                composite_keys.install(connection)
                row_security.install(connection)
                if connection.settings_dict["USER"] != application["USER"]:
                    _admit(connection, application["USER"], application["PASSWORD"])


def _log_in_as_owner(connection: BaseDatabaseWrapper) -> None:
    """Give this process another login, for good."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict.update(settings.OWNER_DATABASE)


def _admit(connection: BaseDatabaseWrapper, role: str, password: str) -> None:
    try:
        row_security.admit(connection, role=role, password=password)
    except row_security.CannotCreateRole:
        raise CommandError(
            f"The role {role} of DATABASE_URL does not exist, and the owner may not create it. "
            f"As an administrator of PostgreSQL: CREATE ROLE {role} LOGIN PASSWORD '...'; then migrate again."
        ) from None
