"""Users as Auth0's bulk import takes them, its export writes them and its Management API lists them.

https://auth0.com/docs/manage-users/user-migration/bulk-user-import-database-schema-and-examples
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from accounts.importing import third_parties
from accounts.importing.entries import Entry, Hash, Rejected
from accounts.importing.identifiers import find_uuid
from accounts.importing.members import Members
from accounts.importing.metadata import read_claims, read_metadata

SIGNS = frozenset({"user_id", "custom_password_hash", "user_metadata", "app_metadata", "passwordHash"})
CLAIMS = {name: name for name in ("name", "picture", "given_name", "family_name", "nickname")}
PASSED_OVER = ("last_login", "last_ip", "logins_count", "last_password_reset")
ALGORITHMS = ("bcrypt", "argon2", "pbkdf2", "md5", "sha1", "sha256", "sha512", "ldap", "scrypt", "hmac")
OWN_PROVIDERS = ("auth0", "email", "sms")  # a user's password or address, and no third party


def recognises(record: Mapping[str, Any]) -> bool:
    return not SIGNS.isdisjoint(record)


def read(members: Members) -> Entry:
    """The entry of a record; raises Rejected."""
    members.take_all(PASSED_OVER)
    email = members.text("email")
    body = {
        "email": email,
        "email_verified": members.flag("email_verified"),
        "phone_number": members.text("phone_number"),
        "phone_number_verified": members.flag("phone_verified"),
        "blocked": members.flag("blocked"),
        "identities": _identities(members),
        **members.username("username", email),
        **read_metadata(members.object("user_metadata")),
    }
    return Entry(
        body=body,
        hash=_hash(members),
        sub=_sub(members),
        attributes=read_claims(members, CLAIMS),
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


def _identities(members: Members) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in members.objects("identities"):
        data = one.object("profileData").take_leaves()
        given = one.take_leaves()
        if given.get("provider") not in OWN_PROVIDERS:
            details = {name: data.get(name) for name in ("email", "name", "picture")}
            third_parties.add(found, one, given.get("provider"), given.get("user_id"), details)
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
    if algorithm not in ALGORITHMS:
        raise Rejected(f"custom_password_hash: the algorithm must be one of {', '.join(ALGORITHMS)}")
    if custom.object("password").text("encoding") not in ("", "utf8"):
        raise Rejected("custom_password_hash: passwords in another encoding than utf8 are not known here")
    salt, found = custom.object("salt"), custom.object("hash")
    value, position = salt.text("value"), salt.text("position")
    spelled = _spelled(value, salt.text("encoding") or "utf8") if value else ""
    text, encoding = found.text("value"), found.text("encoding")
    if algorithm == "scrypt":
        return Hash(_scrypt(custom, spelled, _spelled(text, encoding or "base64")), "scrypt")
    if algorithm == "hmac":
        algorithm = f"hmac-{found.text('digest')}"  # its key is given to the import
    return Hash(text, algorithm, spelled, position or ("prefix" if value else ""))


def _spelled(value: str, encoding: str) -> str:
    if encoding not in ("utf8", "hex", "base64"):
        raise Rejected("custom_password_hash: the encoding of a salt or hash must be utf8, hex or base64")
    return f"base64:{b64encode(value.encode()).decode()}" if encoding == "utf8" else f"{encoding}:{value}"


def _scrypt(custom: Members, salt: str, value: str) -> str:
    """As PHC's line; what is missing is as in their documentation."""
    cost = custom.take("cost") or 16384
    custom.take("keylen")
    costs = f"r={custom.take('blockSize') or 8},p={custom.take('parallelization') or 1}"
    if not isinstance(cost, int) or cost < 2 or cost & (cost - 1):
        raise Rejected("custom_password_hash: the cost of scrypt must be a power of two")
    return f"$scrypt$ln={cost.bit_length() - 1},{costs}${_base64(salt)}${_base64(value)}"


def _base64(spelled: str) -> str:
    form, _, rest = spelled.partition(":")
    try:
        return rest if form == "base64" else b64encode(bytes.fromhex(rest)).decode()
    except ValueError:
        raise Rejected("custom_password_hash: a salt or hash is not in its encoding") from None
