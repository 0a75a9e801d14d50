"""ID tokens that were accepted: one that a client brings is good for one use."""

import hashlib
from datetime import datetime

from accounts.third_party.providers import Provider
from tenants import sql
from tenants.ids import new_id


def remember(provider: Provider, token: str, expires_at: datetime) -> bool:
    """Store that the token was accepted, and return whether this is its first use."""
    return bool(
        sql.change(
            """INSERT INTO accounts_usedidtoken (id, tenant_id, provider, hash, expires_at)
               VALUES (%(id)s, %(tenant)s, %(provider)s, %(hash)s, %(expires_at)s) ON CONFLICT DO NOTHING""",
            {
                "id": new_id(),
                "tenant": provider.tenant_id,
                "provider": provider.key,
                "hash": _hash(token),
                "expires_at": expires_at,
            },
        )
    )


def _hash(token: str) -> str:
    """Hash the signed part alone: anybody can make a second valid ECDSA signature from the first one."""
    return hashlib.sha256(token.rpartition(".")[0].encode()).hexdigest()
