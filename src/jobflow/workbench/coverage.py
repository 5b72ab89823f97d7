"""Which rules acted, by their paths in the YAML."""

from __future__ import annotations

from collections.abc import Iterator

from jobflow.core.machine import definition
from jobflow.core.model import Workflow
from jobflow.workbench.virtual import Turn


def acted(workflow: Workflow, turn: Turn) -> Iterator[str]:
    """The paths of the rules that a turn took: ways out, events, tasks that opened."""
    before = turn.before.application
    for event in turn.decision.events:
        if event.type == "moved":
            yield event.data["trigger"]
        elif event.type == "event_logged" and before is not None:
            rule = definition(workflow, workflow.states[before.state], event.data["event"])
            if rule is not None:
                yield rule.path
        elif (event.type == "task_opened" or (event.type == "task_added" and event.data["told_at"])) and (
            event.data["name"] in workflow.tasks
        ):
            yield workflow.tasks[event.data["name"]].path


def rule_paths(workflow: Workflow) -> tuple[str, ...]:
    """Every rule that a scenario may take, in the order of the file."""
    paths = [event.path for event in workflow.events.values()] + [task.path for task in workflow.spanning]
    for state in workflow.states.values():
        paths += [rule.path for rule in state.tasks]
        paths += [rule.path for rule in state.events.values()]
        paths += [rule.path for rule in state.transitions]
    return tuple(paths)
