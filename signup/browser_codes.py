"""Codes that a browser asks for to sign up or log in: ten in a session, the later ones for a proof of work."""

from datetime import datetime

from accounts import codes
from accounts.codes import CodeRequest
from otp.errors import QuotaUsedUp, SendingFailed, SendLimitReached
from signup import proof_of_work
from signup.browser_sessions import Live
from signup.errors import ProofOfWorkRequired, SessionGone, TooManyCodes
from signup.models import BrowserSession
from tenants import sql
from tenants.authentication_failures import TooManyFailures

MOST_CODES = 10
FREE_CODES = 3  # without a proof of work


def send(*, live: Live, request: CodeRequest, solution: str) -> None:
    """Send the code; it is returned in this session, without a token.

    Raises TooManyCodes, ProofOfWorkRequired, SessionGone and what `accounts.codes.request_code` raises. A code that
    could not be sent is not counted; one for an address that somebody has is, so that asking is never free.
    """
    session, now = live.row, live.now
    count = _take(session, now)
    doublings = count - FREE_CODES - 1
    if count > FREE_CODES and not proof_of_work.redeem(session, solution, now, doublings=doublings):
        _give_back(session)
        raise ProofOfWorkRequired(proof_of_work.challenge(session, now, doublings=doublings))
    try:
        codes.request_code(application=live.application, request=request, now=now)
    except (QuotaUsedUp, SendLimitReached, SendingFailed, TooManyFailures):
        _give_back(session)
        raise


def _take(session: BrowserSession, now: datetime) -> int:
    """Count one code; how many there are now."""
    row = sql.fetch_one(
        """UPDATE signup_browsersession SET codes_sent = codes_sent + 1
           WHERE id = %(id)s AND expires_at > %(now)s AND codes_sent < %(most)s
           RETURNING codes_sent""",
        {"id": session.id, "now": now, "most": MOST_CODES},
    )
    if row:
        return int(row[0])
    if BrowserSession.objects.filter(pk=session.pk, expires_at__gt=now).exists():
        raise TooManyCodes(max(1, int((session.expires_at - now).total_seconds()) + 1))
    raise SessionGone


def _give_back(session: BrowserSession) -> None:
    sql.change(
        "UPDATE signup_browsersession SET codes_sent = codes_sent - 1 WHERE id = %(id)s AND codes_sent > 0",
        {"id": session.id},
    )
