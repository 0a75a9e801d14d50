"""Custom data and claims of other systems: what fits a user of ours is read, and the rest stays unread, by its path."""

import math
from collections.abc import Mapping
from typing import Any

from accounts.importing.members import Members
from accounts.profiles import LONGEST_METADATA, InvalidField, check_claim
from tenants.characters import UNFIT_FOR_TEXT


def read_metadata(*objects: Members) -> dict[str, Any]:
    """Return the members of a body that these objects make: the tenant's own attributes, and `metadata`.

    A nested member of metadata has dots in its name.
    """
    own: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for given in objects:
        for path, value in given.take_leaves().items():
            if path in given.own and path not in own:
                own[path] = value
            elif len(found) < given.room and path not in found and _is_fit(path) and _is_fit(value):
                found[path] = value
            else:
                given.leave(path, value)
    return own | ({"metadata": found} if found else {})


def read_claims(members: Members, names: Mapping[str, str]) -> dict[str, Any]:
    """The claims, by our names, that the members of these names hold; a value that a claim cannot have stays unread."""
    found: dict[str, Any] = {}
    for theirs, ours in names.items():
        value = members.take(theirs)
        if value is None:
            continue
        if ours not in found and _is_claim(ours, value):
            found[ours] = value
        elif found.get(ours) != value:
            members.leave(theirs, value)
    return found


def _is_claim(name: str, value: Any) -> bool:
    try:
        check_claim(name, value, may_hold_data=True)
    except InvalidField:
        return False
    return True


def _is_fit(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_METADATA and not UNFIT_FOR_TEXT.search(value)
    return isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))
