"""The strategies that authors get, and those of calendars and configurations."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from jobflow.core.calendar import Calendar
from jobflow.core.settings import Settings
from jobflow.testing import workflows as testing
from jobflow.testing.rules import DATES, DAY_SIZES, EVENTS, EXACT_SIZES, FACTS, PEOPLE, SIZES, conditions, policies
from jobflow.testing.workflows import STARTS, as_yaml, days, facts, people

__all__ = [
    "DATES",
    "DAY_SIZES",
    "EVENTS",
    "EXACT_SIZES",
    "FACTS",
    "PEOPLE",
    "SIZES",
    "STARTS",
    "STEP",
    "ZONES",
    "as_yaml",
    "calendars",
    "conditions",
    "days",
    "facts",
    "people",
    "policies",
    "scaled",
    "settings_values",
    "workflows",
]

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns")
STEP = "find"


def workflows() -> st.SearchStrategy[dict[str, Any]]:
    """Workflows as authors get them, with the step that the tests' own worlds have."""
    return testing.workflows(steps=(STEP,))


def scaled(share: float, least: int = 4) -> int:
    """So many examples: a share of what the profile in force allows."""
    return max(least, int(settings().max_examples * share))


def month_days() -> st.SearchStrategy[frozenset[date]]:
    """Some days around the moments that tests use."""
    return st.frozensets(days(), max_size=8)


def settings_values() -> st.SearchStrategy[Settings]:
    """Configurations: weekends, days off, extra working days, office and quiet hours."""
    return st.builds(
        Settings,
        weekend=st.sampled_from((frozenset({5, 6}), frozenset({4, 5}), frozenset({6}), frozenset())),
        days_off=month_days(),
        working_days=st.frozensets(days(), max_size=3),
        workday_start=st.sampled_from((9 * 60, 9 * 60, 8 * 60 + 30, 0)),
        workday_end=st.sampled_from((18 * 60, 18 * 60, 17 * 60 + 15, 24 * 60)),
        quiet_start=st.sampled_from((21 * 60, 21 * 60, 12 * 60, 0)),
        quiet_end=st.sampled_from((8 * 60, 8 * 60, 13 * 60, 0)),
    )


def calendars() -> st.SearchStrategy[Calendar]:
    """The calendars of such configurations."""
    return settings_values().map(Calendar.of)
