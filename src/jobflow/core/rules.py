"""The rule of a task: its workflow's, or the one that came with a task which a step added."""

from __future__ import annotations

from functools import lru_cache

from jobflow.core.application import AddedRule, TaskState
from jobflow.core.model import Anchor, Shift, Size, TaskRule, Workflow

KEPT = "upgrade"
"""`by` of the rules that tasks keep which an upgrade left without one."""
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def rule_of(workflow: Workflow, task: TaskState) -> TaskRule:
    """What its times, its kind and its limits follow from."""
    return workflow.tasks[task.name] if task.rule is None else own_rule(task.name, task.rule)


@lru_cache(maxsize=4096)
def own_rule(name: str, own: AddedRule) -> TaskRule:
    """The rule of a task that a step added: it opens at once, and is due so long after."""
    due = None if own.due_in is None else Shift(_size(own.due_in), Anchor("opens"))
    return TaskRule(name=name, path=name, state=None, kind=own.kind, title=own.title, once="application", due=due)


def _size(seconds: int) -> Size:
    unit, length = next(unit for unit in _UNITS if seconds % unit[1] == 0)
    many = seconds // length
    return Size(seconds=seconds, text=f"{many} {unit}{'' if many == 1 else 's'}", unit="exact")
