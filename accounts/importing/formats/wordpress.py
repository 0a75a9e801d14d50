"""Users of WordPress: rows of its table `wp_users`, with members of `wp_usermeta` beside them where a query joins them.

https://developer.wordpress.org/reference/classes/wp_user/
"""

from collections.abc import Mapping
from typing import Any

from accounts.importing.entries import Entry, Hash
from accounts.importing.members import Members
from accounts.importing.metadata import read_claims

SIGNS = frozenset({"user_login", "user_email", "user_pass"})
PASSED_OVER = ("user_nicename", "user_activation_key", "session_tokens")  # its address, and keys that soon end
NO = ("user_status", "deleted", "spam")
CLAIMS = {
    "display_name": "name",
    "first_name": "given_name",
    "last_name": "family_name",
    "nickname": "nickname",
    "user_url": "website",
    "locale": "locale",
}
NEVER = "0000-00-00 00:00:00"


def recognises(record: Mapping[str, Any]) -> bool:
    return len(SIGNS & record.keys()) >= 2


def read(members: Members) -> Entry:
    """Return the entry of a record; raises Rejected."""
    members.take_all(PASSED_OVER)
    members.drop_no(NO)
    email, password = members.text("user_email"), members.text("user_pass")
    spam = members.flag("spam")
    if isinstance(locale := members.peek("locale"), str):
        members.leave("locale", locale.replace("_", "-"))
    if members.peek("user_registered") == NEVER:
        members.take("user_registered")
    return Entry(
        body={"email": email, "blocked": spam, **members.username("user_login", email)},
        hash=Hash(password, "wordpress") if password else None,
        sub=None,
        attributes=read_claims(members, CLAIMS),
        created_at=members.moment("user_registered"),
    )
