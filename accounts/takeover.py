"""An address that is proven after its account was made, by somebody who may not be who made it (S-36).

Whoever signs up with the address of somebody else must keep no way in once the owner of the address comes.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from accounts import notices
from accounts.codes import ATTRIBUTES
from accounts.models import EndUser, Identity, PasswordHistory
from accounts.passwords import checking
from accounts.self_service import sudo, trail
from otp.models import Usage
from tenants import clock
from tenants.configuration import ApplicationConfiguration

CHANNELS = {name: channel for channel, name in ATTRIBUTES.items()}


class Outcome(StrEnum):
    """Result for the account of confirming its e-mail address."""

    KEPT = "kept"  # who signed up confirmed it
    CLEARED = "cleared"  # somebody else has the account now, and nothing but the address opens it
    RELEASED = "released"  # the account has another proven address, so it keeps that one alone


def confirm_elsewhere(*, application: ApplicationConfiguration, end_user: EndUser, now: datetime) -> Outcome:
    """Give the account, or else the address, to who confirmed it outside of the session that signed up.

    In the caller's transaction.
    """
    if end_user.phone_number and end_user.phone_number_verified:
        _release(application, end_user, now)
        return Outcome.RELEASED
    _clear(end_user, now)
    return Outcome.CLEARED


def remove_older_ways_in(end_user: EndUser, name: str, now: datetime) -> bool:
    """Remove what was there before the address `name` was proven, and return whether there was anything.

    In the caller's transaction, which sets a new password.
    """
    proven_at = getattr(end_user, f"{name}_verified_at")
    if proven_at is None:
        return False
    EndUser.objects.select_for_update().filter(pk=end_user.pk).first()  # as `_clear`
    removed, _ = Identity.objects.filter(end_user=end_user, created_at__lt=proven_at).delete()
    claimed = [other for other in CHANNELS if getattr(end_user, other) and not getattr(end_user, f"{other}_verified")]
    values = dict.fromkeys(claimed) | ({"email_typed": ""} if "email" in claimed else {})
    if values:
        EndUser.objects.filter(pk=end_user.pk).update(**values)
    if removed or values:
        trail.record("end_user.cleared", end_user, now, detail={"identities": removed, "claimed": claimed})
    return bool(removed or values)


def _release(application: ApplicationConfiguration, end_user: EndUser, now: datetime) -> None:
    """Take the e-mail address from the account, which its number opens; whoever wants it signs up with it."""
    values: dict[str, Any] = {"email": None, "email_typed": "", "email_verified": False, "email_verified_at": None}
    EndUser.objects.filter(pk=end_user.pk).update(**values)
    trail.record("end_user.released", end_user, now)
    end_user.email_verified = False  # its owner pressed the button; who is to be told has the number
    notices.tell(application=application, before=end_user, usage=Usage.ADDRESS_CHANGED, now=now)


def _clear(end_user: EndUser, now: datetime) -> None:
    """Remove every way in but the e-mail address.

    The row is locked first, so that a log-in that went on meanwhile is older than what ends the sessions.
    """
    locked = EndUser.objects.select_for_update().get(pk=end_user.pk)
    locked.password = locked.username_typed = ""
    locked.username = locked.phone_number = None
    locked.sessions_valid_from = clock.now()
    locked.save(update_fields=["password", "username_typed", "username", "phone_number", "sessions_valid_from"])
    removed, _ = Identity.objects.filter(end_user=locked).delete()
    PasswordHistory.objects.filter(end_user=locked).delete()
    sudo.forget(locked)
    checking.forget_failures(locked)
    trail.record("end_user.cleared", locked, now, detail={"identities": removed})
