"""What will come due if nothing happens: `decide` under a virtual clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from jobflow.core.application import ApplicationState, TaskState
from jobflow.core.conditions import in_words
from jobflow.core.context import Context
from jobflow.core.counting import counting
from jobflow.core.decide import Decision, decide
from jobflow.core.draft import Draft
from jobflow.core.explain import lapse_because, policy_words, task_because
from jobflow.core.inputs import Tick
from jobflow.core.model import Workflow
from jobflow.core.present import present_task, why_opens
from jobflow.core.rules import rule_of
from jobflow.core.timing import evaluate, scope_of
from jobflow.core.views import PlanItem

STEPS = 400
"""Ticks looked ahead for one application: more than any bounded workflow has in a year."""

_WHAT = {"task_opened": "opens", "task_lapsed": "lapses", "task_withheld": "withheld"}


def plan_application(context: Context, workflow: Workflow, state: ApplicationState, until: datetime) -> list[PlanItem]:
    """Openings, due dates, lapses and moves of one application up to and including `until`, in order."""
    items: list[PlanItem] = []
    announced: set[tuple[str, datetime]] = set()
    at = context.now
    for _ in range(STEPS):
        items += _coming_due(context, workflow, state, announced, until)
        wakes_at = state.next_wakeup_at
        if wakes_at is None or wakes_at > until:
            break
        at = max(at, wakes_at)
        then = replace(context, now=at, channels=())
        decision = decide(workflow, state, Tick(), then, first_number=0)
        before, state = state, decision.application
        items += _happens(Draft(then, workflow, before, False, 0), decision, context.now)
        if state is before:
            break
    return items


def _happens(before: Draft, decision: Decision, now: datetime) -> Iterator[PlanItem]:
    """What one tick ahead brings."""
    after = Draft(before.context, before.workflow, decision.application, False, 0)
    for event in decision.events:
        at = max(event.at, now)
        if event.type == "moved":
            yield _moves(before, after, at, event.data)
        elif event.type in _WHAT:
            task = next(task for task in after.application.tasks if task.id == event.data["id"])
            rule = rule_of(before.workflow, task)
            why = why_opens(after, task) if event.type == "task_opened" else present_task(after, task).why
            because = tuple(task_because(after, task, event.type == "task_opened"))
            if event.type == "task_lapsed" and rule.lapses is not None:
                why = f"if nobody does it: {policy_words(rule.lapses)}"
                because = tuple(lapse_because(before, _of(before, task.id)))
            yield _item(after, at, _WHAT[event.type], task.name, why, rule.path, because)


def _of(draft: Draft, id_: str) -> TaskState:
    return next(task for task in draft.application.tasks if task.id == id_)


def _moves(before: Draft, after: Draft, at: datetime, data: Mapping[str, Any]) -> PlanItem:
    path = data["trigger"]
    rule = next((r for state in before.workflow.states.values() for r in state.transitions if r.path == path), None)
    scope = scope_of(before.context, before.workflow, before.application)
    reached = evaluate(rule.timer, "close", scope) if rule is not None and rule.timer is not None else None
    why = path if rule is None else (policy_words(rule.timer) if rule.timer else in_words(rule.when))
    return _item(after, at, "moves", data["to"], why, path, tuple(counting(reached, scope)) if reached else ())


def foreseen(context: Context, workflow: Workflow, state: ApplicationState) -> dict[str, datetime]:
    """The way out of the present state that will be taken if nothing happens, by its path, and when."""
    at = context.now
    for _ in range(STEPS):
        if state.next_wakeup_at is None:
            break
        at = max(at, state.next_wakeup_at)
        decision = decide(workflow, state, Tick(), replace(context, now=at, channels=()), first_number=0)
        for event in decision.events:
            if event.type == "moved":
                return {event.data["trigger"]: max(event.at, context.now)}
        if decision.application is state:
            break
        state = decision.application
    return {}


def _coming_due(
    context: Context,
    workflow: Workflow,
    state: ApplicationState,
    announced: set[tuple[str, datetime]],
    until: datetime,
) -> list[PlanItem]:
    """The due dates of open tasks that come before anything else happens."""
    found = []
    for task in state.tasks:
        due = task.due_at
        if task.status != "open" or due is None or not context.now <= due <= min(until, state.next_wakeup_at or until):
            continue
        if (task.id, due) not in announced:
            announced.add((task.id, due))
            # As of its opening: by its due date it would read as overdue.
            draft = Draft(replace(context, now=max(context.now, task.opens_at or due)), workflow, state, False, 0)
            path, because = rule_of(workflow, task).path, tuple(task_because(draft, task, False))
            found.append(_item(draft, due, "due", task.name, present_task(draft, task).why, path, because))
    return found


def _item(draft: Draft, at: datetime, what: str, name: str, why: str, rule: str, because: tuple[str, ...]) -> PlanItem:
    app = draft.application
    return PlanItem(
        at=at,
        application=app.slug,
        company=app.company,
        what=what,
        name=name,
        why=why,
        zone=draft.zone,
        rule=rule,
        because=because,
    )
