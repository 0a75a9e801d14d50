"""Identities: which end user a third party's subject is, and how that begins and ends (S-36).

Nobody is found by an e-mail address that a third party tells of: who made an account there may have typed any.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import end_users, notices
from accounts.errors import EndUserGone, IdentityInUse, LastWayIn, ProviderNotFound
from accounts.models import EndUser, Identity
from accounts.self_service import trail
from accounts.third_party.profiles import Profile
from otp.models import Usage
from tenants import sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id


def find(tenant_id: UUID, provider: str, subject: str) -> Identity | None:
    """The identity with its end user."""
    rows = Identity.objects.select_related("end_user")
    return rows.filter(tenant_id=tenant_id, provider=provider, subject=subject).first()


def is_bound(end_user: EndUser, provider: str, subject: str) -> bool:
    """Return whether the end user has the identity."""
    return Identity.objects.filter(end_user_id=end_user.pk, provider=provider, subject=subject).exists()


def insert(tenant_id: UUID, end_user_id: UUID, profile: Profile, now: datetime) -> None:
    """In the caller's transaction; raises IntegrityError if somebody has it, or this end user another one there."""
    row = Identity(
        id=new_id(),
        tenant_id=tenant_id,
        provider=profile.provider,
        subject=profile.subject,
        end_user_id=end_user_id,
        profile=profile.document,
        created_at=now,
    )
    sql.insert(row)


def link(*, application: ApplicationConfiguration, end_user: EndUser, profile: Profile, now: datetime) -> None:
    """Give the identity to the end user, who asks for it; nothing happens if it is theirs.

    Raises IdentityInUse or EndUserGone.
    """
    known = find(end_user.tenant_id, profile.provider, profile.subject)
    if known and known.end_user_id == end_user.id:
        return
    try:
        with transaction.atomic():
            if end_users.lock(end_user.id) is None:
                raise EndUserGone
            insert(end_user.tenant_id, end_user.id, profile, now)
            _record("identity.link", end_user, profile.provider, now)
            notices.tell(application=application, before=end_user, usage=Usage.IDENTITY_LINKED, now=now)
    except IntegrityError:
        raise IdentityInUse from None


def unlink(*, application: ApplicationConfiguration, end_user: EndUser, provider: str, now: datetime) -> None:
    """Take the identity from the end user, whose presence the caller has demanded.

    Raises ProviderNotFound, or LastWayIn when nothing else would be left.
    """
    with transaction.atomic():
        locked = EndUser.objects.select_for_update(no_key=True).get(pk=end_user.pk)
        present = set(locked.identities.values_list("provider", flat=True))
        if provider not in present:
            raise ProviderNotFound
        if present == {provider} and not _has_other_way_in(locked):
            raise LastWayIn
        locked.identities.filter(provider=provider).delete()
        _record("identity.unlink", end_user, provider, now)
        notices.tell(application=application, before=end_user, usage=Usage.IDENTITY_REMOVED, now=now)


def refresh(identity: Identity, profile: Profile) -> None:
    """Keep what the third party says of the end user now."""
    Identity.objects.filter(pk=identity.pk).update(profile=profile.document)


def _has_other_way_in(end_user: EndUser) -> bool:
    """By a password with something to log in with, or by a code to an address that they proved."""
    names = (end_user.username, end_user.phone_number, end_user.email)
    has_password = bool(end_user.password) and any(names)
    return has_password or end_user.phone_number_verified or end_user.email_verified


def _record(event: str, end_user: EndUser, provider: str, now: datetime) -> None:
    trail.record(event, end_user, now, subject=f"identity of {provider}")
