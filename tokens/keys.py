"""The key pairs of tenants: made when first needed, rotated with an overlap, sealed at rest (S-58, S-60)."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from joserfc.jwk import ECKey, Key, RSAKey

from tenants import audit, sealing, sql
from tenants.characters import UNFIT_FOR_TEXT
from tenants.ids import new_id
from tenants.models import Tenant
from tokens.models import SigningKey

RSA_BITS = 2048
OVERLAP = timedelta(hours=1)  # how long a new key is published before it signs: caches of verifiers are shorter
LONGEST_ACCESS = timedelta(days=5)  # how long a token may live that an old key signed


def _new_rsa() -> RSAKey:
    return RSAKey.generate_key(RSA_BITS)


def _new_ec() -> ECKey:
    return ECKey.generate_key("P-256")


MAKERS: dict[str, Callable[[], RSAKey | ECKey]] = {"RS256": _new_rsa, "ES256": _new_ec}


@dataclass(frozen=True, slots=True)
class Pair:
    """A key to sign with, and what its signatures say of it."""

    kid: str
    algorithm: str
    private: Key


def present(tenant_id: UUID, now: datetime) -> Pair:
    """The key that signs now; the tenant's first one is made here, and another where no SECRET_KEY opens the last."""
    row = _signing(tenant_id, now)
    pair = _pair(row) if row else None
    if pair is None:
        algorithm = Tenant.objects.values_list("signing_algorithm", flat=True).get(pk=tenant_id)
        pair = _pair(_make(tenant_id, algorithm, now))
    assert pair is not None
    return pair


def _pair(row: SigningKey) -> Pair | None:
    """None for a key that was sealed under a SECRET_KEY that is no longer known."""
    try:
        return Pair(row.kid, row.algorithm, _opened(row.sealed_private_jwk))
    except sealing.InvalidToken:
        return None


def find_public(kid: str) -> SigningKey | None:
    """None for a text that cannot be one: it comes from a token that nobody has verified yet."""
    return None if UNFIT_FOR_TEXT.search(kid) else SigningKey.objects.filter(kid=kid).first()


def published(tenant_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """The tenant's public keys as a JWK set lists them (RFC 7517), those that will sign soon among them."""
    if not SigningKey.objects.filter(tenant_id=tenant_id).exists():
        present(tenant_id, now)
    rows = SigningKey.objects.filter(tenant_id=tenant_id).order_by("-signs_from")
    return [row.public_jwk for row in rows]


def rotate(tenant: Tenant, now: datetime) -> tuple[str, int]:
    """Make the next key, and drop those whose signatures have all expired; the new kid, and how many were dropped."""
    present(tenant.id, now)
    row = _make(tenant.id, tenant.signing_algorithm, now + OVERLAP)
    dropped = _drop_expired(tenant.id, now)
    audit.record("signing_key.rotate", tenant_id=tenant.id, now=now, subject=row.kid, about=tenant.id)
    return row.kid, dropped


def _signing(tenant_id: UUID, now: datetime) -> SigningKey | None:
    return SigningKey.objects.filter(tenant_id=tenant_id, signs_from__lte=now).order_by("-signs_from", "-id").first()


def _make(tenant_id: UUID, algorithm: str, signs_from: datetime) -> SigningKey:
    private = MAKERS[algorithm]()
    kid = private.thumbprint()
    row = SigningKey(
        id=new_id(),
        tenant_id=tenant_id,
        algorithm=algorithm,
        kid=kid,
        public_jwk={**private.as_dict(private=False), "kid": kid, "use": "sig", "alg": algorithm},
        sealed_private_jwk=sealing.seal(json.dumps(private.as_dict(private=True))),
        signs_from=signs_from,
    )
    sql.insert(row)
    return row


def _drop_expired(tenant_id: UUID, now: datetime) -> int:
    """A key's last signature is as old as its successor's first."""
    successors = SigningKey.objects.filter(tenant_id=tenant_id, signs_from__lte=now - LONGEST_ACCESS)
    newest = successors.order_by("-signs_from").first()
    if newest is None:
        return 0
    older = SigningKey.objects.filter(tenant_id=tenant_id, signs_from__lt=newest.signs_from)
    return older.delete()[0]


@lru_cache(maxsize=256)
def _opened(sealed: str) -> Key:
    data = json.loads(sealing.unseal(sealed))
    return RSAKey.import_key(data) if data["kty"] == "RSA" else ECKey.import_key(data)
