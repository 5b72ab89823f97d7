"""What does come about, with dates: a search with `decide` itself for a way to each goal.

What `abstract` says may happen is here shown to happen, and a suspicion becomes a counterexample or stays one. Of
situations that differ in dates alone one is followed, so that nothing follows from a goal that was not found.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from jobflow.core.application import ApplicationState
from jobflow.core.errors import JobflowError, Refused, RulesLoop
from jobflow.core.machine import definition
from jobflow.core.model import FactRule, Workflow
from jobflow.workbench.abstract import Abstract
from jobflow.workbench.coverage import acted
from jobflow.workbench.steps import Step, take
from jobflow.workbench.virtual import LONG_AGO, Situation, Turn, Virtual, wait

MOST_DECISIONS = 6_000
"""Decisions that one search makes: about a second."""
STARTS = (LONG_AGO, LONG_AGO + timedelta(days=4), LONG_AGO + timedelta(days=2))
"""A Monday, a Friday, a Wednesday."""
MOST_MOVES = 60
"""Moves in silence after which an application goes round and round."""
PEOPLE = ("Ada", "Bob")
A_WHILE = timedelta(hours=1)
_SOON_AND_LATER = (1, 10)
YEARS = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Way:
    """A situation and the steps that led to it."""

    situation: Situation
    steps: tuple[Step, ...]


@dataclass(slots=True)
class Search:
    """A search through situations. `goals` are what is looked for: `state NAME`, `rule PATH`; `found` the ways there.

    `loop`: the way into rules that move without end, where there is one. `stuck`, `circling`: the way to a situation
    from which silence never ends. `pesters`: a way on which an employer who says nothing hears from the user again
    and again.
    """

    virtual: Virtual
    abstract: Abstract
    goals: frozenset[str]
    budget: int = MOST_DECISIONS * 3
    found: dict[str, Way] = field(default_factory=dict)
    loop: Way | None = None
    hang: Way | None = None
    hangs_wanted: bool = False
    _domains: dict[str, dict[str, tuple[Any, ...]]] = field(default_factory=dict)
    _seen: set[Any] = field(default_factory=set)
    _visits: Counter[str] = field(default_factory=Counter)
    _queue: list[tuple[int, int, int, Way]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    def run(self) -> None:
        """Look until everything wanted is found, or nothing is left, or the budget is used up.

        Of situations that differ in dates alone one is followed: what is not found from a Monday may be from a Friday.
        """
        for start in STARTS:
            for people in (PEOPLE[:1], (), PEOPLE):
                contacts = tuple((role, name) for role in self.virtual.workflow.roles for name in people)
                self._try(Way(Situation(None, start), ()), Step(at=start, verb="add", contacts=contacts))
            least = self.budget - MOST_DECISIONS
            while self._queue and self.budget > least and not self.satisfied:
                _, _, _, way = heapq.heappop(self._queue)
                for step in self._steps(way.situation):
                    self._try(way, step)
            if self.satisfied:
                break
            self._seen.clear()
            self._queue.clear()

    @property
    def satisfied(self) -> bool:
        """Whether there is nothing left to look for."""
        return self.goals <= self.found.keys() and not (self.hangs_wanted and self.hang is None and self.loop is None)

    def _steps(self, situation: Situation) -> Iterator[Step]:
        """What may be said here, and what time brings."""
        app = situation.known
        at = situation.now + A_WHILE
        if app.next_wakeup_at is not None:
            yield Step(at=max(app.next_wakeup_at, situation.now), verb="wait")
            at = min(at, max(app.next_wakeup_at, situation.now))
        names = {contact.id: contact.name for contact in app.contacts}
        for event in _known_in(self.virtual.workflow, app.state):
            yield Step(at=at, verb="log", name=event)
        for task in app.tasks:
            if not task.settled and task.rule is None:
                whom = names.get(task.contact or "", task.otherwise or "")
                yield Step(at=at, verb="skip", name=task.name, whom=whom)
                yield Step(at=at, verb="done", name=task.name, whom=whom)
        if app.state not in self._domains:
            self._domains[app.state] = self.abstract.domains_in(app.state)
        for name, domain in self._domains[app.state].items():
            for value in _values(self.virtual.workflow.facts[name], domain[1:], name in app.facts, at):
                yield Step(at=at, verb="set", facts={name: value})

    def _try(self, way: Way, step: Step) -> None:
        self.budget -= 1
        try:
            turn = self._turn(way.situation, step)
        except RulesLoop:
            self.loop = self.loop or Way(way.situation, (*way.steps, step))
            return
        except JobflowError:
            return  # it can't be said here
        onward = Way(turn.after, (*way.steps, replace(step, at=turn.after.now)))
        for goal in _reached(self.virtual, turn):
            self.found.setdefault(goal, onward)
        key = self._key(turn.after)
        if key in self._seen:
            return
        self._seen.add(key)
        app = turn.after.known
        if self.hangs_wanted and self.hang is None and not app.final:
            self._silence(onward)
        # Silence first and to its end, since a timer is reached by nothing else; then whatever was looked at least.
        self._visits[app.state] += step.verb != "wait"
        length = len(onward.steps)
        rank = (0, -length) if step.verb == "wait" else (self._visits[app.state], length)
        heapq.heappush(self._queue, (*rank, next(self._order), onward))

    def _turn(self, situation: Situation, step: Step) -> Turn:
        if step.verb == "wait":
            here = self._key(situation)
            for turn in wait(self.virtual, situation, situation.now + YEARS):
                fresh = any(goal not in self.found for goal in _reached(self.virtual, turn))
                if fresh or self._key(turn.after) != here:
                    return turn
            raise Refused("nothing is left to wait for.")
        return take(self.virtual, replace(situation, now=step.at), step)

    def _silence(self, way: Way) -> None:
        """Whether silence from here ever ends in a final state."""
        situation, moves, stays = way.situation, 0, 0
        steps = way.steps
        while not situation.known.final:
            wakes_at = situation.known.next_wakeup_at
            stays += 1
            if wakes_at is None or moves > MOST_MOVES or stays > 20 * MOST_MOVES:
                self.hang = Way(situation, (*steps, Step(at=situation.now, verb="wait")))
                return
            self.budget -= 1
            at = max(wakes_at, situation.now)
            try:
                turn = next(iter(wait(self.virtual, situation, at)), None)
            except RulesLoop:
                self.loop = self.loop or Way(situation, (*steps, Step(at=at, verb="wait")))
                return
            if turn is None:
                return
            moves += sum(event.type == "moved" for event in turn.decision.events)
            situation = turn.after

    def _key(self, situation: Situation) -> Any:
        """What tells situations apart: all but their dates. Of dates, whether they have passed."""
        app = situation.known
        tasks = Counter((task.name, task.status) for task in app.tasks if self._matters(app, task.name, task.stay))
        facts = tuple(sorted((name, _coarse(value, situation.now)) for name, value in app.facts.items()))
        limits = tuple(sorted((name, use.count) for name, use in app.limits.items()))
        happened = tuple(sorted(set(app.events) & self.abstract.events))
        return app.state, app.outcome, frozenset(tasks.items()), facts, limits, happened, bool(app.contacts)

    def _matters(self, app: ApplicationState, name: str, stay: int) -> bool:
        rule = self.virtual.workflow.tasks[name]
        if rule in self.abstract.in_force(app.state):
            return rule.state is None or stay == app.stay
        return name in self.abstract.tasks


def _known_in(workflow: Workflow, name: str) -> Iterator[str]:
    """The events that a state takes, if their conditions hold."""
    state = workflow.states[name]
    led_by = {rule.event for rule in state.transitions}
    yield from (e for e in workflow.event_names() if e in led_by or definition(workflow, state, e) is not None)


def _is_some(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("\0")


def _coarse(value: Any, now: datetime) -> Any:
    if isinstance(value, str) and value[:1].isdigit():
        ahead = (date.fromisoformat(value[:10]) - now.date()).days
        return sum(ahead >= days for days in (0, *_SOON_AND_LATER))
    return repr(value)


def _values(fact: FactRule, values: tuple[Any, ...], known: bool, at: datetime) -> Iterator[Any]:
    """What the user may say of a fact, None for unknown: `values`, and examples where it may be anything."""
    if known:
        yield None
    if fact.type in ("date", "datetime") or any(_is_some(value) for value in values):
        yield from _examples(fact, at)
    yield from (value for value in values if not _is_some(value))


def _examples(fact: FactRule, at: datetime) -> Iterator[Any]:
    """Values that the user may give; of dates one that is near and one that is not."""
    if fact.type in ("date", "datetime"):
        for days in _SOON_AND_LATER:
            day = at + timedelta(days=days)
            yield day.date().isoformat() if fact.type == "date" else day.isoformat()
    elif fact.type == "choice":
        yield fact.options[0]
    else:
        yield {"text": "something", "number": 1, "money": {"amount": 1, "currency": None}, "list": ["something"]}[
            fact.type
        ]


def _reached(virtual: Virtual, turn: Turn) -> Iterator[str]:
    """The goals that a turn reaches."""
    yield f"state {turn.after.known.state}"
    yield from (f"state {event.data['to']}" for event in turn.decision.events if event.type == "moved")
    yield from (f"rule {path}" for path in acted(virtual.workflow, turn))
