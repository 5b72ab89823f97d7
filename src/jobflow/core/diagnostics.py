"""A fault with its place: `path:line:column CODE message. Hint: …`. Codes are listed in `CODES`, each documented."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One fault of a file. `line` and `column` count from 1; 0 where the fault has no place."""

    path: str
    line: int
    column: int
    code: str
    message: str
    hint: str | None = None
    severity: str = "error"

    def __str__(self) -> str:
        """The one line that people and editors read."""
        hint = f" Hint: {self.hint}" if self.hint else ""
        return f"{self.path}:{self.line}:{self.column} {self.code} {self.message}{hint}"
