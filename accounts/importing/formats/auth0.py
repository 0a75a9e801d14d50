"""Users as Auth0's bulk import takes them and its export writes them, with a bcrypt hash or a custom one.

https://auth0.com/docs/manage-users/user-migration/bulk-user-import-database-schema-and-examples
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from accounts.importing.entries import Entry, Hash, Rejected, is_absent, object_of, text_of
from accounts.importing.identifiers import find_uuid

SIGNS = frozenset({"user_id", "custom_password_hash", "user_metadata", "app_metadata", "passwordHash"})
FIELDS = {
    "email": "email",
    "email_verified": "email_verified",
    "username": "username",
    "phone_number": "phone_number",
    "phone_verified": "phone_number_verified",
    "name": "name",
    "picture": "picture",
    "blocked": "blocked",
    "user_metadata": "metadata",
}
CLAIMS = ("given_name", "family_name", "nickname")
KNOWN = ("bcrypt", "argon2", "pbkdf2", "md5", "sha1")


def recognises(record: Mapping[str, Any]) -> bool:
    return not SIGNS.isdisjoint(record)


def read(record: Mapping[str, Any]) -> Entry:
    """The entry of a record; raises Rejected."""
    user_id = record.get("user_id")
    return Entry(
        body={ours: record[theirs] for theirs, ours in FIELDS.items() if not is_absent(record.get(theirs))},
        hash=_hash(record),
        sub=find_uuid(user_id.rpartition("|")[2]) if isinstance(user_id, str) else None,
        attributes={name: record[name] for name in CLAIMS if not is_absent(record.get(name))},
        created_at=record.get("created_at") or None,
        test_password=record.get("test_password"),
    )


def _hash(record: Mapping[str, Any]) -> Hash | None:
    bcrypt = text_of(record, "password_hash") or text_of(record, "passwordHash")
    custom = object_of(record, "custom_password_hash")
    if bcrypt and custom:
        raise Rejected("password_hash and custom_password_hash are both given")
    if bcrypt:
        return Hash(bcrypt, "bcrypt")
    return _custom(custom) if custom else None


def _custom(custom: Mapping[str, Any]) -> Hash:
    """Their salt names its encoding, which ours says before it."""
    algorithm = text_of(custom, "algorithm")
    if algorithm not in KNOWN:
        raise Rejected(f"custom_password_hash: the algorithm must be one of {', '.join(KNOWN)}")
    if text_of(object_of(custom, "password"), "encoding") not in ("", "utf8"):
        raise Rejected("custom_password_hash: passwords in another encoding than utf8 are not known here")
    salt = object_of(custom, "salt")
    value, encoding = text_of(salt, "value"), text_of(salt, "encoding") or "utf8"
    if encoding not in ("utf8", "hex", "base64"):
        raise Rejected("custom_password_hash: the salt's encoding must be utf8, hex or base64")
    spelled = f"base64:{b64encode(value.encode()).decode()}" if encoding == "utf8" else f"{encoding}:{value}"
    position = text_of(salt, "position") or ("prefix" if value else "")
    return Hash(text_of(object_of(custom, "hash"), "value"), algorithm, spelled if value else "", position)
