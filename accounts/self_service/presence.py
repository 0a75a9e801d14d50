"""A proof of the last minutes that the end user is there: wanted by everything that changes a way to log in (S-116)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from accounts.codes import ATTRIBUTES
from accounts.errors import RecentProofRequired
from accounts.models import EndUser
from accounts.passwords.failures import Captcha
from accounts.self_service import password, sudo
from otp.challenges import ProvenChallenge
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel

RECENTLY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Presence:
    """What a call has to show that its end user is there; one of them is enough.

    `opened_at` is when the end user authenticated for the session, which no refresh moves; `password` is the present
    one; `codes` were returned in this call.
    """

    session_id: UUID
    opened_at: datetime
    sudo_token: str = ""
    password: str = ""
    captcha: Captcha = None
    codes: Sequence[ProvenChallenge] = ()


def demand(*, application: ApplicationConfiguration, end_user: EndUser, presence: Presence, now: datetime) -> None:
    """Raise RecentProofRequired unless the end user gave a proof in the last minutes.

    A sudo token or password that was sent must be right, however young the session is: raises BadSudoToken, or what
    `password.check_own` raises.
    """
    if presence.password:
        password.check_own(
            application=application,
            end_user=end_user,
            password=presence.password,
            captcha=presence.captcha,
            now=now,
        )
    if presence.sudo_token:
        sudo.check(presence.sudo_token, end_user=end_user, session_id=presence.session_id, now=now)
    is_proven = presence.password or presence.sudo_token or any(_is_own(end_user, one) for one in presence.codes)
    if not is_proven and now - presence.opened_at > RECENTLY:
        raise RecentProofRequired


def _is_own(end_user: EndUser, code: ProvenChallenge) -> bool:
    """Return whether the code was sent to an address that the end user had proven before."""
    return end_user.is_proven(ATTRIBUTES[Channel(code.channel)], code.address)
