"""Retries: they grow, stay within three days, end, and do what the other side asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jobflow.core.backoff import ATTEMPTS, next_attempt

NOW = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)
seeds = st.text(max_size=20)


@given(seeds)
def test_eight_attempts_spread_over_three_days_and_each_wait_is_longer(seed: str) -> None:
    at, waits = NOW, []
    for attempts in range(1, ATTEMPTS):
        then = next_attempt(seed, attempts, at)
        assert then is not None
        waits.append(then - at)
        at = then
    assert waits == sorted(waits)
    assert timedelta(minutes=1) < waits[0] < timedelta(minutes=3)
    assert timedelta(days=2) < at - NOW < timedelta(days=3)
    assert next_attempt(seed, ATTEMPTS, at) is None


@given(seeds, st.integers(1, ATTEMPTS - 1), st.timedeltas(timedelta(0), timedelta(days=3)))
def test_it_is_not_before_the_other_side_asked_for(seed: str, attempts: int, after: timedelta) -> None:
    then = next_attempt(seed, attempts, NOW, after)
    assert then is not None
    assert then - NOW >= after
    assert then >= (next_attempt(seed, attempts, NOW) or NOW)


# By hand: two minutes, each next one 3.3 times the last; with seconds, 1 day 19 h 2 m 56 s for the longest.
BY_HAND = (120, 396, 1_306.8, 4_312.44, 14_231.05, 46_962.47, 154_976.16)


@given(seeds)
def test_the_waits_are_those_worked_out_by_hand(seed: str) -> None:
    for attempts, seconds in enumerate(BY_HAND, 1):
        then = next_attempt(seed, attempts, NOW)
        assert then is not None
        assert abs((then - NOW).total_seconds() - seconds) <= seconds * 0.1 + 1


def test_the_same_seed_gives_the_same_instants_for_ever() -> None:
    """Of these, a replay with another release would be another history."""
    waits = [next_attempt("a", attempts, NOW) for attempts in range(1, ATTEMPTS)]
    assert [(at - NOW).seconds + (at - NOW).days * 86_400 for at in waits if at] == [
        112,
        423,
        1_266,
        4_447,
        15_229,
        46_706,
        146_126,
    ]


def test_a_channel_that_asks_for_a_month_is_asked_again_after_three_days() -> None:
    assert next_attempt("a", 1, NOW, timedelta(days=30)) == NOW + timedelta(days=3)


def test_what_failed_together_comes_back_apart() -> None:
    assert len({next_attempt(str(number), 5, NOW) for number in range(100)}) > 90
