"""A decision in the making: the application as it stands so far and the events found on the way.

Every event is folded the moment it is recorded, so that what is decided next sees it and replay can't differ. The
application is the draft's own and changes with each `record`: keep a value of it, not the whole, across one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState, TaskState, evolve, stamp
from jobflow.core.conditions import holds
from jobflow.core.context import Context
from jobflow.core.fold import advance
from jobflow.core.model import Condition, State, Workflow
from jobflow.core.records import Event


def optional_stamp(instant: datetime | None) -> str | None:
    """`stamp`, and None for None."""
    return None if instant is None else stamp(instant)


@dataclass(slots=True)
class Draft:
    """One decision's working state. `in_tick`: timers may act. `first_number`: of the next new task.

    `known_numbers`: numbers of tasks that existed before an undo, by id: they come back under their own.
    """

    context: Context
    workflow: Workflow
    application: ApplicationState
    in_tick: bool
    first_number: int
    known_numbers: Mapping[str, int] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    numbered: int = 0
    zone: ZoneInfo = field(init=False)
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        """Look up once what never changes; take a copy of the application, which `record` works on."""
        self.application = evolve(self.application, {})
        self.now = self.context.now
        self.zone = self.context.zone_of(self.application)

    @property
    def state(self) -> State:
        """The rules of the present state."""
        return self.workflow.states[self.application.state]

    def holds(self, condition: Condition | None) -> bool:
        """Whether a condition holds as things stand."""
        return condition is None or holds(condition, self.workflow, self.application, self.context.conditions)

    def record(self, type_: str, at: datetime, **data: Any) -> None:
        """Add an event and fold it."""
        self.add(type_, at, data)

    def add(self, type_: str, at: datetime, data: dict[str, Any]) -> None:
        """The same, of data that is nobody else's."""
        event = tuple.__new__(Event, (type_, at, data))  # Event(…), at half its cost
        self.events.append(event)
        advance(self.application, event)

    def settle(self, task: TaskState, how: str, at: datetime, because: str, **data: Any) -> None:
        """Record `task_done`, `task_lapsed`, … of a task."""
        self.add(
            f"task_{how}", at, {"id": task.id, "number": task.number, "name": task.name, "because": because, **data}
        )

    def number_for(self, task_id: str) -> int:
        """The number that a new task gets."""
        if task_id in self.known_numbers:
            return self.known_numbers[task_id]
        number = self.first_number + self.numbered
        self.numbered += 1
        return number


def derived_id(*parts: str) -> str:
    """A UUID (version 8, RFC 9562) that the parts determine."""
    digest = sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"
