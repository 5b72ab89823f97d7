"""The Kaplan–Meier estimate against figures worked out by others, and against the laws that it has to keep."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.core.survival import Spell, kaplan_meier

# Weeks of remission of leukaemia under 6-MP and under placebo; + where it went on when last seen. Freireich et al.
# (1963), as tabulated with the estimates and Greenwood's standard errors in D. G. Kleinbaum and M. Klein, Survival
# Analysis: A Self-Learning Text, chapter 2, and in D. Collett, Modelling Survival Data in Medical Research.
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
# week, at risk, relapses, estimate, standard error
TREATED_TABLE = [
    (6, 21, 3, 0.8571, 0.0764),
    (7, 17, 1, 0.8067, 0.0869),
    (10, 15, 1, 0.7529, 0.0963),
    (13, 12, 1, 0.6902, 0.1068),
    (16, 11, 1, 0.6275, 0.1141),
    (22, 7, 1, 0.5378, 0.1282),
    (23, 6, 1, 0.4482, 0.1346),
]
PLACEBO_TABLE = [
    (1, 21, 2, 0.9048),
    (2, 19, 2, 0.8095),
    (3, 17, 1, 0.7619),
    (4, 16, 2, 0.6667),
    (5, 14, 2, 0.5714),
    (8, 12, 4, 0.3810),
    (11, 8, 2, 0.2857),
    (12, 6, 2, 0.1905),
    (15, 4, 1, 0.1429),
    (17, 3, 1, 0.0952),
    (22, 2, 1, 0.0476),
    (23, 1, 1, 0.0),
]


def spells(text: str) -> list[Spell]:
    return [Spell(float(word.rstrip("+")), not word.endswith("+")) for word in text.split()]


def test_the_treated_of_the_textbook():
    curve = kaplan_meier(spells(TREATED))
    found = [(s.days, s.at_risk, s.events, round(s.survival, 4), round(s.error, 4)) for s in curve.steps]
    assert found == TREATED_TABLE
    assert (curve.observed, curve.censored) == (9, 12)
    assert curve.quantile(0.5) == 23
    assert curve.quantile(0.9) is None
    assert round(curve.ended_by(16), 4) == round(1 - 0.6275, 4)
    assert curve.ended_by(5) == 0


def test_those_without_treatment():
    curve = kaplan_meier(spells(PLACEBO))
    assert [(s.days, s.at_risk, s.events, round(s.survival, 4)) for s in curve.steps] == PLACEBO_TABLE
    assert curve.quantile(0.5) == 8
    assert (curve.steps[-1].low, curve.steps[-1].high) == (0, 0)


def test_the_interval_is_that_of_the_log_of_minus_log():
    # For week 6 under 6-MP: 0.620 to 0.952, as survival (R) and Stata's `sts list` give it.
    first = kaplan_meier(spells(TREATED)).steps[0]
    assert (round(first.low, 4), round(first.high, 4)) == (0.6197, 0.9516)


def test_nothing_gives_nothing():
    curve = kaplan_meier([])
    assert (curve.steps, curve.quantile(0.5), curve.ended_by(9)) == ((), None, 0)


SPELLS = st.lists(st.builds(Spell, st.integers(0, 40).map(float), st.booleans()), max_size=40)


def oracle(given_spells: Sequence[Spell], days: float) -> Fraction:
    """By the definition: the product over all days so far of the share that got through that day."""
    share = Fraction(1)
    for day in sorted({spell.days for spell in given_spells if spell.days <= days}):
        at_risk = sum(spell.days >= day for spell in given_spells)
        share *= 1 - Fraction(sum(spell.days == day and spell.ended for spell in given_spells), at_risk)
    return share


@given(SPELLS)
def test_it_is_the_product_of_what_got_through_each_day(given_spells: list[Spell]):
    curve = kaplan_meier(given_spells)
    for day in range(42):
        assert curve.ended_by(day) == pytest.approx(float(1 - oracle(given_spells, day)))
    assert sum(step.events for step in curve.steps) == curve.observed
    assert curve.observed + curve.censored == len(given_spells)
    levels = [step.survival for step in curve.steps]
    assert levels == sorted(levels, reverse=True)
    assert all(0 <= step.low <= step.survival <= step.high <= 1 for step in curve.steps)


@given(st.lists(st.integers(0, 30).map(float), min_size=1))
def test_without_censoring_it_is_the_share_that_is_left(days: list[float]):
    curve = kaplan_meier(Spell(day, True) for day in days)
    for day in range(31):
        assert curve.ended_by(day) == pytest.approx(sum(one <= day for one in days) / len(days))
