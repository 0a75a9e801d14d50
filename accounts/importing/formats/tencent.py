"""Users of Tencent CIAM, with the names of its API's user object; the file that it exports is described nowhere.

Its import takes passwords in plain text, MD5, SHA-1 and bcrypt, each with a salt before or after it: the columns
`password`, `password_hash`, `hash_fn`, `salt` and `salt_position` say so here.
"""

from collections.abc import Mapping
from typing import Any

from accounts.importing.entries import Entry
from accounts.importing.formats import ciam

NAMES = {
    "userid": "sub",
    "username": "username",
    "phonenumber": "phone_number",
    "phone": "phone_number",
    "nickname": "nickname",
    "userstatus": "status",
    "createddate": "created_at",
    "usergroups": "groups",
}
SIGNS = frozenset({"UserName", "userName", "PhoneNumber", "phoneNumber", "userStatus", "UserStatus"})


def recognises(record: Mapping[str, Any]) -> bool:
    return not SIGNS.isdisjoint(record)


def read(record: Mapping[str, Any]) -> Entry:
    """The entry of a record; raises Rejected."""
    return ciam.read({_ours(name): value for name, value in record.items() if value is not None})


def _ours(name: str) -> str:
    """Their camel case as our name; a name that is ours already stays."""
    return NAMES.get(name.replace("_", "").lower(), name if "_" in name else name.lower())
