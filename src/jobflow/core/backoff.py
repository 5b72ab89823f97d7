"""When a delivery that failed is tried again."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

ATTEMPTS = 8
"""A message is given up when it failed so often."""

FIRST = timedelta(minutes=2)
FACTOR = 3.3
"""The waits grow from two minutes by this factor: the eighth attempt comes some two and a half days after the first."""

JITTER = 0.1
"""Each wait is up to this part longer or shorter, so that what failed at once does not come back at once."""


def next_attempt(seed: str, attempts: int, now: datetime, after: timedelta | None = None) -> datetime | None:
    """When to try again after `attempts` failures; None: never. `after` is what the other side asked for, at least.

    The jitter follows from `seed` alone, so that the same history gives the same instants.
    """
    if attempts >= ATTEMPTS:
        return None
    digest = hashlib.sha256(f"{seed}:{attempts}".encode()).digest()
    spread = 1 + JITTER * (2 * int.from_bytes(digest[:4]) / 0xFFFFFFFF - 1)
    wait = FIRST.total_seconds() * FACTOR ** (attempts - 1) * spread
    longest = max(timedelta(seconds=round(wait)), min(after or timedelta(0), timedelta(days=3)))
    return now + longest
