"""Tasks as text: what to do now, most pressing first, each with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from jobflow.core.views import Task
from jobflow.render.words import bold, columns, day_words, dim, moment_words, reason_of

_SETTLED = ("done", "skipped", "lapsed", "cancelled", "withheld")


Settles = Callable[[Task], str]
"""The command that settles a task."""


def next_lines(tasks: Sequence[Task], now: datetime, settles: Settles) -> Iterator[str]:
    """What to do now, in groups; what to type once something is done."""
    if not tasks:
        yield "Nothing to do now. `jobflow plan` shows what comes."
        return
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(_group(task, now), []).append(task)
    in_order = [name for name in ("Overdue", "Due today", "Soon", "Whenever you like") if name in groups]
    for heading in in_order:
        yield bold(heading)
        yield from task_lines(groups[heading], now)
    yield ""
    yield f"Once it is done: {settles(groups[in_order[0]][0])}"


def _group(task: Task, now: datetime) -> str:
    if task.status == "overdue":
        return "Overdue"
    if task.due_at is None:
        return "Whenever you like"
    return "Due today" if day_words(task.due_at, now, task.zone) == "today" else "Soon"


def task_lines(tasks: Sequence[Task], now: datetime) -> Iterator[str]:
    """Number, what, when; the reason below each."""
    for task, line in zip(tasks, brief_lines(tasks, now), strict=True):
        yield line
        reason = reason_of(task.why)
        if reason:
            yield dim(f"       {reason}")


def brief_lines(tasks: Sequence[Task], now: datetime) -> Iterator[str]:
    """The same without reasons."""
    return columns((f"{task.number:>5}  {what(task)}", when(task, now)) for task in tasks)


def what(task: Task) -> str:
    """The title, and the company where the title does not name it."""
    return task.title if task.company in task.title else f"{task.title} ({task.company})"


def when(task: Task, now: datetime) -> str:
    """The moment that matters now, with its word."""
    if task.status == "waiting":
        if task.opens_at is None:
            return "waits"
        return f"opens {moment_words(task.opens_at, now, task.zone)}"
    if task.status in _SETTLED:
        return f"{task.status} {moment_words(task.settled_at, now, task.zone)}"
    if task.due_at is None:
        return "no due date"
    return f"{'was due' if task.status == 'overdue' else 'due'} {moment_words(task.due_at, now, task.zone)}"
