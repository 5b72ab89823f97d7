"""What a tick tells the user: reminders and their schedule, one message per task and tick, and their words.

Quiet hours hold a message back (`not_before`); nothing here delivers anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState, TaskState
from jobflow.core.calendar import Calendar, local_date
from jobflow.core.draft import Draft, derived_id
from jobflow.core.model import Anchor, Shift, TaskRule, Transition, Workflow
from jobflow.core.records import MessageKind, OutboxMessage
from jobflow.core.rules import rule_of
from jobflow.core.timing import Scope, shifted

RECIPIENT = "me"
"""The user: the only one whom reminders go to."""


class Reminder(NamedTuple):
    """An instant at which an open task is brought up again, and as what."""

    at: datetime
    kind: MessageKind


def reminders(task: TaskState, rule: TaskRule, calendar: Calendar, zone: ZoneInfo) -> tuple[Reminder, ...]:
    """When an open task is brought up again, in order: on the morning of the due day, then while it is overdue."""
    due_at, opens_at, recorded_at = task.due_at, task.opens_at, task.recorded_open_at
    if due_at is None or opens_at is None or recorded_at is None:
        return ()
    return _reminders(rule, due_at, opens_at, recorded_at, calendar, zone)


@lru_cache(maxsize=4096)
def _reminders(
    rule: TaskRule, due_at: datetime, opens_at: datetime, recorded_at: datetime, calendar: Calendar, zone: ZoneInfo
) -> tuple[Reminder, ...]:
    """Kept, since a bulk tick asks the same of many applications."""
    found, remind, base = [], rule.remind, max(due_at, recorded_at)
    due_day = local_date(due_at, zone)
    morning = calendar.edge(due_day, "open", zone)
    if local_date(opens_at, zone) < due_day and morning < due_at:
        found.append(Reminder(morning, "due"))
    every = Shift(remind.every, Anchor("due"))
    for _ in range(remind.at_most):
        base = shifted(every, "open", base, calendar, zone)
        found.append(Reminder(base, "overdue"))
    return tuple(found)


def next_reminder(task: TaskState, rule: TaskRule, calendar: Calendar, zone: ZoneInfo) -> datetime | None:
    """The first reminder that has not been dealt with."""
    told_at = task.told_at or task.since
    for reminder in reminders(task, rule, calendar, zone):
        if reminder.at > told_at:
            return reminder.at
    return None


def missed_reminder(
    task: TaskState, rule: TaskRule, calendar: Calendar, zone: ZoneInfo, now: datetime
) -> MessageKind | None:
    """As what the task is to be brought up now: what fell due since it last was becomes one, the latest of it."""
    kind: MessageKind | None = None
    for reminder in reminders(task, rule, calendar, zone):
        if reminder.at > now:
            break
        if task.told_at is not None and reminder.at > task.told_at:
            kind = reminder.kind
    return kind


# Written out: strftime's names hang on the locale.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PLACEHOLDER = re.compile(r"\{\{\s*([^\W\d_][\w-]*)\s*\}\}")
"""A name in a title or a message, in whose place its value is put."""
OF_TITLES = ("company", "role", "contact", "state")
"""What every title may name, beside the workflow's facts."""
_LONGEST_IN_A_TITLE = 100


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in the place of `{{ name }}`, each once: what stands in a value is not looked at.

    What is not known stays as it stands, for the user to see.
    """
    return PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


def placeholders(application: ApplicationState, task: TaskState | None = None) -> dict[str, str]:
    """What titles and messages may name: the application, the person, and every fact."""
    values = {name: fact_text(value) for name, value in application.facts.items()}
    values |= {"company": application.company, "role": application.role or "the job", "state": application.state}
    if task is not None:
        values["contact"] = contact_name(application, task) or "them"
    return values


def fact_text(value: object) -> str:
    """A fact as text: the items of a list, an amount and its currency."""
    if isinstance(value, Mapping):
        return " ".join(str(value[part]) for part in ("amount", "currency") if value.get(part) is not None)
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def contact_name(application: ApplicationState, task: TaskState) -> str | None:
    """Whom a task is for: a contact's name, the `otherwise` text, or nobody in particular."""
    return application.contact(task.contact).name if task.contact else task.otherwise


def title_of(workflow: Workflow, application: ApplicationState, task: TaskState) -> str:
    """The task's title with its names filled in: one line, whatever a fact holds."""
    if task.rule is not None:  # a plugin's words, which are no template
        return task.rule.title
    title, values = workflow.tasks[task.name].title, placeholders(application, task)
    named = set(PLACEHOLDER.findall(title)) & set(values)
    return fill(title, {name: _one_line(values[name]) for name in named})


def _one_line(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _LONGEST_IN_A_TITLE else line[: _LONGEST_IN_A_TITLE - 1] + "…"


def when_words(at: datetime | None, scope: Scope) -> str:
    """An instant as a person reads it: "Tue 10 Mar, 18:00"; the year where it is not the present one."""
    return "not known yet" if at is None else _words(at, scope.zone, local_date(scope.context.now, scope.zone).year)


@lru_cache(maxsize=4096)
def _words(at: datetime, zone: ZoneInfo, this_year: int) -> str:
    local = at.astimezone(zone)
    year = "" if local.year == this_year else f" {local.year}"
    return f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}{year}, {local:%H:%M}"


def moved_message(
    draft: Draft, seq: int, rules: Sequence[Transition], at: datetime, withheld: Sequence[str] = ()
) -> list[OutboxMessage]:
    """The application moved by itself; the rules' own templates say more, and what a limit withheld is named."""
    app = draft.application
    title = draft.workflow.states[app.state].title
    templates = [draft.context.templates.get(rule.message or "", "") for rule in rules]
    text = " ".join(fill(template, placeholders(app)).strip() for template in templates if template)
    before = draft.workflow.states[rules[0].source].title
    text = " ".join([text or f"Until now: {before}.", *withheld])
    return _messages(draft, _Words("moved", f"{app.company}: {title}", text, rules[-1].path), seq, None, at)


def task_message(draft: Draft, kind: MessageKind, seq: int, task: TaskState, why: str) -> list[OutboxMessage]:
    """One task, once, whatever became of it in this tick; `why` is the reason of its date."""
    app = draft.application
    title = title_of(draft.workflow, app, task)
    path = rule_of(draft.workflow, task).path
    text = f"{why[:1].upper()}{why[1:]}."
    if kind == "lapsed":
        text = f"Its time is over. If you did it all the same: jobflow done {task.number}"
    return _messages(draft, _Words(kind, f"{app.company}: {title}", text, path), seq, task, task.due_at)


class _Words(NamedTuple):
    """What a message says, and the path of the rule that says it."""

    kind: MessageKind
    subject: str
    text: str
    path: str


def _messages(
    draft: Draft, words: _Words, seq: int, task: TaskState | None, due_at: datetime | None
) -> list[OutboxMessage]:
    """One message for each channel, frozen; its key is what makes it the same message."""
    app, now = draft.application, draft.now
    found = []
    for channel in draft.context.channels:
        key = f"{app.id}:{seq}:{words.path}:{channel}:{RECIPIENT}"
        message = OutboxMessage(
            id=derived_id(key),
            key=key,
            seq=seq,
            channel=channel,
            kind=words.kind,
            application=app.id,
            slug=app.slug,
            company=app.company,
            task=task.number if task else None,
            task_id=task.id if task else None,
            subject=words.subject,
            text=words.text,
            timezone=str(draft.zone.key),
            created_at=now,
            not_before=draft.context.calendar.quiet_until(now, draft.zone),
            due_at=due_at,
        )
        found.append(message)
    return found


def still_holds(message: OutboxMessage, application: ApplicationState | None) -> bool:
    """Whether a message is still true: its task is as it says, and due no later than it says; a move stays one."""
    if application is None:
        return False
    if message.task_id is None:
        return True
    task = next((task for task in application.tasks if task.id == message.task_id), None)
    if task is None or task.status != ("lapsed" if message.kind == "lapsed" else "open"):
        return False
    if message.kind not in ("due", "overdue"):
        return True
    return task.due_at is not None and message.due_at is not None and task.due_at <= message.due_at


def outlives(message: OutboxMessage, application: ApplicationState | None, said: Collection[str]) -> bool:
    """Whether a message that waits is still to be said, once the user said what left records of these types.

    News from outside silences all that was to be said; what the user moved on is told of no earlier state. A step that
    waits still runs, and a letter that may have left already stays to be asked about.
    """
    if message.kind == "step" and application is not None:
        return True
    if message.recipient is not None and message.status == "claimed":
        return True
    if "event_logged" in said or (message.kind == "moved" and "moved" in said):
        return False
    return still_holds(message, application)
