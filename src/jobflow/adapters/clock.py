"""The one place that reads the time of day. Everything else is told what time it is."""

from __future__ import annotations

from datetime import UTC, datetime

from jobflow.core.errors import Refused


class SystemClock:
    """The machine's own clock."""

    @property
    def pinned(self) -> bool:
        """Not the user's word: a jump is held until the next tick confirms it."""
        return False

    def now(self) -> datetime:
        """The present instant, in UTC, whole seconds."""
        return datetime.now(UTC).replace(microsecond=0)


class PinnedClock:
    """A clock that stands at the instant the user named (`--now`, `JOBFLOW_NOW`)."""

    def __init__(self, instant: datetime) -> None:
        """`instant` is aware; Refused if it is not."""
        if instant.tzinfo is None:
            raise Refused(f"{instant.isoformat()} names no zone.", hint="add an offset: 2026-03-10T14:00+01:00")
        self._instant = instant.astimezone(UTC).replace(microsecond=0)

    @property
    def pinned(self) -> bool:
        """Taken at its word."""
        return True

    def now(self) -> datetime:
        """The same instant, however often it is asked."""
        return self._instant
