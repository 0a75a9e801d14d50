"""Users of Clerk: the CSV that its dashboard exports, with hashes, or what its Backend API lists, without.

https://clerk.com/docs/deployments/exporting-users and https://clerk.com/docs/reference/backend-api/tag/Users
"""

from collections.abc import Mapping
from typing import Any

from accounts.importing import third_parties
from accounts.importing.entries import Entry, Hash, Rejected
from accounts.importing.hashed import identified
from accounts.importing.members import Members
from accounts.importing.metadata import read_claims, read_metadata

SIGNS = frozenset({"primary_email_address", "primary_email_address_id", "primary_phone_number_id"})
PASSED_OVER = (
    *(
        "object",
        "has_image",
        "profile_image_url",
        "last_sign_in_at",
        "last_active_at",
        "verification_attempts_remaining",
    ),
    *("create_organization_enabled", "delete_self_enabled", "legal_accepted_at", "password_last_updated_at"),
    *("create_organizations_limit", "mfa_disabled_at", "primary_web3_wallet_id", "lockout_expires_in_seconds"),
)
NO = ("totp_enabled", "backup_code_enabled", "two_factor_enabled", "password_enabled", "locked")
CLAIMS = {"first_name": "given_name", "last_name": "family_name", "image_url": "picture", "locale": "locale"}
DATA = ("public_metadata", "unsafe_metadata")
LISTS = ("verified", "unverified")
HASHERS = {
    "bcrypt": "bcrypt",
    "argon2i": "argon2",
    "argon2id": "argon2",
    "phpass": "phpass",
    "ldap_ssha": "ldap",
    "bcrypt_sha256_django": "bcrypt-sha256",
    "pbkdf2_sha256_django": "django",
    "scrypt_werkzeug": "werkzeug",
    "pbkdf2_sha1": "pbkdf2",
    "pbkdf2_sha256": "pbkdf2",
    "pbkdf2_sha512": "pbkdf2",
    "md5": "md5",
    "sha256": "sha256",
}


def recognises(record: Mapping[str, Any]) -> bool:
    return not SIGNS.isdisjoint(record)


def read(members: Members) -> Entry:
    """Return the entry of a record; raises Rejected."""
    members.take_all(PASSED_OVER)
    password = _hash(members)
    if password:
        members.take("password_enabled")
    members.drop_no(NO)
    members.name_alone("passkeys", "web3_wallets", "saml_accounts", "enterprise_accounts")
    email = _address(members, "email_address", "email_addresses")
    phone = _address(members, "phone_number", "phone_numbers")
    return Entry(
        body={
            "email": email[0],
            "email_verified": email[1],
            "phone_number": phone[0],
            "phone_number_verified": phone[1],
            "blocked": members.flag("banned"),
            "identities": _identities(members),
            **members.username("username", email[0]),
            **read_metadata(*[members.object(name) for name in DATA]),
        },
        hash=password,
        sub=members.uuid("id"),
        attributes=read_claims(members, CLAIMS),
        created_at=members.moment("created_at"),
        updated_at=members.moment("updated_at"),
    )


def _address(members: Members, name: str, plural: str) -> tuple[str, bool]:
    """Return the primary address and whether it is verified; the others stay unread."""
    if members.peek(plural) is not None:
        return _of_objects(members, name, plural)
    primary = members.text(f"primary_{name}")
    verified, others = False, []
    for kind in LISTS:
        column = f"{kind}_{plural}"
        listed = _split(members.take(column))
        verified = verified or (kind == "verified" and primary in listed)
        others += [one for one in listed if one != primary]
    members.leave(plural, others)
    return primary, verified


def _of_objects(members: Members, name: str, plural: str) -> tuple[str, bool]:
    primary = members.take(f"primary_{name}_id")
    found = "", False
    for one in members.objects(plural):
        if primary is None or one.peek("id") != primary:
            one.keep((name,))
            continue
        if one.peek("reserved_for_second_factor"):
            one.leave_as("reserved_for_second_factor")
        status = one.object("verification").take_leaves().get("status")
        found = one.text(name), status == "verified"
        one.take_leaves()
    return found


def _split(value: Any) -> list[str]:
    """Return a cell with addresses; what is between them is a space, a comma, a semicolon or a bar."""
    if isinstance(value, list):
        return [str(one) for one in value]
    text = str(value or "")
    for separator in ",;|":
        text = text.replace(separator, " ")
    return text.split()


def _identities(members: Members) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in members.objects("external_accounts"):
        given = one.take_leaves()
        subject = given.get("provider_user_id") or given.get("google_id") or given.get("facebook_id")
        name = " ".join(str(given[part]) for part in ("first_name", "last_name") if given.get(part))
        details = {"email": given.get("email_address"), "name": name, "picture": given.get("image_url")}
        third_parties.add(found, one, given.get("provider"), subject, details)
    return found


def _hash(members: Members) -> Hash | None:
    text, hasher = members.text("password_digest"), members.text("password_hasher")
    if not text or not hasher:
        return identified(text, "password_digest")
    if hasher not in HASHERS:
        raise Rejected(f"password_hasher must be one of {', '.join(HASHERS)}")
    return Hash(text, HASHERS[hasher])
