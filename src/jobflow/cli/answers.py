"""The next thing to type, for answers in text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobflow.bootstrap import Jobflow
    from jobflow.core.views import Task


def settles(flow: Jobflow) -> Callable[[Task], str]:
    """The command that settles a task: telling the fact that it asks for, else saying that it is done."""

    def command(task: Task) -> str:
        fact = flow.asks(task)
        if fact is None:
            return f"jobflow done {task.number}"
        return f"jobflow set {task.application} {fact.name}={fact.type.upper()}"

    return command
