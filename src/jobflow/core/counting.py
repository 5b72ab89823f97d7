"""Which days a policy did not count, and why: what lies between its anchor and the date that it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from jobflow.core.calendar import Calendar, add_days, local_date
from jobflow.core.messages import MONTHS, WEEKDAYS
from jobflow.core.model import Moment
from jobflow.core.timing import Reached, Scope, as_day, shift_day, shifted

MOST_NAMED = 4
"""Days off that are named one by one."""


def counting(reached: Reached, scope: Scope) -> Iterator[str]:
    """A sentence for the days that were passed over as no business days, and one for where the date was rolled."""
    calendar, policy = scope.context.calendar, reached.policy
    day = as_day(reached.value, scope.zone)
    if not isinstance(policy, Moment):
        sign = -1 if policy.before else 1
        if policy.size.unit == "business days":
            # Months and days are added first, and business days counted from there.
            start = shift_day(day, replace(policy.size, unit="days", business_days=0), sign, calendar)
            day = shift_day(day, policy.size, sign, calendar)
            passed = _passed(calendar, start, day, also_first=not policy.size.business_days)
            if passed:
                yield f"not counted: {passed}"
        else:
            at = shifted(replace(policy, roll=None), "close", reached.value, calendar, scope.zone)
            day = local_date(at, scope.zone)
    if policy.roll is not None and not calendar.is_business_day(day):
        rolled = calendar.roll(day, 1 if policy.roll == "forward" else -1)
        yield f"rolled {policy.roll} to {spelt(rolled)}, over {_passed(calendar, day, rolled, also_first=True)}"


def spelt(day: date) -> str:
    """A day as reasons name it."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def _passed(calendar: Calendar, first: date, last: date, *, also_first: bool) -> str:
    """The days off strictly between two days, with the first where it is `also` one, each with its reason."""
    step = 1 if last >= first else -1
    days = [add_days(first, step * n) for n in range(0 if also_first else 1, abs((last - first).days))]
    off = [(day, why) for day in sorted(days) if (why := calendar.why_off(day)) is not None]
    weekend = [day for day, why in off if why == "weekend"]
    words = [f"{len(weekend)} days of weekends"] if len(weekend) > 2 else []
    if weekend and not words:
        words = [f"{' and '.join(spelt(day) for day in weekend)} (weekend)"]
    named = [f"{spelt(day)} ({why})" for day, why in off if why != "weekend"]
    words += named[:MOST_NAMED]
    if len(named) > MOST_NAMED:
        words.append(f"{len(named) - MOST_NAMED} more days off")
    return ", ".join(words)
