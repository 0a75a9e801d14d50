"""Values as the texts of one line of PostgreSQL's COPY, which SQLite reads as well.

Between them are tabs; null is a control character, which no text has.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from accounts.importing.entries import Rejected

NULL = "\x01"
COPYS_OWN = re.compile(r"[\\\n\r]")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def join(*values: str | None) -> str:
    """The values as one line of COPY, whose own characters hardly any value has."""
    line = "\t".join([NULL if value is None else value for value in values])
    if line.count("\t") == len(values) - 1 and not COPYS_OWN.search(line):
        return line
    return "\t".join([NULL if value is None else _escaped(value) for value in values])


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def as_flag(value: bool) -> str:
    return "1" if value else "0"


def as_json(value: Any) -> str:
    if not value:
        return "[]" if isinstance(value, list) else "{}"
    try:
        return ENCODE(value)
    except ValueError:
        raise Rejected("a number is not finite") from None


def read_moment(value: Any, name: str, latest: datetime | None) -> datetime | None:
    """Return the time, None where there is none; raises Rejected, for one after the latest too."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        raise Rejected(f"{name} must be a time as 2026-01-31T12:00:00Z") from None
    if moment < EARLIEST or (latest and moment > latest):
        raise Rejected(f"{name} must be between 1970 and now" if latest else f"{name} must be after 1970")
    return moment


def written(moment: datetime) -> str:
    """As both databases read it: UTC, without saying so."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
