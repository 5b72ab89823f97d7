"""What will come due if nothing happens: `decide` under a virtual clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from jobflow.core.application import ApplicationState
from jobflow.core.context import Context
from jobflow.core.decide import decide
from jobflow.core.draft import Draft
from jobflow.core.inputs import Tick
from jobflow.core.model import Workflow
from jobflow.core.present import present_task
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
        draft = Draft(then, workflow, state, False, 0)
        for event in decision.events:
            if event.type == "moved":
                why = f"{event.data['trigger']}"
                items.append(_item(draft, max(event.at, context.now), "moves", event.data["to"], why))
            elif event.type in _WHAT:
                task = next(task for task in state.tasks if task.id == event.data["id"])
                why = present_task(draft, task).why
                items.append(_item(draft, max(event.at, context.now), _WHAT[event.type], task.name, why))
        if decision.application is before:
            break
    return items


def _coming_due(
    context: Context,
    workflow: Workflow,
    state: ApplicationState,
    announced: set[tuple[str, datetime]],
    until: datetime,
) -> list[PlanItem]:
    """The due dates of open tasks that come before anything else happens."""
    draft = Draft(context, workflow, state, False, 0)
    found = []
    for task in state.tasks:
        due = task.due_at
        if task.status != "open" or due is None or not context.now <= due <= min(until, state.next_wakeup_at or until):
            continue
        if (task.id, due) not in announced:
            announced.add((task.id, due))
            found.append(_item(draft, due, "due", task.name, present_task(draft, task).why))
    return found


def _item(draft: Draft, at: datetime, what: str, name: str, why: str) -> PlanItem:
    app = draft.application
    return PlanItem(
        at=at, application=app.slug, company=app.company, what=what, name=name, why=why, zone=draft.zone
    )
