"""How what somebody typed is shown back in a refusal, and which characters no text may hold."""

from __future__ import annotations

import unicodedata

from jobflow.core.errors import Refused

LONGEST = 10_000
_SHOWN = 60


def shown(value: object) -> str:
    """The value in quotes, on one line, without control characters, cut where it is long."""
    text = value if isinstance(value, str) else _plain(value)
    cut = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "'" + "".join(char if _harmless(char) else ascii(char)[1:-1] for char in cut) + "'"


def forbidden_character(text: str, *, allowed: str = "") -> str | None:
    """The first control character or lone surrogate that is not in `allowed`, named; None where there is none."""
    rest = text
    for char in allowed:
        rest = rest.replace(char, "")
    if rest.isprintable():  # Most are, and nothing that is forbidden is.
        return None
    found = next((char for char in rest if not _harmless(char)), None)
    return None if found is None else f"U+{ord(found):04X}"


def plain_text(text: str, what: str, *, allowed: str = "") -> str:
    """The text, if it is of at most LONGEST characters that any output can hold. Raises `Refused`."""
    found = forbidden_character(text, allowed=allowed)
    if found:
        raise Refused(f"{what} {shown(text)}: control characters and line breaks are not taken ({found}).")
    if len(text) > LONGEST:
        raise Refused(f"{what}: at most {LONGEST} characters, not {len(text)}.")
    return text


def _plain(value: object) -> str:
    try:
        return repr(value)
    except (ValueError, RecursionError):  # A number of thousands of digits, a list of thousands of levels.
        return type(value).__name__


def _harmless(char: str) -> bool:
    # Surrogates can't be stored as UTF-8; line and paragraph separators break lines like control characters do.
    return unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}
