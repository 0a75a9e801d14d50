"""Codes of authenticator apps for staff (RFC 6238): six digits, 30 seconds, each good once."""

from datetime import datetime

import pyotp

from tenants import audit, sealing
from tenants.models import SecondFactor, Staff

STEP_SECONDS = 30
DRIFT_STEPS = (-1, 0, 1)  # a telephone's clock may be half a minute off


def begin(staff: Staff) -> str:
    """The secret for an app that has not shown a code yet: the same one until it does."""
    made = {"sealed_secret": sealing.seal(pyotp.random_base32())}
    factor, _ = SecondFactor.objects.get_or_create(staff=staff, defaults=made)
    return sealing.unseal(factor.sealed_secret)


def address(staff: Staff, secret: str, issuer: str) -> str:
    """What the app reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff.get_username(), issuer_name=issuer)


def is_set_up(staff: Staff) -> bool:
    return SecondFactor.objects.filter(staff=staff, confirmed_at__isnull=False).exists()


def confirm(staff: Staff, code: str, now: datetime) -> bool:
    """The app's first right code: from now on every log-in takes one."""
    waiting = SecondFactor.objects.filter(staff=staff, confirmed_at=None)
    if not (waiting.exists() and verify(staff, code, now) and waiting.update(confirmed_at=now)):
        return False
    audit.record("staff.second_factor", tenant_id=None, now=now, subject=f"staff {staff.get_username()}")
    return True


def verify(staff: Staff, code: str, now: datetime) -> bool:
    """Spend a code; false if it is wrong, or spent already, by a request at the same moment too."""
    factor = SecondFactor.objects.filter(staff=staff).first()
    if factor is None:
        return False
    totp, present = pyotp.TOTP(sealing.unseal(factor.sealed_secret)), int(now.timestamp()) // STEP_SECONDS
    for step in (present + drift for drift in DRIFT_STEPS):
        if pyotp.utils.strings_equal(totp.generate_otp(step), code):
            unspent = SecondFactor.objects.filter(staff=staff, last_step__lt=step)
            return bool(unspent.update(last_step=step))
    return False


def remove(staff: Staff, now: datetime) -> bool:
    """For who has lost the app: the next log-in takes the password alone, and sets up another."""
    removed = bool(SecondFactor.objects.filter(staff=staff).delete()[0])
    if removed:
        subject = f"staff {staff.get_username()}"
        audit.record("staff.second_factor_removed", tenant_id=None, now=now, subject=subject)
    return removed
