"""Secrets of others: most files only name a variable of the environment that has it; stored sealed."""

import os

from ciam.provisioning.reading.entries import Entry
from ciam.provisioning.rows.work import Work
from tenants import sealing
from tenants.models import IdentityProvider, Sender


def find(name: str) -> str | None:
    """The variable's value; None if it is missing, empty or no UTF-8."""
    value = os.environ.get(name, "")
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value or None


def seal_secret(work: Work, entry: Entry, what: str, row: Sender | IdentityProvider, *, key: str, column: str) -> None:
    """Store the secret that is given, or the value of the variable that the row's `key` names, where it is another."""
    name, stored, given_key = getattr(row, key), getattr(row, column), key.removesuffix("_env")
    value = entry.get(given_key) or (find(name) if name else None)
    if given_key in entry and key in entry:
        work.refuse(entry.at(given_key), f"stands beside {key}: one of them is enough")
    elif name and value is None:
        work.warn(entry.at(key), "names a variable that is not set; the secret stays as it was")
    elif value:
        if _unsealed(stored) != value:
            _store(work, what, row, column, sealing.seal(value))
    elif stored and not name and (key in entry or given_key in entry):
        _store(work, what, row, column, "")


def _store(work: Work, what: str, row: Sender | IdentityProvider, column: str, sealed: str) -> None:
    setattr(row, column, sealed)
    row.save(update_fields=[column])
    work.say(f"{what}:", f"secret {'stored' if sealed else 'removed'}", about=row)


def _unsealed(sealed: str) -> str | None:
    try:
        return sealing.unseal(sealed) if sealed else None
    except sealing.InvalidToken:
        return None
