from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.core.long_dates import MONTHS, WEEKDAYS, parse_long_date


@pytest.mark.parametrize(
    "text",
    [
        "4 March 2026",
        "Mar 4, 2026",
        "4-Mar-2026",
        "March 4th 2026",
        "Wed, 4 Mar. 2026",
        "wednesday, march 4 2026",
        "04 MAR 2026",
    ],
)
def test_a_spelled_month_is_unambiguous(text):
    assert parse_long_date(text) == date(2026, 3, 4)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3/4/26",
        "4 March 26",
        "March 2026",
        "31 Feb 2026",
        "4 Mai 2026",
        "Thu, 4 March 2026",
        "4 March 0026",
        "x, 4 March 2026",
        "4 March 2026 14:00",
        "4 March 2300",
    ],
)
def test_anything_else_is_not_read(text):
    assert parse_long_date(text) is None


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)))
def test_every_way_of_writing_a_day_reads_as_that_day(day):
    month, weekday = MONTHS[day.month - 1], WEEKDAYS[day.weekday()]
    for text in (
        f"{day.day} {month} {day.year}",
        f"{month[:3]} {day.day}, {day.year}",
        f"{weekday}, {day.day:02} {month[:3]} {day.year}",
    ):
        assert parse_long_date(text) == day
