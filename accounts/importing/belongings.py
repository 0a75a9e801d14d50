"""What a user has beside the row of its own: passwords of before, identities, groups."""

from collections.abc import Mapping
from typing import Any

from accounts.importing import lines
from accounts.importing.entries import Entry, Rejected
from accounts.importing.lines import join
from accounts.importing.rules import Rules
from accounts.passwords import schemes
from accounts.passwords.schemes import InvalidHash, Scheme
from accounts.user_documents import IdentityDocument, UserDocument
from tenants.characters import UNFIT_FOR_TEXT
from tenants.ids import new_id

HISTORY_COLUMNS = ("id", "tenant_id", "end_user_id", "password", "set_at")
IDENTITY_COLUMNS = ("id", "tenant_id", "provider", "subject", "end_user_id", "vendor", "type", "profile", "created_at")

MOST_HISTORY = 128
MOST_GROUPS = 20
LONGEST_GROUP_NAME = 128


def history(entry: Entry, rules: Rules, sub: str, created_at: str) -> tuple[str, ...]:
    """The lines of the passwords that the user had, as the file tells them; the present one needs no line."""
    listed = entry.password_history
    if listed is None:
        return ()
    if not isinstance(listed, list) or len(listed) > MOST_HISTORY or not all(isinstance(one, dict) for one in listed):
        raise Rejected(f"password_history must be a list of at most {MOST_HISTORY} objects")
    return tuple(_old_password(one, rules, sub, created_at) for one in listed)


def _old_password(one: Mapping[str, Any], rules: Rules, sub: str, created_at: str) -> str:
    try:
        line = stored_hash(str(one.get("password_hash")), rules).line
    except InvalidHash as refusal:
        raise Rejected(f"a hash of password_history {refusal.reason}") from None
    set_at = lines.read_moment(one.get("set_at"), "set_at", rules.now)
    return join(new_id().hex, rules.tenant_hex, sub, line, lines.written(set_at) if set_at else created_at)


def stored_hash(text: str, rules: Rules) -> Scheme:
    """Read a line of an export; raises InvalidHash, also where the tenant has not the key that it needs."""
    scheme = schemes.parse(text)
    if scheme.key_name and scheme.key_name not in rules.keys:
        raise InvalidHash(
            f"needs the key {scheme.key_name} of the other tenant: give the import --hash-key and "
            f"--hash-key-name {scheme.key_name}"
        )
    return scheme


def identities(entry: Entry, document: UserDocument, rules: Rules, sub: str, created_at: str) -> tuple[str, ...]:
    return tuple(
        _identity(one, given, rules, sub, created_at)
        for one, given in zip(document.identities, entry.body["identities"], strict=True)
    )


def _identity(one: IdentityDocument, given: Mapping[str, Any], rules: Rules, sub: str, created_at: str) -> str:
    linked_at = lines.read_moment(given.get("created_at"), "created_at", rules.now)
    return join(
        new_id().hex,
        rules.tenant_hex,
        one.connection,
        one.id,
        sub,
        one.provider if given.get("provider") else "",
        one.type if given.get("type") else "",
        lines.as_json(one.details),
        lines.written(linked_at) if linked_at else created_at,
    )


def groups(value: Any) -> tuple[str, ...]:
    names = [name.strip() for name in value.split(";")] if isinstance(value, str) else value
    is_list = isinstance(names, list) and len(names) <= MOST_GROUPS
    if not is_list or not all(map(_is_group_name, names)):
        raise Rejected(f"groups must be at most {MOST_GROUPS} names of at most {LONGEST_GROUP_NAME} characters")
    return tuple(dict.fromkeys(names))


def _is_group_name(name: Any) -> bool:
    return isinstance(name, str) and 0 < len(name) <= LONGEST_GROUP_NAME and not UNFIT_FOR_TEXT.search(name)
