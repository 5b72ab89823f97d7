"""How long plugins may take: one call, and all calls of one tick together, so that ten that hang cost no quarter hour.

The first calls get all the time that one call may have. Once the plugins of a tick have used up what they share, each
channel, step and listener that was not called yet still gets a short while: those that hang must not keep the good ones
from being heard.
"""

from __future__ import annotations

from jobflow.contracts import DEADLINE

SHARED = 120.0
"""Seconds that the calls of one tick may take together."""
LEAST = 5.0
"""Seconds that the first call of each part gets, though nothing is left of what they share."""


class Allowance:
    """What is left of it, for the plugins of one home. Not for several threads at once."""

    def __init__(self, *, call: float = DEADLINE, shared: float = SHARED, least: float = LEAST) -> None:
        """`call`: seconds for one call; `shared`: for all of a tick; `least`: for a part's first call."""
        self.call, self.shared, self.least = call, shared, least
        self.renew()

    def renew(self) -> None:
        """Begin anew, with a tick."""
        self._left = self.shared
        self._called: set[tuple[str, str | None]] = set()
        self._late: set[str] = set()

    def refusal(self, plugin: str, part: str | None) -> str | None:
        """Why a part of a plugin is not called any more; None where it is."""
        if plugin in self._late:
            return "was not called again: it took too long before."
        if self._left < self.least and (plugin, part) in self._called:
            return f"was not called again: plugins have used up the {self.shared:g} s that they share."
        return None

    def deadline(self) -> float:
        """Seconds that the next call may take, where it is not refused."""
        return min(self.call, max(self._left, self.least))

    def took(self, plugin: str, part: str | None, seconds: float, *, late: bool) -> None:
        """A call has ended."""
        self._called.add((plugin, part))
        self._left -= seconds
        if late:
            self._late.add(plugin)
