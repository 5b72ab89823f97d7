"""Expected failures. Each carries its fields and reads as one line: what, where, what was expected, the mend."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobflow.core.diagnostics import Diagnostic


class JobflowError(Exception):
    """A refusal: the input can't be taken and nothing was changed.

    `exit_code` is what the command line ends with; `hint` is the command or the words that mend it.
    """

    exit_code = 1
    nothing_left = False
    """Of a delivery that failed: it never began, so nothing can have left."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Keep the sentence and its mend apart, so that JSON and text can both show them."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """One line."""
        return f"{self.message} Hint: {self.hint}" if self.hint else self.message


class Refused(JobflowError):
    """A value or a moment that can't be accepted: a date in the future, a guessed format, a wrong type."""


class UnknownName(JobflowError):
    """A name that stands for nothing here."""

    def __init__(self, kind: str, name: str, known: Sequence[str] = (), *, hint: str | None = None) -> None:
        """`known` are the names that would have been possible."""
        self.kind, self.name, self.known = kind, name, tuple(known)
        near = suggest(name, known)
        if hint is None and near:
            hint = f"did you mean '{near}'?"
        elif hint is None and known:
            hint = f"one of: {', '.join(known)}"
        super().__init__(f"unknown {kind} '{name}'.", hint=hint)


class EventNotPossible(JobflowError):
    """An event that the workflow knows, but not in this state."""

    def __init__(self, event: str, application: str, state: str, possible: Sequence[str], why: str = "") -> None:
        """`possible` are the events that the state does take now."""
        self.event, self.application, self.state, self.possible = event, application, state, tuple(possible)
        because = f" ({why})" if why else ""
        hint = f"possible now: {', '.join(possible)}" if possible else "nothing is possible from here any more"
        super().__init__(f"'{event}' is not possible for {application} in state '{state}'{because}.", hint=hint)


class ClockSetBack(JobflowError):
    """`now` lies more than an hour before the last recorded instant."""


class Conflict(JobflowError):
    """Somebody else wrote the application in between (revision guard)."""


class StoreError(JobflowError):
    """The database can't be read or written: damaged, newer, read-only, full."""


class PluginFault(JobflowError):
    """What a plugin did that it must not: it can't be loaded, raised, hung, died, or gave back something else."""

    def __init__(self, plugin: str, what: str, *, part: str | None = None, hint: str | None = None) -> None:
        """`what` goes on from the plugin's name, or from `part` of it: `channel 'ntfy'`."""
        self.plugin, self.what = plugin, what
        super().__init__(f"plugin '{plugin}'{f': {part}' if part else ''} {what}", hint=hint)


class RulesLoop(JobflowError):
    """`when:` transitions of a workflow chase each other without end."""


class InvalidFile(JobflowError):
    """A workflow, config or import file with faults, all of them at once."""

    def __init__(self, what: str, diagnostics: Iterable[Diagnostic], *, hint: str | None = None) -> None:
        """`diagnostics` in the order of the file."""
        self.diagnostics = tuple(diagnostics)
        lines = [str(item) for item in self.diagnostics]
        count = len(lines)
        head = f"{what}: {count} fault{'s' if count != 1 else ''}, nothing was changed."
        super().__init__("\n".join([head, *lines]), hint=hint)


def suggest(name: str, known: Iterable[str]) -> str | None:
    """The nearest known name, if one is near enough to be a slip."""
    found = difflib.get_close_matches(name.lower(), {item.lower(): item for item in known}, n=1, cutoff=0.6)
    return next((item for item in known if item.lower() == found[0]), None) if found else None
