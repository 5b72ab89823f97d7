"""Tasks as text: what to do now, most pressing first, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from jobflow.core.views import Task
from jobflow.render.words import bold, day_words, dim, moment_words

_SETTLED = ("done", "skipped", "lapsed", "cancelled", "withheld")


def next_lines(tasks: Sequence[Task], now: datetime) -> Iterator[str]:
    """What to do now, in groups; what to type once something is done."""
    if not tasks:
        yield "Nothing to do now. `jobflow plan` shows what comes."
        return
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(_group(task, now), []).append(task)
    for heading in ("Overdue", "Due today", "Soon", "Whenever you like"):
        if heading in groups:
            yield bold(heading)
            for task in groups[heading]:
                yield from task_lines(task, now)
    yield ""
    yield f"Once it is done: jobflow done {tasks[0].number}"


def _group(task: Task, now: datetime) -> str:
    if task.status == "overdue":
        return "Overdue"
    if task.due_at is None:
        return "Whenever you like"
    return "Due today" if day_words(task.due_at, now, task.zone) == "today" else "Soon"


def task_lines(task: Task, now: datetime) -> Iterator[str]:
    """Number, what, when; the reason below."""
    yield f"{task.number:>5}  {what(task):<52}  {when(task, now)}".rstrip()
    reason = because(task)
    if reason:
        yield dim(f"       {reason}")


def brief_lines(tasks: Iterable[Task], now: datetime) -> Iterator[str]:
    """The same without reasons."""
    for task in tasks:
        yield f"{task.number:>5}  {what(task):<52}  {when(task, now)}".rstrip()


def what(task: Task) -> str:
    """The title, and the company where the title does not name it."""
    return task.title if task.company in task.title else f"{task.title} ({task.company})"


def when(task: Task, now: datetime) -> str:
    """The moment that matters now, with its word."""
    if task.status == "waiting":
        return f"opens {moment_words(task.opens_at, now, task.zone)}"
    if task.status in _SETTLED:
        return f"{task.status} {moment_words(task.settled_at, now, task.zone)}"
    if task.due_at is None:
        return "no due date"
    return f"{'was due' if task.status == 'overdue' else 'due'} {moment_words(task.due_at, now, task.zone)}"


def because(task: Task) -> str:
    """The reason alone: what `why` says after the moment that is shown already."""
    if task.status in _SETTLED:
        return ""
    head, _, reason = task.why.partition(": ")
    return reason if head.startswith(("due ", "was due ", "opens ")) else task.why
