"""Identities that another system knows its users by at third parties: `google`, whatever it calls Google."""

import re
from typing import Any

from accounts.importing.members import Members
from accounts.user_documents import LONGEST_CONNECTION, LONGEST_ID

ADDED = re.compile(r"^oauth_(?:custom_)?|\.com$|-oauth2$|^oidc\.|^saml\.")  # to a provider's name
OTHER_NAMES = {
    "windowslive": "microsoft",
    "azure": "microsoft",
    "signinwithapple": "apple",
    "loginwithamazon": "amazon",
}


def connection_of(provider: Any) -> str:
    """Return the key of the identity provider that a tenant here is to have for it."""
    name = ADDED.sub("", provider) if isinstance(provider, str) else ""
    return OTHER_NAMES.get(name.lower(), name.lower())


def add(found: list[dict[str, Any]], one: Members, provider: Any, subject: Any, details: dict[str, Any]) -> None:
    """Add an identity; a second one of a provider, or one without a subject, stays unread under the provider's name."""
    connection, subject = connection_of(provider), str(subject or "")
    is_fit = 0 < len(connection) <= LONGEST_CONNECTION and 0 < len(subject) <= LONGEST_ID
    if not is_fit or any(other["connection"] == connection for other in found):
        one.leave_as(connection or "unknown")
        return
    known = {name: value for name, value in details.items() if isinstance(value, str) and value}
    found.append({"connection": connection, "id": subject, "details": known})
