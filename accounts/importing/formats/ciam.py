"""Our own format: PlusAuth's user body, flat or nested, with what `export_users` writes beside it."""

from collections.abc import Mapping
from typing import Any

from accounts.importing.entries import Entry, Hash, Rejected
from accounts.importing.members import Members
from accounts.profiles import ADDRESS, CLAIMS

BODY = frozenset(
    {
        *("username", "email", "email_verified", "phone_number", "phone_number_verified", "blocked"),
        *("login_attempts", "name", "picture", "metadata", "verify_email"),
    }
)
BESIDE = frozenset({"status", "block", "groups", "created_at", "updated_at", "anonymous_device_hash"})
FLAT_CLAIMS = frozenset(CLAIMS) - {"name", "picture"}
HASH = frozenset({"password", "password_hash", "hash_fn", "salt", "salt_position"})
IDENTITY = frozenset({"connection", "provider", "type", "id", "details", "created_at"})
HISTORY = frozenset({"password_hash", "set_at"})
OTHERS = BESIDE | {"attributes", "sub"}
PLACES = {name: place for place, names in enumerate((BODY, FLAT_CLAIMS, HASH, OTHERS)) for name in names}
PARTS = frozenset({"profile", "attributes", "metadata"})
NAMES = BODY | BESIDE | FLAT_CLAIMS | HASH | PARTS | {"sub", "id", "identities", "password_history"}


def read(members: Members) -> Entry:
    """The entry of a record; raises Rejected."""
    body: dict[str, Any] = {}
    claims: dict[str, Any] = {}
    of_hash: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    places = (body, claims, of_hash, beside)
    for name, value in members.take_known(PLACES).items():
        places[PLACES[name]][name] = value
    own = beside.pop("attributes", None)
    sub = beside.pop("sub", None)
    if members:
        body |= parts(members)
    return Entry(
        body=body,
        hash=_hash(of_hash) if of_hash else None,
        sub=members.take("id") if sub is None else sub,
        attributes=claims if own is None else claims | _own(own),
        password_history=_known(members, "password_history", HISTORY) if members else None,
        **beside,
    )


def _own(given: Any) -> dict[str, Any]:
    """An export may hold empty texts, and they stay."""
    if not isinstance(given, Mapping):
        raise Rejected("attributes must be an object")
    return {name: value for name, value in given.items() if value is not None}


def body(members: Members) -> dict[str, Any]:
    """The members of PlusAuth's user body; raises Rejected."""
    return members.take_known(BODY) | parts(members)


def parts(members: Members) -> dict[str, Any]:
    """The profile and the identities, where they are; raises Rejected."""
    found: dict[str, Any] = {}
    if members.peek("profile"):
        profile = members.object("profile")
        found["profile"] = profile.take_known(FLAT_CLAIMS)
        if profile.peek("addresses"):
            found["profile"]["addresses"] = _addresses(profile)
    if members.peek("identities"):
        found["identities"] = _known(members, "identities", IDENTITY)
    return found


def _addresses(profile: Members) -> Any:
    """Whatever is no list is refused later."""
    is_list = isinstance(profile.peek("addresses"), list)
    return _known(profile, "addresses", frozenset(ADDRESS)) if is_list else profile.take("addresses")


def _known(members: Members, name: str, known: frozenset[str]) -> list[dict[str, Any]] | None:
    """The known members of each object in a list, nulls included; None where there is no list. Raises Rejected."""
    if members.peek(name) is None:
        return None
    return [one.take_all(known) for one in members.objects(name)]


def _hash(given: Mapping[str, Any]) -> Hash:
    """`password` beside `hash_fn` is the hash, as in PlusAuth's body; alone it is the password itself."""
    found = dict(given)
    wrong = next((name for name, value in found.items() if not isinstance(value, str)), None)
    if wrong:
        raise Rejected(f"{wrong} must be a text")
    if "password" in found and "password_hash" in found:
        raise Rejected("password and password_hash are both given")
    text = found.pop("password_hash", "")
    if text and "hash_fn" not in found:
        raise Rejected("hash_fn must say what password_hash is")
    text = text or found.pop("password", "")
    if not text:
        raise Rejected("hash_fn or salt is given without a hash")
    if "hash_fn" not in found and found:
        raise Rejected("hash_fn must say what password_hash is")
    return Hash(text, **found)
