"""Users of Tencent CIAM, with the names of its API's user object; the file that it exports is described nowhere.

Its import takes passwords in plain text, MD5, SHA-1 and bcrypt, each with a salt before or after it: the columns
`password`, `password_hash`, `hash_fn`, `salt` and `salt_position` say so here.
"""

from collections.abc import Container, Mapping
from typing import Any

from accounts.importing.entries import Entry, Rejected, is_absent
from accounts.importing.formats import ciam
from accounts.importing.members import Members

NAMES = {
    "userid": "sub",
    "username": "username",
    "phonenumber": "phone_number",
    "phone": "phone_number",
    "nickname": "nickname",
    "userstatus": "status",
    "createddate": "created_at",
    "lastmodifieddate": "updated_at",
    "usergroups": "groups",
    "zone": "zoneinfo",
}
GROUP_NAMES = ("DisplayName", "UserGroupName", "GroupName", "Name")
SIGNS = frozenset({"UserName", "userName", "PhoneNumber", "phoneNumber", "userStatus", "UserStatus"})


def recognises(record: Mapping[str, Any]) -> bool:
    return not SIGNS.isdisjoint(record)


def read(members: Members) -> Entry:
    """The entry of a record; raises Rejected."""
    for theirs in members.names():
        members.rename(theirs, _ours(theirs, members.own))
    for name in ("created_at", "updated_at"):
        if name in members:
            members.leave(name, members.moment(name))
    groups = members.peek("groups")
    if isinstance(groups, list):
        members.leave("groups", [_group(one) for one in groups])
    listed = members.take("customattributes")
    if listed is not None:
        own = members.take("attributes")
        if not isinstance(own or {}, dict):
            raise Rejected("attributes must be an object")
        members.leave("attributes", (own or {}) | _attributes(listed))
    return ciam.read(members)


def _group(one: Any) -> Any:
    """The name of a group that is an object; what has none stays, and is refused."""
    return next((one[name] for name in GROUP_NAMES if one.get(name)), one) if isinstance(one, Mapping) else one


def _attributes(listed: Any) -> dict[str, Any]:
    """Of `[{"Name": ..., "Value": ...}]`; an empty value is absent; raises Rejected."""
    is_list = isinstance(listed, list) and all(isinstance(one, Mapping) for one in listed)
    if not is_list or not all(isinstance(one.get("Name"), str) for one in listed):
        raise Rejected("CustomAttributes must be a list of objects with Name and Value")
    return {one["Name"]: one.get("Value") for one in listed if not is_absent(one.get("Value"))}


def _ours(name: str, own: Container[str]) -> str:
    """Their camel case as our name, or as the tenant's; a name that is neither stays."""
    ours = NAMES.get(name.replace("_", "").lower(), name.lower())
    return ours if ours in ciam.NAMES or ours in own or ours == "customattributes" else name
