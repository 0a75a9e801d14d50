"""Our own format: PlusAuth's user body, flat or nested, with what `export_users` writes beside it."""

from collections.abc import Mapping
from typing import Any

from accounts.importing.entries import Entry, Hash, Rejected, object_of, text_of, without
from accounts.profiles import CLAIMS

BESIDE = (
    *("sub", "id", "status", "block", "groups", "attributes", "created_at", "updated_at", "password_history"),
    *("anonymous_device_hash", "test_password", "password", "password_hash", "hash_fn", "salt", "salt_position"),
)
TOP_CLAIMS = ("name", "picture")
FLAT_CLAIMS = frozenset(CLAIMS) - frozenset(TOP_CLAIMS)
NOT_IN_THE_BODY = frozenset(BESIDE) | FLAT_CLAIMS


def read(record: Mapping[str, Any]) -> Entry:
    """The entry of a record; raises Rejected."""
    given = without(record)
    flat = {name: given[name] for name in given.keys() & FLAT_CLAIMS}
    return Entry(
        body={name: given[name] for name in given if name not in NOT_IN_THE_BODY},
        hash=_hash(record),
        sub=given.get("sub") or given.get("id"),
        status=given.get("status"),
        block=given.get("block"),
        groups=given.get("groups"),
        attributes=flat | _attributes(given) if "attributes" in given else flat,
        created_at=given.get("created_at"),
        updated_at=given.get("updated_at"),
        password_history=given.get("password_history"),
        anonymous_device_hash=given.get("anonymous_device_hash"),
        test_password=given.get("test_password"),
    )


def _attributes(given: Mapping[str, Any]) -> dict[str, Any]:
    """An export may hold empty texts, and they stay."""
    return {name: value for name, value in object_of(given, "attributes").items() if value is not None}


def _hash(record: Mapping[str, Any]) -> Hash | None:
    """`password` beside `hash_fn` is the hash, as in PlusAuth's body; alone it is the password itself."""
    hash_fn = text_of(record, "hash_fn")
    password, password_hash = text_of(record, "password"), text_of(record, "password_hash")
    salt, position = text_of(record, "salt"), text_of(record, "salt_position")
    if password and password_hash:
        raise Rejected("password and password_hash are both given")
    text = password_hash or password
    if not text and (hash_fn or salt):
        raise Rejected("hash_fn or salt is given without a hash")
    if not hash_fn and (password_hash or salt or position):
        raise Rejected("hash_fn must say what password_hash is")
    return Hash(text, hash_fn, salt, position) if text else None
