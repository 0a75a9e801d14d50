"""Keys of other systems that imported hashes need to be compared: one row for each, encrypted at rest (S-46)."""

from base64 import b64decode, b64encode
from datetime import datetime, timedelta
from functools import reduce
from hmac import compare_digest
from operator import or_
from uuid import UUID

import structlog
from django.db.models import Q

from accounts.models import EndUser, HashKey, ImportRun, PasswordHistory
from accounts.passwords.comparing import FindKey
from accounts.passwords.schemes import keyed_lines
from tenants import audit, clock, sealing
from tenants.ids import new_id

KEEP = timedelta(days=7)  # after a key was stored, or an import began

log = structlog.get_logger(__name__)


class AnotherKey(Exception):
    """The tenant has another key of this name, and hashes that need it."""


def finder(tenant_id: UUID) -> FindKey:
    """Return what finds a key of the tenant by its name when a comparison needs it."""

    def find(name: str) -> bytes | None:
        sealed = HashKey.objects.filter(tenant_id=tenant_id, name=name).values_list("sealed_key", flat=True).first()
        key = _unsealed(sealed) if sealed else None
        if key is None:
            log.error("hash_key_unusable", key=name, tenant_id=tenant_id.hex)
        return key

    return find


def read_all(tenant_id: UUID) -> dict[str, bytes]:
    """Return the keys of the tenant that can be decrypted, by name."""
    rows = HashKey.objects.filter(tenant_id=tenant_id)
    return {row.name: key for row in rows if (key := _unsealed(row.sealed_key)) is not None}


def store(*, tenant_id: UUID, name: str, key: bytes, now: datetime) -> None:
    """Store the key under its name, once; raises AnotherKey where the name has a different one that opens.

    The same key again is encrypted under the present SECRET_KEY.
    """
    sealed = sealing.seal(b64encode(key).decode())
    row, is_new = HashKey.objects.get_or_create(
        tenant_id=tenant_id, name=name, defaults={"id": new_id(), "sealed_key": sealed, "created_at": now}
    )
    present = _unsealed(row.sealed_key)
    if present is not None and not compare_digest(present, key):
        raise AnotherKey
    if not is_new:
        HashKey.objects.filter(pk=row.pk).update(sealed_key=sealed)
    if is_new or present is None:
        audit.record("hash_key.store", tenant_id=tenant_id, now=now, subject=name, about=row.pk, detail={})


def prune() -> int:
    """Delete the keys that no stored hash needs any more; those of tenants that import users at the moment stay."""
    recent = clock.now() - KEEP
    importing = ImportRun.objects.filter(Q(finished_at=None) | Q(started_at__gt=recent)).values("tenant_id")
    unused = [
        key.pk
        for key in HashKey.objects.filter(created_at__lte=recent).exclude(tenant_id__in=importing)
        if not _is_used(key)
    ]
    return HashKey.objects.filter(pk__in=unused).delete()[0]


def _is_used(key: HashKey) -> bool:
    needs_it = reduce(or_, (Q(password__startswith=beginning) for beginning in keyed_lines(key.name)))
    return any(model.objects.filter(needs_it, tenant_id=key.tenant_id).exists() for model in (EndUser, PasswordHistory))


def is_usable(row: HashKey) -> bool:
    return _unsealed(row.sealed_key) is not None


def _unsealed(sealed: str) -> bytes | None:
    try:
        return b64decode(sealing.unseal(sealed))
    except sealing.InvalidToken:
        return None
