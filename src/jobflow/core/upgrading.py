"""Other rules for an application that runs: what it is called there, what is gone, and what follows from that.

An upgrade is an input to `decide` like any other: a record says it, so that it replays and can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jobflow.core.application import AddedRule, ApplicationState
from jobflow.core.draft import Draft
from jobflow.core.following import follow
from jobflow.core.inputs import Upgrade
from jobflow.core.messages import title_of
from jobflow.core.model import Workflow
from jobflow.core.rules import KEPT, rule_of
from jobflow.core.tasks import reconcile

KINDS = ("states", "tasks", "facts", "events", "limits")
"""What a workflow may rename."""
_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Renames:
    """What things of older versions are called now, by old name; one that was renamed twice stands there twice."""

    states: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Renames:
        """Those of a workflow's checked data."""
        return cls(**{kind: dict(names) for kind, names in data.get("renames", {}).items()})

    def resolved(self, workflow: Workflow) -> Renames:
        """Each old name with what it has become in this workflow."""
        known = {
            "states": workflow.states,
            "tasks": workflow.tasks,
            "facts": workflow.facts,
            "events": workflow.event_names(),
            "limits": workflow.limits,
        }
        return Renames(**{kind: dict(_resolved(getattr(self, kind), known[kind])) for kind in KINDS})


def _resolved(names: Mapping[str, str], known: Any) -> Iterator[tuple[str, str]]:
    for old in names:
        new, steps = old, 0
        while new not in known and new in names and steps <= len(names):
            new, steps = names[new], steps + 1
        if new in known and new != old:
            yield old, new


def state_after(workflow: Workflow, state: str, renames: Renames) -> str | None:
    """What an application's state is called in a workflow; None where it has none such, and would be stranded."""
    name = renames.states.get(state, state)
    return name if name in workflow.states else None


def upgrade_of(old: Workflow, new: Workflow, app: ApplicationState, renames: Renames) -> Upgrade | None:
    """What takes an application from one workflow to another; None where it would be stranded.

    `renames` are resolved. Tasks that the new one does not have keep the words that they had.
    """
    state = state_after(new, app.state, renames)
    if state is None:
        return None
    kept = {
        task.id: AddedRule(title=title_of(old, app, task), kind=rule_of(old, task).kind, due_in=None, by=KEPT)
        for task in app.tasks
        if task.rule is None and renames.tasks.get(task.name, task.name) not in new.tasks
    }
    used = {kind: dict(getattr(renames, kind)) for kind in KINDS}
    gone = [
        name
        for name in app.facts
        if (there := new.facts.get(renames.facts.get(name, name))) is None
        or (name in old.facts and there.type != old.facts[name].type)
    ]
    return Upgrade(renames=used, kept=kept, gone=tuple(gone))


def upgrade_input(draft: Draft, upgrade: Upgrade) -> None:
    """Follow other rules from now on: `draft.workflow` is the new one."""
    workflow, app = draft.workflow, draft.application
    for name in upgrade.gone:
        draft.record("fact_dropped", draft.now, name=name, because="the workflow does not have it any more")
    target = workflow.states[upgrade.renames.get("states", _NOTHING).get(app.state, app.state)]
    draft.record(
        "upgraded",
        draft.now,
        workflow={"name": workflow.name, "version": workflow.version, "hash": workflow.hash},
        renames={kind: dict(names) for kind, names in upgrade.renames.items() if names},
        kept={id_: dict(rule.__dict__) for id_, rule in upgrade.kept.items()},
        state=target.name,
        final=target.final,
        outcome=(app.outcome or target.name) if target.final else None,
    )
    for task in draft.application.tasks:
        if task.id in upgrade.kept and not task.settled:
            draft.settle(task, "cancelled", max(draft.now, task.since), "the workflow does not have it any more")
    reconcile(draft, draft.now, new_settings=True)
    follow(draft, draft.now)
