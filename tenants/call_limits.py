"""A brake on calls that tell a stranger something: counted by call, client and network address."""

from datetime import datetime

from django.conf import settings

from tenants import clock, counters
from tenants.authentication_failures import WINDOW
from tenants.errors import Refusal

CODES_IN_WINDOW = 100
FREE_CODES = 20  # without a captcha
PREFLIGHTS_IN_WINDOW = 600


class TooManyCalls(Refusal):
    """This address has asked too often; it may ask again after `retry_after_seconds`."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


def take_code(*, source: str, now: datetime) -> int:
    """Count one request for a code from a caller without a secret, over all applications, tenants and dialects.

    Return how many there were in the window, where limits hold; raises TooManyCalls.
    """
    return take("code", client_id="", source=source, in_window=CODES_IN_WINDOW, now=now)


def take(call: str, *, client_id: str, source: str, in_window: int, now: datetime) -> int:
    """Count one call; how many this source has made in the window, where limits hold. Raises TooManyCalls."""
    kind, key = f"call {call}", f"{source} {client_id}"
    count = counters.take(kind, key, window=WINDOW, now=now, most=in_window)
    if not settings.RATE_LIMITS:
        return 0
    if count > in_window:
        raise TooManyCalls(counters.seconds_left(kind, key, now=now))
    return count


def take_preflight(source: str) -> None:
    """Count a preflight from an origin that no application lists; raises TooManyCalls."""
    take("preflight", client_id="", source=source, in_window=PREFLIGHTS_IN_WINDOW, now=clock.now())
