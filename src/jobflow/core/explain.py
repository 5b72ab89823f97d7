"""Why things stand as they do: every rule in force, what it wants, what is, and when it will act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from jobflow.core.application import TaskState
from jobflow.core.conditions import in_words, leaves, tasks_named
from jobflow.core.counting import counting
from jobflow.core.draft import Draft
from jobflow.core.limits import is_full, spacing
from jobflow.core.machine import definition
from jobflow.core.messages import when_words
from jobflow.core.model import (
    Anchor,
    AnyAnchor,
    Condition,
    Count,
    Edge,
    FactIs,
    Limit,
    Moment,
    Not,
    Policy,
    PolicyChoice,
    Shift,
    TaskRule,
    Transition,
)
from jobflow.core.present import anchor_words, present_task, reason
from jobflow.core.rules import KEPT, rule_of
from jobflow.core.tasks import in_scope, rules_in, task_scope
from jobflow.core.timers import transition_at
from jobflow.core.timing import Scope, evaluate, scope_of
from jobflow.core.views import Explanation, RuleVerdict

_NOTHING: Mapping[str, datetime] = {}


def explain(draft: Draft, foreseen: Mapping[str, datetime] = _NOTHING) -> Explanation:
    """Every rule in force for the application, as of `now`.

    `foreseen`: when transitions that wait for a condition will be taken if nothing happens, by path.
    """
    app = draft.application
    return Explanation(
        application=app.slug,
        company=app.company,
        state=app.state,
        rules=tuple(_rules(draft, foreseen)),
        zone=draft.zone,
    )


def _rules(draft: Draft, foreseen: Mapping[str, datetime]) -> Iterator[RuleVerdict]:
    for rule in draft.state.transitions:
        yield _transition(draft, rule, foreseen.get(rule.path))
    for task_rule in rules_in(draft.workflow, draft.application.state):
        yield from _task(draft, task_rule)
    yield from _added(draft)
    for limit in draft.workflow.limits.values():
        wanted = f"at most {limit.at_most}" if limit.at_most is not None else "no cap"
        wanted += f", {limit.apart.text} apart" if limit.apart else ""
        verdict = "full" if is_full(limit.name, draft.workflow, draft.application) else "free"
        path, actual = f"limits/{limit.name}", used(draft, limit)
        yield RuleVerdict(path=path, verdict=verdict, wanted=wanted, actual=actual, at=None, because=_anew(limit))
    for event in draft.workflow.event_names():
        rule_of_event = definition(draft.workflow, draft.state, event)
        if rule_of_event is not None:
            to = f"moves to {rule_of_event.to}" if rule_of_event.to else "is recorded, moves nothing"
            verdict = "possible" if draft.holds(rule_of_event.when) else "not possible"
            yield RuleVerdict(
                path=rule_of_event.path,
                verdict=verdict,
                wanted=in_words(rule_of_event.when),
                actual=f"'{event}' {to}",
                at=None,
                because=tuple(truths(draft, rule_of_event.when)),
            )


def used(draft: Draft, limit: Limit) -> str:
    """How much of a limit is used up."""
    use = draft.application.limits.get(limit.name)
    last = when_words(use.last_at if use else None, scope_of(draft.context, draft.workflow, draft.application))
    return f"{use.count if use else 0} so far" + (f", the last {last}" if use else "")


def _anew(limit: Limit) -> tuple[str, ...]:
    return (f"anew after {' or '.join(limit.reset)}",) if limit.reset else ()


def _transition(draft: Draft, rule: Transition, foreseen: datetime | None) -> RuleVerdict:
    scope = scope_of(draft.context, draft.workflow, draft.application)
    guard = draft.holds(rule.when)
    condition = in_words(rule.when) if rule.when else ""
    because = tuple(truths(draft, rule.when))
    if rule.event is not None:
        wanted = f"event {rule.event}" + (f" while {condition}" if condition else "")
        verdict = "waits for the event" if guard else "held back by its condition"
        actual = f"to {rule.to}"
        return RuleVerdict(path=rule.path, verdict=verdict, wanted=wanted, actual=actual, at=None, because=because)
    if rule.timer is None:
        actual = "holds" if guard else f"not yet: {_unmet(draft, rule)}"
        actual += f"; if nothing happens it will hold {when_words(foreseen, scope)}" if foreseen else ""
        verdict = "acts now" if guard else "waits for its condition"
        return RuleVerdict(
            path=rule.path, verdict=verdict, wanted=condition, actual=actual, at=foreseen, because=because
        )
    at = transition_at(rule, scope)
    reached = evaluate(rule.timer, "close", scope)
    wanted = policy_words(rule.timer) + (f", while {condition}" if condition else "")
    if at is None or reached is None:
        actual = "what it counts from is not known"
        return RuleVerdict(path=rule.path, verdict="not timed", wanted=wanted, actual=actual, at=None, because=because)
    actual = reason(reached, scope)
    if at != reached.at:
        actual += "; not before the first full business day here is over"
    verdict = ("due" if at <= draft.now else "will act") if guard else "held back by its condition"
    because = (*counting(reached, scope), *because)
    return RuleVerdict(path=rule.path, verdict=verdict, wanted=wanted, actual=actual, at=at, because=because)


def _unmet(draft: Draft, rule: Transition) -> str:
    return _open_ones(draft, rule.when) or f"{in_words(rule.when)} does not hold"


def _open_ones(draft: Draft, condition: Condition | None) -> str:
    names = dict.fromkeys(tasks_named(condition))
    return ", ".join(
        f"{name} of {present_task(draft, task).contact or draft.application.company} is {task.status}"
        for name in names
        for task in draft.application.tasks
        if task.name == name and not task.settled
    )


def truths(draft: Draft, condition: Condition | None) -> Iterator[str]:
    """What a condition is made of, each with whether it holds, and the value where it compares one."""
    parts = tuple(leaves(condition))
    for part in parts:
        value = ""
        if isinstance(part, FactIs):
            value = f" (it is {draft.application.facts.get(part.fact, 'not known')})"
        elif isinstance(part, Count):
            value = f" ({used(draft, draft.workflow.limits[part.limit])})"
        elif len(parts) == 1:
            return  # the rule's own verdict says it
        yield f"{in_words(part)}: {'yes' if draft.holds(part) else 'no'}{value}"


def _task(draft: Draft, rule: TaskRule) -> Iterator[RuleVerdict]:
    named = [task for task in draft.application.tasks if task.name == rule.name]
    instances = in_scope(rule, draft.application, named)
    wanted = _wanted(rule)
    for task in instances:
        yield _instance(draft, rule, task, wanted)
    if not instances:
        nobody = (
            "nobody has the role"
            if draft.holds(rule.when)
            else f"not needed: {in_words(Not(rule.when)) if rule.when else ''}"
        )
        because = tuple(truths(draft, rule.when))
        yield RuleVerdict(path=rule.path, verdict="no task", wanted=wanted, actual=nobody, at=None, because=because)


def _added(draft: Draft) -> Iterator[RuleVerdict]:
    """The tasks that steps added: their rules stand in no workflow."""
    for task in draft.application.tasks:
        if task.rule is not None and task.rule.by != KEPT:
            rule = rule_of(draft.workflow, task)
            yield _instance(draft, rule, task, f"added by a step; {_wanted(rule)}")


def _wanted(rule: TaskRule) -> str:
    wanted = f"opens {policy_words(rule.opens) if rule.opens else 'at once'}"
    wanted += f"; due {policy_words(rule.due)}" if rule.due else ""
    return wanted + (f"; while {in_words(rule.when)}" if rule.when else "")


def _instance(draft: Draft, rule: TaskRule, task: TaskState, wanted: str) -> RuleVerdict:
    shown = present_task(draft, task)
    scope = task_scope(rule, task.since, draft.context, draft.workflow, draft.application)
    actual = f"task {task.number}: {shown.why}"
    if not task.settled and shown.status != "waiting" and shown.lapses_at:
        actual += f"; lapses {when_words(shown.lapses_at, scope)}"
    at = shown.settled_at or (shown.opens_at if shown.status == "waiting" else shown.due_at)
    because = tuple(task_because(draft, task, shown.status == "waiting"))
    return RuleVerdict(path=rule.path, verdict=shown.status, wanted=wanted, actual=actual, at=at, because=because)


def task_because(draft: Draft, task: TaskState, opening: bool) -> Iterator[str]:
    """What led to a task's dates, or withholds it. `opening`: how it comes to open, else how it comes to be due."""
    rule = rule_of(draft.workflow, task)
    limit = draft.workflow.limits[rule.counts] if rule.counts else None
    full = is_full(rule.counts, draft.workflow, draft.application)
    if limit is not None and (task.status == "withheld" or (opening and full and not task.settled)):
        yield f"limit {limit.name}: at most {limit.at_most}, {used(draft, limit)}"
        yield from _anew(limit)
    if task.settled or (opening and full):
        return
    scope = task_scope(rule, task.since, draft.context, draft.workflow, draft.application)
    if not opening:
        scope = replace(scope, opens=task.opens_at, due=task.due_at)
        yield from _counting(rule.due, "close", scope)
        return
    apart = spacing(limit, scope) if limit else None
    if apart is not None and apart.at == task.opens_at:
        yield from counting(apart, scope)
    elif task.snoozed_until is None or task.snoozed_until != task.opens_at:
        yield from _counting(rule.opens, "open", scope)


def lapse_because(draft: Draft, task: TaskState) -> Iterator[str]:
    """Which days did not count on the way to a task's lapse."""
    rule = rule_of(draft.workflow, task)
    scope = task_scope(rule, task.since, draft.context, draft.workflow, draft.application)
    yield from _counting(rule.lapses, "close", replace(scope, opens=task.opens_at, due=task.due_at))


def _counting(policy: Policy | None, edge: Edge, scope: Scope) -> Iterator[str]:
    reached = evaluate(policy, edge, scope) if policy else None
    if reached is not None:
        yield from counting(reached, scope)


def policy_words(policy: Policy) -> str:
    """A policy as a person would say it."""
    words = _policy(policy)
    return f"{words} (while {in_words(policy.when)})" if policy.when else words


def _policy(policy: Policy) -> str:
    if isinstance(policy, PolicyChoice):
        how = {"first_known": "the first known of", "earliest": "the earliest of", "latest": "the latest of"}
        return f"{how[policy.how]} [{', '.join(policy_words(member) for member in policy.members)}]"
    roll = f", rolled {policy.roll}" if policy.roll else ""
    anchor = _anchor(policy)
    if isinstance(policy, Moment):
        return f"on {anchor}{roll}"
    return f"{policy.size.text} {'before' if policy.before else 'after'} {anchor}{roll}"


def _anchor(policy: Shift | Moment) -> str:
    def words(anchor: AnyAnchor) -> str:
        if isinstance(anchor, Anchor):
            return anchor_words(anchor)
        return f"the {anchor.how.replace('_', ' ')} of ({', '.join(words(member) for member in anchor.members)})"

    return words(policy.anchor)
