"""How a length of time is written: "1 business day", "6 weeks", "PT36H". Nothing else reads sizes from text."""

from __future__ import annotations

import re
from typing import Literal

from jobflow.core.errors import suggest
from jobflow.core.model import Size

_WORDS = re.compile(r"(?P<count>[+-]?[0-9]+(?:[.,][0-9]+)?)\s*(?P<unit>[^\W\d].*)", re.DOTALL)
_ISO = re.compile(
    r"P(?=.)(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)W)?(?:([0-9]+)D)?"
    r"(?:T(?=.)(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?"
)
_UNITS: dict[str, tuple[str, int]] = {
    "minute": ("seconds", 60),
    "hour": ("seconds", 3600),
    "day": ("days", 1),
    "week": ("days", 7),
    "month": ("months", 1),
    "year": ("months", 12),
    "business day": ("business_days", 1),
}
_ISO_UNITS = (
    ("months", 12),
    ("months", 1),
    ("days", 7),
    ("days", 1),
    ("seconds", 3600),
    ("seconds", 60),
    ("seconds", 1),
)
# A hundred years: beyond it a date leaves the calendar, and nobody waits that long.
_MOST = {"months": 1200, "days": 36_525, "business_days": 26_100, "seconds": 36_525 * 86_400}

_Unit = Literal["exact", "days", "business days"]
UNIT_NAMES = tuple(f"{unit}s" for unit in _UNITS)


def parse_size(text: str) -> Size:
    """The length that `text` names; `Size.text` keeps the words. Raises ValueError with a sentence for people.

    A week is 7 days and a year 12 months. Days, weeks, months and business days are about days; hours and minutes
    are exact elapsed time.
    """
    words = " ".join(text.split())
    found = _ISO.fullmatch(words)
    if found:
        digits = zip(_ISO_UNITS, found.groups(), strict=True)
        parts = [(unit, _number(count) * factor) for (unit, factor), count in digits if count]
    else:
        parts = [_from_words(words)]
    return _build(parts, words)


def _from_words(words: str) -> tuple[str, int]:
    found = _WORDS.fullmatch(words)
    if not found:
        if words[:1] == "P":
            raise ValueError(f"'{words}' is no ISO 8601 duration: write whole numbers as in 'P1W', 'P1DT2H' or 'PT36H'")
        raise ValueError(f"'{words}' is not a length of time: write a number and a unit, such as '3 days'")
    count, unit = found["count"], found["unit"].lower()
    name = _unit_name(unit)
    if not count.isascii() or not count.isdigit():
        raise ValueError(f"'{words}': the number must be whole and not negative, such as '3 {name}s'")
    field, factor = _UNITS[name]
    return field, _number(count) * factor


def _unit_name(unit: str) -> str:
    for name in (unit, unit.removesuffix("s")):
        if name in _UNITS:
            return name
    if any(character.isdigit() for character in unit):
        raise ValueError("one number and one unit make a length of time; several are written as in 'P1DT2H'")
    near = suggest(unit, UNIT_NAMES) if len(unit) <= 80 else None
    end = f"did you mean '{near}'?" if near else f"units are {', '.join(UNIT_NAMES)}"
    raise ValueError(f"unknown unit '{unit}': {end}")


def _number(digits: str) -> int:
    # Eleven digits are more than a hundred years even in seconds; int() chokes on thousands of them.
    return int(digits) if len(digits) <= 11 else 10**11


def _build(parts: list[tuple[str, int]], words: str) -> Size:
    total = {"months": 0, "days": 0, "business_days": 0, "seconds": 0}
    for field, amount in parts:
        total[field] += amount
    for field, most in _MOST.items():
        if total[field] > most:
            raise ValueError(f"'{words}' is more than a hundred years")
    named = {field for field, _ in parts}
    unit: _Unit = "exact" if "seconds" in named else "business days" if "business_days" in named else "days"
    return Size(**total, text=words, unit=unit)
