"""Letters: each open task that is written to somebody has one in the outbox, for as long as it is open.

A letter is made from the template that the task names, whose first line may be `Subject: …`. What is not known becomes
a blank in brackets, for the user to fill in: nothing is invented.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple, Protocol

from jobflow.core.application import ApplicationState, TaskState
from jobflow.core.context import Context
from jobflow.core.draft import derived_id
from jobflow.core.errors import Refused
from jobflow.core.letter_values import letter_values, person_for
from jobflow.core.messages import still_holds, title_of
from jobflow.core.model import TaskRule, Workflow
from jobflow.core.quoting import forbidden_character
from jobflow.core.records import OutboxMessage

KINDS = ("letter", "email")
"""The kinds of task that are written to somebody."""
SUBJECT = "subject:"
"""What the first line of a template begins with, in any case, where it is the subject."""

LONGEST = 50_000
"""Characters of a letter that history keeps."""
_BLANK = re.compile(r"\[[^\[\]\n]{2,300}\]")


class Pen(Protocol):
    """What fills templates in."""

    @property
    def sender(self) -> str | None:
        """The user's name."""

    def write(self, name: str, values: Mapping[str, object]) -> tuple[str, str] | None:
        """Subject and text of the template of that name, filled in; None where there is none, or it can't be."""


class Letter(NamedTuple):
    """What is written, and to whom: an address, else a name."""

    recipient: str
    subject: str
    text: str


class Upkeep(NamedTuple):
    """What makes the outbox fit: ids of letters that are to be dropped, and letters that are missing there."""

    drop: tuple[str, ...] = ()
    new: tuple[OutboxMessage, ...] = ()


def letters(
    workflow: Workflow, app: ApplicationState, context: Context, channels: Sequence[str], pen: Pen
) -> Iterator[OutboxMessage]:
    """The letter of every open task that is written to somebody, for each channel."""
    for task in app.tasks:
        rule = workflow.tasks.get(task.name)  # None: a step added it, and there are no rules for it
        if task.status != "open" or rule is None or rule.kind not in KINDS or rule.template is None:
            continue
        letter = written(workflow, app, task, rule.template, context, pen)
        if letter is not None:
            yield from (_message(app, context, task, rule, letter, channel) for channel in channels)


def written(
    workflow: Workflow, app: ApplicationState, task: TaskState, template: str, context: Context, pen: Pen
) -> Letter | None:
    """The letter for a task from the template of that name; None where there is none, or it has no text.

    A template without text says that the user wants no letter.
    """
    filled = pen.write(template, letter_values(workflow, app, task, context, pen.sender))
    if filled is None or not filled[1]:
        return None
    subject, text = filled
    return Letter(recipient_of(app, task), " ".join((subject or title_of(workflow, app, task)).split()), text)


def split_subject(template: str) -> tuple[str, str]:
    """The template of the subject, empty where there is none, and that of the text.

    They are parted before anything is filled in: no name of a company makes a subject.
    """
    first, _, rest = template.strip().partition("\n")
    return (first[len(SUBJECT) :].strip(), rest) if first.lower().startswith(SUBJECT) else ("", template)


def sent_text(text: str) -> str:
    """A letter as it was sent, as history keeps it. Raises `Refused` where it is too long or has control characters."""
    clean = text.replace("\r\n", "\n").strip()
    if len(clean) > LONGEST:
        raise Refused(f"a letter has at most {LONGEST:,} characters, not {len(clean):,}.")
    found = forbidden_character(clean, allowed="\n\t")
    if found:
        raise Refused(f"a letter holds no control character ({found}).")
    return clean


def as_html(letter: Letter) -> str:
    """The letter as HTML: its paragraphs and lines, and nothing that a browser would run."""
    paragraphs = (escape(part).replace("\n", "<br>\n") for part in letter.text.strip().split("\n\n"))
    body = "\n".join(f"<p>{part}</p>" for part in paragraphs)
    head = f'<meta charset="utf-8"><title>{escape(letter.subject)}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def blanks(text: str) -> tuple[str, ...]:
    """What is left in brackets for the user to fill in, in order, each once."""
    return tuple(dict.fromkeys(_BLANK.findall(text)))


def recipient_of(app: ApplicationState, task: TaskState) -> str:
    """Whom a letter is for: an address, else a name. Never None, which would be the user."""
    contact = person_for(app, task)
    return (contact.email or contact.name) if contact else task.otherwise or app.company


def _message(
    app: ApplicationState, context: Context, task: TaskState, rule: TaskRule, letter: Letter, channel: str
) -> OutboxMessage:
    zone = context.zone_of(app)
    key = f"{app.id}:{app.revision}:{rule.path}:{task.number}:{channel}:{letter.recipient}"
    return OutboxMessage(
        id=derived_id(key),
        key=key,
        seq=app.revision,
        channel=channel,
        kind="letter",
        application=app.id,
        slug=app.slug,
        company=app.company,
        task=task.number,
        task_id=task.id,
        subject=letter.subject,
        text=letter.text,
        recipient=letter.recipient,
        timezone=str(zone.key),
        created_at=context.now,
        not_before=context.calendar.quiet_until(context.now, zone),
        due_at=task.due_at,
    )


def is_letter(message: OutboxMessage) -> bool:
    """Whether a message is the letter of a task. One that a step wrote is not."""
    return message.kind == "letter" and message.task_id is not None


def upkeep(
    before: ApplicationState | None,
    after: ApplicationState | None,
    wanted: Sequence[OutboxMessage],
    outbox: Sequence[OutboxMessage],
    said: Collection[str],
) -> Upkeep:
    """What is to be done so that each letter that is wanted is there once, and none that waits is of no use.

    `outbox` is what was there as the application was `before`; `said`: the types of the records since. A letter that
    was handed to its channel, or of which nobody knows, stands for its task for ever. One that the user dropped is not
    made again while its task stays open.
    """
    mine = [message for message in outbox if is_letter(message)]
    fresh = {_place(message): message for message in wanted}
    drop = [m for m in mine if m.status == "pending" and not _stands(m, after, fresh.get(_place(m)), said)]
    there = {_place(m) for m in mine if m.status != "dropped"}
    open_ = {task.id for task in before.tasks if task.status == "open"} if before is not None else set()
    refused = {_place(m) for m in mine if m.task_id in open_} - there
    there -= {_place(m) for m in drop}
    new = [message for place, message in fresh.items() if place not in there and place not in refused]
    return Upkeep(tuple(message.id for message in drop), tuple(new))


def _place(message: OutboxMessage) -> tuple[str | None, str]:
    return message.task_id, message.channel


def _stands(
    message: OutboxMessage, after: ApplicationState | None, fresh: OutboxMessage | None, said: Collection[str]
) -> bool:
    """Whether a letter that waits is still to be sent as it is.

    After news from outside nothing is sent that was enqueued before: it is written anew.
    """
    if not still_holds(message, after) or "event_logged" in said:
        return False
    return fresh is None or _content(message) == _content(fresh)


def _content(message: OutboxMessage) -> Letter:
    return Letter(message.recipient or "", message.subject, message.text)
