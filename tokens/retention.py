"""What is deleted when it has served its time."""

from datetime import timedelta

from accounts import models as accounts
from signup.models import BrowserSession
from tenants import clock
from tokens.models import AuthorizationCode, RevokedAccessToken, Session

KEEP_SESSIONS = timedelta(days=1)  # after their end
KEEP_CODES = timedelta(days=1)  # after they expired, so that one that comes back is known
DELETED_AT_ONCE = 5_000


def prune() -> int:
    """Delete sessions that ended, with their tokens, and what was good for minutes; how many rows of these."""
    now = clock.now()
    short_lived = (
        *(accounts.SudoToken, accounts.Captcha, accounts.ProviderToken, accounts.PasswordFailure, accounts.KnownDevice),
        accounts.UsedIdToken,
        *(BrowserSession, RevokedAccessToken),
    )
    ended = Session.objects.filter(expires_at__lte=now - KEEP_SESSIONS)
    old_codes = AuthorizationCode.objects.filter(expires_at__lte=now - KEEP_CODES)
    return (
        _delete(ended)
        + _delete(old_codes)
        + sum(_delete(model.objects.filter(expires_at__lte=now)) for model in short_lived)
    )


def _delete(rows) -> int:  # type: ignore[no-untyped-def]
    deleted = 0
    while ids := list(rows.values_list("pk", flat=True)[:DELETED_AT_ONCE]):
        deleted += rows.model.objects.filter(pk__in=ids).delete()[0]
    return deleted
