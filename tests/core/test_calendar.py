from __future__ import annotations

from datetime import date

import pytest

from jobflow.core.calendar import Calendar
from jobflow.core.errors import Refused


def test_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(Refused, match="can't be worked out"):
        Calendar().add_business_days(date(9999, 12, 31), 1)


def test_a_calendar_without_business_days_is_refused() -> None:
    with pytest.raises(Refused, match="is every day off"):
        Calendar(weekend=frozenset(range(7))).add_business_days(date(2026, 3, 10), 1)
