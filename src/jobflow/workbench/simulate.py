"""Many made-up applications under a workflow: what becomes of them, with employers and users as they are.

Everything is drawn from the seed, so that a run can be looked at again; time is virtual. An employer answers soon,
late, never or twice; a user does most things, some late, and forgets others; a laptop sleeps now and then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random  # noqa: TID251  # seeded: the same seed gives the same run
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.application import TaskState
from jobflow.core.draft import Draft
from jobflow.core.errors import JobflowError
from jobflow.core.inputs import Tick
from jobflow.core.model import FactRule
from jobflow.core.rules import rule_of
from jobflow.core.saying import possible_events
from jobflow.workbench.happenings import happenings
from jobflow.workbench.steps import Step, take
from jobflow.workbench.virtual import LONG_AGO, Situation, Turn, Virtual, say

CONTACTS = ("letter", "call", "email")
"""Kinds of task by which the employer hears from the user."""
EMPLOYERS = ("soon", "late", "never", "twice")
MOST_DAYS = 730
MOST_TURNS = 3_000
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PEOPLE = ("Ada", "Bob")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One made-up application from its beginning to its end, or to `MOST_DAYS`.

    `turns`: all that was decided; `steps`: what was said. `days`: civil days until it was closed, None where it was
    not. `contacts`: how often the employer heard from the user.
    """

    seed: int
    employer: str
    outcome: str | None
    days: int | None
    lasted: timedelta
    contacts: int
    messages: int
    steps: tuple[Step, ...]
    turns: tuple[Turn, ...]

    def to_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """As `workflow simulate --runs 1 --json` prints it."""
        return {
            "seed": self.seed,
            "employer": self.employer,
            "outcome": self.outcome,
            "days": self.days,
            "contacts": self.contacts,
            "happenings": [happening.to_json(zone) for happening in happenings(self.turns)],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What became of many runs. `outcomes`: how many ended how (`still open` among them).

    `days` and `contacts`: least, median, nine in ten below, most. `years`: of application time altogether.
    """

    runs: int
    outcomes: dict[str, int]
    days: tuple[int, int, int, int]
    contacts: tuple[int, int, int, int]
    messages: tuple[int, int, int, int]
    years: float

    def to_json(self) -> dict[str, Any]:
        """As `workflow simulate --json` prints it."""
        ranks = ("least", "median", "ninety", "most")
        spreads = {"days": self.days, "contacts": self.contacts, "messages": self.messages}
        return {
            "runs": self.runs,
            "years": self.years,
            "outcomes": self.outcomes,
            **{name: dict(zip(ranks, values, strict=True)) for name, values in spreads.items()},
        }


def simulate(
    virtual: Virtual,
    seed: int,
    *,
    start: datetime = LONG_AGO,
    employer: str | None = None,
    diligence: float | None = None,
) -> Run:
    """One run. `employer`: one of EMPLOYERS; `diligence`: how much of what is to do is done, from 0 to 1.

    Both are drawn where they are None. Raises `RulesLoop` where the rules never rest.
    """
    return _Life(virtual, Random(seed), seed, start, employer, diligence).run()


def distribution(runs: Sequence[Run]) -> Distribution:
    """What became of the runs; at least one."""
    outcomes = Counter(run.outcome or "still open" for run in runs)
    return Distribution(
        runs=len(runs),
        outcomes=dict(outcomes.most_common()),
        days=_spread([run.days for run in runs if run.days is not None]),
        contacts=_spread([run.contacts for run in runs]),
        messages=_spread([run.messages for run in runs]),
        years=round(sum((run.lasted / DAY for run in runs), 0.0) / 365.25, 1),
    )


def _spread(values: Sequence[int]) -> tuple[int, int, int, int]:
    ranked = sorted(values) or [0]
    last = len(ranked) - 1
    return ranked[0], ranked[last // 2], ranked[last * 9 // 10], ranked[-1]


@dataclass(slots=True)
class _Life:
    virtual: Virtual
    dice: Random
    seed: int
    start: datetime
    employer: str | None
    diligence: float | None
    turns: list[Turn] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    plans: list[Step] = field(default_factory=list)
    planned: set[str] = field(default_factory=set)
    contacts: int = 0
    messages: int = 0
    asleep: tuple[datetime, datetime] | None = None
    situation: Situation = field(init=False)

    def run(self) -> Run:
        dice = self.dice
        self.start += timedelta(minutes=dice.randrange(7 * 24 * 60))
        self.situation = Situation(None, self.start)
        self.employer = self.employer or dice.choice(EMPLOYERS)
        drawn = dice.choice((1.0, 0.9, 0.6, 0.2, 0.0))
        self.diligence = drawn if self.diligence is None else self.diligence
        if dice.random() < 0.3:
            begins = self.start + dice.randrange(60) * DAY
            self.asleep = begins, begins + dice.randint(1, 25) * DAY
        self._begin()
        end = self.start + MOST_DAYS * DAY
        while len(self.turns) < MOST_TURNS and self._next(end):
            pass
        return self._result()

    def _begin(self) -> None:
        workflow, dice = self.virtual.workflow, self.dice
        people = PEOPLE[: dice.randrange(3)]
        contacts = tuple((role, name) for role in workflow.roles for name in people if dice.random() < 0.5)
        self._take(Step(at=self.start, verb="add", contacts=contacts))
        if self.employer != "never":
            delay = dice.randint(1, 10) if self.employer == "soon" else dice.randint(5, 60)
            self._plan_event(self.start + delay * DAY + dice.randrange(24) * HOUR)
        for fact in workflow.facts.values():
            if dice.random() < 0.3:
                self.plans.append(self._fact_step(fact, self.start + dice.randrange(20 * 24) * HOUR))

    def _plan_event(self, at: datetime) -> None:
        self.plans.append(Step(at=at, verb="log"))  # which event, is decided when it is time: what is possible then

    def _fact_step(self, fact: FactRule, at: datetime) -> Step:
        day = at + self.dice.randint(-2, 25) * DAY
        values: dict[str, Any] = {
            "text": "something",
            "date": day.date().isoformat(),
            "datetime": day.isoformat(),
            "number": self.dice.randint(0, 5),
            "money": {"amount": self.dice.choice((10_000, 50_000, 90_000)), "currency": "EUR"},
            "choice": self.dice.choice(fact.options) if fact.options else "",
            "list": ["something"],
        }
        return Step(at=at, verb="set", facts={fact.name: values[fact.type]})

    def _next(self, end: datetime) -> bool:
        """Whatever comes next: a tick, or something said. False where nothing does."""
        wakes_at = self.situation.known.next_wakeup_at
        if wakes_at is not None:
            wakes_at = self._awake(max(wakes_at, self.situation.now))
        step = min(self.plans, key=lambda plan: plan.at, default=None)
        times = [at for at in (wakes_at, step.at if step else None) if at is not None]
        if not times or min(times) > end:
            return False
        if step is not None and (wakes_at is None or step.at < wakes_at):
            self.plans.remove(step)
            self._say(step)
        elif wakes_at is not None:
            before = self.situation
            self._follow(say(self.virtual, before, Tick(), wakes_at))
            if self.situation.known is before.known:
                return False
        return True

    def _awake(self, at: datetime) -> datetime:
        """When a tick that is due at `at` runs: the laptop may sleep."""
        if self.asleep is not None and self.asleep[0] <= at < self.asleep[1]:
            return self.asleep[1]
        return at

    def _say(self, step: Step) -> None:
        if step.verb == "log":
            step = replace(step, name=self._event(step.at))
            if not step.name:
                return
        try:
            self._take(replace(step, at=max(step.at, self.situation.now)))
        except JobflowError:
            return  # it was settled otherwise, or is not possible any more
        if step.verb == "log":
            self._answer_again(step)

    def _event(self, at: datetime) -> str:
        context = self.virtual.context(at)
        possible = possible_events(Draft(context, self.virtual.workflow, self.situation.known, False, 0))
        return self.dice.choice(possible) if possible else ""

    def _answer_again(self, step: Step) -> None:
        dice = self.dice
        if self.employer == "twice" and dice.random() < 0.7:
            self.plans.append(replace(step, at=step.at + dice.randint(1, 72) * HOUR))
        if dice.random() < 0.5 and len(self.steps) < 60:
            self._plan_event(step.at + dice.randint(1, 30) * DAY + dice.randrange(24) * HOUR)

    def _take(self, step: Step) -> None:
        turn = take(self.virtual, replace(self.situation, now=step.at), step)
        self.steps.append(step)
        self._follow(turn)

    def _follow(self, turn: Turn) -> None:
        self.turns.append(turn)
        self.situation = turn.after
        app = turn.after.known
        if isinstance(turn.said, Tick):  # as many as a channel would get: one for each task, and one for a move
            self.messages += len({e.data.get("id") for e in turn.decision.events if e.type in _NEWS})
        tasks = {task.id: task for task in app.tasks}
        for event in turn.decision.events:
            if event.type == "task_done":
                kind = rule_of(self.virtual.workflow, tasks[event.data["id"]]).kind
                self.contacts += kind in CONTACTS
            elif event.type == "event_logged":
                self.contacts += any(e.type == "counted" for e in turn.decision.events)
        for task in app.tasks:
            if task.status == "open" and task.id not in self.planned:
                self.planned.add(task.id)
                self._mind(task)

    def _mind(self, task: TaskState) -> None:
        """What the user will do about a task that opened."""
        dice = self.dice
        if dice.random() >= (self.diligence or 0.0):
            return  # forgotten
        at = self.situation.now + dice.randrange(1, 72) * HOUR
        names = {contact.id: contact.name for contact in self.situation.known.contacts}
        whom = names.get(task.contact or "", task.otherwise or "")
        verb = dice.choices(("done", "skip", "snooze"), (8, 1, 1))[0]
        if verb == "snooze":
            until = at + dice.randint(1, 5) * DAY
            self.plans.append(Step(at=at, verb="snooze", name=task.name, whom=whom, until=until))
            self.plans.append(Step(at=until + HOUR, verb="done", name=task.name, whom=whom))
        elif verb == "skip":
            self.plans.append(Step(at=at, verb="skip", name=task.name, whom=whom))
        else:
            self.plans.append(Step(at=at, verb="done", name=task.name, whom=whom))

    def _result(self) -> Run:
        app = self.situation.known
        closed = app.entered_at if app.final else None
        return Run(
            seed=self.seed,
            employer=self.employer or "",
            outcome=app.outcome,
            days=(closed - self.start).days if closed else None,
            lasted=(closed or self.situation.now) - self.start,
            contacts=self.contacts,
            messages=self.messages,
            steps=tuple(self.steps),
            turns=tuple(self.turns),
        )


_NEWS = ("task_opened", "task_reminded", "task_lapsed", "moved")
