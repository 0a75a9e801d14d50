"""An end user as CloudBase's clients read him (contract §5)."""

from datetime import UTC, datetime
from typing import Any

from accounts.models import EndUser, Identity, PasswordHistory
from ciam.dialects.cloudbase.fields import spelled_phone
from tokens.models import Session

CLAIMS = ("name", "picture", "gender", "locale", "birthdate", "zoneinfo")
PUBLIC_CLAIMS = ("name", "picture", "gender", "locale")
STATUSES = {EndUser.Status.NORMAL: "ACTIVE", EndUser.Status.LOCK: "BLOCKED", EndUser.Status.FREEZE: "BLOCKED"}


def moment(at: datetime | None) -> str | None:
    """RFC 3339, in UTC and to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def phone_of(end_user: EndUser) -> str:
    return spelled_phone(end_user.phone_number) if end_user.phone_number else ""


def whole(end_user: EndUser, session: Session, now: datetime) -> dict[str, Any]:
    """What the user sees of himself; a time that never was is left out."""
    body = _identifiers(end_user) | _claims(end_user) | _password(end_user) | _standing(end_user, session, now)
    body |= {name: moment(at) for name, at in _times(end_user).items()}
    return {name: value for name, value in body.items() if value is not None}


def public(end_user: EndUser, *, knows: str = "") -> dict[str, Any]:
    """What other users of the tenant see; `knows` is the address by which they asked."""
    claims = {name: str(end_user.attributes.get(name) or "") for name in PUBLIC_CLAIMS}
    body = {"sub": end_user.sub} | claims
    if knows == "email":
        body["email"] = end_user.email_typed or end_user.email or ""
    if knows == "phone_number":
        body["phone_number"] = phone_of(end_user)
    return body


def providers(end_user: EndUser) -> list[dict[str, Any]]:
    rows = Identity.objects.filter(end_user=end_user).order_by("created_at", "id")
    return [
        {
            "id": row.provider,
            "provider_user_id": row.subject,
            "name": str(row.profile.get("name") or ""),
            "picture": str(row.profile.get("picture") or ""),
            "url": str(row.profile.get("url") or ""),
            "meta": {},
        }
        for row in rows
    ]


def _identifiers(end_user: EndUser) -> dict[str, Any]:
    return {
        "sub": end_user.sub,
        "user_id": end_user.sub,
        "username": end_user.username_typed,
        "email": end_user.email_typed or end_user.email or "",
        "email_verified": end_user.email_verified,
        "phone_number": phone_of(end_user),
        "phone_number_verified": end_user.phone_number_verified,
        "providers": providers(end_user),
    }


def _claims(end_user: EndUser) -> dict[str, Any]:
    claims = {name: str(end_user.attributes.get(name) or "") for name in CLAIMS}
    return claims | {"user_desc": str(end_user.attributes.get("description") or ""), "meta": {}}


def _password(end_user: EndUser) -> dict[str, Any]:
    """Three words for one thing: the documents', and the two that the clients look at."""
    is_set = bool(end_user.password)
    return {"has_password": is_set, "hasPassword": is_set, "password": "SET" if is_set else ""}


def _standing(end_user: EndUser, session: Session, now: datetime) -> dict[str, Any]:
    return {
        "status": STATUSES[EndUser.Status(end_user.status_at(now))],
        "groups": [{"id": group.name} for group in end_user.groups.order_by("name")],
        "type": "external",
        "internal_user_type": "",
        "user_source": "",
        "created_from": "",
        "loginType": "ANONYMOUS" if session.scope == "anonymous" else session.provider_type.upper(),
    }


def _times(end_user: EndUser) -> dict[str, datetime | None]:
    sign_ins = Session.objects.filter(end_user=end_user).order_by("-created_at").values_list("created_at", flat=True)
    passwords = PasswordHistory.objects.filter(end_user=end_user).order_by("-set_at").values_list("set_at", flat=True)
    last_sign_in = sign_ins.first()
    return {
        "created_at": end_user.created_at,
        "updated_at": end_user.updated_at or end_user.created_at,
        "password_updated_at": passwords.first() if end_user.password else None,
        "last_login": last_sign_in,
        "last_sign_in_at": last_sign_in,
    }
