"""End users without a name: one for each device, until one of them signs up."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.end_users import NewEndUser, identity_of
from accounts.errors import AnonymousDisabled, EndUserBlocked, NotAnonymous
from accounts.models import EndUser, PasswordHistory
from accounts.self_service import trail
from otp import codes
from tenants import audit, sql
from tenants.configuration import ApplicationConfiguration

EVENT = "end_user.anonymous"


def find_or_create(*, application: ApplicationConfiguration, device_id: str, now: datetime) -> EndUser:
    """The device's end user, made when it first comes; raises AnonymousDisabled or EndUserBlocked.

    What names a device opens its account, so it is kept as its hash.
    """
    if not application.login.anonymous:
        raise AnonymousDisabled
    of_device = {"tenant_id": application.tenant.id, "anonymous_device_hash": codes.hash_token(device_id)}
    end_user = EndUser.objects.filter(**of_device).first()
    if end_user is None:
        end_user = _create(EndUser(**of_device, created_at=now, sessions_valid_from=now), now)
    if end_user.is_blocked(now):
        raise EndUserBlocked
    return end_user


def upgrade(*, end_user_id: UUID, tenant_id: UUID, new: NewEndUser, now: datetime) -> EndUser:
    """The anonymous end user becomes the new one and keeps its `sub`; its sessions end. In the caller's transaction.

    Raises NotAnonymous if it was none, or another request was first, and IntegrityError if an identifier is taken.
    """
    row = EndUser.objects.select_for_update().filter(
        pk=end_user_id, tenant_id=tenant_id, anonymous_device_hash__isnull=False
    )
    end_user = row.first()
    if end_user is None or end_user.is_blocked(now):
        raise NotAnonymous
    _name(end_user, new, now)
    end_user.save(force_update=True)
    if new.password_hash:
        history = PasswordHistory(tenant_id=tenant_id, end_user_id=end_user.id, password=new.password_hash, set_at=now)
        sql.insert(history)
    if new.group_id:
        EndUser.groups.through.objects.get_or_create(enduser_id=end_user.id, group_id=new.group_id)
    trail.record("end_user.upgrade", end_user, now)
    return end_user


def _create(end_user: EndUser, now: datetime) -> EndUser:
    """The new end user, or the one that another request of the device was faster to make."""
    try:
        with transaction.atomic():
            sql.insert(end_user)
            if audit.is_first_in_window(EVENT, now):
                trail.record(EVENT, end_user, now)
            return end_user
    except IntegrityError:
        return EndUser.objects.get(tenant_id=end_user.tenant_id, anonymous_device_hash=end_user.anonymous_device_hash)


def _name(end_user: EndUser, new: NewEndUser, now: datetime) -> None:
    """What the new end user has is the old one's from now on; the device may get another anonymous one."""
    for name, value in identity_of(new).items():
        setattr(end_user, name, value)
    end_user.anonymous_device_hash = None
    end_user.attributes = end_user.attributes | dict(new.attributes)
    end_user.sessions_valid_from = end_user.updated_at = now
