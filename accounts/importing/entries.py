"""One user of a file, in whatever format it was written: the body that PlusAuth's API knows, and what is beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STORED = "stored"  # the hash_fn of a line that this server exported


@dataclass(frozen=True, slots=True)
class Hash:
    """A password hash as the file gives it; `hash_fn` "" means that `text` is the password itself."""

    text: str
    hash_fn: str = ""
    salt: str = ""
    salt_position: str = ""


@dataclass(slots=True)
class Entry:
    """`body` has no password: that is in `hash`. What is not there is None or empty."""

    body: dict[str, Any]
    hash: Hash | None = None
    sub: Any = None
    status: Any = None
    block: Any = None  # who blocked or froze the user, when, why and until when
    groups: Any = None
    attributes: Mapping[str, Any] = field(default_factory=dict)  # flat: claims and the tenant's own
    created_at: Any = None
    updated_at: Any = None
    password_history: Any = None
    anonymous_device_hash: Any = None
    test_password: Any = None


class Rejected(ValueError):
    """The row is not taken; the message says why, and repeats no password and no hash."""


def is_absent(value: Any) -> bool:
    return value is None or value == ""
