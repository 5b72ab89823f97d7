"""Collects faults, so that all of a file are reported at once and in its order."""

from __future__ import annotations

from collections.abc import Iterable

from jobflow.core.diagnostics import Diagnostic
from jobflow.core.errors import InvalidFile, suggest
from jobflow.rulebook.nodes import Place

MOST_FAULTS = 100


class TooManyFaults(Exception):
    """The file is full of faults; a hundred are enough to mend first."""


class Faults:
    """The faults of one file. `redirect`: where a fault of an extended workflow is shown in the extending file."""

    def __init__(self, path: str, redirect: Place | None = None) -> None:
        """`path` names the file in every line."""
        self.path = path
        self.redirect = redirect
        self._found: list[Diagnostic] = []
        self._unread: set[Place] = set()

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._found)

    def add(self, place: Place, code: str, message: str, hint: str | None = None) -> None:
        """Note a fault. Raises `TooManyFaults` once there are `MOST_FAULTS`."""
        if place in self._unread:
            return  # What could not be read stands there as nothing: not a second fault.
        if code < "JF02":
            self._unread.add(place)
        if self.redirect is not None and place.source != self.path:
            message = f"in {place.source}:{place.line}:{place.column}: {message}"
            place = self.redirect
        fault = Diagnostic(
            path=self.path, line=place.line, column=place.column, code=code, message=_sentence(message), hint=hint
        )
        self._found.append(fault)
        if len(self._found) >= MOST_FAULTS:
            raise TooManyFaults

    def in_order(self) -> tuple[Diagnostic, ...]:
        """As they stand in the file."""
        return tuple(sorted(self._found, key=lambda fault: (fault.line, fault.column, fault.code)))

    def raise_if_any(self, hint: str | None = None) -> None:
        """Raise `InvalidFile` with all of them."""
        if self._found:
            raise InvalidFile(self.path, self.in_order(), hint=hint)


def _sentence(message: str) -> str:
    return message if message.endswith("?") else f"{message}."


def near(name: str, known: Iterable[str]) -> str:
    """The hint for a name that is unknown: a near miss, or what would have been possible."""
    names = list(known)
    # difflib is quadratic in the length of the name; no known name is that long.
    found = suggest(name, names) if len(name) <= 80 else None
    if found:
        return f"did you mean '{found}'?"
    if not names:
        return "none is declared or registered"
    if len(names) > 12:
        return f"one of: {', '.join(names[:12])}, …"
    return f"one of: {', '.join(names)}" if len(names) > 1 else f"the only one is '{names[0]}'"
