"""Every end user of a tenant as one line of JSON that `accounts.importing` reads again, password hashes included."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from accounts.importing.entries import STORED
from accounts.models import EndUser, Identity, PasswordHistory

AT_A_TIME = 1000


def lines(tenant_id: UUID, now: datetime) -> Iterator[str]:
    """In the order in which the users came; a user who comes or goes meanwhile may be among them or not."""
    last: UUID | None = None
    while batch := _after(tenant_id, last):
        last = batch[-1].id
        yield from _documents(batch, now)


def _after(tenant_id: UUID, last: UUID | None) -> list[EndUser]:
    rows = EndUser.objects.filter(tenant_id=tenant_id).order_by("id")
    return list((rows.filter(id__gt=last) if last else rows)[:AT_A_TIME])


def _documents(batch: list[EndUser], now: datetime) -> Iterator[str]:
    ids = [end_user.id for end_user in batch]
    history: dict[UUID, list[dict[str, Any]]] = {one: [] for one in ids}
    for row in PasswordHistory.objects.filter(end_user__in=ids).order_by("set_at", "id"):
        history[row.end_user_id].append({"password_hash": row.password, "set_at": _moment(row.set_at)})
    identities: dict[UUID, list[dict[str, Any]]] = {one: [] for one in ids}
    for identity in Identity.objects.filter(end_user__in=ids).order_by("provider"):
        identities[identity.end_user_id].append(_identity(identity))
    groups: dict[UUID, list[str]] = {one: [] for one in ids}
    memberships = EndUser.groups.through.objects.filter(enduser_id__in=ids).order_by("group__name")
    for end_user_id, name in memberships.values_list("enduser_id", "group__name"):
        groups[end_user_id].append(name)
    for end_user in batch:
        beside = {
            "password_history": history[end_user.id],
            "identities": identities[end_user.id],
            "groups": groups[end_user.id],
        }
        yield json.dumps(_document(end_user, now) | beside, ensure_ascii=False)


def _document(end_user: EndUser, now: datetime) -> dict[str, Any]:
    has_password = {"password_hash": end_user.password, "hash_fn": STORED} if end_user.password else {}
    return {
        "sub": end_user.sub,
        **_standing(end_user, now),
        "username": end_user.username_typed or end_user.username,
        "email": end_user.email_typed or end_user.email,
        "email_verified": end_user.email_verified,
        "phone_number": end_user.phone_number,
        "phone_number_verified": end_user.phone_number_verified,
        **has_password,
        "login_attempts": end_user.login_attempts,
        "attributes": end_user.attributes,
        "profile": {"addresses": end_user.addresses},
        "metadata": end_user.metadata,
        "anonymous_device_hash": end_user.anonymous_device_hash,
        "created_at": _moment(end_user.created_at),
        "updated_at": _moment(end_user.updated_at) if end_user.updated_at else None,
    }


def _standing(end_user: EndUser, now: datetime) -> dict[str, Any]:
    """The status, and of a block that holds who, when, why and until when."""
    status = end_user.status_at(now)
    if status == EndUser.Status.NORMAL:
        return {"status": status}
    block = {
        "at": _moment(end_user.blocked_at) if end_user.blocked_at else None,
        "by": end_user.blocked_by,
        "reason": end_user.block_reason,
        "until": _moment(end_user.blocked_until) if end_user.blocked_until else None,
    }
    return {"status": status, "block": block}


def _identity(identity: Identity) -> dict[str, Any]:
    return {
        "connection": identity.provider,
        "provider": identity.vendor,
        "type": identity.type,
        "id": identity.subject,
        "details": identity.profile,
        "created_at": _moment(identity.created_at),
    }


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
