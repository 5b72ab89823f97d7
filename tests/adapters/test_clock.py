from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from jobflow.adapters.clock import PinnedClock, SystemClock
from jobflow.core.errors import Refused
from jobflow.ports import Clock
from jobflow.testing import ManualClock

EAST = timezone(timedelta(hours=2))
NOON = datetime(2026, 3, 10, 12, 0, 0, 999, tzinfo=EAST)
SAME = datetime(2026, 3, 10, 10, tzinfo=UTC)


def test_the_system_clock_is_utc_in_whole_seconds_and_not_the_users_word():
    clock: Clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first <= second <= first + timedelta(minutes=1)
    assert first.tzinfo is UTC
    assert first.microsecond == 0
    assert not clock.pinned


def test_a_pinned_clock_stands():
    clock: Clock = PinnedClock(NOON)
    assert clock.now() == clock.now() == SAME
    assert clock.now().tzinfo is UTC
    assert clock.pinned


def test_a_pinned_clock_refuses_an_instant_without_a_zone():
    with pytest.raises(Refused, match="names no zone"):
        PinnedClock(datetime(2026, 3, 10))


def test_a_manual_clock_goes_where_it_is_told():
    clock = ManualClock(NOON)
    port: Clock = clock
    assert port.pinned
    assert port.now() == SAME
    clock.advance(timedelta(days=1, seconds=1))
    assert port.now() == datetime(2026, 3, 11, 10, 0, 1, tzinfo=UTC)
    clock.set(SAME)
    assert port.now() == SAME
    assert not ManualClock(SAME, pinned=False).pinned


def test_a_manual_clock_needs_an_aware_instant():
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime(2026, 3, 10))
