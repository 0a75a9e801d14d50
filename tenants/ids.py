"""Identifiers of rows: UUID version 7 (RFC 9562), so that new rows land at the end of every index."""

import secrets
import time
import uuid
from datetime import datetime


def new_id() -> uuid.UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, 12 of their fraction (RFC 9562, method 3), 62 random bits."""
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | secrets.randbits(62))


def first_id_at(moment: datetime) -> uuid.UUID:
    """The least id that a row made at that moment can have."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
