"""What ticks may and may not depend on: laws 1, 6, 7, 9 and undo, over the shipped and random workflows."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from jobflow.adapters.sqlite import SQLiteStore
from jobflow.core.application import ApplicationState, encode
from jobflow.core.context import Context
from jobflow.core.decide import decide
from jobflow.core.errors import JobflowError
from jobflow.core.fold import effective, replay
from jobflow.core.inputs import NewContact, Tick
from jobflow.core.settings import Settings
from jobflow.engine import Engine
from jobflow.testing import ManualClock

from .strategies import PEOPLE, STARTS, ZONES, days, facts, people, scaled, settings_values, workflows
from .world import SHIPPED, START, World, check_history, check_limits, check_times

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """Something the user says, which means the same in every world. `n` picks a task or an event."""

    what: str
    n: int = 0
    hours: int = 0
    facts: Any = None
    contacts: tuple[NewContact, ...] = ()

    def to(self, world: World) -> bool:
        """Whether it was accepted."""
        return world.run(self.call(world)).error is None

    def call(self, world: World) -> Callable[[Engine], Any]:
        now = world.clock.now()
        state = world.states()[0]
        workflow = world.workflow(state)
        names = workflow.event_names()
        tasks = sorted(state.tasks, key=lambda task: (task.name, task.id))
        number = tasks[self.n % len(tasks)].number if tasks else 0
        given: dict[str, Any] = {}
        if self.facts is not None and workflow.name == "random":
            given["facts"] = self.facts
        if workflow.name == "random":
            given["contacts"] = self.contacts
        match self.what:
            case "log":
                return lambda engine: engine.log(1, names[self.n % len(names)], at=now - self.hours * HOUR, **given)
            case "set":
                return lambda engine: engine.set(1, given.get("facts", {"decision_date": now.date() + self.hours * DAY}))
            case "contact":
                return lambda engine: engine.contact(1, *given.get("contacts", ()))
            case "done":
                return lambda engine: engine.done(number, at=now - self.hours * HOUR)
            case "skip":
                return lambda engine: engine.skip(number)
        return lambda engine: engine.snooze(number, now + self.hours * HOUR)


SAYINGS = st.builds(
    Said,
    what=st.sampled_from(("log", "log", "set", "contact", "done", "done", "skip", "snooze")),
    n=st.integers(0, 20),
    hours=st.integers(0, 60),
    facts=facts(),
    contacts=people(),
)
MOVES = st.tuples(st.sampled_from(("say", "say", "tick", "wake")), SAYINGS, st.integers(1, 100))
LONGEST = timedelta(days=40)


def begun(data: st.DataObject, **options: Any) -> World:
    """A world with one application."""
    workflow = data.draw(st.none() | workflows())
    start, zone = data.draw(STARTS), data.draw(st.sampled_from(ZONES))
    known = {"random": workflow} if workflow else {}
    world = World(ManualClock(start), settings=data.draw(settings_values()), zone=zone, workflows=known, **options)
    given = {"contacts": data.draw(people()), "facts": data.draw(facts())} if workflow else {}
    assert world.run(lambda engine: engine.add("Acme", workflow="random" if workflow else SHIPPED, **given)).error is None
    return world


def twin(world: World) -> World:
    """Another world that begins as this one did."""
    other = World(
        ManualClock(world.clock.now()), settings=world.settings, zone=world.zone.key, workflows=world.workflows
    )
    return other


def go(world: World, move: tuple[str, Said, int]) -> None:
    """One step: something said, a tick after some hours, or a tick when the store wants one."""
    kind, said, hours = move
    if kind == "say":
        said.to(world)
    elif kind == "tick":
        world.clock.advance(hours * HOUR)
        world.engine.tick()
    else:
        wakes_at = world.store.next_wakeup()
        if wakes_at is not None and wakes_at - world.clock.now() < LONGEST:
            world.clock.set(max(wakes_at, world.clock.now() + HOUR))
        world.engine.tick()


def only(world: World) -> ApplicationState:
    return world.states()[0]


# -- law 7: a tick where nothing is due ------------------------------------------------------------------------------


@given(st.data(), st.lists(MOVES, max_size=8), st.integers(1, 10**6))
@settings(max_examples=scaled(1))
def test_a_tick_where_nothing_is_due_decides_nothing(data: st.DataObject, moves: list[Any], part: int) -> None:
    world = begun(data)
    for move in moves:
        go(world, move)
    world.engine.tick()
    state, now = only(world), world.clock.now()
    wakes_at = state.next_wakeup_at
    assert wakes_at is None or wakes_at > now
    until = min(wakes_at or now + LONGEST, now + LONGEST)
    earlier = (now + (until - now) * (part / 10**6)).replace(microsecond=0)
    assume(now <= earlier < until)
    decision = decide(world.workflow(state), state, Tick(), context(world, earlier))
    assert (decision.events, decision.messages) == ((), ())
    assert encode(decision.application) == encode(state)
    # And at its wake-up there is something to do: no tick is woken for nothing.
    if wakes_at is not None and wakes_at == until:
        assert decide(world.workflow(state), state, Tick(), context(world, wakes_at)).events


def context(world: World, now: datetime) -> Context:
    return world.engine._context(world.store, now)


@given(st.data(), st.lists(MOVES, max_size=6), st.integers(0, 1000))
@settings(max_examples=scaled(0.6))
def test_an_idle_tick_in_between_makes_no_difference(data: st.DataObject, moves: list[Any], part: int) -> None:
    world = begun(data)
    for move in moves:
        go(world, move)
    world.engine.tick()
    before, now = only(world), world.clock.now()
    if before.next_wakeup_at is None:
        return
    first, second = now + (before.next_wakeup_at - now) * (part / 1001), before.next_wakeup_at
    alone = decide(world.workflow(before), before, Tick(), context(world, second), first_number=next_number(world))
    for at in (first, second):
        world.clock.set(at)
        world.engine.tick()
    assert encode(only(world)) == encode(alone.application)


def next_number(world: World) -> int:
    return world.store.counters().task


# -- law 7: how often ticks come -------------------------------------------------------------------------------------


@given(
    start=STARTS,
    zone=st.sampled_from(ZONES),
    cadence=st.sampled_from((1, 6, 24)),
    phase=st.integers(0, 24 * 60 - 1),
    state=st.sampled_from((None, "thanked", "awaiting", "followed-up", "offer", "accepting")),
    dates=st.fixed_dictionaries({}, optional={"decision_date": days(), "offer_deadline": days()}),
    who=people(("decision_maker", "interviewer", "referrer")),
    minds=settings_values(),
)
@settings(max_examples=scaled(1))
def test_any_cadence_up_to_a_day_gives_the_same_tasks(
    start: datetime,
    zone: str,
    cadence: int,
    phase: int,
    state: str | None,
    dates: dict[str, date],
    who: tuple[NewContact, ...],
    minds: Settings,
) -> None:
    def lived(step: timedelta | None) -> tuple[World, ApplicationState]:
        world = World(ManualClock(start), settings=minds, zone=zone)
        world.engine.add("Acme", state=state, facts=dates, contacts=who)
        while (wakes_at := only(world).next_wakeup_at) is not None:
            # Ticks in between decide nothing: the laws above hold them to it.
            late = -((wakes_at - start - phase * timedelta(minutes=1)) % step) % step if step else timedelta(0)
            world.clock.set(max(world.clock.now(), wakes_at + late))
            world.engine.tick()
        return world, only(world)

    (_, exact), (world, late) = lived(None), lived(cadence * HOUR)
    assert (late.state, late.outcome) == (exact.state, exact.outcome)
    found = {task.id: task for task in late.tasks}
    assert [task.id for task in exact.tasks] == [task.id for task in late.tasks]
    calendar = world.engine._calendar(world.store, start.year)
    for task in exact.tasks:
        other = found[task.id]
        assert (task.status, task.contact, task.round) == (other.status, other.contact, other.round)
        if task.recorded_open_at is not None and other.recorded_open_at is not None:
            day = calendar.add_business_days(task.recorded_open_at.astimezone(world.zone).date(), task.stay)
            latest = datetime.combine(day + DAY, datetime.min.time(), world.zone) + cadence * HOUR
            assert other.recorded_open_at <= latest, f"{task.name} opened {other.recorded_open_at}, exactly {task}"


# -- law 9: the laptop slept -----------------------------------------------------------------------------------------


@given(st.data(), st.lists(MOVES, max_size=8), st.integers(1, 80))
@settings(max_examples=scaled(1))
def test_after_a_long_sleep_there_is_no_flood_and_no_cascade(data: st.DataObject, moves: list[Any], asleep: int) -> None:
    world = begun(data)
    for move in moves:
        go(world, move)
    seq = only(world).revision
    told = {m.id for m in world.store.messages()}
    world.clock.advance(asleep * DAY)
    report = world.engine.tick()
    assert report.quarantined == ()
    timed = [r for r in new_records(world, seq) if r.type == "moved" and is_timer(world, r.data["trigger"])]
    assert len(timed) <= 1, "at most one timed transition a tick"
    fresh = [m for m in world.store.messages() if m.id not in told]
    about = [m.task_id for m in fresh]
    assert len(about) == len(set(about)), "one message for each task, and one for the state"
    for task in only(world).tasks:
        if task.status == "open" and task.recorded_open_at == report.now:
            assert task.id in about, f"nobody was told of {task}"
            assert task.lapses_at is None or task.lapses_at > report.now
    check_times(world, only(world))
    check_limits(world, only(world))
    check_notice(world, only(world))


def new_records(world: World, seq: int) -> list[Any]:
    return [record for record in world.store.history(only(world).id) if record.seq > seq]


def is_timer(world: World, path: str) -> bool:
    rules = [rule for state in world.workflow(only(world)).states.values() for rule in state.transitions]
    return any(rule.path == path and rule.timer is not None for rule in rules)


# -- undo ------------------------------------------------------------------------------------------------------------

TICKS = st.lists(st.integers(1, 90), max_size=4)


@given(
    st.data(),
    st.lists(MOVES, max_size=5),
    st.lists(st.tuples(SAYINGS, TICKS), min_size=1, max_size=3),
)
@settings(max_examples=scaled(1))
def test_undo_is_as_if_it_had_never_been_said(data: st.DataObject, moves: list[Any], said: list[Any]) -> None:
    world = begun(data)
    started = world.clock.now()
    other = World(ManualClock(started), settings=world.settings, zone=world.zone.key, workflows=world.workflows)
    first = effective(world.store.history(only(world).id))[0].data
    copy_beginning(world, other, first["workflow"]["name"])
    for move in moves:
        go(world, move)
        follow(other, world, move)
    assert encode(only(world)) == encode(only(other))
    commands = 0
    for saying, ticks in said:
        before = world.store.last_command()
        saying.to(world)
        commands += world.store.last_command() != before
        for hours in ticks:
            for each in (world, other):
                each.clock.set(started + (world.clock.now() - started) if each is other else world.clock.now() + hours * HOUR)
            world.engine.tick()
            other.engine.tick()
    for _ in range(commands):
        world.engine.undo(1)
    assert bare(only(world)) == bare(only(other))
    for each in (world, other):
        check_history(each, only(each))
        each.clock.advance(DAY)
        each.engine.tick()
    assert bare(only(world)) == bare(only(other))
    check_nothing_lost(world, other)
