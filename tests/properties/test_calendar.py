"""Which days count and which instants their hours are: law 8, held against numpy and against bare arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jobflow.core.calendar import Calendar, add_days, add_months, instant, local_date
from jobflow.core.errors import Refused

from .strategies import ZONES, scaled

DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MASKS = st.lists(st.booleans(), min_size=7, max_size=7).filter(any)
WINDOW = 1200


def near(reach: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(-reach, reach), max_size=25)


def made(mask: list[bool], day: date, holidays: list[int], days_off: list[int], working: list[int]) -> Calendar:
    def around(offsets: list[int]) -> list[date]:
        return [day + timedelta(days=offset) for offset in offsets]

    return Calendar(
        weekend=frozenset(index for index, on in enumerate(mask) if not on),
        holidays=dict.fromkeys(around(holidays), "a holiday"),
        days_off=frozenset(around(days_off)),
        working_days=frozenset(around(working)),
    )


def closed_days(calendar: Calendar, day: date) -> np.ndarray:
    """The days around `day` that do not count, by numpy. It knows no extra working days: they are taken out after."""
    mask = [index not in calendar.weekend for index in range(7)]
    centre, reach = np.datetime64(day), np.timedelta64(WINDOW, "D")
    window = np.arange(centre - reach, centre + reach)
    holidays = np.array(sorted({*calendar.holidays, *calendar.days_off}), dtype="datetime64[D]")
    closed = window[~np.is_busday(window, weekmask=mask, holidays=holidays)]
    return closed[~np.isin(closed, np.array(sorted(calendar.working_days), dtype="datetime64[D]"))]


def offset_by_numpy(calendar: Calendar, day: date, count: int, roll: str) -> date:
    closed, start = closed_days(calendar, day), np.datetime64(day)
    found: Any = np.busday_offset([start], [count], roll, weekmask="1111111", holidays=closed)  # type: ignore[call-overload]
    return found[0].astype(date)  # type: ignore[no-any-return]


def months_by_numpy(day: date, months: int) -> date:
    """The same day of a month before or after, or the last that it has."""
    month, one = np.datetime64(day, "M") + np.timedelta64(months, "M"), np.timedelta64(1, "D")
    first, next_ = (each.astype("datetime64[D]") for each in (month, month + np.timedelta64(1, "M")))
    found: date = min(first + one * (day.day - 1), next_ - one).astype(date)
    return found


@given(MASKS, DAYS, near(60), near(60), near(60), st.integers(-60, 60))
@settings(max_examples=scaled(2))
@example([True] * 5 + [False] * 2, date(2026, 3, 14), [], [], [], 0)
@example([True] * 5 + [False] * 2, date(2026, 3, 14), [], [], [0], 1)
def test_business_days_are_those_of_numpy(
    mask: list[bool], day: date, holidays: list[int], days_off: list[int], working: list[int], count: int
) -> None:
    calendar = made(mask, day, holidays, days_off, working)
    # Strictly after or before: counted from the last business day at or before the day, or the first at or after it.
    roll = "backward" if count > 0 else "forward"
    assert calendar.add_business_days(day, count) == offset_by_numpy(calendar, day, count, roll)
    assert calendar.roll(day, 1) == offset_by_numpy(calendar, day, 0, "forward")
    assert calendar.roll(day, -1) == offset_by_numpy(calendar, day, 0, "backward")
    assert calendar.is_business_day(day) == (np.datetime64(day) not in closed_days(calendar, day))


@given(MASKS, DAYS, near(30), st.integers(1, 30), st.integers(1, 30))
def test_business_days_add_up_and_come_back(mask: list[bool], day: date, off: list[int], one: int, two: int) -> None:
    calendar = made(mask, day, off, [], [])
    reached = calendar.add_business_days(day, one)
    assert reached > day
    assert calendar.is_business_day(reached)
    assert calendar.add_business_days(reached, two) == calendar.add_business_days(day, one + two)
    # Back again, to the last one at or before the day.
    assert calendar.add_business_days(reached, -one) == calendar.roll(day, -1)


@given(st.sampled_from([1, -1]), DAYS)
def test_a_calendar_without_business_days_is_refused(step: int, day: date) -> None:
    with pytest.raises(Refused, match="no business day"):
        Calendar(weekend=frozenset(range(7))).add_business_days(day, step)


@given(DAYS, st.integers(-600, 600))
@example(date(2024, 2, 29), 12)
@example(date(2026, 1, 31), 1)
def test_months_keep_the_day_or_take_the_last(day: date, months: int) -> None:
    assert add_months(day, months) == months_by_numpy(day, months)
    assert add_days(day, months) == (np.datetime64(day) + np.timedelta64(months, "D")).astype(date)


@pytest.mark.parametrize(("day", "months"), [(date(9999, 12, 1), 1), (date(1, 1, 1), -1)])
def test_months_beyond_the_calendar_are_refused(day: date, months: int) -> None:
    with pytest.raises(Refused):
        add_months(day, months)


# -- gaps and folds --------------------------------------------------------------------------------------------------

FROM, TO = datetime(2020, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# Half an hour, the far side of midnight, negative winter time, two changes around Ramadan, a change of standard time.
ODD = (
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Europe/Dublin",
    "Antarctica/Troll",
    "America/Nuuk",
    "Africa/Cairo",
    "Asia/Gaza",
    "America/Asuncion",
    "America/Havana",
    "Asia/Beirut",
    "America/Santiago",
    "Atlantic/Azores",
    "Pacific/Chatham",
    "America/St_Johns",
    "Africa/Juba",
    "Europe/Volgograd",
    "Asia/Almaty",
    "America/Mexico_City",
)
ALL_ZONES = sorted(available_timezones())
SAMPLE = sorted({*ODD, *ZONES, *ALL_ZONES[::30]} & set(ALL_ZONES))


def utc_offset(zone: ZoneInfo, at: datetime) -> timedelta:
    """The only thing asked of the zone: from UTC to local, which has one answer always."""
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


@cache
def transitions(name: str) -> tuple[tuple[datetime, timedelta, timedelta], ...]:
    """Every change of the offset as (instant, offset before, offset after), found by looking every 18 hours."""
    zone, step = ZoneInfo(name), 18 * HOUR
    found, at, before = [], FROM, utc_offset(ZoneInfo(name), FROM)
    while at < TO:
        after = utc_offset(zone, at + step)
        if after != before:
            low, high = at, at + step
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if utc_offset(zone, middle) == before else (low, middle)
            found.append((high, before, after))
        at, before = at + step, after
    return tuple(found)


def first_of(zone: ZoneInfo, naive: datetime, change: tuple[datetime, timedelta, timedelta]) -> datetime:
    """The instant that shows `naive` on the wall, the first of two; in a gap, read with the offset before it."""
    _, before, after = change
    local = naive.replace(tzinfo=UTC)
    showing = [local - offset for offset in (before, after) if utc_offset(zone, local - offset) == offset]
    return min(showing, default=local - before)


def around(change: tuple[datetime, timedelta, timedelta]) -> Iterator[datetime]:
    """Local times on both sides of the change and inside it."""
    at, before, after = change
    low, high = sorted(((at + before).replace(tzinfo=None), (at + after).replace(tzinfo=None)))
    middle = low + ((high - low) / 2 // MINUTE) * MINUTE
    for naive in (low - HOUR, low - MINUTE, low, low + MINUTE, middle, high - MINUTE, high, high + HOUR):
        yield naive.replace(second=0)


def check_zone(name: str) -> int:
    zone, found = ZoneInfo(name), transitions(name)
    for change in found:
        at, before, after = change
        for naive in around(change):
            got = instant(naive.date(), naive.hour * 60 + naive.minute, zone)
            assert got == first_of(zone, naive, change), (name, naive)
            shown = (got + utc_offset(zone, got)).replace(tzinfo=None)
            in_gap = (at + before).replace(tzinfo=None) <= naive < (at + after).replace(tzinfo=None)
            assert shown == (naive + (after - before) if in_gap else naive), (name, naive)
    return len(found)


def test_gaps_and_folds_of_a_sample_of_zones() -> None:
    assert len(SAMPLE) >= 35
    assert sum(check_zone(name) for name in SAMPLE) > 400


@pytest.mark.nightly
@pytest.mark.parametrize("shard", range(8))
def test_gaps_and_folds_of_every_zone(shard: int) -> None:
    assert sum(check_zone(name) for name in ALL_ZONES[shard::8]) > 500


@given(st.sampled_from(ZONES), st.dates(date(2020, 1, 1), date(2037, 12, 30)), st.integers(0, 24 * 60))
def test_local_times_show_on_the_wall(name: str, day: date, minutes: int) -> None:
    zone = ZoneInfo(name)
    got = instant(day, minutes, zone)
    wanted = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
    shown = (got + utc_offset(zone, got)).replace(tzinfo=None)
    assert shown == wanted or any(
        shown == wanted + (c[2] - c[1]) for c in transitions(name) if abs(c[0] - got) < 24 * HOUR
    )
    assert local_date(got, zone) == shown.date()
    assert got.tzinfo is UTC


# -- quiet hours -----------------------------------------------------------------------------------------------------

CLOCK = st.integers(0, 24 * 60 - 1)
MOMENTS = st.integers(0, 18 * 365 * 24 * 60).map(lambda minutes: FROM + timedelta(minutes=minutes))


def is_quiet(calendar: Calendar, zone: ZoneInfo, at: datetime) -> bool:
    local = at + utc_offset(zone, at)
    minute = local.hour * 60 + local.minute
    start, end = calendar.quiet_start, calendar.quiet_end
    return start <= minute < end if start <= end else not end <= minute < start


def moments_near_changes(name: str) -> st.SearchStrategy[datetime]:
    found = transitions(name)
    if not found:
        return MOMENTS
    return st.builds(lambda c, m: c[0] + m * MINUTE, st.sampled_from(found), st.integers(-150, 150))


def check_quiet(calendar: Calendar, zone: ZoneInfo, at: datetime) -> None:
    until = calendar.quiet_until(at, zone)
    assert until >= at
    assert not is_quiet(calendar, zone, until)
    assert calendar.quiet_until(until, zone) == until
    if not is_quiet(calendar, zone, at):
        assert until == at
        return
    # Nothing is held longer than the quiet hours: until then it is quiet, but for a gap that swallows their end.
    steps = int((until - at) / (15 * MINUTE))
    loud = [at + n * 15 * MINUTE for n in range(steps) if not is_quiet(calendar, zone, at + n * 15 * MINUTE)]
    assert len(loud) <= 4, loud


@given(st.sampled_from(ZONES), CLOCK, CLOCK, st.data())
@settings(max_examples=scaled(2))
def test_quiet_hours_hold_until_their_end_and_no_longer(name: str, start: int, end: int, data: st.DataObject) -> None:
    at = data.draw(MOMENTS | moments_near_changes(name))
    check_quiet(Calendar(quiet_start=start, quiet_end=end), ZoneInfo(name), at)


@given(st.sampled_from(ZONES), st.integers(0, 5 * 60), st.integers(0, 5 * 60), st.data())
@settings(max_examples=scaled(2))
def test_quiet_hours_that_begin_or_end_when_clocks_change(name: str, start: int, end: int, data: st.DataObject) -> None:
    at = data.draw(moments_near_changes(name))
    check_quiet(Calendar(quiet_start=start, quiet_end=end), ZoneInfo(name), at)


def test_quiet_hours_go_on_where_the_clocks_skip_all_that_is_not_quiet() -> None:
    zone = ZoneInfo("America/New_York")  # From 2:00 to 3:00 on 8 March 2020: 2:00 is the only minute that is not quiet.
    until = Calendar(quiet_start=121, quiet_end=120).quiet_until(datetime(2020, 3, 8, 6, 59, tzinfo=UTC), zone)
    assert until == datetime(2020, 3, 9, 6, 0, tzinfo=UTC)


@given(MOMENTS)
def test_without_quiet_hours_nothing_waits(at: datetime) -> None:
    assert Calendar(quiet_start=600, quiet_end=600).quiet_until(at, ZoneInfo("UTC")) == at
