from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from signup.contracts import publish
from tenants import audit, client_secrets
from tenants.models import Application


class Command(BaseCommand):
    help = "Makes a new client secret for an application, and prints it this once; the last one stays good beside it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("client_id")
        parser.add_argument("--retire", action="store_true", help="make none: let the newest secret alone be good")

    def handle(self, *, client_id: str, retire: bool, **options: Any) -> None:
        application = Application.objects.filter(client_id=client_id).first()
        if application is None or not application.is_confidential:
            raise CommandError(f"There is no application {client_id} that keeps a secret.")
        with audit.acting_as(audit.command_actor()), transaction.atomic():
            secret = None if retire else client_secrets.rotate(application)
            if retire:
                client_secrets.retire_older(application)
            publish(application)
        if secret:
            self.stdout.write(f"The client secret of {client_id}, shown this once: {secret}")
        self.stdout.write("Only the newest secret is good now." if retire else "The last secret is good beside it.")
