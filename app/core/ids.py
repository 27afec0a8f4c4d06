"""Ids: UUIDv7, so that they sort by the time they were made (RFC 9562 §5.7). Rows get theirs from the database; acts from here."""

import os
import threading
import time
from uuid import UUID

_last = 0
_lock = threading.Lock()


def uuid7() -> UUID:
    """A new UUIDv7, greater than every one this process made before.

    48 bits of Unix milliseconds, 12 bits of the millisecond's fraction (RFC 9562 §6.2 method 3, as PostgreSQL's `uuidv7()` does),
    62 random bits. Should the clock stand still or go back, the fraction counts on from the last id.
    """
    global _last  # noqa: PLW0603 - one sequence a process
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    with _lock:
        _last = stamp = max(milliseconds << 12 | rest * 4096 // 1_000_000, _last + 1)
    random = int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=(stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | random)
