"""What explains a date: the days that did not count, each with its reason, and where it was rolled."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobflow.core.calendar import Calendar
from jobflow.core.context import Context
from jobflow.core.counting import MOST_NAMED, counting
from jobflow.core.model import Anchor, Moment, Shift, Size
from jobflow.core.timing import Reached, Scope, shifted
from jobflow.testing import ManualClock
from tests.properties.strategies import calendars, days, scaled
from tests.properties.world import START, World

UTC = ZoneInfo("UTC")
DAY = re.compile(r"\w{3} (\d+) (\w{3})")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
CHRISTMAS = Calendar(
    holidays={date(2026, 12, 25): "Christmas Day", date(2026, 12, 26): "Second Day of Christmas"},
    days_off=frozenset({date(2026, 12, 28)}),
)


def told(calendar: Calendar, policy: Shift | Moment, value: date | datetime) -> list[str]:
    world = World(ManualClock(START))
    world.engine.add("Acme")
    (state,) = world.states()
    scope = Scope(Context(now=START, calendar=calendar, zone=UTC), world.workflow(state), state, UTC, START)
    at = START if isinstance(policy, Moment) else shifted(policy, "close", value, calendar, UTC)
    return list(counting(Reached(at, policy, Anchor("entered"), value), scope))


def business(count: int, text: str = "") -> Size:
    return Size(business_days=count, text=text or f"{count} business days", unit="business days")


WEEK = Size(days=7, text="1 week")

BY_HAND: dict[str, tuple[Shift | Moment, date | datetime, list[str]]] = {
    # Thursday, Christmas Eve: one business day on is Tuesday the 29th.
    "1 business day after 2026-12-24": (
        Shift(business(1), Anchor("entered")),
        date(2026, 12, 24),
        ["not counted: Sun 27 Dec (weekend), Fri 25 Dec (Christmas Day), Sat 26 Dec (Second Day of Christmas),"
         " Mon 28 Dec (day off)"],
    ),
    "1 business day before 2026-12-29": (
        Shift(business(1), Anchor("entered"), before=True),
        date(2026, 12, 29),
        ["not counted: Sun 27 Dec (weekend), Fri 25 Dec (Christmas Day), Sat 26 Dec (Second Day of Christmas),"
         " Mon 28 Dec (day off)"],
    ),
    "a week, rolled": (
        Shift(WEEK, Anchor("entered"), roll="forward"),
        date(2026, 12, 20),
        ["rolled forward to Tue 29 Dec, over Sun 27 Dec (weekend), Mon 28 Dec (day off)"],
    ),
    "a week, rolled back": (
        Shift(WEEK, Anchor("entered"), roll="back"),
        date(2026, 12, 20),
        ["rolled back to Thu 24 Dec, over Sun 27 Dec (weekend), Fri 25 Dec (Christmas Day), Sat 26 Dec"
         " (Second Day of Christmas)"],
    ),
    "a week, not rolled": (Shift(WEEK, Anchor("entered"), roll="forward"), date(2026, 12, 15), []),
    "civil days pass over nothing": (Shift(WEEK, Anchor("entered")), date(2026, 12, 22), []),
    "no business day": (
        Shift(business(0), Anchor("entered")), date(2026, 12, 5), ["not counted: Sat 5 Dec and Sun 6 Dec (weekend)"],
    ),
    "ten business days": (
        Shift(business(10), Anchor("entered")), date(2026, 11, 2), ["not counted: 4 days of weekends"],
    ),
    "the day itself": (Moment(Anchor("entered")), date(2026, 12, 27), []),
    "the day itself, rolled": (
        Moment(Anchor("entered"), roll="back"),
        date(2026, 12, 27),
        ["rolled back to Thu 24 Dec, over Sun 27 Dec (weekend), Fri 25 Dec (Christmas Day), Sat 26 Dec"
         " (Second Day of Christmas)"],
    ),
    "hours, rolled": (
        Shift(Size(seconds=7200, text="2 hours", unit="exact"), Anchor("entered"), roll="forward"),
        datetime(2026, 12, 4, 23, 0, tzinfo=UTC),
        ["rolled forward to Mon 7 Dec, over Sat 5 Dec and Sun 6 Dec (weekend)"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BY_HAND)
def test_by_hand(name: str):
    policy, value, expected = BY_HAND[name]
    assert told(CHRISTMAS, policy, value) == expected


def test_many_days_off_are_not_all_named():
    off = Calendar(days_off=frozenset(date(2026, 12, 7) + timedelta(days=n) for n in range(5)))
    (words,) = told(off, Shift(business(1), Anchor("entered")), date(2026, 12, 4))
    assert words.count("day off)") == MOST_NAMED
    assert words.startswith("not counted: 4 days of weekends, Mon 7 Dec (day off), ")
    assert words.endswith(", 1 more days off")


@given(calendars(), days(), st.integers(-6, 6))
@settings(max_examples=scaled(2))
def test_the_days_that_are_named_are_those_that_were_passed_over(calendar: Calendar, day: date, count: int):
    """Each day between the two is either counted or named, and as many are counted as were asked for."""
    policy = Shift(business(abs(count)), Anchor("entered"), before=count < 0)
    words, at = told(calendar, policy, day), shifted(policy, "open", day, calendar, UTC)
    last = at.astimezone(UTC).date()
    if "days of weekends" in str(words) or "more days off" in str(words):
        return
    named = {(int(number), MONTHS.index(month) + 1) for number, month in DAY.findall(" ".join(words))}
    step = 1 if last >= day else -1
    between = [day + timedelta(days=step * n) for n in range(1, abs((last - day).days))]
    off = [each for each in [*between, *([day] if not count else [])] if not calendar.is_business_day(each)]
    assert named == {(each.day, each.month) for each in off}
    assert len(between) - len([each for each in between if each in off]) == max(0, abs(count) - 1)
