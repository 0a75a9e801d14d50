"""Whether a user of a file is blocked or frozen: by whom, when, why and until when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts import statuses
from accounts.importing import lines
from accounts.importing.entries import Entry, Rejected
from accounts.importing.rules import Rules
from accounts.models import EndUser
from accounts.statuses import LONGEST_REASON
from accounts.user_documents import UserDocument
from tenants.characters import UNFIT_FOR_TEXT

STATUSES = frozenset(EndUser.Status.values)
MEMBERS = frozenset({"at", "by", "reason", "until"})
BY_IMPORT = "import"
NORMAL: tuple[str | None, ...] = (EndUser.Status.NORMAL.value, *statuses.NO_BLOCK.values(), None)


def columns(entry: Entry, document: UserDocument, rules: Rules) -> tuple[str | None, ...]:
    """Return the texts of `statuses.COLUMNS` and of the act that set them; raises Rejected."""
    if entry.status is None and entry.block is None and not document.blocked:
        return NORMAL
    status, block = _status(entry, document), _block(entry)
    until = lines.read_moment(block.get("until"), "block.until", None)
    if status == EndUser.Status.NORMAL or (until and until <= rules.now):
        return NORMAL
    at = lines.read_moment(block.get("at"), "block.at", rules.now) or rules.now
    by = _text(block, "by") or BY_IMPORT
    return status, lines.written(at), by, _text(block, "reason"), _written(until), None


def _status(entry: Entry, document: UserDocument) -> str:
    status = entry.status or EndUser.Status.NORMAL
    if not isinstance(status, str) or status not in STATUSES:
        raise Rejected("status must be NORMAL, LOCK or FREEZE")
    return str(EndUser.Status.LOCK if document.blocked and status == EndUser.Status.NORMAL else status)


def _block(entry: Entry) -> Mapping[str, Any]:
    if entry.block is None:
        return {}
    if not isinstance(entry.block, Mapping) or not entry.block.keys() <= MEMBERS:
        raise Rejected("block must be an object with at, by, reason and until")
    return entry.block


def _text(block: Mapping[str, Any], name: str) -> str:
    value = block.get(name) or ""
    if not isinstance(value, str) or len(value) > LONGEST_REASON or UNFIT_FOR_TEXT.search(value):
        raise Rejected(f"block.{name} must be a text of at most {LONGEST_REASON} characters")
    return value


def _written(moment: datetime | None) -> str | None:
    return lines.written(moment) if moment else None
