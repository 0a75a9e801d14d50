"""Users of an Amazon Cognito user pool, as `aws cognito-idp list-users` prints them, or as CSV with their attributes.

Cognito gives no password hashes away.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserType.html
"""

import json
from collections.abc import Mapping
from typing import Any

from accounts.importing import third_parties
from accounts.importing.entries import Entry, Rejected
from accounts.importing.members import Members
from accounts.importing.metadata import read_claims
from accounts.profiles import CLAIMS

CLAIM_NAMES = {name: name for name in CLAIMS} | {"profile": "profile_page"}
MFA = ("cognito:mfa_enabled", "MFAOptions", "PreferredMfaSetting", "UserMFASettingList")
# Nobody of these has to be kept out: the others are told, and refuse the row.
USUAL_STATUSES = ("CONFIRMED", "UNCONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED", "EXTERNAL_PROVIDER", "UNKNOWN")


def recognises(record: Mapping[str, Any]) -> bool:
    return "cognito:username" in record or ("Username" in record and isinstance(record.get("Attributes"), list))


def read(members: Members) -> Entry:
    """Return the entry of a record; raises Rejected."""
    for one in members.objects("Attributes") + members.objects("UserAttributes"):
        name = one.text("Name")
        members.leave(name, one.take("Value"))
    members.rename("cognito:username", "Username")
    if members.peek("UserStatus") in USUAL_STATUSES:
        members.take("UserStatus")
    members.drop_no(MFA)
    email, phone = members.text("email"), members.text("phone_number")
    name, sub, enabled = members.peek("Username"), members.peek("sub"), members.flag("Enabled")
    verified = members.flag("email_verified"), members.flag("phone_number_verified")
    body = {"email": email, "phone_number": phone, "email_verified": verified[0], "phone_number_verified": verified[1]}
    identities = _identities(members)
    if name == sub or identities:
        members.take("Username")  # made by Cognito, of the provider's name and the id there
        body |= members.username("preferred_username", email, phone)
    else:
        body |= members.username("Username", email, phone)
    members.take("updated_at")  # of the profile, in seconds
    return Entry(
        body=body | {"blocked": enabled is False, "identities": identities},
        sub=members.uuid("sub"),
        attributes=read_claims(members, CLAIM_NAMES),
        created_at=members.moment("UserCreateDate"),
        updated_at=members.moment("UserLastModifiedDate"),
    )


def _identities(members: Members) -> list[dict[str, Any]]:
    """JSON in a text."""
    text = members.take("identities")
    try:
        listed = json.loads(text) if isinstance(text, str) else text or []
    except (ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Rejected("identities must be JSON of a list of objects")
    found: list[dict[str, Any]] = []
    for given in listed:
        one = members.inner("identities", {})
        third_parties.add(found, one, given.get("providerName"), given.get("userId"), {})
    return found
