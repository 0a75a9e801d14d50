from typing import Any

from django.core.management.base import BaseCommand

from otp.delivery import retention


class Command(BaseCommand):
    help = "Delete challenges, deliveries, outbox messages and counters that have served their time."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{retention.prune()} rows deleted.")
