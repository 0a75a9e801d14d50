"""Identifiers of rows: UUID version 7 (RFC 9562), so that new rows land at the end of every index."""

import secrets
import time
import uuid
from datetime import datetime


def new_id() -> uuid.UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    bits = secrets.randbits(80)
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80 | bits
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def first_id_at(moment: datetime) -> uuid.UUID:
    """The least id that a row made at that moment can have."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)
