"""Which rule takes an application on, and the move itself. Nothing outside this module changes a state."""

from __future__ import annotations

from datetime import datetime

from jobflow.core.application import stamp
from jobflow.core.conditions import instances, tasks_named
from jobflow.core.draft import Draft
from jobflow.core.errors import RulesLoop
from jobflow.core.machine import WHEN, pick, table_of
from jobflow.core.model import Transition
from jobflow.core.tasks import reconcile


def move(draft: Draft, rule: Transition, at: datetime) -> None:
    """Enter the state that a rule leads to."""
    target = draft.workflow.states[rule.to]
    data = {
        "from": draft.application.state,
        "to": target.name,
        "trigger": rule.path,
        "final": target.final,
        "outcome": (rule.outcome or target.name) if target.final else None,
        "told_at": stamp(draft.now),
    }
    draft.add("moved", at, data)


def follow(draft: Draft, at: datetime) -> Transition | None:
    """Take `when:` transitions for as long as one holds; gives the last. Raises `RulesLoop` where they never end."""
    table, last = table_of(draft.workflow), None
    for _ in range(2 * len(draft.workflow.states) + 1):
        rule = pick(table, draft.application.state, WHEN, draft.holds)
        if rule is None:
            return last
        last = rule
        moved_at = max(at, draft.application.entered_at, *_settled_at(draft, rule))
        move(draft, rule, moved_at)
        reconcile(draft, moved_at)
    raise RulesLoop(
        f"the rules of workflow '{draft.workflow.name}' move {draft.application.slug} round and round "
        f"through '{draft.application.state}' without end.",
        hint="give one of its `when:` transitions a condition that stops holding.",
    )


def _settled_at(draft: Draft, rule: Transition) -> list[datetime]:
    """A rule about settled tasks holds from when the last of them was settled."""
    names = dict.fromkeys(tasks_named(rule.when))
    found = (task for name in names for task in instances(draft.workflow, draft.application, name))
    return [task.settled_at for task in found if task.settled_at is not None]
