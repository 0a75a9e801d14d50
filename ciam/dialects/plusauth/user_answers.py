"""A user as PlusAuth's clients read one (contract §4); never a hash, never a credential."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from accounts import profiles
from accounts.models import EndUser, Identity
from accounts.user_documents import PROFILE_CLAIMS, TOP_CLAIMS
from tokens.models import Session


def own(end_user: EndUser) -> dict[str, Any]:
    """What whoever signed up may know of himself."""
    return {
        **{name: value for name, value in end_user.attributes.items() if name not in profiles.CLAIMS},
        "id": end_user.sub,
        "username": end_user.username_typed or end_user.username,
        "email": end_user.email_typed or end_user.email,
        "email_verified": end_user.email_verified,
        "phone_number": end_user.phone_number,
        "phone_number_verified": end_user.phone_number_verified,
        **{name: end_user.attributes.get(name) for name in TOP_CLAIMS},
        "profile": _profile(end_user),
        "metadata": end_user.metadata,
        "created_at": moment(end_user.created_at),
    }


def whole(end_users: Iterable[EndUser], now: datetime) -> list[dict[str, Any]]:
    """What a back end may know of them, with three statements for all."""
    listed = list(end_users)
    ids = [one.id for one in listed]
    identities: dict[UUID, list[Identity]] = {}
    for row in Identity.objects.filter(end_user_id__in=ids).order_by("created_at", "id"):
        identities.setdefault(row.end_user_id, []).append(row)
    log_ins = dict(
        Session.objects.filter(end_user_id__in=ids).values_list("end_user_id").annotate(last=Max("created_at"))
    )
    return [_whole(one, identities.get(one.id, []), log_ins, now) for one in listed]


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def _whole(
    end_user: EndUser, identities: list[Identity], log_ins: Mapping[UUID, datetime], now: datetime
) -> dict[str, Any]:
    return own(end_user) | {
        "blocked": end_user.is_blocked(now),
        "login_attempts": end_user.login_attempts,
        "identities": [_identity(one) for one in identities],
        "updated_at": moment(end_user.updated_at or end_user.created_at),
        "last_login": moment(log_ins.get(end_user.id)),
    }


def _profile(end_user: EndUser) -> dict[str, Any]:
    claims = {name: end_user.attributes[name] for name in PROFILE_CLAIMS if name in end_user.attributes}
    return claims | {"addresses": end_user.addresses}


def _identity(row: Identity) -> dict[str, Any]:
    """One that we made ourselves, of somebody who signed in by a third party, has a provider alone."""
    return {
        "connection": row.provider,
        "provider": row.vendor or row.provider,
        "type": row.type or "social",
        "id": row.subject,
        "details": row.profile,
    }
