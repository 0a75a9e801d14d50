"""Users of Supabase: rows of its table `auth.users`, as CSV or JSON, or what its Admin API lists.

https://supabase.com/docs/guides/auth/users, and the table of supabase/auth.
"""

from collections.abc import Mapping
from typing import Any

from accounts.importing import third_parties
from accounts.importing.entries import Entry
from accounts.importing.hashed import identified
from accounts.importing.members import Members, as_moment
from accounts.importing.metadata import read_claims, read_metadata

SIGNS = frozenset(
    {"encrypted_password", "email_confirmed_at", "phone_confirmed_at", "raw_user_meta_data", "raw_app_meta_data"}
)
# Of one log-in, or of a change that is under way; and what follows from other members.
PASSED_OVER = (
    *("instance_id", "aud", "confirmed_at", "confirmation_token", "confirmation_sent_at", "invited_at"),
    *("recovery_token", "recovery_sent_at", "reauthentication_token", "reauthentication_sent_at", "last_sign_in_at"),
    *("email_change", "email_change_token_new", "email_change_token_current", "email_change_sent_at"),
    *("email_change_confirm_status", "phone_change", "phone_change_token", "phone_change_sent_at", "new_email"),
)
NO = ("is_super_admin", "is_sso_user", "is_anonymous")  # which say nothing where they say no
USER_DATA = ("raw_user_meta_data", "user_metadata")
APP_DATA = ("raw_app_meta_data", "app_metadata")
CLAIMS = {
    "full_name": "name",
    "name": "name",
    "avatar_url": "picture",
    "picture": "picture",
    "nickname": "nickname",
    "given_name": "given_name",
    "family_name": "family_name",
    "first_name": "given_name",
    "last_name": "family_name",
    "locale": "locale",
    "zoneinfo": "zoneinfo",
    "birthdate": "birthdate",
    "gender": "gender",
}
# What a third party said of the user, who may have changed it since.
OF_THIRD_PARTIES = ("sub", "iss", "provider_id", "email", "email_verified", "phone", "phone_verified", "phone_number")


def recognises(record: Mapping[str, Any]) -> bool:
    return len(SIGNS & record.keys()) >= 2 or ("aud" in record and "app_metadata" in record)


def read(members: Members) -> Entry:
    """Return the entry of a record; raises Rejected."""
    members.take_all(PASSED_OVER)
    members.drop_no(NO)
    members.name_alone("factors")
    if members.peek("role") == "authenticated":
        members.take("role")
    data = [members.object(name) for name in USER_DATA]
    attributes: dict[str, Any] = {}
    for one in data:
        attributes |= read_claims(one, CLAIMS)
        one.take_all(OF_THIRD_PARTIES)
    for name in APP_DATA:
        members.object(name).take_all(("provider", "providers"))
    until = as_moment(members.take("banned_until"), "banned_until")
    return Entry(
        body={
            "email": members.text("email"),
            "email_verified": members.take("email_confirmed_at") is not None,
            "phone_number": _phone_number(members.text("phone")),
            "phone_number_verified": members.take("phone_confirmed_at") is not None,
            "identities": _identities(members),
            **read_metadata(*data),
        },
        hash=identified(members.text("encrypted_password"), "encrypted_password"),
        sub=members.uuid("id"),
        status="LOCK" if until else None,
        block={"until": until} if until else None,
        attributes=attributes,
        created_at=members.moment("created_at"),
        updated_at=members.moment("updated_at"),
    )


def _phone_number(text: str) -> str:
    """They leave the plus out."""
    return f"+{text}" if text.isdecimal() else text


def _identities(members: Members) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in members.objects("identities"):
        data, provider = one.object("identity_data").take_leaves(), one.take("provider")
        given = one.take_leaves()
        if provider in ("email", "phone"):
            continue  # the user's own address
        subject = data.get("sub") or given.get("provider_id") or given.get("id")
        third_parties.add(found, one, provider, subject, {name: data.get(name) for name in ("email", "name")})
    return found
