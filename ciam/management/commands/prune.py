from typing import Any

from django.core.management.base import BaseCommand

from accounts.passwords import hash_keys
from otp.delivery import retention as deliveries
from tokens import retention as sessions


class Command(BaseCommand):
    help = (
        "Deletes what has served its time: codes, deliveries, messages, counters, sessions, audit entries, hash keys."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{deliveries.prune() + sessions.prune() + hash_keys.prune()} rows deleted.")
