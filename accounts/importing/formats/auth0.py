"""Users as Auth0's bulk import takes them and its export writes them, with a bcrypt hash or a custom one.

https://auth0.com/docs/manage-users/user-migration/bulk-user-import-database-schema-and-examples
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from accounts.importing.entries import Entry, Hash, Rejected
from accounts.importing.identifiers import find_uuid
from accounts.importing.members import Members
from accounts.importing.metadata import read_metadata

SIGNS = frozenset({"user_id", "custom_password_hash", "user_metadata", "app_metadata", "passwordHash"})
FIELDS = {
    "email": "email",
    "username": "username",
    "phone_number": "phone_number",
    "name": "name",
    "picture": "picture",
}
CLAIMS = ("given_name", "family_name", "nickname")
KNOWN = ("bcrypt", "argon2", "pbkdf2", "md5", "sha1")


def recognises(record: Mapping[str, Any]) -> bool:
    return not SIGNS.isdisjoint(record)


def read(members: Members) -> Entry:
    """The entry of a record; raises Rejected."""
    body = {ours: value for theirs, ours in FIELDS.items() if (value := members.take(theirs)) is not None}
    flags = {
        "email_verified": members.flag("email_verified"),
        "phone_number_verified": members.flag("phone_verified"),
        "blocked": members.flag("blocked"),
    }
    return Entry(
        body=body
        | {name: value for name, value in flags.items() if value is not None}
        | read_metadata(members, "user_metadata"),
        hash=_hash(members),
        sub=_sub(members),
        attributes=members.take_known(CLAIMS),
        created_at=members.moment("created_at"),
        updated_at=members.moment("updated_at"),
    )


def _sub(members: Members) -> str | None:
    """The last part of `auth0|...`, where it is a UUID; else the id stays unread."""
    user_id = members.take("user_id")
    found = find_uuid(user_id.rpartition("|")[2]) if isinstance(user_id, str) else None
    if not found:
        members.leave("user_id", user_id)
    return found


def _hash(members: Members) -> Hash | None:
    bcrypt = members.text("password_hash") or members.text("passwordHash")
    custom = members.object("custom_password_hash") if "custom_password_hash" in members else None
    if bcrypt and custom:
        raise Rejected("password_hash and custom_password_hash are both given")
    if bcrypt:
        return Hash(bcrypt, "bcrypt")
    return _custom(custom) if custom else None


def _custom(custom: Members) -> Hash:
    """Their salt names its encoding, which ours says before it."""
    algorithm = custom.text("algorithm")
    if algorithm not in KNOWN:
        raise Rejected(f"custom_password_hash: the algorithm must be one of {', '.join(KNOWN)}")
    if custom.object("password").text("encoding") not in ("", "utf8"):
        raise Rejected("custom_password_hash: passwords in another encoding than utf8 are not known here")
    salt, found = custom.object("salt"), custom.object("hash")
    value, encoding = salt.text("value"), salt.text("encoding") or "utf8"
    if encoding not in ("utf8", "hex", "base64"):
        raise Rejected("custom_password_hash: the salt's encoding must be utf8, hex or base64")
    spelled = f"base64:{b64encode(value.encode()).decode()}" if encoding == "utf8" else f"{encoding}:{value}"
    position = salt.text("position") or ("prefix" if value else "")
    found.text("encoding")  # which the hash itself tells
    return Hash(found.text("value"), algorithm, spelled if value else "", position)
