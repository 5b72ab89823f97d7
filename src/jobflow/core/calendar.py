"""Days that count and the instants at their edges. Which days are business days is decided here and nowhere else."""

from __future__ import annotations

import calendar as _months
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from jobflow.core.errors import Refused
from jobflow.core.model import Edge
from jobflow.core.settings import Settings

ONE_DAY = timedelta(days=1)
_FARTHEST = 3660  # Days looked at for a business day before the calendar is called empty: ten years.


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Business days and working hours. Times of day are minutes after midnight, local.

    A day of `working_days` counts whatever else is said of it; else weekend, `days_off` and `holidays` do not.
    """

    weekend: frozenset[int] = frozenset({5, 6})
    days_off: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    holidays: Mapping[date, str] = field(default_factory=dict)
    workday_start: int = 9 * 60
    workday_end: int = 18 * 60
    quiet_start: int = 21 * 60
    quiet_end: int = 8 * 60

    @classmethod
    def of(cls, settings: Settings, holidays: Mapping[date, str] | None = None) -> Calendar:
        """The calendar that the settings describe; `holidays` by date with their names."""
        return cls(
            weekend=settings.weekend,
            days_off=settings.days_off,
            working_days=settings.working_days,
            holidays=holidays or {},
            workday_start=settings.workday_start,
            workday_end=settings.workday_end,
            quiet_start=settings.quiet_start,
            quiet_end=settings.quiet_end,
        )

    def is_business_day(self, day: date) -> bool:
        """Whether people are at work."""
        if day in self.working_days:
            return True
        return day.weekday() not in self.weekend and day not in self.holidays and day not in self.days_off

    def why_off(self, day: date) -> str | None:
        """Why people are not at work: a holiday's name, `day off` or `weekend`; None where they are."""
        if self.is_business_day(day):
            return None
        return self.holidays.get(day) or ("day off" if day in self.days_off else "weekend")

    def roll(self, day: date, step: int) -> date:
        """The first business day at or after `day` (`step` 1), or at or before it (-1)."""
        for _ in range(_FARTHEST):
            if self.is_business_day(day):
                return day
            day = _plus(day, step)
        raise Refused(
            f"no business day within ten years of {day}.", hint="look at `calendar` in config.yaml: is every day off?"
        )

    def add_business_days(self, day: date, count: int) -> date:
        """The `count`-th business day strictly after `day`; negative: strictly before; 0: the first at or after it."""
        if count == 0:
            return self.roll(day, 1)
        step = 1 if count > 0 else -1
        for _ in range(abs(count)):
            day = self.roll(_plus(day, step), step)
        return day

    def edge(self, day: date, edge: Edge, zone: ZoneInfo) -> datetime:
        """The start or the end of the working day, as an instant."""
        return instant(day, self.workday_start if edge == "open" else self.workday_end, zone)

    def quiet_until(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """`moment` itself, or the end of the quiet hours that it falls in (start included, end not)."""
        local = moment.astimezone(zone)
        minute = local.hour * 60 + local.minute
        start, end = self.quiet_start, self.quiet_end
        if not (start <= minute < end if start <= end else minute >= start or minute < end):
            return moment
        day = local.date() if minute < end else _plus(local.date(), 1)
        until = instant(day, end, zone)
        # Where the clocks go back, the end comes twice: in the second of the doubled hours it is the second.
        until = until if until > moment else instant(day, end, zone, fold=1)
        # Where they go forward, the end may be skipped, and all the time up to the next start: then it stays quiet.
        return self.quiet_until(until, zone)


def _plus(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise Refused(f"a date so far from {day} can't be worked out.") from None


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= 9999:
        raise Refused(f"a date so far from {day} can't be worked out.")
    return date(year, month, min(day.day, _months.monthrange(year, month)[1]))


def add_days(day: date, days: int) -> date:
    """Civil days later, or earlier where negative."""
    return _plus(day, days)


@lru_cache(maxsize=4096)
def instant(day: date, minutes: int, zone: ZoneInfo, *, fold: int = 0) -> datetime:
    """The instant of a local time of day. One that does not exist moves forward by the gap; of two, the first.

    RFC 5545 section 3.3.5: a time in the gap is read with the offset before it, which `fold=0` does here; `fold=1` asks
    for the second of two.
    """
    if minutes == 24 * 60:
        day, minutes = _plus(day, 1), 0
    hours, minute = divmod(minutes, 60)
    return datetime(day.year, day.month, day.day, hours, minute, tzinfo=zone, fold=fold).astimezone(UTC)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The civil date of an instant."""
    return moment.astimezone(zone).date()
