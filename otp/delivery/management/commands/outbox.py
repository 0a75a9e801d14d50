import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from otp.address_search import possible_addresses
from otp.delivery.models import OutboxMessage

SHOWN_AT_MOST = 100


class Command(BaseCommand):
    help = "Show what the outbox sender kept instead of sending it, codes included. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", help="only messages to this phone number or e-mail address, in any spelling")
        parser.add_argument("--latest", action="store_true", help="only the newest message")
        parser.add_argument("--json", action="store_true", help="print JSON: a list, or with --latest one object")

    def handle(self, *args: object, **options: Any) -> None:
        messages = OutboxMessage.objects.order_by("-sent_at", "-id")
        if options["to"]:
            messages = messages.filter(destination__in=_addresses(options["to"]))
        found = [_as_dict(message) for message in messages[: 1 if options["latest"] else SHOWN_AT_MOST]]
        if options["latest"] and not found:
            raise CommandError("The outbox has no such message.")
        if options["json"]:
            self.stdout.write(json.dumps(found[0] if options["latest"] else found, ensure_ascii=False))
        for message in [] if options["json"] else reversed(found):
            self.stdout.write("{sent_at}  {channel:5}  {to}  {usage}  {body}".format(**message))
        (self.stderr if options["json"] else self.stdout).write(_sentence(len(found)))


def _addresses(text: str) -> set[str]:
    found = possible_addresses(text)
    if not found:
        raise CommandError(f"{text} is neither a phone number nor an e-mail address.")
    return found


def _as_dict(message: OutboxMessage) -> dict[str, str]:
    return {
        "to": message.destination,
        "channel": message.channel,
        "usage": message.usage,
        "code": message.code,
        "body": message.body,
        "sent_at": message.sent_at.isoformat(),
    }


def _sentence(number: int) -> str:
    return f"{number} message{'' if number == 1 else 's'} shown."
