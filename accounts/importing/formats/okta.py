"""Users of Okta, as its Users API lists them, or as CSV: the same with dots in the names, or the profile alone.

Okta gives hashes away to nobody; those that were imported there are read as its API takes them.
https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/
"""

from collections.abc import Mapping
from typing import Any

from accounts.importing.entries import Entry, Hash, Rejected
from accounts.importing.members import Members
from accounts.importing.metadata import read_claims, read_metadata

PROFILE = frozenset({"login", "firstName", "lastName", "email"})
PASSED_OVER = (
    *("activated", "statusChanged", "lastLogin", "passwordChanged", "type", "_links", "_embedded", "realmId"),
    *("transitioningToStatus", "User Id"),
)
CLAIMS = {
    "displayName": "name",
    "firstName": "given_name",
    "middleName": "middle_name",
    "lastName": "family_name",
    "nickName": "nickname",
    "profileUrl": "profile_page",
    "locale": "locale",
    "preferredLanguage": "locale",
    "timezone": "zoneinfo",
}
ACTIVE = ("ACTIVE", "STAGED", "PROVISIONED", "RECOVERY", "PASSWORD_EXPIRED")
KEPT_OUT = ("SUSPENDED", "DEPROVISIONED", "LOCKED_OUT")
DIGESTS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
POSITIONS = {"PREFIX": "prefix", "POSTFIX": "suffix"}
PBKDF2 = {"SHA1_HMAC": "sha1", "SHA256_HMAC": "sha256", "SHA512_HMAC": "sha512"}


def recognises(record: Mapping[str, Any]) -> bool:
    profile = record.get("profile")
    return (isinstance(profile, dict) and "login" in profile) or record.keys() >= PROFILE


def read(members: Members) -> Entry:
    """Return the entry of a record; raises Rejected."""
    members.take_all(PASSED_OVER)
    status = members.take("status")
    if status is not None and status not in (*ACTIVE, *KEPT_OUT):
        raise Rejected("status must be one of Okta's")
    credentials = members.object("credentials")
    if credentials.take("recovery_question"):
        members.leave("recovery_question", True)
    sub, created_at, updated_at = members.uuid("id"), members.moment("created"), members.moment("lastUpdated")
    profile = members.object("profile") if "profile" in members else members
    email = profile.text("email")
    body = {"email": email, "email_verified": _is_verified(credentials, email), "blocked": status in KEPT_OUT}
    body |= profile.username("login", email)
    body |= profile.phone(("mobilePhone",))
    attributes = read_claims(profile, CLAIMS)
    return Entry(
        body=body | read_metadata(profile),
        hash=_hash(credentials),
        sub=sub,
        attributes=attributes,
        created_at=created_at,
        updated_at=updated_at,
    )


def _is_verified(credentials: Members, email: str) -> bool:
    listed = [one.take_leaves() for one in credentials.objects("emails")]
    return any(one.get("value") == email and one.get("status") == "VERIFIED" for one in listed)


def _hash(credentials: Members) -> Hash | None:
    """Return the hash; an empty `password` says that there is one that Okta keeps."""
    provider = credentials.object("provider")
    provider.take_all(("name", "type") if provider.peek("type") == "OKTA" else ())
    password = credentials.object("password")
    plain = password.text("value")
    if plain:
        return Hash(plain)
    given = password.object("hash")
    algorithm = given.text("algorithm")
    return _of_algorithm(algorithm, given) if algorithm else None


def _of_algorithm(algorithm: str, given: Members) -> Hash:
    value, salt = given.text("value"), given.text("salt")
    if algorithm == "BCRYPT":
        return Hash(f"$2a${int(given.take('workFactor') or 0):02}${salt}{value}", "bcrypt")
    if algorithm in DIGESTS:
        position = POSITIONS.get(given.text("saltOrder") or "PREFIX", "")
        return Hash(value, DIGESTS[algorithm], f"base64:{salt}" if salt else "", position if salt else "")
    if algorithm == "PBKDF2":
        digest = PBKDF2.get(given.text("digestAlgorithm"), "")
        rounds = given.take("iterationCount")
        given.take("keySize")
        return Hash(f"$pbkdf2-{digest}$i={rounds}${salt}${value}", "pbkdf2")
    raise Rejected("credentials.password.hash: the algorithm must be BCRYPT, PBKDF2, MD5, SHA-1, SHA-256 or SHA-512")
