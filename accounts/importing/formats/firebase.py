"""Accounts of Firebase Authentication as `firebase auth:export` writes them: JSON, or CSV without a header.

https://firebase.google.com/docs/cli/auth. The hash parameters of the project are an option of the import.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.importing import third_parties
from accounts.importing.entries import Entry, Hash, Rejected
from accounts.importing.members import Members
from accounts.importing.metadata import read_claims

PROVIDERS = ("google", "facebook", "twitter", "github")
OF_A_PROVIDER = ("Id", "Email", "DisplayName", "PhotoUrl")
COLUMNS = (
    *("localId", "email", "emailVerified", "passwordHash", "salt", "displayName", "photoUrl"),
    *(f"{provider}{name}" for provider in PROVIDERS for name in OF_A_PROVIDER),
    *("createdAt", "lastSignedInAt", "phoneNumber", "disabled", "customAttributes"),
)
FEWEST_COLUMNS = 25
PASSED_OVER = ("lastSignedInAt", "lastLoginAt", "lastRefreshAt", "validSince", "version", "passwordUpdatedAt")
CLAIMS = {"displayName": "name", "photoUrl": "picture"}
OWN_ADDRESS = ("password", "phone", "emailLink")


def recognises(record: Mapping[str, Any]) -> bool:
    return "localId" in record


def header_of(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a file that begins with a user: the third cell says whether the address is verified."""
    named = len(cells) - (cells[-1] == "")  # each line ends with a comma
    is_user = FEWEST_COLUMNS <= named <= len(COLUMNS) and cells[2] in ("true", "false")
    return COLUMNS[:named] if is_user else ()


def read(members: Members) -> Entry:
    """Return the entry of a record; raises Rejected."""
    members.take_all(PASSED_OVER)
    body = {
        "email": members.text("email"),
        "email_verified": members.flag("emailVerified"),
        "phone_number": members.text("phoneNumber"),
        "blocked": members.flag("disabled"),
        "identities": _identities(members),
    }
    body["phone_number_verified"] = bool(body["phone_number"])  # it is set by a code, or by the project itself
    password, salt = members.text("passwordHash"), members.text("salt")
    attributes = read_claims(members, CLAIMS)
    _custom(members)
    return Entry(
        body=body,
        hash=Hash(password, "firebase", salt) if password else None,
        sub=members.uuid("localId"),
        attributes=attributes,
        created_at=members.moment("createdAt"),
    )


def _custom(members: Members) -> None:
    """Custom claims are JSON in a text; none is read, and each is told by its name."""
    text = members.take("customAttributes")
    try:
        given = json.loads(text) if isinstance(text, str) else text or {}
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Rejected("customAttributes must be JSON of an object")
    members.leave("customAttributes", given)


def _identities(members: Members) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in members.objects("providerUserInfo"):
        given = one.take_leaves()
        if given.get("providerId") not in OWN_ADDRESS:
            subject = given.get("rawId") or given.get("federatedId")
            third_parties.add(found, one, given.get("providerId"), subject, _details(given))
    for provider in PROVIDERS:
        given = members.take_all([f"{provider}{name}" for name in OF_A_PROVIDER])
        if given.get(f"{provider}Id"):
            one = members.inner(provider, {})
            details = {name[0].lower() + name[1:]: given.get(f"{provider}{name}") for name in OF_A_PROVIDER}
            third_parties.add(found, one, provider, given[f"{provider}Id"], _details(details))
    return found


def _details(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"email": given.get("email"), "name": given.get("displayName"), "picture": given.get("photoUrl")}
