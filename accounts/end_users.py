"""Making an end user: who already has an identifier, and the insert that decides it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.errors import DuplicateEmail, DuplicatePhoneNumber, DuplicateUsername
from accounts.models import EndUser, PasswordHistory
from tenants import clock, sql
from tenants.models import Group

DUPLICATES = {"username": DuplicateUsername, "phone_number": DuplicatePhoneNumber, "email": DuplicateEmail}
HOLDER_OF = {
    name: f"SELECT '{name}', {is_proven} FROM accounts_enduser WHERE tenant_id = %(tenant)s AND {name} = %({name})s"
    for name, is_proven in (
        ("username", "TRUE"),
        ("phone_number", "phone_number_verified"),
        ("email", "email_verified"),
    )
}


@dataclass(frozen=True, slots=True)
class NewEndUser:
    """An end user to be made; the identifiers are canonical, and the addresses proven unless told."""

    username: str | None = None
    username_typed: str = ""
    phone_number: str | None = None
    phone_number_is_claimed: bool = False  # nobody proved it
    email: str | None = None
    email_typed: str = ""
    email_is_claimed: bool = False  # nobody proved it, or only a third party told of it
    password_hash: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    addresses: Sequence[Mapping[str, Any]] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    group_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Holders:
    """Which identifiers somebody in the tenant has: taken for good, or claimed without a proof."""

    taken: frozenset[str]
    claimed: frozenset[str]


def find_holders(
    tenant_id: UUID, *, username: str | None = None, phone_number: str | None = None, email: str | None = None
) -> Holders:
    """Who has these canonical identifiers, in one query; an address that its holder never proved is only claimed."""
    wanted = {"username": username, "phone_number": phone_number, "email": email}
    parts = [HOLDER_OF[name] for name, value in wanted.items() if value is not None]
    if not parts:
        return Holders(frozenset(), frozenset())
    held = dict(sql.fetch_all(" UNION ALL ".join(parts), {"tenant": tenant_id, **wanted}))
    taken = frozenset(name for name, is_proven in held.items() if is_proven)
    return Holders(taken, frozenset(held) - taken)


def find_proven(tenant_id: UUID, name: str, address: str) -> EndUser | None:
    """Who has proven this canonical address, by id and attributes alone; `name` is phone_number or email.

    Few columns, so that finding somebody takes hardly longer than finding nobody.
    """
    proven = {name: address, f"{name}_verified": True}
    return EndUser.objects.filter(tenant_id=tenant_id, **proven).only("attributes").first()


def lock(end_user_id: UUID) -> EndUser | None:
    """Lock the end user until the caller's transaction ends, and return status and password as they are now.

    None if the end user was deleted. What opens a session and what ends sessions do this before they write anything
    else, so that one waits for the other.
    """
    rows = EndUser.objects.select_for_update(no_key=True).filter(pk=end_user_id)
    return rows.only("tenant", "status", "blocked_until", "password").first()


def take_claims_over(tenant_id: UUID, new: NewEndUser, claimed: frozenset[str]) -> None:
    """A proof beats a claim: take the addresses from their unproven holders, and end those holders' sessions.

    A holder left without an identifier or identity is deleted. Runs in the caller's transaction.
    """
    for name in claimed:
        unproven = {name: getattr(new, name), f"{name}_verified": False, "tenant_id": tenant_id}
        rows = EndUser.objects.filter(**unproven)
        holder_ids = list(rows.select_for_update(no_key=True).values_list("id", flat=True))
        typed = {"email_typed": ""} if name == "email" else {}
        rows.update(**{name: None}, **typed, sessions_valid_from=clock.now())  # log-ins went on until they were locked
        nameless = EndUser.objects.filter(id__in=holder_ids, username=None, phone_number=None, email=None)
        nameless.filter(identities=None).delete()


def identity_of(new: NewEndUser) -> dict[str, Any]:
    """The columns by which the end user is known, and lets himself in."""
    return {
        "username": new.username,
        "username_typed": new.username_typed,
        "phone_number": new.phone_number,
        "phone_number_verified": new.phone_number is not None and not new.phone_number_is_claimed,
        "email": new.email,
        "email_typed": new.email_typed,
        "email_verified": new.email is not None and not new.email_is_claimed,
        "password": new.password_hash,
    }


def group_names(end_user_id: UUID) -> list[str]:
    """The groups that the end user is in, in alphabetical order."""
    return list(Group.objects.filter(end_users=end_user_id).order_by("name").values_list("name", flat=True))


def create(tenant_id: UUID, new: NewEndUser, now: datetime) -> EndUser:
    """Insert the end user, in the caller's transaction; raises IntegrityError if an identifier was taken meanwhile."""
    end_user = EndUser(
        tenant_id=tenant_id,
        **identity_of(new),
        attributes=dict(new.attributes),
        addresses=list(new.addresses),
        metadata=dict(new.metadata),
        created_at=now,
        sessions_valid_from=now,
    )
    sql.insert(end_user)
    if new.password_hash:
        sql.insert(PasswordHistory(tenant_id=tenant_id, end_user=end_user, password=new.password_hash, set_at=now))
    if new.group_id:
        membership = EndUser.groups.through(enduser_id=end_user.id, group_id=new.group_id)
        membership.save(force_insert=True)
    return end_user
