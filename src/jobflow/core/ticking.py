"""What time brings: timers in the order of their instants, reminders, and what the user is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jobflow.core.application import TaskState, stamp
from jobflow.core.draft import Draft
from jobflow.core.errors import RulesLoop
from jobflow.core.following import follow, move
from jobflow.core.limits import is_full
from jobflow.core.messages import missed_reminder, moved_message, task_message, title_of
from jobflow.core.model import TaskRule, Transition
from jobflow.core.present import why
from jobflow.core.records import MessageKind, OutboxMessage
from jobflow.core.rules import rule_of
from jobflow.core.tasks import open_task, reconcile
from jobflow.core.timers import Timer, counts_from, next_due

STEPS = 10_000
"""Timers that one tick works off for one application: far more than any has, and an end to whatever goes wrong."""


@dataclass(slots=True)
class _News:
    """What a tick has to tell: per task the sequence number of what happened last and its kind, and the last move."""

    tasks: dict[str, tuple[int, MessageKind]] = field(default_factory=dict)
    moves: list[Transition] = field(default_factory=list)
    moved: tuple[int, datetime] | None = None
    withheld: list[str] = field(default_factory=list)


def tick_input(draft: Draft) -> tuple[OutboxMessage, ...]:
    """Everything that is due by now, and the messages about it. At most one timed transition."""
    news = _News()
    if draft.application.timed_under != draft.context.timed_under:
        draft.record("retimed", draft.now, timed_under=draft.context.timed_under)
        reconcile(draft, draft.now, new_settings=True)
    _followed(draft, news, follow(draft, draft.now), draft.now)
    may_move = True
    for _ in range(STEPS):
        timer = next_due(draft, transitions=may_move)
        if timer is None:
            break
        at = counts_from(timer.at, draft.now)
        if isinstance(timer.subject, Transition):
            may_move = False
            at = max(at, draft.application.entered_at)
            move(draft, timer.subject, at)
            _followed(draft, news, timer.subject, at)
        else:
            _act_on_task(draft, news, timer.subject, timer, at)
        reconcile(draft, at)
        _followed(draft, news, follow(draft, at), at)
    else:
        raise RulesLoop(
            f"the timers of workflow '{draft.workflow.name}' never come to rest for {draft.application.slug}."
        )
    _remind(draft, news)
    return _tell(draft, news)


def _followed(draft: Draft, news: _News, rule: Transition | None, at: datetime) -> None:
    if rule is not None:
        news.moves.append(rule)
        news.moved = (draft.application.revision, at)


def _act_on_task(draft: Draft, news: _News, task: TaskState, timer: Timer, at: datetime) -> None:
    rule: TaskRule = rule_of(draft.workflow, task)
    if timer.rank == 1:
        draft.settle(task, "lapsed", at, "nobody did it in time")
        news.tasks[task.id] = (draft.application.revision, "lapsed")
    elif is_full(rule.counts, draft.workflow, draft.application):
        draft.settle(task, "withheld", at, f"limit {rule.counts} is used up")
        title = title_of(draft.workflow, draft.application, task)
        news.withheld.append(f"Not offered: {title}; limit {rule.counts} is used up.")
    else:
        open_task(draft, task, at)
        news.tasks[task.id] = (draft.application.revision, "opened")


def _remind(draft: Draft, news: _News) -> None:
    """Reminders that fell due since the task was last brought up become one."""
    for task in draft.application.tasks:
        if task.status != "open":
            continue
        rule = rule_of(draft.workflow, task)
        kind = missed_reminder(task, rule, draft.context.calendar, draft.zone, draft.now)
        if kind is not None:
            draft.record("task_reminded", draft.now, id=task.id, number=task.number, told_at=stamp(draft.now))
            news.tasks[task.id] = (draft.application.revision, kind)


def _goes_on(draft: Draft, moves: Sequence[Transition]) -> bool:
    """Whether the search just goes on as it did: another week is no news."""
    return draft.workflow.subject == "search" and all(rule.to == rule.source for rule in moves)


def _tell(draft: Draft, news: _News) -> tuple[OutboxMessage, ...]:
    """One message per task and tick, of the most pressing kind, and one for the state that was reached."""
    messages: list[OutboxMessage] = []
    if not draft.context.channels:  # `plan` looks ahead and tells nobody
        return ()
    app = draft.application
    if news.moved is not None and not _goes_on(draft, news.moves):
        seq, at = news.moved
        messages += moved_message(draft, seq, news.moves, at, news.withheld)
    for task in app.tasks:
        if task.id not in news.tasks:
            continue
        seq, kind = news.tasks[task.id]
        if task.status in ("open", "lapsed"):
            messages += task_message(draft, kind, seq, task, why(draft, task))
    return tuple(messages)
