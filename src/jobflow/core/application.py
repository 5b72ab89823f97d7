"""An application as its history left it: the folded state. Instants are aware UTC, whole seconds.

Stored as canonical JSON (`encode`, `decode`); `fold` is the only writer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, TypeVar

from jobflow.core.errors import StoreError

SETTLED = frozenset({"done", "skipped", "lapsed", "cancelled", "withheld"})
Recorded = Literal["waiting", "open", "done", "skipped", "lapsed", "cancelled", "withheld"]


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A person at or around the employer. `rounds`: those that they were named in; `notes`: the user's, in order."""

    id: str
    name: str
    email: str | None
    roles: tuple[str, ...]
    rounds: tuple[int, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AddedRule:
    """What the task is that a step added: no workflow says it. `due_in`: seconds from its opening, None: no due date.

    `by`: the key of the run that added it, and which of its tasks this is.
    """

    title: str
    kind: str
    due_in: int | None
    by: str


@dataclass(frozen=True, kw_only=True)
class TaskState:
    """One task instance as recorded. `since`: from when it could exist; `told_at`: up to when it was brought up.

    `recorded_open_at`: when the program noticed that it opened (the floor under its lapse counts from there). `stay`
    and `round` are those in which it was created. `contact` is a contact's id, or None with `otherwise` the text for
    nobody in particular. `late`: done after it had been settled otherwise, which moves no state.
    `rule`: its own, where a step added it.
    """

    id: str
    number: int
    name: str
    contact: str | None
    otherwise: str | None
    round: int
    stay: int
    since: datetime
    status: Recorded
    opens_at: datetime | None = None
    due_at: datetime | None = None
    lapses_at: datetime | None = None
    snoozed_until: datetime | None = None
    recorded_open_at: datetime | None = None
    told_at: datetime | None = None
    settled_at: datetime | None = None
    late: bool = False
    rule: AddedRule | None = None

    @property
    def settled(self) -> bool:
        """Nothing more is asked of the user here."""
        return self.status in SETTLED


@dataclass(frozen=True, kw_only=True)
class LimitUse:
    """How much of a limit is used since its last reset."""

    count: int
    last_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ApplicationState:
    """The fold of one history. `revision` is the last sequence number; `stay` counts entries into states.

    `entered_recorded_at`: when the entry was recorded, from which the floor under timed transitions counts.
    `events`: last `at` of each event in this round. `facts` are canonical JSON values. `timed_under` names the settings
    that its times were worked out under.
    """

    id: str
    number: int
    slug: str
    company: str
    role: str | None
    workflow_hash: str
    timezone: str | None
    began_at: datetime
    state: str
    final: bool
    stay: int
    entered_at: datetime
    entered_recorded_at: datetime
    outcome: str | None
    round: int
    round_at: datetime
    revision: int
    facts: Mapping[str, Any]
    past_facts: Mapping[str, Any]
    contacts: tuple[Contact, ...]
    tasks: tuple[TaskState, ...]
    events: Mapping[str, datetime]
    limits: Mapping[str, LimitUse]
    timed_under: str
    next_wakeup_at: datetime | None

    def task(self, number: int) -> TaskState | None:
        """The instance with this number."""
        return next((task for task in self.tasks if task.number == number), None)

    def contact(self, contact_id: str) -> Contact:
        """The contact with this id."""
        return next(item for item in self.contacts if item.id == contact_id)

    def round_contacts(self, roles: tuple[str, ...]) -> tuple[Contact, ...]:
        """Who of these roles was named in the present round."""
        return tuple(c for c in self.contacts if self.round in c.rounds and not set(roles).isdisjoint(c.roles))


# Small caches: the few instants of one decision, or of one page of a tick. Large ones cost more than they save.
@lru_cache(maxsize=128)
def stamp(instant: datetime) -> str:
    """UTC, whole seconds, always the same width: such texts sort as the instants do."""
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    # By its parts, since `isoformat` of an aware instant takes twice as long.
    return f"{instant.date().isoformat()}T{instant.time().isoformat('seconds')}Z"


@lru_cache(maxsize=128)
def unstamp(text: str) -> datetime:
    """The reverse of `stamp`. Raises `StoreError`: what is no instant was not written so."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise StoreError(
            f"the database is damaged: {text!r} is no instant.", hint="put a backup in its place"
        ) from None


def to_utc(instant: datetime) -> datetime:
    """Aware to UTC, whole seconds."""
    return instant.astimezone(UTC).replace(microsecond=0)


def canonical_json(value: object) -> str:
    """One text per value: sorted keys, no blanks, UTF-8 as it is."""
    return _ENCODER.encode(value)


def _default(value: object) -> object:
    return stamp(value) if isinstance(value, datetime) else value.__dict__


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_default)

_Frozen = TypeVar("_Frozen", Contact, TaskState, LimitUse, ApplicationState)


def evolve(value: _Frozen, changes: Mapping[str, Any]) -> _Frozen:
    """`dataclasses.replace` for the fold, at a tenth of its cost: that was most of what a decision did."""
    new = object.__new__(type(value))
    content = new.__dict__
    content.update(value.__dict__)
    content.update(changes)
    return new


def made(kind: type[_Frozen], values: Mapping[str, Any]) -> _Frozen:
    """A new one from all of its fields, in their order: its own constructor takes ten times as long."""
    # These classes have no slots for this: their whole content is one dict, copied at once.
    new = object.__new__(kind)
    new.__dict__.update(values)
    return new


_TASK_INSTANTS = (
    *(field.name for field in fields(TaskState) if field.name.endswith("_at")),
    "since",
    "snoozed_until",
)
_INSTANTS = ("began_at", "entered_at", "entered_recorded_at", "round_at", "next_wakeup_at")


def encode(application: ApplicationState) -> str:
    """Canonical JSON of the state: what the store keeps and what replay must give byte for byte."""
    return canonical_json(application)


def decode(text: str) -> ApplicationState:
    """The reverse of `encode`."""
    raw: dict[str, Any] = json.loads(text)
    for name in _INSTANTS:
        if raw[name] is not None:
            raw[name] = unstamp(raw[name])
    tasks = raw["tasks"]
    for task in tasks:
        for name in _TASK_INSTANTS:
            if task[name] is not None:
                task[name] = unstamp(task[name])
        if task.get("rule") is not None:
            task["rule"] = AddedRule(**task["rule"])
    raw["tasks"] = tuple([made(TaskState, task) for task in tasks])
    raw["contacts"] = tuple(
        [
            made(Contact, {name: tuple(v) if isinstance(v, list) else v for name, v in contact.items()})
            for contact in raw["contacts"]
        ]
    )
    raw["events"] = {name: unstamp(at) for name, at in raw["events"].items()}
    raw["limits"] = {
        name: LimitUse(count=use["count"], last_at=unstamp(use["last_at"]) if use["last_at"] else None)
        for name, use in raw["limits"].items()
    }
    return made(ApplicationState, raw)
