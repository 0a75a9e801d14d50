"""Provider tokens: that somebody came back from a third party, for one use, by one application and device."""

import hashlib
import secrets
from datetime import datetime, timedelta

from accounts.errors import BadProviderToken
from accounts.models import ProviderToken
from accounts.third_party.profiles import Profile
from tenants import sql
from tenants.configuration import ApplicationConfiguration
from tenants.ids import new_id

LIFETIME = timedelta(hours=1)


def issue(*, application: ApplicationConfiguration, device_id: str, profile: Profile, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    row = ProviderToken(
        id=new_id(),
        tenant_id=application.tenant.id,
        application_id=application.id,
        device_id=device_id,
        hash=_hash(token),
        provider=profile.provider,
        subject=profile.subject,
        profile=profile.document,
        expires_at=now + LIFETIME,
    )
    sql.insert(row)
    return token


def find(token: str, *, application: ApplicationConfiguration, device_id: str, now: datetime) -> ProviderToken:
    """The token, if it could be redeemed now; raises BadProviderToken."""
    row = ProviderToken.objects.filter(
        hash=_hash(token),
        tenant_id=application.tenant.id,
        application_id=application.id,
        device_id=device_id,
        expires_at__gt=now,
        spent_at=None,
    ).first()
    if row is None:
        raise BadProviderToken
    return row


def redeem(row: ProviderToken, now: datetime) -> None:
    """Spend the token, in the caller's transaction; raises BadProviderToken for all but the first."""
    spent = sql.change(
        """UPDATE accounts_providertoken SET spent_at = %(now)s
           WHERE id = %(id)s AND spent_at IS NULL AND expires_at > %(now)s""",
        {"id": row.id, "now": now},
    )
    if not spent:
        raise BadProviderToken


def profile_of(row: ProviderToken) -> Profile:
    return Profile.load(row.profile)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
