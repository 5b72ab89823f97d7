"""What happened to a virtual application, as a calendar shows it; and in what two such calendars differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from jobflow.core.views import rfc3339
from jobflow.workbench.virtual import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing: `what` happened at `at` (aware UTC) to the task, state or event `name`. `whom`: a task's person."""

    at: datetime
    what: str
    name: str
    whom: str = ""

    def to_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """As `workflow simulate --json` prints it."""
        return {
            "at": rfc3339(self.at, zone),
            "what": self.what,
            "name": self.name,
            "whom": self.whom or None,
        }


WHATS = {
    "added": "begins",
    "event_logged": "happened",
    "moved": "moves",
    "task_opened": "opens",
    "task_done": "done",
    "task_skipped": "skipped",
    "task_lapsed": "lapses",
    "task_withheld": "withheld",
    "task_snoozed": "put_off",
}
"""By the type of a record: what it is called here."""
_NAMED_BY = {"added": "state", "event_logged": "event", "moved": "to"}


def happenings(turns: Iterable[Turn]) -> Iterator[Happening]:
    """What happened, in the order in which it did. A task that is open when it comes to be opens there."""
    for turn in turns:
        app = turn.after.known
        contacts = {contact.id: contact.name for contact in app.contacts}
        tasks = {task.id: task for task in app.tasks}
        for event in turn.decision.events:
            data = event.data
            if event.type in _NAMED_BY:
                yield Happening(at=event.at, what=WHATS[event.type], name=data[_NAMED_BY[event.type]])
            elif event.type in WHATS or (event.type == "task_added" and data["told_at"]):
                task = tasks[data["id"]]
                whom = contacts.get(task.contact or "", task.otherwise or "")
                yield Happening(at=event.at, what=WHATS.get(event.type, "opens"), name=task.name, whom=whom)


class Difference(NamedTuple):
    """One thing that happens at another time, or only in one of two calendars: None where it does not happen."""

    what: str
    name: str
    whom: str
    before: datetime | None
    after: datetime | None

    def to_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """As `workflow simulate --from-history --json` prints it."""
        times = {"before": rfc3339(self.before, zone), "after": rfc3339(self.after, zone)}
        return {"what": self.what, "name": self.name, "whom": self.whom or None, **times}


def differences(before: Sequence[Happening], after: Sequence[Happening]) -> list[Difference]:
    """In what two calendars differ, in order of time. The nth of a kind is compared with the nth of the same kind."""
    old, new = _numbered(before), _numbered(after)
    found = [
        Difference(what, name, whom, old.get(key), new.get(key))
        for key in dict.fromkeys((*old, *new))
        if old.get(key) != new.get(key)
        for what, name, whom, _ in (key,)
    ]
    return sorted(found, key=lambda item: min(at for at in (item.before, item.after) if at is not None))


def _numbered(calendar: Iterable[Happening]) -> dict[tuple[str, str, str, int], datetime]:
    seen: Counter[tuple[str, str, str]] = Counter()
    found = {}
    for happening in calendar:
        key = happening.what, happening.name, happening.whom
        seen[key] += 1
        found[*key, seen[key]] = happening.at
    return found
