"""A channel for jobflow: every open and coming task in a CalDAV calendar, one entry each.

It keeps nothing on this machine: an entry is known by its name in the calendar, and remembers what jobflow wrote.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import jobflow
from jobflow_caldav import entries
from jobflow_caldav.server import Collection, Problem, Stored

JOBFLOW_CONTRACT = 1
PASSES = 3
"""How often the calendar is looked at anew where somebody else changes it meanwhile."""


@dataclass(frozen=True)
class CalDav:
    """Keeps a calendar like the agenda. The fields are its options in config.yaml.

    `url`: the calendar's own address. `alarm`: minutes before a task is due. `prefix`: what the names of entries begin
    with; where two homes of jobflow use one calendar, each needs its own.
    """

    name: ClassVar[str] = "caldav"
    url: str
    user: str | None = None
    password: jobflow.Secret | None = None
    alarm: int | None = 60
    prefix: str = "jobflow"

    def __post_init__(self) -> None:
        """Raises `Refused` for options that can't be, or can't go together."""
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", self.prefix):
            raise jobflow.Refused(
                "channel caldav: 'prefix' may have letters, digits, '-' and '_'.", hint="leave it out"
            )
        if (self.user is None) != (self.password is None):
            raise jobflow.Refused("channel caldav: 'user' and 'password' go together.", hint="password: cmd:…")
        if self.alarm is not None and not 0 <= self.alarm <= 40_000:
            raise jobflow.Refused("channel caldav: 'alarm' is no number of minutes before.", hint="alarm: 60")

    def show(self, agenda: Sequence[jobflow.AgendaItem]) -> jobflow.Outcome:
        """Add, change and remove entries until the calendar is like the agenda; nothing is sent where it is already."""
        wanted = {self._name(item): item for item in agenda if entries.at(item) is not None}
        try:
            with closing(Collection(self.url, self.user, self.password)) as collection:
                return self._keep(collection, wanted)
        except Problem as problem:
            return problem.outcome

    def check(self) -> str | None:
        """What keeps the calendar from being read here and now, for `jobflow doctor`. Changes nothing."""
        try:
            with closing(Collection(self.url, self.user, self.password)) as collection:
                collection.names()
        except Problem as problem:
            return problem.outcome.reason
        return None

    def _keep(self, collection: Collection, wanted: dict[str, jobflow.AgendaItem]) -> jobflow.Outcome:
        for _ in range(PASSES):
            there = collection.read(filter(self._is_ours, collection.names()))
            names = sorted(wanted.keys() | there.keys())
            outcomes = [_settled(collection, name, wanted.get(name), there.get(name), self.alarm) for name in names]
            if None not in outcomes:
                return next((outcome for outcome in outcomes if isinstance(outcome, jobflow.Failed)), jobflow.Sent())
        return jobflow.Retry("the calendar is being changed by somebody else right now")

    def _name(self, item: jobflow.AgendaItem) -> str:
        return f"{self.prefix}-{hashlib.sha256(item.uid.encode()).hexdigest()[:32]}.ics"

    def _is_ours(self, name: str) -> bool:
        return re.fullmatch(re.escape(self.prefix) + r"-[0-9a-f]{32}\.ics", name) is not None


def _settled(
    collection: Collection, name: str, item: jobflow.AgendaItem | None, stored: Stored | None, alarm: int | None
) -> jobflow.Outcome | None:
    """Do what one entry needs; None where it was changed meanwhile and must be looked at anew.

    One that the server refuses stops no other. Raises `Problem` where none would get through.
    """
    now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  # when an entry was written, for other programs
    try:
        if stored is None:
            done = item is None or collection.put(name, entries.new(item, alarm, now), None)
        elif item is None:
            done = entries.has_notes(stored.content) or collection.delete(name, stored.etag)
        else:
            content = entries.merged(stored.content, item, now)
            done = content is None or collection.put(name, content, stored.etag)
    except ValueError:
        return jobflow.Failed(f"the calendar's entry {name} can't be read: delete it there")
    except Problem as problem:
        if isinstance(problem.outcome, jobflow.Retry):
            raise
        return problem.outcome
    return jobflow.Sent() if done else None


@jobflow.hookimpl
def jobflow_channels() -> list[type[CalDav]]:
    """What jobflow asks for."""
    return [CalDav]
