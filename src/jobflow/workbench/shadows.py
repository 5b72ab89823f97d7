"""Which of two rules of a state always comes first, by their lengths alone; which two come at the same instant.

Days are counted from the entry. A length in business days is compared with one in business days by their numbers,
with any other by the intervals of `spans`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jobflow.core.model import (
    BUSINESS_DAY,
    Anchor,
    Moment,
    Policy,
    PolicyChoice,
    Shift,
    Size,
    TaskRule,
    Transition,
)
from jobflow.workbench.abstract import Abstract
from jobflow.workbench.spans import Spans


@dataclass(frozen=True, slots=True)
class Shadow:
    """A rule that never gets its turn, and the way out of its state that is always there before."""

    rule: TaskRule | Transition
    by: Transition
    same_day: bool = False


def shadows(abstract: Abstract, spans: Spans, state: str) -> Iterator[Shadow]:
    """The timed ways out and the tasks of a state that another way out always forestalls."""
    rules = abstract.workflow.states[state].transitions
    sure = [rule for rule in rules if rule.timer is not None and rule.when is None]
    floor = spans.of(BUSINESS_DAY)
    for index, rule in enumerate(rules):
        if rule.timer is None:
            continue
        for other in sure:
            if other is not rule and _forestalls(other, rule, rules.index(other) < index, spans, floor):
                yield Shadow(rule, other)
                break
    for task in abstract.workflow.states[state].tasks:
        if task.opens is None:
            continue
        for other in sure:
            found = _leaves_before(other.timer, task.opens, spans, floor)
            if found is not None:
                yield Shadow(task, other, same_day=found == "same day")
                break


def _forestalls(sure: Transition, rule: Transition, earlier: bool, spans: Spans, floor: tuple[int, int]) -> bool:
    """Whether `sure` always fires before `rule` does, or with it and stands before it in the file."""
    first, second = sure.timer, rule.timer
    if first is None or second is None:
        return False
    if first == second:
        return earlier
    most, least = _most(first, spans), _least(second, spans)
    if most is None or least is None:
        return False
    ordered, past = _ordered(first, second), _past(first, spans, floor)
    # Neither comes before the first full business day is over: up to there they come together.
    if max(most, floor[1]) < least or (ordered == "before" and past):
        return True
    return earlier and (ordered is not None or max(most, floor[1]) <= max(least, floor[0]))


def _leaves_before(exit_: Policy | None, opens: Policy, spans: Spans, floor: tuple[int, int]) -> str | None:
    """Whether the state is always left before a task opens, or on the day on which it does."""
    if exit_ is None:
        return None
    most, least = _most(exit_, spans), _least(opens, spans)
    if most is None or least is None:
        return None
    ordered, past = _ordered(exit_, opens), _past(exit_, spans, floor)
    if max(most, floor[1]) < least or (ordered == "before" and past):
        return "before"
    return "same day" if ordered == "together" and past else None


def _past(policy: Policy, spans: Spans, floor: tuple[int, int]) -> bool:
    """Whether a plain length is never shorter than the first full business day."""
    size = _plain_size(policy)
    return size is not None and (size.business_days >= 1 or spans.of(size)[0] >= floor[1])


def _ordered(first: Policy, second: Policy) -> str | None:
    """How two plain lengths since the entry compare, where they are counted alike."""
    one, two = _plain_size(first), _plain_size(second)
    if one is None or two is None or one.unit != two.unit or one.unit == "exact" or one.months or two.months:
        return None
    least, most = one.days + one.business_days, two.days + two.business_days
    return "before" if least < most else "together" if least == most else None


def _plain_size(policy: Policy) -> Size | None:
    """The length of a policy that is nothing but a length since the entry."""
    if not isinstance(policy, Shift) or policy.anchor != Anchor("entered"):
        return None
    return None if policy.before or policy.roll is not None or policy.when is not None else policy.size


def _most(policy: Policy, spans: Spans) -> int | None:
    """The most days after the entry that a policy reaches, None where it may be later or not at all."""
    if policy.when is not None:
        return None
    if isinstance(policy, PolicyChoice):
        members = [_most(member, spans) for member in policy.members]
        if policy.how == "first_known":
            return members[0]
        if policy.how == "earliest":
            return min((days for days in members if days is not None), default=None)
        return None if None in members else max(days for days in members if days is not None)
    if isinstance(policy, Moment) or policy.anchor != Anchor("entered") or policy.before:
        return None
    return spans.of(policy.size)[1] + (spans.roll() if policy.roll == "forward" else 0)


def _least(policy: Policy, spans: Spans) -> int | None:
    """The fewest days after the entry that a policy reaches, None where it may be earlier."""
    if isinstance(policy, PolicyChoice):
        members = [_least(member, spans) for member in policy.members]
        if policy.how == "latest":  # those that are unknown do not count: only what is always known holds it back
            sure = [d for d, m in zip(members, policy.members, strict=True) if d is not None and _always(m)]
            return max(sure, default=None) if sure else _least_of(members)
        return _least_of(members)
    if isinstance(policy, Moment) or policy.anchor != Anchor("entered") or policy.before or policy.roll == "back":
        return None
    return spans.of(policy.size)[0]


def _least_of(members: Iterable[int | None]) -> int | None:
    found = list(members)
    return None if None in found else min(days for days in found if days is not None)


def _always(policy: Policy) -> bool:
    return policy.when is None and isinstance(policy, Shift) and policy.anchor == Anchor("entered")


def too_short(rule: TaskRule, spans: Spans) -> bool:
    """Whether a task lapses, as it is written, on the day on which it opens."""
    if rule.lapses is None:
        return False
    days = _since_opening(rule.lapses, rule, spans)
    return days is not None and days <= 0


def _since_opening(policy: Policy, rule: TaskRule, spans: Spans) -> int | None:
    if not isinstance(policy, Shift) or policy.before or policy.when is not None:
        return None
    start: int | None = None
    if policy.anchor == Anchor("opens"):
        start = 0
    elif policy.anchor == Anchor("due"):
        start = _since_opening(rule.due, rule, spans) if rule.due is not None else None
    elif policy.anchor == Anchor("entered") and rule.opens is None:
        start = 0
    if start is None:
        return None
    return start + (0 if policy.size.seconds and policy.size.seconds < 3600 * 8 else spans.of(policy.size)[1])
