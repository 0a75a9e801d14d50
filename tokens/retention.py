"""What is deleted when it has served its time."""

from datetime import timedelta

from accounts import models as accounts
from accounts.bulk_actions import UNDO_PERIOD
from signup.models import BrowserSession, PendingRequest
from tenants import clock, sql
from tokens.models import AuthorizationCode, RevokedAccessToken, Session

KEEP_SESSIONS = timedelta(days=1)  # after their end
KEEP_CODES = timedelta(days=1)  # after they expired, so that one that comes back is known


def prune() -> int:
    """Delete sessions that ended, with their tokens, and what was good for minutes; how many rows of these."""
    now = clock.now()
    short_lived = (
        *(accounts.SudoToken, accounts.Captcha, accounts.ProviderToken, accounts.PasswordFailure, accounts.KnownDevice),
        accounts.UsedIdToken,
        *(PendingRequest, BrowserSession, RevokedAccessToken),
    )
    old = (
        Session.objects.filter(expires_at__lte=now - KEEP_SESSIONS),
        AuthorizationCode.objects.filter(expires_at__lte=now - KEEP_CODES),
        accounts.BulkActionItem.objects.filter(action__finished_at__lte=now - UNDO_PERIOD),
        *(model.objects.filter(expires_at__lte=now) for model in short_lived),
    )
    return sum(map(sql.delete, old))
