"""Sizes as intervals of civil days: a business day is one day or, over a long weekend, several.

How many is read from the calendar in force, over every day of the two years from `first`: what is said of bounds
holds for that calendar, holidays included.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import lru_cache

from jobflow.core.calendar import Calendar
from jobflow.core.model import Size

HORIZON_DAYS = 730
_HOUR = 3600
_DAY = 24 * _HOUR
# An exact size keeps the time of day, so that it may reach a day more than it has whole days; the clocks may change.
_CLOCKS_CHANGE = _HOUR


class Spans:
    """How many civil days sizes may take, at least and at most."""

    def __init__(self, calendar: Calendar, first: date) -> None:
        """The calendar's business days from `first` on."""
        self._days = [first + timedelta(days=n) for n in range(HORIZON_DAYS)]
        reach = (first + timedelta(days=n) for n in range(-60, HORIZON_DAYS * 3))
        self._business = [day for day in reach if calendar.is_business_day(day)]
        self.business = lru_cache(maxsize=None)(self._business_days)
        self.roll = lru_cache(maxsize=None)(self._roll)

    def of(self, size: Size) -> tuple[int, int]:
        """The least and the most days from an anchor's day to the day that the size reaches."""
        low = size.days + 28 * size.months + max(0, size.seconds - _CLOCKS_CHANGE) // _DAY
        high = size.days + 31 * size.months
        if size.seconds:
            high += (size.seconds + _CLOCKS_CHANGE) // _DAY + 1
        if size.unit == "business days":
            least, most = self.business(size.business_days)
            low, high = low + least, high + most
        return low, high

    def _business_days(self, count: int) -> tuple[int, int]:
        found = [self._after(day, count) for day in self._days]
        return min(found), max(found)

    def _after(self, day: date, count: int) -> int:
        index = bisect_left(self._business, day) if count == 0 else bisect_right(self._business, day) + count - 1
        # Beyond what was looked at: as far as a calendar of weekdays would go, and as much again.
        return (self._business[index] - day).days if index < len(self._business) else 3 * count

    def _roll(self) -> int:
        """The most days that rolling to a business day moves."""
        return self.business(0)[1]
