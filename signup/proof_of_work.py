"""A puzzle that costs a browser a second or a few, so that many tries cost a bot something: Altcha's, version 1."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

from altcha import v1 as altcha

from signup.models import BrowserSession
from tenants import sealing

PURPOSE = "altcha"
LARGEST_NUMBER = 100_000  # of the cheapest puzzle; half as many hashes solve one on average
MOST_DOUBLINGS = 4  # a few seconds on a phone (docs/decisions/0014)
SIZE = "size"
LIFETIME = timedelta(minutes=5)
LONGEST_SOLUTION = 1024
TEXTS = ("algorithm", "challenge", "salt", "signature")


def challenge(session: BrowserSession, now: datetime, *, doublings: int) -> dict[str, Any]:
    """A new puzzle, as Altcha's widget reads it; the session owes this one from now on.

    Each of the `doublings` makes it twice as dear, up to a bound.
    """
    size = _size(doublings)
    options = altcha.ChallengeOptions(
        max_number=size, hmac_key=_key(), expires=now + LIFETIME, params={SIZE: str(size)}
    )
    made = altcha.create_challenge(options)
    BrowserSession.objects.filter(pk=session.pk).update(altcha=made.salt)
    return {
        "algorithm": made.algorithm,
        "challenge": made.challenge,
        "salt": made.salt,
        "signature": made.signature,
        "maxnumber": made.max_number,
    }


def redeem(session: BrowserSession, solution: str, now: datetime, *, doublings: int) -> bool:
    """Whether this solves the puzzle that the session owes; it counts once.

    One that was made before another try doubled the cost is good still; a cheaper one is not.
    """
    payload = _read(solution)
    if payload is None:
        return False
    _, expires, parameters = payload.parse_salt()
    is_solved, _ = altcha.verify_solution(payload, _key(), check_expires=False)
    if not is_solved or expires is None or expires <= now.timestamp():
        return False
    if int(parameters.get(SIZE, ["0"])[0]) < _size(doublings - 1):
        return False
    return bool(BrowserSession.objects.filter(pk=session.pk, altcha=payload.salt).update(altcha=""))


def _read(solution: str) -> altcha.Payload | None:
    """None for a text that no widget makes."""
    try:
        found: Any = (
            json.loads(base64.b64decode(solution, validate=True)) if len(solution) <= LONGEST_SOLUTION else None
        )
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or type(found.get("number")) is not int:
        return None
    is_text = all(isinstance(found.get(name), str) and found[name].isascii() for name in TEXTS)
    return altcha.Payload(**_only(found)) if is_text else None


def _only(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in (*TEXTS, "number")}


def _size(doublings: int) -> int:
    """The largest number that may be the solution."""
    return int(LARGEST_NUMBER * 2 ** min(max(doublings, 0), MOST_DOUBLINGS))


def _key() -> str:
    """Of this installation, so that every process judges alike."""
    return sealing.keyed_hash(PURPOSE, "")
