"""Which task instances there are, and when each opens, is due and lapses. Settling them is `decide`'s business.

`reconcile` makes the instances fit the rules in force: after it, everything that hangs on facts, people, limits and
the calendar is worked out anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from jobflow.core.application import AddedRule, ApplicationState, TaskState, evolve, stamp
from jobflow.core.context import Context
from jobflow.core.draft import Draft, derived_id, optional_stamp
from jobflow.core.limits import is_full, spaced
from jobflow.core.model import Anchor, Policy, Shift, TaskRule, Workflow
from jobflow.core.rules import own_rule, rule_of
from jobflow.core.timing import Reach, Scope, after_full_business_day, reach_of

LATE = timedelta(hours=24)
"""A timer handled later than this after its instant counts from the moment it is handled."""


class Times(NamedTuple):
    """When a task opens, is due and lapses; `wanted_at`: when the rules would have it open, whatever was recorded."""

    opens_at: datetime | None
    due_at: datetime | None
    lapses_at: datetime | None
    wanted_at: datetime | None


def task_scope(rule: TaskRule, since: datetime, context: Context, workflow: Workflow, app: ApplicationState) -> Scope:
    """What the policies of one instance may refer to."""
    entered = app.entered_at if rule.state == app.state else since
    return Scope(context, workflow, app, context.zone_of(app), entered)


class Policies(NamedTuple):
    """A rule's policies as functions; `fixed`: its times hang on nothing but an instance's own beginning."""

    opens: Reach | None
    due: Reach | None
    lapses: Reach | None
    fixed: bool


@lru_cache(maxsize=512)
def policies_of(rule: TaskRule) -> Policies:
    """The policies of a rule, looked up once for all its instances."""
    return Policies(
        reach_of(rule.opens, "open") if rule.opens else None,
        reach_of(rule.due, "close") if rule.due else None,
        reach_of(rule.lapses, "close") if rule.lapses else None,
        is_fixed(rule),
    )


def times(
    rule: TaskRule, task: TaskState | None, since: datetime, scope: Scope, told_at: datetime | None = None
) -> Times:
    """Work out the times of an instance (`task`), or of one that is about to be (None).

    `told_at`: when its opening was, or is now to be, recorded: the floor under its lapse counts from there. `scope` is
    left with the opening and the due date that were found.
    """
    policies = policies_of(rule)
    scope.opens = scope.due = None  # the opening can't hang on them
    wanted = _wanted(rule, task, since, policies.opens, scope)
    opens = wanted
    if task is not None and task.status == "open" and wanted is not None and wanted <= scope.context.now:
        opens, told_at = task.opens_at, task.recorded_open_at
    if opens is None:
        return Times(None, None, None, None)
    scope.opens = opens
    dueing = policies.due(scope) if policies.due else None
    due = max(dueing.at, opens) if dueing else None
    scope.due = due
    lapsing = policies.lapses(scope) if policies.lapses else None
    lapses = max(lapsing.at, due or opens) if lapsing else None
    if lapses is not None and told_at is not None:
        lapses = max(lapses, after_full_business_day(told_at, scope.context, scope.zone))
    return Times(opens, due, lapses, wanted)


def _wanted(
    rule: TaskRule, task: TaskState | None, since: datetime, opens: Reach | None, scope: Scope
) -> datetime | None:
    at = since
    if opens is not None:
        opening = opens(scope)
        if opening is None:
            return None
        at = max(opening.at, since)
    if task is not None and task.snoozed_until is not None:
        at = max(at, task.snoozed_until)
    if rule.counts:
        apart = spaced(scope.workflow.limits[rule.counts], scope)
        at = max(at, apart) if apart else at
    return at


def reconcile(draft: Draft, at: datetime, *, new_settings: bool = False) -> None:
    """Cancel what no longer belongs, add what is missing, work out all times anew. New instances exist from `at`.

    `new_settings`: the calendar is another one, so that even times that hang on nothing else are worked out anew.
    """
    _cancel_left(draft, at)
    app = draft.application
    if app.final:
        return
    known = len(app.tasks)  # Those added from here on are timed already.
    since = max(at, app.entered_at)
    named: dict[str, list[TaskState]] = {}
    for task in app.tasks:
        named.setdefault(task.name, []).append(task)
    for rule in rules_in(draft.workflow, app.state):
        _fit(draft, rule, named.get(rule.name, ()), since)
    _retime(draft, known, new_settings=new_settings)


def _cancel_left(draft: Draft, at: datetime) -> None:
    app, workflow = draft.application, draft.workflow
    for task in app.tasks:
        if task.settled_at is None and not _belongs(app, workflow, task):
            draft.settle(task, "cancelled", max(at, task.since), "its state was left")


def _belongs(app: ApplicationState, workflow: Workflow, task: TaskState) -> bool:
    if app.final:
        return False
    if task.rule is not None:  # it hangs on no state: the user settles it, or the end of the application
        return True
    rule = workflow.tasks[task.name]
    if rule.state is not None:
        return rule.state == app.state and task.stay == app.stay
    return app.state in rule.during and (rule.once == "application" or task.round == app.round)


@lru_cache(maxsize=512)
def rules_in(workflow: Workflow, state: str) -> tuple[TaskRule, ...]:
    """The task rules in force in a state: its own, then those that span it."""
    return (*workflow.states[state].tasks, *(rule for rule in workflow.spanning if state in rule.during))


def is_fixed(rule: TaskRule) -> bool:
    """Whether an instance's times hang on nothing but its own beginning, so that only a new calendar changes them."""
    policies = (rule.due, rule.lapses)
    return rule.opens is None and rule.counts is None and all(p is None or _hangs_on_itself(p) for p in policies)


def _hangs_on_itself(policy: Policy) -> bool:
    if not isinstance(policy, Shift) or policy.when is not None:
        return False
    return isinstance(policy.anchor, Anchor) and policy.anchor.kind in ("opens", "due")


def in_scope(rule: TaskRule, app: ApplicationState, named: Iterable[TaskState]) -> list[TaskState]:
    """Of the instances `named` so those that stand for the rule now: a cancelled one does not, and may come again."""
    if rule.once == "stay":
        return [task for task in named if task.stay == app.stay and task.status != "cancelled"]
    if rule.once == "application":
        return [task for task in named if task.status != "cancelled"]
    return [task for task in named if task.round == app.round and task.status != "cancelled"]


def _fit(draft: Draft, rule: TaskRule, named: Sequence[TaskState], at: datetime) -> None:
    existing = in_scope(rule, draft.application, named)
    if rule.when is not None and not draft.holds(rule.when):
        for task in existing:
            if not task.settled:
                draft.settle(task, "cancelled", max(at, task.since), "its condition no longer holds")
        return
    people = _people(rule, draft.application) if rule.each else ()
    if people:
        for task in existing:
            if task.otherwise is not None and not task.settled:
                draft.settle(task, "cancelled", max(at, task.since), "somebody was named for it")
        taken = {task.contact for task in existing}
        missing = [contact_id for contact_id in people if contact_id not in taken]
        for before, contact_id in enumerate(missing, start=len(named)):
            _add(draft, rule, contact_id, None, at, before)
    elif not existing and (not rule.each or rule.otherwise is not None):
        _add(draft, rule, None, rule.otherwise if rule.each else None, at, len(named))


def _people(rule: TaskRule, app: ApplicationState) -> list[str]:
    if rule.once == "application":
        return [c.id for c in app.contacts if not set(rule.each).isdisjoint(c.roles)]
    return [c.id for c in app.round_contacts(rule.each)]


def _add(draft: Draft, rule: TaskRule, contact: str | None, otherwise: str | None, at: datetime, before: int) -> None:
    """Add an instance; `before` is how many of that name there are already, whatever became of them."""
    app = draft.application
    whom = contact or otherwise or ""
    task_id = derived_id(app.id, rule.name, str(app.round), str(app.stay), whom, str(before))
    draft.add("task_added", at, _new(draft, rule, task_id, contact, otherwise, at))


def add_own(draft: Draft, name: str, own: AddedRule) -> None:
    """Add a task that a step came up with, once. The application's end takes all tasks, so that it gets no new one."""
    app = draft.application
    task_id = derived_id(app.id, own.by)
    if app.final or any(task.id == task_id for task in app.tasks):
        return
    data = _new(draft, own_rule(name, own), task_id, None, None, draft.now)
    draft.add("task_added", draft.now, {**data, "rule": dict(own.__dict__)})


def _new(
    draft: Draft, rule: TaskRule, task_id: str, contact: str | None, otherwise: str | None, at: datetime
) -> dict[str, Any]:
    """What a record says of a new instance."""
    app = draft.application
    scope = Scope(draft.context, draft.workflow, app, draft.zone, app.entered_at if rule.state == app.state else at)
    found = times(rule, None, at, scope)
    # In a tick openings are timers with a message of their own; a command answers for what it opens itself.
    opens_now = (
        not draft.in_tick
        and found.opens_at is not None
        and found.opens_at <= draft.now
        and not is_full(rule.counts, draft.workflow, app)
    )
    if opens_now:
        found = times(rule, None, at, scope, draft.now)
    return {
        "id": task_id,
        "number": draft.number_for(task_id),
        "name": rule.name,
        "contact": contact,
        "otherwise": otherwise,
        "told_at": stamp(draft.now) if opens_now else None,
        **stamps(found),
    }


def stamps(found: Times) -> dict[str, str | None]:
    """The three instants as a record keeps them."""
    opens_at, due_at, lapses_at, _ = found
    return {
        "opens_at": stamp(opens_at) if opens_at else None,
        "due_at": stamp(due_at) if due_at else None,
        "lapses_at": stamp(lapses_at) if lapses_at else None,
    }


def task_times(draft: Draft, task: TaskState) -> Times:
    """The times of an existing instance as the rules give them now."""
    rule = rule_of(draft.workflow, task)
    scope = task_scope(rule, task.since, draft.context, draft.workflow, draft.application)
    return times(rule, task, task.since, scope)


def _retime(draft: Draft, known: int, *, new_settings: bool) -> None:
    for task in draft.application.tasks[:known]:
        if task.settled_at is not None:
            continue
        if policies_of(rule_of(draft.workflow, task)).fixed and not (new_settings or task.snoozed_until):
            continue
        found = task_times(draft, task)
        if task.status == "open" and (found.wanted_at is None or found.wanted_at > draft.now):
            draft.record("task_put_off", draft.now, id=task.id, number=task.number, name=task.name, **stamps(found))
        elif (found.opens_at, found.due_at, found.lapses_at) != (task.opens_at, task.due_at, task.lapses_at):
            _record_times(draft, task, found)


def _record_times(draft: Draft, task: TaskState, found: Times) -> None:
    names = {"id": task.id, "number": task.number, "name": task.name}
    counts = rule_of(draft.workflow, task).counts
    was_coming = task.status == "waiting" and (task.opens_at is None or task.opens_at > draft.now)
    opens_now = was_coming and found.opens_at is not None and found.opens_at <= draft.now
    if opens_now and not draft.in_tick and not is_full(counts, draft.workflow, draft.application):
        open_task(draft, task, found.opens_at or draft.now)
    else:
        draft.record("task_timed", draft.now, **names, **stamps(found))


def open_task(draft: Draft, task: TaskState, at: datetime) -> None:
    """Record that a waiting task opened at `at` (its instant, or now where that was long ago)."""
    rule = rule_of(draft.workflow, task)
    scope = task_scope(rule, task.since, draft.context, draft.workflow, draft.application)
    opened = evolve(task, {"status": "open", "opens_at": at, "recorded_open_at": draft.now})
    found = times(rule, opened, task.since, scope)
    told_at = optional_stamp(draft.now)
    draft.record("task_opened", at, id=task.id, number=task.number, name=task.name, told_at=told_at, **stamps(found))
