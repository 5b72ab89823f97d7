"""Text from strangers, made harmless for headers, notifications and file names without losing what a person reads."""

from __future__ import annotations

import unicodedata

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_HARMFUL = {"Cc", "Cs", "Zl", "Zp"}


def plain(text: str) -> str:
    """The text with line feeds for line breaks; every other control character and lone surrogate is replaced."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c in "\n\t" or unicodedata.category(c) not in _HARMFUL else REPLACEMENT for c in text)


def headline(text: str, most: int = 500) -> str:
    """The text on one line, cut where it is long."""
    line = plain(" ".join(text.split()))
    return line if len(line) <= most else f"{line[: most - 1]}…"
