"""An application under a virtual clock: `decide` and nothing else, so that what happens here happens there.

Pure and without a store: a situation is a value, and every step from it gives another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState
from jobflow.core.calendar import Calendar
from jobflow.core.context import ConditionFunction, Context
from jobflow.core.decide import Decision, decide
from jobflow.core.inputs import Input, Tick
from jobflow.core.model import Workflow

MOST_TICKS = 2_000
"""Wake-ups that one wait works off: more than any application has in years, and an end to whatever goes wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Virtual:
    """What stays the same: the rules, the calendar, the zone, what is registered. Texts are not rendered."""

    workflow: Workflow
    calendar: Calendar = field(default_factory=Calendar)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    conditions: Mapping[str, ConditionFunction] = field(default_factory=dict)
    channels: tuple[str, ...] = ()

    def context(self, now: datetime) -> Context:
        """The surroundings of one decision."""
        return Context(
            now=now, calendar=self.calendar, zone=self.zone, conditions=self.conditions, channels=self.channels
        )


@dataclass(frozen=True, slots=True)
class Situation:
    """Where an application stands at `now` (aware UTC). `next_number`: of the next task."""

    application: ApplicationState | None
    now: datetime
    next_number: int = 1

    @property
    def known(self) -> ApplicationState:
        """The application, once it was added."""
        if self.application is None:
            raise LookupError("nothing was added yet")
        return self.application


@dataclass(frozen=True, slots=True)
class Turn:
    """One decision: from where, what was said (a tick, mostly), and what followed."""

    before: Situation
    said: Input
    decision: Decision
    after: Situation


def say(virtual: Virtual, situation: Situation, said: Input, now: datetime) -> Turn:
    """Say something at `now`. Raises what `decide` raises."""
    decision = decide(
        virtual.workflow, situation.application, said, virtual.context(now), first_number=situation.next_number
    )
    after = Situation(decision.application, now, situation.next_number + decision.new_tasks)
    return Turn(situation, said, decision, after)


def wait(virtual: Virtual, situation: Situation, until: datetime) -> Iterator[Turn]:
    """Tick at every wake-up up to and including `until`, as a cron that never sleeps would.

    The last turn's `after` is the situation then; none: nothing was due. Ends early where `MOST_TICKS` are used up.
    """
    for _ in range(MOST_TICKS):
        wakes_at = situation.known.next_wakeup_at
        if wakes_at is None or wakes_at > until:
            return
        # What was recorded late is due at once: a cron looks every minute.
        at = max(wakes_at, situation.now)
        turn = say(virtual, situation, Tick(), at)
        if not turn.decision.events and turn.after.known.next_wakeup_at == wakes_at:
            return
        situation = turn.after
        yield turn


def at_rest(virtual: Virtual, situation: Situation, until: datetime) -> Situation:
    """Where a wait leads."""
    for turn in wait(virtual, situation, until):
        situation = turn.after
    return replace(situation, now=max(situation.now, until))


LONG_AGO = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""When virtual applications begin where nobody says otherwise: a Monday at noon, far from any change of the clocks."""
