"""What is deleted when it has served its time."""

from datetime import timedelta

from accounts import models as accounts
from signup.models import BrowserSession
from tenants import clock
from tokens.models import Session

KEEP_SESSIONS = timedelta(days=1)  # after their end
DELETED_AT_ONCE = 5_000


def prune() -> int:
    """Delete sessions that ended, with their tokens, and what was good for minutes; how many rows of these."""
    now = clock.now()
    short_lived = (
        *(accounts.SudoToken, accounts.Captcha, accounts.ProviderToken, accounts.PasswordFailure),
        BrowserSession,
    )
    ended = Session.objects.filter(expires_at__lte=now - KEEP_SESSIONS)
    return _delete(ended) + sum(_delete(model.objects.filter(expires_at__lte=now)) for model in short_lived)


def _delete(rows) -> int:  # type: ignore[no-untyped-def]
    deleted = 0
    while ids := list(rows.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
        deleted += rows.model.objects.filter(pk__in=ids).delete()[0]
    return deleted
