"""What jobflow gives back: frozen values as of one `now`, with the fields that scripts hold on to.

`to_json` gives the contract's fields; instants are RFC 3339 with the application's offset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from jobflow.core.application import Contact, unstamp
from jobflow.core.records import OutboxMessage, Record

Status = Literal["waiting", "open", "overdue", "done", "skipped", "lapsed", "cancelled", "withheld"]


def rfc3339(instant: datetime | None, zone: ZoneInfo) -> str | None:
    """An instant in its application's offset, to the second."""
    return None if instant is None else instant.astimezone(zone).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing the user is to do, as of `now`. Instants are UTC; `zone` is the application's."""

    id: str
    number: int
    application: str
    company: str
    role: str | None
    name: str
    kind: str
    title: str
    contact: str | None
    status: Status
    opens_at: datetime | None
    due_at: datetime | None
    lapses_at: datetime | None
    settled_at: datetime | None
    counts: str | None
    why: str
    zone: ZoneInfo

    def to_json(self) -> dict[str, Any]:
        """The contract's fields."""
        return {
            "id": self.id,
            "number": self.number,
            "application": self.application,
            "name": self.name,
            "kind": self.kind,
            "title": self.title,
            "contact": self.contact,
            "status": self.status,
            "opens_at": rfc3339(self.opens_at, self.zone),
            "due_at": rfc3339(self.due_at, self.zone),
            "lapses_at": rfc3339(self.lapses_at, self.zone),
            "settled_at": rfc3339(self.settled_at, self.zone),
            "counts": self.counts,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLetter:
    """A letter as it would be written now, as it lies in drafts, or as it was sent.

    `task` is its number, None where no task asks for it. `recipient`: an address, else a name. `blanks`: what is left
    for the user to fill in. `draft`: the file, where there is one. `sent`: the text is what the user said was sent.
    `settled`: nothing more is to be done about the task.
    """

    task: int | None
    application: str
    kind: str
    recipient: str
    subject: str
    text: str
    html: str
    blanks: tuple[str, ...]
    draft: str | None
    sent: bool
    settled: bool

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {name: getattr(self, name) for name in self.__slots__} | {"blanks": list(self.blanks)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Where one application stands, as of `now`. `retracted`: its `add` was undone, only the history is left."""

    id: str
    number: int
    slug: str
    company: str
    role: str | None
    workflow: str
    workflow_version: int
    state: str
    state_title: str
    began_at: datetime
    entered_at: datetime
    outcome: str | None
    final: bool
    round: int
    timezone: str
    facts: Mapping[str, Any]
    contacts: tuple[Contact, ...]
    tasks: tuple[Task, ...]
    next_wakeup_at: datetime | None
    zone: ZoneInfo
    retracted: bool = False

    def to_json(self) -> dict[str, Any]:
        """The contract's fields."""
        return {
            "id": self.id,
            "number": self.number,
            "slug": self.slug,
            "company": self.company,
            "role": self.role,
            "workflow": self.workflow,
            "workflow_version": self.workflow_version,
            "state": self.state,
            "began_at": rfc3339(self.began_at, self.zone),
            "entered_at": rfc3339(self.entered_at, self.zone),
            "outcome": self.outcome,
            "round": self.round,
            "timezone": self.timezone,
            "facts": dict(self.facts),
            "contacts": [
                {"id": c.id, "name": c.name, "email": c.email, "roles": list(c.roles), "notes": list(c.notes)}
                for c in self.contacts
            ],
            "tasks": [task.to_json() for task in self.tasks],
            "next_wakeup_at": rfc3339(self.next_wakeup_at, self.zone),
            **({"retracted": True} if self.retracted else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A transition that a tick took. `trigger` is the rule's path."""

    application: str
    source: str
    to: str
    trigger: str
    at: datetime
    zone: ZoneInfo

    def to_json(self) -> dict[str, Any]:
        """The contract's fields."""
        return {
            "application": self.application,
            "from": self.source,
            "to": self.to,
            "trigger": self.trigger,
            "at": rfc3339(self.at, self.zone),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskChange:
    """A task whose recorded status a tick changed; `source` None: it came into being."""

    application: str
    task: int
    name: str
    source: str | None
    to: str

    def to_json(self) -> dict[str, Any]:
        """The contract's fields."""
        return {
            "application": self.application,
            "task": self.task,
            "name": self.name,
            "from": self.source,
            "to": self.to,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """What one tick did.

    `quarantined`: applications that could not be decided; `failures`: channels that will be tried again; `given_up`:
    messages that will not. `held`: the clock jumped and the tick waits for confirmation. `busy`: another was at work.
    """

    now: datetime
    transitions: tuple[Moved, ...] = ()
    tasks: tuple[TaskChange, ...] = ()
    messages: tuple[OutboxMessage, ...] = ()
    next_wakeup_at: datetime | None = None
    more_due: bool = False
    dry_run: bool = False
    held: str | None = None
    busy: bool = False
    quarantined: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    given_up: tuple[str, ...] = ()
    zone: ZoneInfo = ZoneInfo("UTC")

    def to_json(self) -> dict[str, Any]:
        """The contract's fields, and those of a held, busy or dry run."""
        extra: dict[str, Any] = {
            "dry_run": self.dry_run or None,
            "held": self.held,
            "busy": self.busy or None,
            "quarantined": list(self.quarantined) or None,
            "failures": list(self.failures) or None,
            "given_up": list(self.given_up) or None,
        }
        return {
            "now": rfc3339(self.now, self.zone),
            "transitions": [item.to_json() for item in self.transitions],
            "tasks": [item.to_json() for item in self.tasks],
            "messages": [message_json(item) for item in self.messages],
            "next_wakeup_at": rfc3339(self.next_wakeup_at, self.zone),
            "more_due": self.more_due,
            **{name: value for name, value in extra.items() if value is not None},
        }


def message_json(message: OutboxMessage) -> dict[str, Any]:
    """A message as `tick --json` shows it."""
    return {
        "id": message.id,
        "key": message.key,
        "channel": message.channel,
        "kind": message.kind,
        "application": message.slug,
        "status": message.status,
        "task": message.task,
        "subject": message.subject,
        "text": message.text,
    }


def outbox_json(message: OutboxMessage) -> dict[str, Any]:
    """A message as `outbox list --json` shows it: with what became of it."""
    zone = ZoneInfo(message.timezone)
    return {
        **message_json(message),
        "recipient": message.recipient,
        "attempts": message.attempts,
        "error": message.error,
        "created_at": rfc3339(message.created_at, zone),
        "not_before": rfc3339(message.not_before, zone),
        "settled_at": rfc3339(message.settled_at, zone),
    }


def record_json(record: Record, zone: ZoneInfo) -> dict[str, Any]:
    """A record as `history --json` shows it."""
    return {
        "seq": record.seq,
        "type": record.type,
        "at": rfc3339(record.at, zone),
        "recorded_at": rfc3339(record.recorded_at, zone),
        "cause": record.cause,
        "data": {name: _local(name, value, zone) for name, value in record.data.items()},
    }


def _local(name: str, value: Any, zone: ZoneInfo) -> Any:
    """The instants among a record's data in the application's offset."""
    if isinstance(value, str) and (name.endswith("_at") or name == "until"):
        return rfc3339(unstamp(value), zone)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVerdict:
    """Why one rule does or does not act. `at`: when it will or did, None where that is not known.

    `because`: what led to that date or holds the rule back, a sentence each. `file` and `line`: where the rule stands,
    None where the file is not what the application follows.
    """

    path: str
    verdict: str
    wanted: str
    actual: str
    at: datetime | None
    because: tuple[str, ...] = ()
    file: str | None = None
    line: int | None = None

    def to_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """The contract's fields."""
        return {
            "path": self.path,
            "verdict": self.verdict,
            "wanted": self.wanted,
            "actual": self.actual,
            "at": rfc3339(self.at, zone),
            "because": list(self.because),
            "file": self.file,
            "line": self.line,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message about an application of today, or one that has not left yet, and what became of it.

    `name`: of the task or, for a `moved`, of the state. `status`: as in the outbox; `why`: in words.
    """

    at: datetime
    kind: str
    name: str
    channel: str
    status: str
    why: str

    def to_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """The contract's fields."""
        return {
            "at": rfc3339(self.at, zone),
            "kind": self.kind,
            "name": self.name,
            "channel": self.channel,
            "status": self.status,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Every rule in force for an application and what it says now.

    `messages`: today's, and those that wait. `silence`: why nothing left today, None where something did.
    """

    application: str
    company: str
    state: str
    rules: tuple[RuleVerdict, ...]
    zone: ZoneInfo
    messages: tuple[Told, ...] = ()
    silence: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's fields."""
        return {
            "application": self.application,
            "state": self.state,
            "rules": [rule.to_json(self.zone) for rule in self.rules],
            "messages": [message.to_json(self.zone) for message in self.messages],
            "silence": self.silence,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanItem:
    """Something that will come due if nothing happens. `rule`: its path; `because`, `file`, `line`: as in `explain`."""

    at: datetime
    application: str
    company: str
    what: str
    name: str
    why: str
    zone: ZoneInfo
    rule: str = ""
    because: tuple[str, ...] = ()
    file: str | None = None
    line: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's fields."""
        return {
            "at": rfc3339(self.at, self.zone),
            "application": self.application,
            "what": self.what,
            "name": self.name,
            "why": self.why,
            "rule": self.rule,
            "because": list(self.because),
            "file": self.file,
            "line": self.line,
        }
