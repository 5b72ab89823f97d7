"""When: from a policy and its anchors to an instant. Zones live here; rules apply in local civil time.

Exact sizes are elapsed time. Sizes about days reach the start (an opening) or the end (due, lapse, transition) of the
working day on the day they reach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState, TaskState
from jobflow.core.calendar import Calendar, add_days, add_months, instant, local_date
from jobflow.core.conditions import holds, instances
from jobflow.core.context import Context
from jobflow.core.errors import Refused
from jobflow.core.model import (
    BUSINESS_DAY,
    Anchor,
    AnchorChoice,
    AnyAnchor,
    Condition,
    Edge,
    Moment,
    Policy,
    PolicyChoice,
    Shift,
    Size,
    Workflow,
)

NOON = 12 * 60


class Reached(NamedTuple):
    """Where a policy leads: the instant, the leaf of the policy that gave it, the anchor, and what that stood at."""

    at: datetime
    policy: Shift | Moment
    anchor: Anchor
    value: date | datetime


@dataclass(slots=True)
class Scope:
    """What anchors may refer to: an application and, for a task's own policies, when it could exist, opens, is due."""

    context: Context
    workflow: Workflow
    application: ApplicationState
    zone: ZoneInfo
    since: datetime
    opens: datetime | None = None
    due: datetime | None = None

    def holds(self, condition: Condition) -> bool:
        """Whether a condition holds here."""
        return holds(condition, self.workflow, self.application, self.context.conditions)


Reach = Callable[[Scope], Reached | None]
"""A policy as a function of what it may refer to; None while what it counts from is unknown."""

Find = Callable[[Scope], tuple[date | datetime, Anchor] | None]
"""An anchor as a function: what it stands at, a date alone or an instant, and the anchor that gave it."""


def scope_of(
    context: Context, workflow: Workflow, application: ApplicationState, since: datetime | None = None
) -> Scope:
    """The scope of a state's transitions or, with `since`, of a task that could exist from then."""
    return Scope(context, workflow, application, context.zone_of(application), since or application.entered_at)


def evaluate(policy: Policy, edge: Edge, scope: Scope) -> Reached | None:
    """The instant that `policy` reaches, None while what it counts from is unknown.

    Raises `Refused` for a date beyond the calendar's reach (year 9999, or no business day for ten years).
    """
    return reach_of(policy, edge)(scope)


@lru_cache(maxsize=4096)
def reach_of(policy: Policy, edge: Edge) -> Reach:
    """The policy as a function, made once: what it is made of is not looked at again for each application."""
    reach = _choice(policy, edge) if isinstance(policy, PolicyChoice) else _leaf(policy, edge)
    when = policy.when
    if when is None:
        return reach
    return lambda scope: reach(scope) if scope.holds(when) else None


def _choice(policy: PolicyChoice, edge: Edge) -> Reach:
    members = tuple(reach_of(member, edge) for member in policy.members)

    def first_known(scope: Scope) -> Reached | None:
        for member in members:
            reached = member(scope)
            if reached is not None:
                return reached
        return None

    def best(scope: Scope) -> Reached | None:
        found = [reached for member in members if (reached := member(scope)) is not None]
        pick = min if policy.how == "earliest" else max
        return pick(found, key=lambda reached: reached.at, default=None)

    return first_known if policy.how == "first_known" else best


def _leaf(policy: Shift | Moment, edge: Edge) -> Reach:
    find = find_of(policy.anchor)

    def by_value(scope: Scope) -> Reached | None:
        found = find(scope)
        if found is None:
            return None
        value, anchor = found
        calendar, zone = scope.context.calendar, scope.zone
        if isinstance(policy, Moment):
            return Reached(_moment(policy, edge, value, calendar, zone), policy, anchor, value)
        return Reached(shifted(policy, edge, value, calendar, zone), policy, anchor, value)

    if isinstance(policy, Moment) or policy.size.unit == "exact":
        return by_value
    return _by_day(policy, edge, find)


def _by_day(policy: Shift, edge: Edge, find: Find) -> Reach:
    size, sign, roll = policy.size, -1 if policy.before else 1, policy.roll
    only, new = policy.anchor, tuple.__new__  # new: Reached(…), at half its cost
    value_of = _VALUES[only.kind] if isinstance(only, Anchor) else None
    name = only.name if isinstance(only, Anchor) else ""
    # Openings and due dates are edges of working days, alike for many; other anchors are hardly ever at one instant.
    day_of = _day_of_edge if isinstance(only, Anchor) and only.kind in ("opens", "due") else local_date

    @lru_cache(maxsize=4096)
    def edge_of(calendar: Calendar, day: date, zone: ZoneInfo) -> datetime:
        return _reach(calendar, day, size, sign, roll, edge, zone)

    def by_day(scope: Scope) -> Reached | None:
        if value_of is not None:
            value, anchor = value_of(name, scope), only
            if value is None:
                return None
        else:
            found = find(scope)
            if found is None:
                return None
            value, anchor = found
        zone = scope.zone
        day = day_of(value, zone) if isinstance(value, datetime) else value
        return new(Reached, (edge_of(scope.context.calendar, day, zone), policy, anchor, value))

    return by_day


def find_of(anchor: AnyAnchor) -> Find:
    """An anchor as a function."""
    if isinstance(anchor, AnchorChoice):
        return _choice_of_anchors(anchor)
    value_of, name = _VALUES[anchor.kind], anchor.name

    def find(scope: Scope) -> tuple[date | datetime, Anchor] | None:
        value = value_of(name, scope)
        return None if value is None else (value, anchor)

    return find


def _choice_of_anchors(anchor: AnchorChoice) -> Find:
    members = tuple(find_of(member) for member in anchor.members)

    def first_known(scope: Scope) -> tuple[date | datetime, Anchor] | None:
        return next((found for member in members if (found := member(scope)) is not None), None)

    def best(scope: Scope) -> tuple[date | datetime, Anchor] | None:
        found = [each for member in members if (each := member(scope)) is not None]
        if len(found) < 2:
            return found[0] if found else None
        pick = min if anchor.how == "earliest" else max
        return pick(found, key=lambda each: _as_instant(each[0], scope.zone))

    return first_known if anchor.how == "first_known" else best


def _of_fact(name: str, scope: Scope) -> date | datetime | None:
    return fact_value(scope.application, name) if name in scope.application.facts else None


def _of_limit(name: str, scope: Scope) -> datetime | None:
    use = scope.application.limits.get(name)
    return use.last_at if use else None


def _of_task(name: str, scope: Scope) -> datetime | None:
    return _last(instances(scope.workflow, scope.application, name), only_done=True)


def _of_settled(name: str, scope: Scope) -> datetime | None:
    found = instances(scope.workflow, scope.application, name)
    return _last(found, only_done=False) if all(task.settled for task in found) else None


_VALUES: dict[str, Callable[[str, Scope], date | datetime | None]] = {
    "entered": lambda _, scope: scope.since,
    "opens": lambda _, scope: scope.opens,
    "due": lambda _, scope: scope.due,
    "round": lambda _, scope: scope.application.round_at,
    "fact": _of_fact,
    "event": lambda name, scope: scope.application.events.get(name),
    "limit": _of_limit,
    "task": _of_task,
    "settled": _of_settled,
}
"""What each kind of anchor stands at, None while it is unknown."""


def _last(found: list[TaskState], *, only_done: bool) -> datetime | None:
    times = [t.settled_at for t in found if t.settled_at and (t.status == "done" or not only_done)]
    return max(times) if times else None


def fact_value(application: ApplicationState, name: str) -> date | datetime | None:
    """A date or datetime fact as a value, None while unknown."""
    raw = application.facts.get(name)
    if not isinstance(raw, str):
        return None
    return date.fromisoformat(raw) if len(raw) == 10 else datetime.fromisoformat(raw)


def _as_instant(value: date | datetime, zone: ZoneInfo) -> datetime:
    """A date alone means noon."""
    return value.astimezone(UTC) if isinstance(value, datetime) else instant(value, NOON, zone)


_day_of_edge = lru_cache(maxsize=1024)(local_date)


def as_day(value: date | datetime, zone: ZoneInfo) -> date:
    """The civil date of an anchor's value."""
    return local_date(value, zone) if isinstance(value, datetime) else value


def _moment(policy: Moment, edge: Edge, value: date | datetime, calendar: Calendar, zone: ZoneInfo) -> datetime:
    if isinstance(value, datetime):
        return _rolled_instant(value.astimezone(UTC), edge, policy.roll, calendar, zone)
    return calendar.edge(_roll(value, policy.roll, calendar), edge, zone)


def shifted(policy: Shift, edge: Edge, value: date | datetime, calendar: Calendar, zone: ZoneInfo) -> datetime:
    """The instant that a shift reaches from what its anchor stands at."""
    sign = -1 if policy.before else 1
    if policy.size.unit == "exact":
        return _rolled_instant(_elapsed(value, policy.size, sign, zone), edge, policy.roll, calendar, zone)
    return _reach(calendar, as_day(value, zone), policy.size, sign, policy.roll, edge, zone)


@lru_cache(maxsize=16384)
def _reach(
    calendar: Calendar, day: date, size: Size, sign: int, roll: str | None, edge: Edge, zone: ZoneInfo
) -> datetime:
    """Days ahead or back to a working day's edge: kept, since a bulk tick asks the same of many applications."""
    return calendar.edge(_roll(shift_day(day, size, sign, calendar), roll, calendar), edge, zone)


def _elapsed(value: date | datetime, size: Size, sign: int, zone: ZoneInfo) -> datetime:
    """Exact time; the days of a mixed size (P1DT2H) keep the time of day, the hours after them are elapsed."""
    start = _as_instant(value, zone)
    if size.days or size.months:
        local = start.astimezone(zone)
        day = add_days(add_months(local.date(), sign * size.months), sign * size.days)
        start = local.replace(year=day.year, month=day.month, day=day.day, fold=0).astimezone(UTC)
    try:
        return start + timedelta(seconds=sign * size.seconds)
    except OverflowError:
        raise Refused(f"a moment so far from {start:%Y-%m-%d} can't be worked out.") from None


def shift_day(day: date, size: Size, sign: int, calendar: Calendar) -> date:
    """A civil day, a size about days later (`sign` 1) or earlier (-1)."""
    if size.months:
        day = add_months(day, sign * size.months)
    if size.days:
        day = add_days(day, sign * size.days)
    if size.unit == "business days":  # "0 days" stays on its day, "0 business days" rolls forward.
        day = calendar.add_business_days(day, sign * size.business_days)
    return day


def _roll(day: date, roll: str | None, calendar: Calendar) -> date:
    return day if roll is None else calendar.roll(day, 1 if roll == "forward" else -1)


def _rolled_instant(at: datetime, edge: Edge, roll: str | None, calendar: Calendar, zone: ZoneInfo) -> datetime:
    """An exact instant stays, unless `roll` moves it to another day: then it is that working day's edge."""
    if roll is None:
        return at
    day = local_date(at, zone)
    rolled = _roll(day, roll, calendar)
    return at if rolled == day else calendar.edge(rolled, edge, zone)


def after_full_business_day(recorded_at: datetime, context: Context, zone: ZoneInfo) -> datetime:
    """The end of the first full business day after the day of `recorded_at`: no chance is gone before it."""
    return _reach(context.calendar, local_date(recorded_at, zone), BUSINESS_DAY, 1, None, "close", zone)
