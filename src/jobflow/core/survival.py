"""How long it takes until something happens, when for some it has not happened yet: the Kaplan–Meier estimate.

E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, Journal of the American Statistical
Association 53 (1958), 457–481. The variance is Greenwood's; the interval is that of log(−log S) (Kalbfleisch and
Prentice), which stays between 0 and 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log, sqrt

NORMAL_95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One wait: `days` long, and whether it ended with what was waited for (else it was only watched so long)."""

    days: float
    ended: bool


@dataclass(frozen=True, slots=True)
class Step:
    """At `days`, of `at_risk` that still waited `events` ended. `survival`: the share that waits longer.

    `error` is its standard error, `low` and `high` its 95 % interval.
    """

    days: float
    at_risk: int
    events: int
    survival: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The estimate: a step at each time at which something ended. `observed`: ended waits; `censored`: the others."""

    steps: tuple[Step, ...]
    observed: int
    censored: int

    def quantile(self, share: float) -> float | None:
        """The days after which at least this share (0 to 1) has ended; None where it never comes to that."""
        limit = 1 - share
        return next((step.days for step in self.steps if step.survival <= limit + 1e-9), None)

    def ended_by(self, days: float) -> float:
        """The share that has ended by then."""
        return 1 - next((step.survival for step in reversed(self.steps) if step.days <= days), 1.0)


def kaplan_meier(spells: Iterable[Spell]) -> Curve:
    """The estimate from waits; one that ends and one that is censored on the same day: the censored was at risk."""
    given = sorted(spells, key=lambda spell: spell.days)
    steps: list[Step] = []
    survival, total, at_risk = 1.0, 0.0, len(given)
    place = 0
    while place < len(given):
        days = given[place].days
        end = place
        while end < len(given) and given[end].days == days:
            end += 1
        here = given[place:end]
        events = sum(spell.ended for spell in here)
        if events:
            survival *= 1 - events / at_risk
            total += events / (at_risk * (at_risk - events)) if at_risk > events else 0.0
            low, high = _interval(survival, total)
            steps.append(Step(days, at_risk, events, survival, survival * sqrt(total), low, high))
        at_risk -= len(here)
        place = end
    observed = sum(spell.ended for spell in given)
    return Curve(tuple(steps), observed, len(given) - observed)


def _interval(survival: float, total: float) -> tuple[float, float]:
    """The 95 % interval; of a share of 0 or 1 nothing more is known."""
    if not 0 < survival < 1:
        return survival, survival
    width = NORMAL_95 * sqrt(total) / abs(log(survival))
    return survival ** exp(width), survival ** exp(-width)
