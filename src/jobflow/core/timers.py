"""What time alone brings about: openings, lapses, timed transitions, and when the next of them is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from jobflow.core.application import TaskState
from jobflow.core.draft import Draft
from jobflow.core.limits import is_full
from jobflow.core.machine import TIMER, table_of
from jobflow.core.messages import next_reminder
from jobflow.core.model import Transition
from jobflow.core.tasks import LATE
from jobflow.core.timing import Scope, after_full_business_day, evaluate, scope_of


class Timer(NamedTuple):
    """Something due at an instant. `rank` orders what is due at the same one: openings, lapses, transitions."""

    at: datetime
    rank: int
    order: int
    subject: TaskState | Transition


def pending(draft: Draft, *, transitions: bool = True) -> Iterator[Timer]:
    """Everything that a tick will do, whenever that is; without `transitions` only what concerns tasks."""
    app = draft.application
    if app.final:
        return
    for order, task in enumerate(app.tasks):
        if task.status == "waiting" and task.opens_at is not None:
            yield Timer(task.opens_at, 0, order, task)
        elif task.status == "open":
            if is_full(draft.workflow.tasks[task.name].counts, draft.workflow, app):
                yield Timer(filled_at(draft, task), 0, order, task)
            elif task.lapses_at is not None:
                yield Timer(task.lapses_at, 1, order, task)
    if transitions:
        yield from timed_transitions(draft)


def filled_at(draft: Draft, task: TaskState) -> datetime:
    """When the limit of an open task filled: the last contact that counted, though not before the task opened."""
    use = draft.application.limits[draft.workflow.tasks[task.name].counts or ""]
    return max(use.last_at or task.since, task.opens_at or task.since)


def timed_transitions(draft: Draft) -> Iterator[Timer]:
    """The timed ways out whose guard holds. None comes before the first full business day after the entry is over."""
    app = draft.application
    rules = table_of(draft.workflow).get((app.state, TIMER), ())
    if not rules:
        return
    scope = scope_of(draft.context, draft.workflow, app)
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
    instants = [timer.at for timer in pending(draft)]
    scope = scope_of(draft.context, draft.workflow, app)
    for task in app.tasks:
        if task.status == "open":
            reminder = next_reminder(task, draft.workflow, scope)
            if reminder is not None:
                instants.append(reminder)
    return min(instants, default=None)
