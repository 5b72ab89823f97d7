"""Sizes: words and ISO 8601 durations."""

import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.core.errors import Refused
from jobflow.core.model import Size
from jobflow.core.sizes import UNIT_NAMES, parse_size
from jobflow.core.timing import _elapsed


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("30 minutes", Size(seconds=1800)),
        ("1 minute", Size(seconds=60)),
        ("2 hours", Size(seconds=7200)),
        ("1 day", Size(days=1)),
        ("0 days", Size()),
        ("6 weeks", Size(days=42)),
        ("2 months", Size(months=2)),
        ("1 year", Size(months=12)),
        ("1 business day", Size(business_days=1)),
        ("0 business days", Size()),
        ("  5   Business\tDays ", Size(business_days=5)),
        ("3days", Size(days=3)),
        ("100 years", Size(months=1200)),
        ("P1W", Size(days=7)),
        ("PT36H", Size(seconds=36 * 3600)),
        ("P1DT2H", Size(days=1, seconds=7200)),
        ("P1Y2M3W4DT5H6M7S", Size(months=14, days=25, seconds=5 * 3600 + 6 * 60 + 7)),
        ("P0D", Size()),
    ],
)
def test_a_size_is_read_and_keeps_its_words(text: str, size: Size) -> None:
    found = parse_size(text)
    assert (found.months, found.days, found.business_days, found.seconds) == (
        size.months,
        size.days,
        size.business_days,
        size.seconds,
    )
    assert found.text == " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "'' is not a length of time: write a number and a unit, such as '3 days'"),
        ("5", "'5' is not a length of time: write a number and a unit, such as '3 days'"),
        ("soon", "'soon' is not a length of time: write a number and a unit, such as '3 days'"),
        ("5 busines days", "unknown unit 'busines days': did you mean 'business days'?"),
        (
            "1 day 2 hours",
            "one number and one unit make a length of time; several are written as in 'P1DT2H'",
        ),
        (
            "3 fortnights",
            "unknown unit 'fortnights': units are minutes, hours, days, weeks, months, years, business days",
        ),
        ("-1 day", "'-1 day': the number must be whole and not negative, such as '3 days'"),
        ("+1 day", "'+1 day': the number must be whole and not negative, such as '3 days'"),
        ("1.5 hours", "'1.5 hours': the number must be whole and not negative, such as '3 hours'"),
        ("1,5 hours", "'1,5 hours': the number must be whole and not negative, such as '3 hours'"),
        (
            f"3 {'x' * 90}",
            f"unknown unit '{'x' * 90}': units are minutes, hours, days, weeks, months, years, business days",
        ),
        ("101 years", "'101 years' is more than a hundred years"),
        ("9" * 5000 + " days", f"'{'9' * 5000} days' is more than a hundred years"),
        ("PT99999999999999S", "'PT99999999999999S' is more than a hundred years"),
        ("P", "'P' is no ISO 8601 duration: write whole numbers as in 'P1W', 'P1DT2H' or 'PT36H'"),
        ("P1DT", "'P1DT' is no ISO 8601 duration: write whole numbers as in 'P1W', 'P1DT2H' or 'PT36H'"),
        ("PT0.5H", "'PT0.5H' is no ISO 8601 duration: write whole numbers as in 'P1W', 'P1DT2H' or 'PT36H'"),
        ("-P1D", "'-P1D' is not a length of time: write a number and a unit, such as '3 days'"),
        ("٣ days", "'٣ days' is not a length of time: write a number and a unit, such as '3 days'"),
    ],
)
def test_what_is_no_size_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        parse_size(text)


@given(st.integers(0, 100), st.sampled_from(UNIT_NAMES))
def test_singular_and_plural_mean_the_same(count: int, unit: str) -> None:
    plural, singular = parse_size(f"{count} {unit}"), parse_size(f"{count} {unit.removesuffix('s')}")
    assert (plural.months, plural.days, plural.business_days, plural.seconds) == (
        singular.months,
        singular.days,
        singular.business_days,
        singular.seconds,
    )


@given(st.text())
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    try:
        assert parse_size(text).text == " ".join(text.split())
    except ValueError as refusal:
        assert str(refusal)


def test_a_moment_beyond_the_calendar_is_refused_not_a_crash():
    # No fact of such a year is taken any more; a history of an earlier jobflow may hold one.
    with pytest.raises(Refused, match="can't be worked out"):
        _elapsed(date(9990, 1, 1), parse_size("PT800000H"), 1, ZoneInfo("UTC"))
