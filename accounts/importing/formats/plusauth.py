"""Users as PlusAuth's management API lists them: the password is one of the credentials (its contract, §4)."""

from collections.abc import Mapping
from typing import Any

from accounts.importing.entries import Entry, Hash, Rejected, object_of, text_of, without
from accounts.importing.identifiers import find_uuid

NOT_TAKEN = (
    *("id", "created_at", "updated_at", "last_login", "last_ip", "roles", "role_groups", "sessions", "credentials"),
    *("password", "hash_fn", "salt", "password_history", "verify_email", "test_password"),
)


def recognises(record: Mapping[str, Any]) -> bool:
    return "credentials" in record or ("role_groups" in record and "profile" in record)


def read(record: Mapping[str, Any]) -> Entry:
    """The entry of a record; raises Rejected."""
    return Entry(
        body=without(record, *NOT_TAKEN),
        hash=_hash(record),
        sub=find_uuid(record.get("id")),
        created_at=record.get("created_at") or None,
        updated_at=record.get("updated_at") or None,
        test_password=record.get("test_password"),
    )


def _hash(record: Mapping[str, Any]) -> Hash | None:
    """Of the password's credential, or beside each other as in the body of a call."""
    if text_of(record, "hash_fn"):
        return Hash(text_of(record, "password"), text_of(record, "hash_fn"), text_of(record, "salt"))
    credentials = record.get("credentials") or []
    if not isinstance(credentials, list) or not all(isinstance(one, Mapping) for one in credentials):
        raise Rejected("credentials must be a list of objects")
    details = next((object_of(one, "details") for one in credentials if one.get("type") == "password"), None)
    if not details:
        return None
    if not text_of(details, "hash_fn"):
        raise Rejected("credentials: the password's hash_fn must be given")
    return Hash(text_of(details, "hash"), text_of(details, "hash_fn"), text_of(details, "salt"))
