"""What plugins and built-ins give to jobflow, and get from it: values and protocols. All of it is public.

A channel is a class whose dataclass fields are its options in config.yaml:

```python
from dataclasses import dataclass
from typing import ClassVar

import jobflow

@dataclass(frozen=True)
class Ntfy:
    name: ClassVar[str] = "ntfy"
    topic: str                             # required: channels: {ntfy: {topic: jobs}}
    token: jobflow.Secret | None = None    # env:NAME, cmd:… or keyring:…

    def send(self, message: jobflow.Message) -> jobflow.Outcome:
        ...
        return jobflow.Sent()

@jobflow.hookimpl
def jobflow_channels():
    return [Ntfy]
```
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from jobflow.core.records import MessageKind

CONTRACT = 1
"""The version of this contract. A plugin may say which it was written for: `JOBFLOW_CONTRACT = 1`."""

DEADLINE = 30
"""Seconds that one call of a plugin's channel or step may take; a built-in's sockets wait no longer either."""


class Secret:
    """A secret by reference: `env:NAME`, `cmd:…` or `keyring:SERVICE/USER`. Shows its reference, never its value."""

    __slots__ = ("_value", "reference")

    def __init__(self, reference: str, value: str | None = None) -> None:
        """`value`: what the reference stands for, where it has been looked up."""
        self.reference = reference
        self._value = value

    def reveal(self) -> str:
        """The secret itself. Raises `LookupError` where it has not been looked up."""
        if self._value is None:
            raise LookupError(f"the secret {self.reference} has not been looked up")
        return self._value

    def __repr__(self) -> str:
        """The reference alone."""
        return f"Secret({self.reference!r})"

    def __eq__(self, other: object) -> bool:
        """The same reference and the same value."""
        return isinstance(other, Secret) and (self.reference, self._value) == (other.reference, other._value)

    def __hash__(self) -> int:
        """By the reference."""
        return hash(self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a message. `content_type` such as `text/calendar`."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a channel is given to deliver: to the user everything of one tick joined, to anybody else one letter.

    `key` stays the same however often the delivery is tried: give it to a provider that can tell repeats. `kind` is the
    most pressing of what was joined. `application` is a slug, None where several were joined; `tasks` are numbers.
    `recipient` None is the user, else an address or a name. `text` ends without a line break; `html` says the same.
    `parts`: the messages that were joined, each with its own `id` and `key`; empty where nothing was.
    """

    id: str
    key: str
    kind: MessageKind
    subject: str
    text: str
    html: str | None = None
    application: str | None = None
    tasks: tuple[int, ...] = ()
    recipient: str | None = None
    attachments: tuple[Attachment, ...] = ()
    parts: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """It left. `reference`: what the other side calls it."""

    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """It did not leave, and may later: a refused connection, a full mailbox. `after`: not before that time."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not leave and never will: a wrong address, a page that is gone. It becomes a dead letter at once."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say whether it left: the line broke after it was handed over."""

    reason: str


Outcome = Sent | Retry | Failed | Unknown
"""What became of one delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """One open or coming task, for a channel that shows them all: a calendar.

    `uid` is the task's own for ever. `opens_at` and `due_at` are aware UTC; `timezone` is the application's. `why`
    gives the rule. `status`: waiting, open or overdue.
    """

    uid: str
    task: int
    application: str
    company: str
    title: str
    kind: str
    status: str
    opens_at: datetime | None
    due_at: datetime | None
    timezone: str
    why: str


class HomeFolder(str):
    """The folder of jobflow's data. A channel's field of this type is no option: it is filled in."""


class Channel(Protocol):
    """Delivers messages. Its dataclass fields, if it is a dataclass, are its options in config.yaml.

    Types of options: `str`, `int`, `float`, `bool`, `Secret`, `Literal["a", "b"]`, `tuple[str, ...]`, each also
    `| None`; a field without a default is required. A field of type `HomeFolder` is filled in.

    A class may say `letters: ClassVar[bool] = True`: then it is given the letters for people at the employer, and no
    reminders. One with `show(agenda: Sequence[AgendaItem]) -> Outcome` is given every open and coming task whenever
    they changed; it may do without `send`. `check() -> str | None`, where there is one, is asked by `jobflow doctor`:
    what it lacks here and now (a program, a host that answers), with the mend, in one sentence; None: nothing. It must
    send nothing, and shows no secret. `close()`, where there is one, is called at the end of a tick: a connection
    may be kept until then. `incoming: ClassVar[bool] = True` says that it brings something in and delivers nothing: a
    command of its plugin is given it by `Jobflow.channel`.
    """

    @property
    def name(self) -> str:
        """Its name in config.yaml."""

    def send(self, message: Message) -> Outcome:
        """Deliver one message, within the deadline. Raising counts as `Retry` to the user, `Unknown` to others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """What a step knows. `key` is the same whenever this run is tried again: what is done under it is done once.

    `application` is a slug; `facts` canonical JSON values; `arguments` what the workflow gives to the step.
    """

    key: str
    application: str
    company: str
    role: str | None
    state: str
    facts: Mapping[str, Any]
    contacts: tuple[Mapping[str, Any], ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task that a step adds: `title` says what to do, on one line; due `due_in` from now (None: no due date).

    It opens at once and is told of like any other. It lives until the user settles it or the application ends.
    """

    title: str
    kind: str = "todo"
    due_in: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message that a step has to be sent, by every channel for reminders or, with `recipient`, as a letter."""

    subject: str
    text: str
    html: str | None = None
    recipient: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What a step found: facts to set (declared by the workflow), tasks to add, messages to send.

    All of it is taken in at once, with the record that the step ran, or, where part of it can't be, none.
    """

    facts: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[NewTask, ...] = ()
    messages: tuple[NewMessage, ...] = ()


class Step(Protocol):
    """Something the program does by itself when a state is entered: `steps: [{step: NAME, …arguments}]`."""

    @property
    def name(self) -> str:
        """Its name in the workflow file."""

    def run(self, context: StepContext) -> StepResult | Retry | Failed:
        """Do it, within the deadline. Tried again after `Retry`, an exception or a crash, with the same `key`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds; None: unknown, which counts as not holding. `why` is shown by `explain`."""

    holds: bool | None
    why: str = ""


class Condition(Protocol):
    """What `condition: NAME` or `condition: {NAME: arguments}` in a workflow asks."""

    @property
    def name(self) -> str:
        """Its name in the workflow file."""

    def evaluate(self, facts: Mapping[str, Any], arguments: Mapping[str, object]) -> Verdict | bool:
        """Pure: the same answer for the same input, for ever, and at once. One that raises counts as unknown."""


@dataclass(frozen=True, slots=True)
class TaskKind:
    """A kind of task that workflows may name, beside letter, call, email, form and todo."""

    name: str
    title: str = ""


class BusinessCalendar(Protocol):
    """Days off beside the country's: `calendar: {also: [NAME]}` in config.yaml."""

    @property
    def name(self) -> str:
        """Its name in config.yaml."""

    def days_off(self, year: int) -> Mapping[date, str]:
        """The days of a year on which nobody works, with their names. The same answer for the same year."""


@dataclass(frozen=True, slots=True)
class WorkflowFile:
    """A workflow that a plugin brings along: its name and its YAML."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """A text by name, with `{{ company }}` and the like in it."""

    name: str
    text: str


class Importer(Protocol):
    """Reads a file of another program: `jobflow import NAME FILE`."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""

    def read(self, content: bytes) -> Iterable[Mapping[str, str]]:
        """The applications as rows, under the headings that `import csv` knows (company, role, interviewed, …).

        Raises ValueError, which says what is wrong with the file and where.

        An importer may have more. `applications(content) -> Iterable[Mapping[str, Any]]` gives whole applications in
        the shape of `show --json`, beside the rows. `people(content) -> Iterable[Mapping[str, str]]` gives people whom
        the user knows (name, email, company, position): where one works for an employer applied to, `import` proposes
        them as referrers, and records nothing.
        """


class Exporter(Protocol):
    """Writes applications for another program: `jobflow export NAME`."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""

    def write(self, applications: Sequence[Mapping[str, Any]]) -> bytes:
        """The file's content, from applications as `show --json` gives them.

        A class that says `histories: ClassVar[bool] = True` is given more with each: `history`, the records in force
        as `history --json` gives them, and `as_of`, the moment of the export. One that says
        `closed: ClassVar[bool] = True` is always given the closed applications, too.
        """
