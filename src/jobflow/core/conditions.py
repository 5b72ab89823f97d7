"""Whether a condition holds. No condition knows the time: they change only by what is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jobflow.core.application import ApplicationState, TaskState
from jobflow.core.context import ConditionFunction
from jobflow.core.model import (
    Condition,
    Count,
    Every,
    FactIs,
    Happened,
    Known,
    Not,
    OutcomeIs,
    Some,
    TaskIs,
    Workflow,
)


def instances(workflow: Workflow, application: ApplicationState, name: str) -> list[TaskState]:
    """The instances of a task that conditions and anchors speak of.

    Those of the present stay for a task of the present state, of the whole application for `once: application`,
    else those of this round.
    """
    rule = workflow.tasks[name]
    if rule.state == application.state:
        stay = application.stay
        return [task for task in application.tasks if task.name == name and task.stay == stay]
    if rule.once == "application":
        return [task for task in application.tasks if task.name == name]
    round_ = application.round
    return [task for task in application.tasks if task.name == name and task.round == round_]


def holds(
    condition: Condition,
    workflow: Workflow,
    application: ApplicationState,
    registered: Mapping[str, ConditionFunction],
) -> bool:
    """Whether it holds now. A registered one that raises counts as not holding."""
    match condition:
        case Known():  # These two are asked by every decision; taking them apart here would double their cost.
            return (condition.fact in application.facts) is condition.wanted
        case TaskIs():
            found = instances(workflow, application, condition.task)
            if condition.what == "done":
                return bool([t for t in found if t.status == "done" and not t.late])
            return not [t for t in found if t.settled_at is None]
        case Every(members):
            return all(holds(member, workflow, application, registered) for member in members)
        case Some(members):
            return any(holds(member, workflow, application, registered) for member in members)
        case Not(member):
            return not holds(member, workflow, application, registered)
        case Happened(event):
            return event in application.events
        case OutcomeIs(outcome):
            return application.outcome == outcome
        case Count(limit, op, number):
            use = application.limits.get(limit)
            return compare(op, use.count if use else 0, number)
        case FactIs(fact, op, value):
            return fact in application.facts and compare(op, application.facts[fact], value)
    return _registered(registered, condition.name, application, condition.arguments)


def _registered(
    registered: Mapping[str, ConditionFunction],
    name: str,
    application: ApplicationState,
    arguments: Mapping[str, object],
) -> bool:
    if name not in registered:
        return False
    try:
        return registered[name](application.facts, arguments) is True
    except Exception:  # A stranger's code: it must not stop the tick. Unknown counts as not holding.
        return False


def compare(op: str, found: Any, wanted: Any) -> bool:
    """One comparison of canonical values. Money compares by amount, and only within one currency."""
    if isinstance(found, dict):
        if isinstance(wanted, dict):
            if wanted.get("currency") != found.get("currency"):
                return op == "not"
            wanted = wanted.get("amount")
        found = found.get("amount")
    match op:
        case "equals":
            return bool(found == wanted)
        case "not":
            return bool(found != wanted)
        case "in":
            return found in wanted
        case "contains":
            return wanted in found
    if isinstance(found, str) is not isinstance(wanted, str):
        return False
    match op:
        case "at_least":
            return bool(found >= wanted)
        case "at_most":
            return bool(found <= wanted)
        case "above":
            return bool(found > wanted)
    return bool(found < wanted)


def tasks_named(condition: Condition | None) -> Iterable[str]:
    """The tasks that a condition speaks of."""
    match condition:
        case TaskIs(task, _):
            yield task
        case Every(members) | Some(members):
            for member in members:
                yield from tasks_named(member)
        case Not(member):
            yield from tasks_named(member)


def leaves(condition: Condition | None) -> Iterable[Condition]:
    """The single conditions that one is made of."""
    match condition:
        case None:
            return
        case Every(members) | Some(members):
            for member in members:
                yield from leaves(member)
        case Not(member):
            yield from leaves(member)
        case _:
            yield condition


def in_words(condition: Condition | None) -> str:
    """The condition as a person would say it."""
    match condition:
        case None:
            return "always"
        case Known(fact, wanted):
            return f"{fact} is {'known' if wanted else 'not known'}"
        case TaskIs(task, what):
            return f"{task} is {what}"
        case Every(members):
            return " and ".join(in_words(member) for member in members)
        case Some(members):
            return "(" + " or ".join(in_words(member) for member in members) + ")"
        case Not(Known(fact, wanted)):
            return in_words(Known(fact, not wanted))
        case Not(member):
            return f"not ({in_words(member)})"
        case Happened(event):
            return f"{event} happened in this round"
        case OutcomeIs(outcome):
            return f"it ended as {outcome}"
        case Count(limit, op, number):
            return f"contacts counted under {limit} {op.replace('_', ' ')} {number}"
        case FactIs(fact, op, value):
            words = " or ".join(map(str, value)) if isinstance(value, list | tuple) else value
            return f"{fact} {op.replace('_', ' ')} {words}"
    return f"condition {condition.name}"
