"""Users as PlusAuth's management API lists them: the password is one of the credentials (its contract, §4)."""

from collections.abc import Mapping
from typing import Any

from accounts.importing.entries import Entry, Hash, Rejected
from accounts.importing.formats import ciam
from accounts.importing.members import Members

OF_A_CREDENTIAL = ("id", "type", "connection", "provider", "created_at", "updated_at")


def recognises(record: Mapping[str, Any]) -> bool:
    return "credentials" in record or ("role_groups" in record and "profile" in record)


def read(members: Members) -> Entry:
    """The entry of a record; raises Rejected."""
    return Entry(
        hash=_hash(members),
        sub=members.uuid("id"),
        body=ciam.body(members),
        created_at=members.take("created_at"),
        updated_at=members.take("updated_at"),
    )


def _hash(members: Members) -> Hash | None:
    """Of the password's credential, or beside each other as in the body of a call."""
    of_credential = _of_credentials(members)
    hash_fn = members.text("hash_fn")
    if not hash_fn:
        return of_credential
    return Hash(members.text("password"), hash_fn, members.text("salt"))


def _of_credentials(members: Members) -> Hash | None:
    """The password's; each of another type is left unread under its type."""
    found = None
    for one in members.objects("credentials"):
        if one.peek("type") == "password" and found is None:
            one.take_all(OF_A_CREDENTIAL)
            details = one.object("details")
            hash_fn = details.text("hash_fn")
            if not hash_fn:
                raise Rejected("credentials: the password's hash_fn must be given")
            found = Hash(details.text("hash"), hash_fn, details.text("salt"))
        else:
            one.leave_as(str(one.peek("type")))
    return found
