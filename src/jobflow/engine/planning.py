"""What will come due if nothing happens: `decide` under a virtual clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from jobflow.core.application import ApplicationState
from jobflow.core.conditions import in_words
from jobflow.core.context import Context
from jobflow.core.decide import Decision, decide
from jobflow.core.draft import Draft
from jobflow.core.explain import policy_words
from jobflow.core.inputs import Tick
from jobflow.core.model import Workflow
from jobflow.core.present import present_task, why_opens
from jobflow.core.rules import rule_of
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
            yield _item(after, at, "moves", event.data["to"], _why_moves(before, event.data["trigger"]))
        elif event.type in _WHAT:
            task = next(task for task in after.application.tasks if task.id == event.data["id"])
            rule = rule_of(before.workflow, task)
            why = why_opens(after, task) if event.type == "task_opened" else present_task(after, task).why
            if event.type == "task_lapsed" and rule.lapses is not None:
                why = f"if nobody does it: {policy_words(rule.lapses)}"
            yield _item(after, at, _WHAT[event.type], task.name, why)


def _why_moves(draft: Draft, path: str) -> str:
    rules = [rule for state in draft.workflow.states.values() for rule in state.transitions if rule.path == path]
    words = [policy_words(rule.timer) if rule.timer else in_words(rule.when) for rule in rules]
    return words[0] if words else path


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
            found.append(_item(draft, due, "due", task.name, present_task(draft, task).why))
    return found


def _item(draft: Draft, at: datetime, what: str, name: str, why: str) -> PlanItem:
    app = draft.application
    return PlanItem(at=at, application=app.slug, company=app.company, what=what, name=name, why=why, zone=draft.zone)
