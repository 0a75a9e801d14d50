"""A forgotten password: whoever holds the address sets a new one, and what opened the account before it ends."""

from datetime import datetime

from django.db import transaction

from accounts import takeover
from accounts.codes import ATTRIBUTES
from accounts.errors import EndUserBlocked, EndUserNotFound
from accounts.models import EndUser
from accounts.self_service import password
from otp import challenges
from otp.challenges import Proof, ProvenChallenge
from otp.models import Usage
from tenants.configuration import ApplicationConfiguration
from tenants.models import Channel


def reset_by_code(*, application: ApplicationConfiguration, proof: Proof, new_password: str, now: datetime) -> None:
    """As `reset`, with a code that was sent for it; raises BadToken or BadCode too."""
    proven = challenges.prove(application=application, usage=Usage.RESET_PASSWORD, proof=proof, now=now)
    try:
        reset(application=application, proof=proven, new_password=new_password, now=now)
    except Exception:
        challenges.give_guess_back(proven)
        raise


def reset(*, application: ApplicationConfiguration, proof: ProvenChallenge, new_password: str, now: datetime) -> None:
    """Set the password of the address's end user; raises EndUserNotFound, EndUserBlocked, BadVerificationToken if the
    proof was spent meanwhile, and what `password.hashed` raises. A refused password leaves the proof good.
    """
    name = ATTRIBUTES[Channel(proof.channel)]
    proven = {name: proof.address, f"{name}_verified": True, "tenant_id": application.tenant.id}
    end_user = EndUser.objects.filter(**proven).first()
    if end_user is None:
        raise EndUserNotFound
    if end_user.is_blocked(now):
        raise EndUserBlocked(end_user.status)
    password_hash = password.hashed(application=application, end_user=end_user, password=new_password)
    with transaction.atomic():
        challenges.redeem(proof, now)
        is_cleared = takeover.remove_older_ways_in(end_user, name, now)
        password.store(
            application=application,
            end_user=end_user,
            password_hash=password_hash,
            ends_sessions=True,
            notice=Usage.ACCOUNT_CLEARED if is_cleared else Usage.PASSWORD_CHANGED,
            now=now,
        )
