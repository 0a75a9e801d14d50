"""Users of Logto: rows of its table `users`, or what its Management API lists, which has no hashes.

https://docs.logto.io/user-management/user-data and https://docs.logto.io/user-management/user-migration
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from accounts.importing import third_parties
from accounts.importing.entries import Entry, Hash, Rejected
from accounts.importing.members import Members
from accounts.importing.metadata import read_claims, read_metadata

SIGNS = frozenset({"primaryEmail", "primary_email", "primaryPhone", "primary_phone"})
LOGTOS_OWN = frozenset({"customData", "custom_data", "passwordEncrypted", "password_encrypted", "isSuspended"})
COLUMNS = {
    "primary_email": "primaryEmail",
    "primary_phone": "primaryPhone",
    "custom_data": "customData",
    "password_encrypted": "passwordEncrypted",
    "passwordDigest": "passwordEncrypted",
    "password_encryption_method": "passwordEncryptionMethod",
    "passwordAlgorithm": "passwordEncryptionMethod",
    "is_suspended": "isSuspended",
    "created_at": "createdAt",
    "updated_at": "updatedAt",
    "mfa_verifications": "mfaVerifications",
    "mfaVerificationFactors": "mfaVerifications",
    "sso_identities": "ssoIdentities",
}
PASSED_OVER = (
    *("tenant_id", "tenantId", "application_id", "applicationId", "last_sign_in_at", "lastSignInAt"),
    *("logto_config", "logtoConfig"),
)
CLAIMS = {"name": "name", "avatar": "picture"}
PROFILE = {
    "givenName": "given_name",
    "middleName": "middle_name",
    "familyName": "family_name",
    "nickname": "nickname",
    "profile": "profile_page",
    "website": "website",
    "gender": "gender",
    "birthdate": "birthdate",
    "zoneinfo": "zoneinfo",
    "locale": "locale",
}
METHODS = {
    "Argon2i": "argon2",
    "Argon2id": "argon2",
    "Argon2d": "argon2",
    "Bcrypt": "bcrypt",
    "MD5": "md5",
    "SHA1": "sha1",
    "SHA256": "sha256",
}
PLACE_OF_PASSWORD = "@"  # noqa: S105 - what stands for the password in a recipe
PARTS_OF_PBKDF2 = 5


def recognises(record: Mapping[str, Any]) -> bool:
    return not SIGNS.isdisjoint(record) and not LOGTOS_OWN.isdisjoint(record)


def read(members: Members) -> Entry:
    """Return the entry of a record; raises Rejected."""
    for theirs, name in COLUMNS.items():
        members.rename(theirs, name)
    members.take_all(PASSED_OVER)
    members.name_alone("mfaVerifications", "ssoIdentities")
    password = _hash(members)
    if password or members.peek("hasPassword") is False:
        members.take("hasPassword")
    email, phone = members.text("primaryEmail"), _phone_number(members.text("primaryPhone"))
    attributes = read_claims(members, CLAIMS)
    attributes |= read_claims(members.object("profile"), PROFILE)
    return Entry(
        body={
            "email": email,
            "email_verified": bool(email),  # Logto stores none that is not
            "phone_number": phone,
            "phone_number_verified": bool(phone),
            "blocked": members.flag("isSuspended"),
            "identities": _identities(members),
            **members.username("username", email),
            **read_metadata(members.object("customData")),
        },
        hash=password,
        sub=members.uuid("id"),
        attributes=attributes,
        created_at=members.moment("createdAt"),
        updated_at=members.moment("updatedAt"),
    )


def _phone_number(text: str) -> str:
    """They leave the plus out."""
    return f"+{text}" if text.isdecimal() else text


def _identities(members: Members) -> list[dict[str, Any]]:
    """By the provider's name: `{"google": {"userId": ..., "details": {...}}}`."""
    found: list[dict[str, Any]] = []
    given = members.object("identities")
    for provider in given.names():
        one = given.object(provider)
        details = one.object("details").take_leaves()
        details |= {"picture": details.get("avatar")}
        known = {name: details.get(name) for name in ("email", "name", "picture")}
        third_parties.add(found, one, provider, one.take("userId"), known)
    return found


def _hash(members: Members) -> Hash | None:
    given, method = members.take("passwordEncrypted"), members.text("passwordEncryptionMethod")
    if not given:
        return None
    if method in METHODS:
        return Hash(str(given), METHODS[method])
    if method == "Legacy":
        return _recipe(given)
    raise Rejected(f"the password's method must be Legacy or one of {', '.join(METHODS)}")


def _recipe(given: Any) -> Hash:
    """`["sha256", ["salt", "@"], "hash"]` or `["pbkdf2", [salt, rounds, length, digest, "@"], "hash"]`."""
    try:
        name, values, value = json.loads(given) if isinstance(given, str) else given
        texts = [str(one) for one in values]
    except (ValueError, TypeError, RecursionError):
        raise Rejected("the password's recipe cannot be read") from None
    if name == "pbkdf2" and len(texts) == PARTS_OF_PBKDF2:
        return _pbkdf2(texts[0], texts[1], texts[2], texts[3], str(value))
    if PLACE_OF_PASSWORD in texts and len(texts) <= 2:
        salt = "".join(one for one in texts if one != PLACE_OF_PASSWORD)
        position = "suffix" if texts[0] == PLACE_OF_PASSWORD else "prefix"
        return Hash(str(value), str(name), f"hex:{salt.encode().hex()}" if salt else "", position if salt else "")
    raise Rejected("the password's recipe is not known here")


def _pbkdf2(salt: str, rounds: str, length: str, digest: str, value: str) -> Hash:
    try:
        tag = b64encode(bytes.fromhex(value)).decode()
    except ValueError:
        raise Rejected("the password's recipe has a hash that is not hex") from None
    return Hash(f"$pbkdf2-{digest}$i={rounds},l={length}${b64encode(salt.encode()).decode()}${tag}", "pbkdf2")
