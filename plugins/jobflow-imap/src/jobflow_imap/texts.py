"""Texts of strangers, made fit to be shown."""

from __future__ import annotations

import unicodedata

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Categories of characters that break lines, turn the direction of writing, or can't be seen or stored."""


def one_line(text: str, longest: int) -> str:
    """The text on one line, of at most so many characters."""
    seen = "".join(" " if unicodedata.category(char) in _HIDDEN else char for char in text[: 4 * longest])
    line = " ".join(seen.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
