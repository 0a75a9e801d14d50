"""Users of a Keycloak realm export, or of its Admin API: credentials as JSON in texts, attributes as lists of texts.

https://www.keycloak.org/server/importExport, and UserRepresentation of its Admin REST API.
"""

import json
from collections.abc import Mapping
from typing import Any

from accounts.importing import third_parties
from accounts.importing.entries import Entry, Hash, Rejected
from accounts.importing.hashed import identified
from accounts.importing.members import Members
from accounts.importing.metadata import read_claims, read_metadata
from accounts.profiles import CLAIMS

SIGNS = frozenset({"emailVerified", "createdTimestamp", "federatedIdentities", "requiredActions", "federationLink"})
NAMES = {"firstName": "given_name", "lastName": "family_name"}
PASSED_OVER = ("disableableCredentialTypes", "notBefore", "access", "origin", "self")  # nothing about the user
PHONES = ("phoneNumber", "phone_number")
PHONES_VERIFIED = ("phoneNumberVerified", "phone_number_verified")
OF_A_CREDENTIAL = (
    *("id", "type", "createdDate", "userLabel", "priority", "temporary", "config"),
    *("counter", "digits", "period", "device"),
)
PBKDF2 = {"pbkdf2": "sha1", "pbkdf2-sha256": "sha256", "pbkdf2-sha512": "sha512"}
MOST_GROUPS = 20


def recognises(record: Mapping[str, Any]) -> bool:
    listed = record.get("credentials")
    of_keycloak = ("credentialData", "hashedSaltedValue")
    if isinstance(listed, list) and any(sign in one for one in listed if isinstance(one, dict) for sign in of_keycloak):
        return True
    return "username" in record and not SIGNS.isdisjoint(record)


def read(members: Members) -> Entry:
    """Return the entry of a record; raises Rejected."""
    if members.take("serviceAccountClientId"):
        raise Rejected("is the service account of a client, and no end user")
    members.take_all(PASSED_OVER)
    if not members.peek("totp") or members.peek("credentials"):  # which tell more
        members.take("totp")
    email, enabled = members.text("email"), members.flag("enabled")
    body = {"email": email, "email_verified": members.flag("emailVerified"), "blocked": enabled is False}
    body |= members.username("username", email)
    attributes = read_claims(members, NAMES)
    custom = members.object("attributes")
    custom.unlist()
    body |= custom.phone(PHONES, PHONES_VERIFIED)
    attributes |= read_claims(custom, {name: name for name in CLAIMS if name not in attributes})
    body |= read_metadata(custom)
    return Entry(
        body=body | {"identities": _identities(members)},
        hash=_hash(members),
        sub=members.uuid("id"),
        groups=_groups(members),
        attributes=attributes,
        created_at=members.moment("createdTimestamp"),
    )


def _groups(members: Members) -> list[str] | None:
    """Return the paths, as `staff/berlin`; those beyond what a user can have stay unread."""
    listed = members.take("groups")
    if not isinstance(listed, list):
        return None
    if listed[MOST_GROUPS:]:
        members.leave("groups", listed[MOST_GROUPS:])
    return [one.strip("/") if isinstance(one, str) else one for one in listed[:MOST_GROUPS]]


def _identities(members: Members) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in members.objects("federatedIdentities"):
        provider, subject, name = one.take("identityProvider"), one.take("userId"), one.take("userName")
        third_parties.add(found, one, provider, subject, {"name": name})
    return found


def _hash(members: Members) -> Hash | None:
    """Return the password's; a credential of another type, or one more password, stays unread under its type."""
    found = None
    for one in members.objects("credentials"):
        kind = one.peek("type")
        if kind == "password" and found is None:
            one.take_all(OF_A_CREDENTIAL)
            found = _password(one)
        else:
            one.leave_as(str(kind))
    return found


def _password(one: Members) -> Hash:
    plain = one.text("value")
    if plain:
        return Hash(plain)  # as in a realm that somebody has written
    secret, data = _decoded(one, "secretData"), _decoded(one, "credentialData")
    value = secret.text("value") or one.text("hashedSaltedValue")  # before Keycloak 8
    salt = secret.text("salt") or one.text("salt")
    secret.take("additionalParameters")
    algorithm = data.text("algorithm") or one.text("algorithm")
    rounds = data.take("hashIterations") or one.take("hashIterations")
    more = data.object("additionalParameters").take_leaves()
    one.take_all(("algorithm", "hashIterations"))
    if algorithm in PBKDF2:
        return Hash(f"$pbkdf2-{PBKDF2[algorithm]}$i={rounds}${salt}${value}", "pbkdf2")
    if algorithm == "argon2":
        return Hash(_argon2(more, rounds, salt, value), "argon2")
    return identified(value, "credentials: the password") or Hash("", "pbkdf2")


def _argon2(more: Mapping[str, Any], rounds: Any, salt: str, value: str) -> str:
    given = {name: one[0] if isinstance(one, list) and one else one for name, one in more.items()}
    if given.get("version", "1.3") != "1.3":
        raise Rejected("credentials: argon2 of another version than 1.3 is not known here")
    costs = f"m={given.get('memory')},t={rounds},p={given.get('parallelism')}"
    return f"$argon2{given.get('type', 'id')}$v=19${costs}${salt.rstrip('=')}${value.rstrip('=')}"


def _decoded(one: Members, name: str) -> Members:
    """JSON in a text, or the object itself; raises Rejected."""
    text = one.take(name)
    try:
        given = json.loads(text) if isinstance(text, str) else text or {}
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Rejected(f"credentials: {name} must be JSON of an object")
    return one.inner(name, given)
