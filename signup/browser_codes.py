"""Codes that a browser asks for to sign up or log in: ten in a session, the later ones for a proof of work.

So are the later ones of its network, whatever session, application or tenant they are for.
"""

from datetime import datetime
from math import ceil

from accounts import codes
from accounts.codes import CodeRequest
from otp import challenges
from otp.delivery import growth
from otp.errors import QuotaUsedUp, SendingFailed, SendLimitReached
from signup import proof_of_work
from signup.browser_sessions import Live
from signup.errors import ProofOfWorkRequired, SessionGone, TooManyCodes
from signup.models import BrowserSession
from tenants import call_limits, sql
from tenants.authentication_failures import TooManyFailures
from tenants.call_limits import TooManyCalls

MOST_CODES = 10
FREE_CODES = 3  # without a proof of work
DOUBLINGS_IN_GROWTH = 2
CODES_FOR_ONE_DOUBLING = 20  # of a network, whose offices and homes share it


def send(*, live: Live, request: CodeRequest, solution: str, from_network: int) -> None:
    """Send the code, the `from_network`-th of its network; it is returned in this session, without a token.

    Raises TooManyCodes, ProofOfWorkRequired, SessionGone and what `accounts.codes.request_code` raises. A code that
    could not be sent is not counted; one for an address that somebody has is, so that asking is never free.
    """
    session, now = live.row, live.now
    of_session = _take(session, now) - FREE_CODES
    of_network = (from_network - call_limits.FREE_CODES) / CODES_FOR_ONE_DOUBLING
    doublings = ceil(max(of_session, of_network)) - 1
    if doublings >= 0:
        _redeem_proof(live, solution, doublings)
    try:
        codes.request_code(application=live.application, request=request, now=now)
    except (QuotaUsedUp, SendLimitReached, SendingFailed, TooManyCalls, TooManyFailures) as refusal:
        _give_back(session)
        if isinstance(refusal, SendLimitReached):
            refusal.expires_in = _seconds_left(live, request)
        raise


def _seconds_left(live: Live, request: CodeRequest) -> int:
    """Return for how long the session's own code for the address is good: a page says so, and lets people enter it."""
    return challenges.seconds_left(
        application_id=live.application.id,
        usage=request.usage,
        channel=request.channel,
        address=request.address,
        asked_by_id=live.row.id,
        now=live.now,
    )


def _redeem_proof(live: Live, solution: str, doublings: int) -> None:
    """Raises ProofOfWorkRequired; while the tenant sends far more than usual, a proof costs four times as much."""
    session, now = live.row, live.now
    if growth.is_under_way(live.application.tenant.id, now):
        doublings += DOUBLINGS_IN_GROWTH
    if not proof_of_work.redeem(session, solution, now, doublings=doublings):
        _give_back(session)
        raise ProofOfWorkRequired(proof_of_work.challenge(session, now, doublings=doublings))


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
