"""A clock that is moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ManualClock:
    """A clock that goes only where it is told. `pinned` False plays the system's clock (jumps are held)."""

    def __init__(self, start: datetime, *, pinned: bool = True) -> None:
        """`start` is aware; ValueError if it is not."""
        self._pinned = pinned
        self.set(start)

    @property
    def pinned(self) -> bool:
        """Whether its time is taken at its word."""
        return self._pinned

    def now(self) -> datetime:
        """Where it stands, in UTC, whole seconds."""
        return self._now

    def set(self, instant: datetime) -> None:
        """Stand at `instant` (aware), forward or back."""
        if instant.tzinfo is None:
            raise ValueError(f"a clock needs an aware instant, not {instant.isoformat()}")
        self._now = instant.astimezone(UTC).replace(microsecond=0)

    def advance(self, by: timedelta) -> None:
        """Go on by `by`, exact elapsed time."""
        self.set(self._now + by)
