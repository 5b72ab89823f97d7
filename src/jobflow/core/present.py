"""The folded state as the values that are given back: status as of `now`, titles filled in, each date's reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from jobflow.core.application import ApplicationState, TaskState
from jobflow.core.context import Context
from jobflow.core.draft import Draft
from jobflow.core.limits import is_full, spaced
from jobflow.core.messages import MONTHS, WEEKDAYS, contact_name, title_of, when_words
from jobflow.core.model import Anchor, Workflow
from jobflow.core.rules import rule_of
from jobflow.core.tasks import Times, task_scope, task_times
from jobflow.core.timing import Reached, Scope, as_day, evaluate
from jobflow.core.views import Application, Status, Task


def present(context: Context, workflow: Workflow, state: ApplicationState) -> Application:
    """One application as of `context.now`."""
    zone = context.zone_of(state)
    return Application(
        id=state.id,
        number=state.number,
        slug=state.slug,
        company=state.company,
        role=state.role,
        workflow=workflow.name,
        workflow_version=workflow.version,
        state=state.state,
        state_title=workflow.states[state.state].title,
        began_at=state.began_at,
        entered_at=state.entered_at,
        outcome=state.outcome,
        final=state.final,
        round=state.round,
        timezone=str(zone.key),
        facts=MappingProxyType({name: state.facts[name] for name in workflow.facts if name in state.facts}),
        contacts=state.contacts,
        tasks=present_tasks(context, workflow, state),
        next_wakeup_at=state.next_wakeup_at,
        zone=zone,
    )


def present_tasks(context: Context, workflow: Workflow, state: ApplicationState) -> tuple[Task, ...]:
    """All its task instances, in the order in which they came to be."""
    draft = Draft(context, workflow, state, False, 0)
    return tuple(present_task(draft, task) for task in state.tasks)


def present_task(draft: Draft, task: TaskState) -> Task:
    """One instance as of `now`."""
    app, workflow = draft.application, draft.workflow
    rule = rule_of(workflow, task)
    return Task(
        id=task.id,
        number=task.number,
        application=app.slug,
        company=app.company,
        role=app.role,
        name=task.name,
        kind=rule.kind,
        title=title_of(workflow, app, task),
        contact=contact_name(app, task),
        status=status_of(draft, task),
        opens_at=task.opens_at,
        due_at=task.due_at,
        lapses_at=task.lapses_at,
        settled_at=task.settled_at,
        counts=rule.counts,
        why=why(draft, task),
        zone=draft.zone,
    )


def status_of(draft: Draft, task: TaskState) -> Status:
    """As of `now`: a task whose opening has come is open before a tick notices, unless a full limit forbids it."""
    if task.settled:
        return task.status
    if task.opens_at is None or task.opens_at > draft.now:
        return "waiting"
    if is_full(rule_of(draft.workflow, task).counts, draft.workflow, draft.application):
        return "waiting"
    return "overdue" if task.due_at is not None and task.due_at <= draft.now else "open"


def why(draft: Draft, task: TaskState) -> str:
    """The reason of the date that matters now, in a sentence."""
    if task.settled:
        scope = task_scope(rule_of(draft.workflow, task), task.since, draft.context, draft.workflow, draft.application)
        return f"{task.status} {when_words(task.settled_at, scope)}"
    rule = rule_of(draft.workflow, task)
    scope = task_scope(rule, task.since, draft.context, draft.workflow, draft.application)
    status = status_of(draft, task)
    if status == "waiting":
        return _why_waiting(draft, task, task_times(draft, task), scope)
    if task.due_at is None or rule.due is None:
        return f"open since {when_words(task.opens_at, scope)}, no due date"
    due = "was due" if status == "overdue" else "due"
    dueing = evaluate(rule.due, "close", replace(scope, opens=task.opens_at))
    opened = _why_then(draft, task, task.opens_at, scope)
    opened = f"; opened {when_words(task.opens_at, scope)}: {opened}" if opened else ""
    because = _because(dueing, scope)
    if dueing is not None and dueing.at < task.due_at:
        because = f": at once, since {reason(dueing, scope)} is over"
    return f"{due} {when_words(task.due_at, scope)}{because}{opened}"


def why_opens(draft: Draft, task: TaskState) -> str:
    """Why a task opens, or opened, when it does."""
    rule = rule_of(draft.workflow, task)
    scope = task_scope(rule, task.since, draft.context, draft.workflow, draft.application)
    return _why_then(draft, task, task.opens_at, scope) or "as soon as it applies"


def _why_waiting(draft: Draft, task: TaskState, found: Times, scope: Scope) -> str:
    rule = rule_of(draft.workflow, task)
    if is_full(rule.counts, draft.workflow, draft.application):
        return f"will not be offered: limit {rule.counts} is used up"
    if found.opens_at is None:
        return "opens once what it counts from is known"
    reason_ = _why_then(draft, task, found.opens_at, scope)
    return f"opens {when_words(found.opens_at, scope)}" + (f": {reason_}" if reason_ else "")


def _why_then(draft: Draft, task: TaskState, opens_at: datetime | None, scope: Scope) -> str:
    """What set an opening: the user, a limit's spacing or the rule; nothing where it opens at once."""
    rule = rule_of(draft.workflow, task)
    if task.snoozed_until is not None and task.snoozed_until == opens_at:
        return "you put it off"
    limit = draft.workflow.limits[rule.counts] if rule.counts else None
    if limit is not None and limit.apart is not None and spaced(limit, scope) == opens_at:
        return f"{limit.apart.text} after the last contact (limit {limit.name})"
    opening = evaluate(rule.opens, "open", scope) if rule.opens else None
    if opening is None:
        return ""
    if opening.at < task.since and opens_at == task.since:
        return f"at once, since {reason(opening, scope)} is over"
    return reason(opening, scope)


def _because(reached: Reached | None, scope: Scope) -> str:
    return f": {reason(reached, scope)}" if reached else ""


def reason(reached: Reached, scope: Scope) -> str:
    """A policy's answer in words: what it counted, from what, and the day that was."""
    day = as_day(reached.value, scope.zone)
    date_words = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    anchor = f"{anchor_words(reached.anchor)} ({date_words})"
    policy = reached.policy
    roll = f", rolled {policy.roll}" if policy.roll else ""
    size = getattr(policy, "size", None)
    if size is None:
        return f"on {anchor}{roll}"
    return f"{size.text} {'before' if getattr(policy, 'before', False) else 'after'} {anchor}{roll}"


def anchor_words(anchor: Anchor) -> str:
    """An anchor as a person would name it."""
    return _ANCHORS[anchor.kind].format(anchor.name.replace("_", " "))


_ANCHORS = {
    "entered": "this state began",
    "opens": "it opened",
    "due": "it was due",
    "round": "the interview",
    "fact": "the {}",
    "event": "the last {}",
    "limit": "the last contact",
    "task": "'{}' was done",
    "settled": "'{}' was settled",
}
