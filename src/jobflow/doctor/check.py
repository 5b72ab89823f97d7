"""What a check comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jobflow.core.errors import JobflowError

Verdict = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `found`: a sentence; `mend`: the command or the words, None where all is well."""

    name: str
    verdict: Verdict
    found: str
    mend: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """Plain data."""
        return {"name": self.name, "verdict": self.verdict, "found": self.found, "mend": self.mend}


def refused(name: str, error: JobflowError | OSError, mend: str | None = None) -> Check:
    """A fault in the words of what was raised."""
    if isinstance(error, JobflowError):
        first, *rest = error.message.splitlines()
        more = f" {rest[0]}" + (f" (and {len(rest) - 1} more)" if len(rest) > 1 else "") if rest else ""
        return Check(name, "fault", first.removeprefix(f"{name}: ") + more, error.hint or mend)
    return Check(name, "fault", f"the system refused {error.filename or ''}: {error.strerror or error}.", mend)
