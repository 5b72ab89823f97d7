"""Dates with their month spelled out, as people and jobflow itself write them: `Wed 4 March 2026`, `Mar 4, 2026`.

The one home of the names of days and months, and of the years that are in reach.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from jobflow.core.errors import Refused

FIRST_YEAR, LAST_YEAR = 1970, 2199
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = tuple("January February March April May June July August September October November December".split())
WEEKDAY_WORDS = {
    **{name: index for index, name in enumerate(WEEKDAYS)},
    **{name[:3]: index for index, name in enumerate(WEEKDAYS)},
    **{"tues": 1, "weds": 2, "thur": 3, "thurs": 3},
}
CLOCK = r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]{1,9})?)?"
"""A time of day, as a pattern."""

_MONTH_WORDS = {
    **{name.lower(): number for number, name in enumerate(MONTHS, start=1)},
    **{name[:3].lower(): number for number, name in enumerate(MONTHS, start=1)},
    "sept": 9,
}
_WEEKDAY = r"(?:(?P<weekday>[a-z]+),? )?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[a-z]+)\.?"
_YEAR = r"(?P<year>[0-9]{4})"
_TIME = rf"(?:,? (?:at )?{CLOCK})?"
_FORMS = (
    re.compile(rf"{_WEEKDAY}{_DAY}[ -]{_MONTH},?[ -]{_YEAR}{_TIME}"),
    re.compile(rf"{_WEEKDAY}{_MONTH} {_DAY},? {_YEAR}{_TIME}"),
)
_YEARLESS = (
    re.compile(rf"{_WEEKDAY}{_DAY}[ -]{_MONTH}{_TIME}"),
    re.compile(rf"{_WEEKDAY}{_MONTH} {_DAY}{_TIME}"),
)
_MONTHLESS = re.compile(r"(?:(?:by|on|until|before) )?(?:the )?(?P<day>[0-9]{1,2})(?:st|nd|rd|th)")


def check_reach(day: date) -> None:
    """Raises `Refused` for a day of a year that no date of a job search is in, and near which arithmetic ends."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        hint = f"a date between {FIRST_YEAR} and {LAST_YEAR}"
        raise Refused(f"{day.isoformat()} is out of reach.", hint=hint)


@dataclass(frozen=True, slots=True)
class LongDate:
    """What was written. `day`: None where there is no such day. `weekday`: as it was named. `match`: its `CLOCK`."""

    day: date | None
    weekday: int | None
    match: re.Match[str]

    @property
    def consistent(self) -> bool:
        """Whether it is a day, and the weekday that was named, if any."""
        return self.day is not None and self.weekday in {None, self.day.weekday()}


def find_long_date(text: str) -> LongDate | None:
    """A date in English with its year, and perhaps a time of day; None for anything else."""
    match = _match(_FORMS, text)
    if match is None:
        return None
    weekday = WEEKDAY_WORDS[match["weekday"]] if match["weekday"] else None
    return LongDate(_day(int(match["year"]), match), weekday, match)


def days_without_year(text: str, year: int) -> tuple[date, ...] | None:
    """A day and a month in English without a year: what they are in the years about `year`; None for anything else."""
    match = _match(_YEARLESS, text)
    if match is None:
        return None
    return tuple(day for near in (year - 1, year, year + 1) if (day := _day(near, match)))


def days_without_month(text: str, today: date) -> tuple[date, ...] | None:
    """`by the 10th`: what that is in the months about `today`; None for anything else."""
    match = _MONTHLESS.fullmatch(text)
    if match is None:
        return None
    months = (today.year * 12 + today.month - 1 + near for near in (-2, -1, 0, 1, 2))
    return tuple(day for month in months if (day := _date(month // 12, month % 12 + 1, int(match["day"]))))


def parse_long_date(text: str) -> date | None:
    """The date alone; None for anything else, also where a weekday is named that is not that day's."""
    found = find_long_date(text)
    if found is None or found.day is None or not found.consistent or found.match["hour"] is not None:
        return None
    return found.day if FIRST_YEAR <= found.day.year <= LAST_YEAR else None


def _match(forms: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    """The form that fits, its month and weekday known."""
    words = " ".join(text.split()).lower()
    match = next((found for form in forms if (found := form.fullmatch(words))), None)
    if match is None or match["month"] not in _MONTH_WORDS:
        return None
    return match if match["weekday"] is None or match["weekday"] in WEEKDAY_WORDS else None


def _day(year: int, match: re.Match[str]) -> date | None:
    return _date(year, _MONTH_WORDS[match["month"]], int(match["day"]))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
