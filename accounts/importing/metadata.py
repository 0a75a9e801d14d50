"""Custom data of other systems as a user's metadata: what fits is read, and the rest stays unread, by its path."""

import math
from typing import Any

from accounts.importing.members import Members
from accounts.profiles import LONGEST_METADATA, MOST_METADATA
from tenants.characters import UNFIT_FOR_TEXT


def read_metadata(members: Members, *names: str) -> dict[str, Any]:
    """`{"metadata": ...}` of the members with these names, which hold objects; a nested member has dots in its name."""
    found: dict[str, Any] = {}
    for name in names:
        given = members.object(name)
        for path, value in given.take_leaves().items():
            if len(found) < MOST_METADATA and path not in found and _is_fit(path) and _is_fit(value):
                found[path] = value
            else:
                given.leave(path, value)
    return {"metadata": found} if found else {}


def _is_fit(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_METADATA and not UNFIT_FOR_TEXT.search(value)
    return isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))
