"""What time alone brings about: openings, lapses, timed transitions, and when the next of them is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from jobflow.core.application import TaskState
from jobflow.core.draft import Draft
from jobflow.core.limits import is_full
from jobflow.core.machine import TIMER, Rules, table_of
from jobflow.core.messages import next_reminder
from jobflow.core.model import Transition
from jobflow.core.rules import rule_of
from jobflow.core.tasks import LATE
from jobflow.core.timing import Scope, after_full_business_day, evaluate, scope_of

TWO_DAYS = timedelta(days=2)


class Timer(NamedTuple):
    """Something due at an instant. `rank` orders what is due at the same one: openings, lapses, transitions."""

    at: datetime
    rank: int
    order: int
    subject: TaskState | Transition


def pending(draft: Draft, *, transitions: bool = True) -> Iterator[Timer]:
    """Everything that a tick will do, whenever that is; without `transitions` only what concerns tasks."""
    if draft.application.final:
        return
    for order, task in enumerate(draft.application.tasks):
        at = task_acts_at(draft, task)
        if at is not None:
            yield Timer(at, 1 if task.status == "open" and not _is_full(draft, task) else 0, order, task)
    if transitions:
        yield from timed_transitions(draft)


def task_acts_at(draft: Draft, task: TaskState) -> datetime | None:
    """When a tick has to open, withhold or lapse a task; None where it never has to."""
    if task.status == "waiting":
        return task.opens_at
    if task.status != "open":
        return None
    return filled_at(draft, task) if _is_full(draft, task) else task.lapses_at


def _is_full(draft: Draft, task: TaskState) -> bool:
    counts = rule_of(draft.workflow, task).counts
    return counts is not None and is_full(counts, draft.workflow, draft.application)


def filled_at(draft: Draft, task: TaskState) -> datetime:
    """When the limit of an open task filled: the last contact that counted, though not before the task opened."""
    use = draft.application.limits[rule_of(draft.workflow, task).counts or ""]
    return max(use.last_at or task.since, task.opens_at or task.since)


def timed_transitions(draft: Draft) -> Iterable[Timer]:
    """The timed ways out whose guard holds. None comes before the first full business day after the entry is over."""
    rules = table_of(draft.workflow).get((draft.application.state, TIMER))
    return _timed(draft, rules) if rules else ()


def _timed(draft: Draft, rules: Rules) -> Iterator[Timer]:
    scope = scope_of(draft.context, draft.workflow, draft.application)
    for order, (guard, rule) in enumerate(rules):
        at = transition_at(rule, scope)
        if at is not None and draft.holds(guard):
            yield Timer(at, 2, order, rule)


def transition_at(rule: Transition, scope: Scope) -> datetime | None:
    """When a timed transition is due, None while what it counts from is unknown."""
    reached = evaluate(rule.timer, "close", scope) if rule.timer else None
    if reached is None:
        return None
    app = scope.application
    floor = after_full_business_day(app.entered_recorded_at, scope.context, scope.zone)
    return max(reached.at, app.entered_at, floor)


def next_due(draft: Draft, *, transitions: bool) -> Timer | None:
    """The earliest timer that is due by now."""
    due = (timer for timer in pending(draft, transitions=transitions) if timer.at <= draft.now)
    return min(due, key=lambda timer: timer[:3], default=None)


def counts_from(instant: datetime, now: datetime) -> datetime:
    """A timer handled within 24 hours counts from its instant, a later one from now."""
    return instant if now - instant <= LATE else now


def next_wakeup(draft: Draft) -> datetime | None:
    """When a tick will next have something to do here; None if only the user can move things on."""
    app = draft.application
    if app.final:
        return None
    best: datetime | None = None
    for task in app.tasks:
        if task.settled_at is None:
            at = task.opens_at if task.status == "waiting" else task_acts_at(draft, task)
            if at is not None and (best is None or at < best):
                best = at
    for timer in timed_transitions(draft):
        if best is None or timer.at < best:
            best = timer.at
    for task in app.tasks:
        # No reminder comes before the morning of the due day: most need not be worked out.
        if task.status == "open" and task.due_at is not None and (best is None or task.due_at - TWO_DAYS < best):
            rule = rule_of(draft.workflow, task)
            reminder = next_reminder(task, rule, draft.context.calendar, draft.zone)
            if reminder is not None and (best is None or reminder < best):
                best = reminder
    return best
