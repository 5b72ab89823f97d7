"""Dates with their month spelled out, as spreadsheets and mails write them: `4 March 2026`, `Wed, Mar 4, 2026`."""

from __future__ import annotations

import re
from datetime import date

from jobflow.core.when import FIRST_YEAR, LAST_YEAR, MONTHS, WEEKDAY_WORDS

_WEEKDAY = r"(?:(?P<weekday>[a-z]+),? )?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[a-z]+)\.?"
_YEAR = r"(?P<year>[0-9]{4})"
_FORMS = (
    re.compile(rf"{_WEEKDAY}{_DAY}[ -]{_MONTH},?[ -]{_YEAR}"),
    re.compile(rf"{_WEEKDAY}{_MONTH} {_DAY},? {_YEAR}"),
)
_MONTH_WORDS = {
    **{name.lower(): number for number, name in enumerate(MONTHS, start=1)},
    **{name[:3].lower(): number for number, name in enumerate(MONTHS, start=1)},
    "sept": 9,
}


def parse_long_date(text: str) -> date | None:
    """The date, in English; None for anything else, also where a weekday is named that is not that day's."""
    words = " ".join(text.split()).lower()
    match = next((found for form in _FORMS if (found := form.fullmatch(words))), None)
    if match is None:
        return None
    try:
        day = date(int(match["year"]), _MONTH_WORDS.get(match["month"], 0), int(match["day"]))
    except ValueError:
        return None
    if match["weekday"] and WEEKDAY_WORDS.get(match["weekday"]) != day.weekday():
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None
