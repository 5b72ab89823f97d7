"""What ticks may and may not depend on: laws 1, 6, 7, 9 and undo, over the shipped and random workflows."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jobflow.adapters.sqlite import SQLiteStore
from jobflow.core.application import ApplicationState, TaskState, encode
from jobflow.core.context import Context
from jobflow.core.decide import decide
from jobflow.core.inputs import NewContact, Tick
from jobflow.core.records import OutboxMessage
from jobflow.core.settings import Settings
from jobflow.engine import Engine
from jobflow.testing import ManualClock

from .strategies import STARTS, ZONES, days, facts, people, scaled, settings_values, workflows
from .world import SHIPPED, START, World, check_history, check_limits, check_notice, check_times

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
                return lambda engine: engine.set(
                    1, given.get("facts", {"decision_date": now.date() + self.hours * DAY})
                )
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


@dataclass(frozen=True)
class Beginning:
    """How a world begins: with one application. Each call makes another world, alike."""

    start: datetime
    zone: str
    settings: Settings
    workflow: dict[str, Any] | None
    facts: dict[str, Any]
    contacts: tuple[NewContact, ...]

    def __call__(self) -> World:
        known = {"random": self.workflow} if self.workflow else {}
        world = World(ManualClock(self.start), settings=self.settings, zone=self.zone, workflows=known)
        given: dict[str, Any] = {"facts": self.facts, "contacts": self.contacts} if self.workflow else {}
        world.engine.add("Acme", workflow="random" if self.workflow else SHIPPED, **given)
        return world


BEGINNINGS = st.builds(
    Beginning,
    start=STARTS,
    zone=st.sampled_from(ZONES),
    settings=settings_values(),
    workflow=st.none() | workflows(),
    facts=facts(),
    contacts=people(),
)


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


@given(BEGINNINGS, st.lists(MOVES, max_size=8), st.integers(1, 10**6))
@settings(max_examples=scaled(1))
def test_a_tick_where_nothing_is_due_decides_nothing(begin: Beginning, moves: list[Any], part: int) -> None:
    world = begin()
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


@given(BEGINNINGS, st.lists(MOVES, max_size=6), st.integers(0, 1000))
@settings(max_examples=scaled(0.6))
def test_an_idle_tick_in_between_makes_no_difference(begin: Beginning, moves: list[Any], part: int) -> None:
    world, other = begin(), begin()
    for each in (world, other):
        for move in moves:
            go(each, move)
        each.engine.tick()
    now, then = world.clock.now(), only(world).next_wakeup_at
    if then is None or any(m.status == "pending" for m in step_rows(world)):  # a step that failed is tried again
        return
    for each, instants in ((world, [now + (then - now) * (part / 1001), then]), (other, [then])):
        for at in instants:
            each.clock.set(at)
            each.engine.tick()
    assert encode(only(world)) == encode(only(other))


def step_rows(world: World) -> list[OutboxMessage]:
    return [message for message in world.store.messages() if message.kind == "step"]


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


@given(BEGINNINGS, st.lists(MOVES, max_size=8), st.integers(1, 80))
@settings(max_examples=scaled(1))
def test_after_a_long_sleep_there_is_no_flood_and_no_cascade(begin: Beginning, moves: list[Any], asleep: int) -> None:
    world = begin()
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
    about = [m.task_id for m in fresh if m.kind != "step"]
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


@given(BEGINNINGS, st.lists(MOVES, max_size=5), st.lists(st.tuples(SAYINGS, TICKS), min_size=1, max_size=3))
@settings(max_examples=scaled(2))
def test_undo_is_as_if_it_had_never_been_said(begin: Beginning, moves: list[Any], said: list[Any]) -> None:
    world, other = begin(), begin()
    for move in moves:
        go(world, move)
        go(other, move)
    assert encode(only(world)) == encode(only(other))
    commands = 0
    for saying, ticks in said:
        before = world.store.last_command()
        saying.to(world)
        # What changed nothing left nothing to take back.
        commands += world.store.last_command() != before
        for hours in ticks:
            for each in (world, other):
                each.clock.advance(hours * HOUR)
                each.engine.tick()
    for _ in range(commands):
        world.engine.undo(1)
    check_history(world, only(world))
    if waiting(world) != waiting(other):
        return  # A step was told what has been taken back: it runs again, and what it finds comes later here.
    assert bare(only(world)) == bare(only(other))
    for each in (world, other):
        each.clock.advance(DAY)
        each.engine.tick()
        check_history(each, only(each))
    assert bare(only(world)) == bare(only(other))
    check_nothing_lost(world, other)


def waiting(world: World) -> Counter[Any]:
    """The runs of steps that wait or were given up; without their keys, which count what was taken back too."""
    rows = [m for m in step_rows(world) if m.status in ("pending", "claimed", "dead")]
    return Counter((m.key.split(":", 2)[2], m.created_at, m.not_before, m.attempts) for m in rows)


def bare(state: ApplicationState) -> ApplicationState:
    """Without the numbers that tell how much was said and taken back."""
    return replace(state, revision=0, tasks=tuple(bare_task(task) for task in state.tasks))


def bare_task(task: TaskState) -> TaskState:
    if task.rule is None:
        return replace(task, number=0)
    by = task.rule.by.split(":", 2)[2]
    return replace(task, number=0, id="", rule=replace(task.rule, by=by))


def check_nothing_lost(world: World, other: World) -> None:
    """Of what is to be done now, whatever the other was told of, this one was or will be told of too."""
    todo = {task.id: bare_task(task) for task in only(other).tasks if task.status == "open"}
    missed = [todo[m.task_id] for _, m in other.channel.delivered if m.task_id in todo]
    told = {m.task_id for _, m in world.channel.delivered}
    told |= {m.task_id for m in world.store.messages() if m.status == "pending"}  # It may be night there.
    heard = [bare_task(task) for task in only(world).tasks if task.id in told]
    assert [task for task in missed if task not in heard] == []


@pytest.mark.parametrize("said", [Said("log", 5), Said("set"), Said("done", 0)])
def test_what_waits_for_the_morning_survives_an_undo(said: Said) -> None:
    world = World(ManualClock(datetime(2026, 3, 10, 14, 0, tzinfo=UTC)), zone="UTC")
    world.engine.add("Acme", state="awaiting", at=date(2026, 3, 2))
    world.clock.set(datetime(2026, 3, 10, 22, 0, tzinfo=UTC))
    world.engine.tick()
    world.engine.snooze(next(t.number for t in only(world).tasks if t.name == "status_check"), date(2026, 3, 12))
    world.clock.set(datetime(2026, 3, 12, 22, 0, tzinfo=UTC))
    world.engine.tick()
    waiting = {m.task_id for m in world.store.messages() if m.status == "pending"}
    assert waiting
    assert said.to(world)
    world.engine.undo(1)
    world.clock.set(datetime(2026, 3, 13, 8, 0, tzinfo=UTC))
    world.engine.tick()
    assert waiting <= {m.task_id for _, m in world.channel.delivered}


# -- law 10: what an event makes untrue ------------------------------------------------------------------------------


@given(BEGINNINGS, st.lists(MOVES, max_size=6), st.integers(0, 20), st.lists(st.integers(1, 30), max_size=3))
@settings(max_examples=scaled(1))
def test_nothing_that_waited_is_said_after_an_event(
    begin: Beginning, moves: list[Any], event: int, later: list[int]
) -> None:
    # Quiet but for the last half hour of the day: almost all that ticks have to say waits.
    world = replace(begin, settings=replace(begin.settings, quiet_start=0, quiet_end=23 * 60 + 30))()
    for move in moves:
        go(world, move)
    waiting = {m.id for m in world.store.messages() if m.status == "pending"}
    if not Said("log", event).to(world):
        return
    for hours in (*later, 24):
        world.clock.advance(hours * HOUR)
        local = world.clock.now().astimezone(world.zone)
        world.clock.set(max(world.clock.now(), local.replace(hour=23, minute=45)))
        world.engine.tick()
    assert waiting.isdisjoint(m.id for _, m in world.channel.delivered)


# -- law 1: whatever surrounds the process ---------------------------------------------------------------------------

REPLAY = """
import hashlib, sys
from jobflow.adapters.sqlite import SQLiteStore
from jobflow.core.application import encode
from jobflow.core.fold import replay
from tests.properties.test_ticks import a_busy_week
store = SQLiteStore(sys.argv[1])
replayed = [encode(replay(store.history(state.id))) for state in store.applications(final=True)]
print(hashlib.sha256("".join([*replayed, *a_busy_week()]).encode()).hexdigest(), len(replayed), store.verify())
"""


def a_busy_week(path: Path | None = None) -> list[str]:
    """A few applications over a week of ticks; their states, in the database at `path` if one is named."""
    store = (lambda: SQLiteStore(path)) if path else None
    world = World(ManualClock(START), zone="Europe/Berlin", store=store)
    engine = world.engine
    who = NewContact(role="interviewer", name="Zoë Ünal")
    engine.add("Ácme Çorp", contacts=[who], facts={"decision_date": "2026-03-20"})
    engine.add("Globex", timezone="Asia/Kolkata", state="offer", facts={"offer_deadline": "2026-03-30"})
    engine.add("Initech", at=date(2026, 2, 27))
    for hour in range(24 * 7):
        world.clock.advance(HOUR)
        engine.tick()
        if hour == 30:
            engine.done(1)
            engine.log(3, "reply", note="grüße, ıI")
    engine.undo(3)
    states = [encode(state) for state in world.states()]
    engine.close()
    return states


SURROUNDINGS = (
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
    {"TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
    {"TZ": "", "LC_ALL": "POSIX", "PYTHONHASHSEED": "4242", "PYTHONUTF8": "1"},
)


@pytest.mark.slow
def test_replay_does_not_depend_on_zone_locale_or_hash_seed(tmp_path: Path) -> None:
    path = tmp_path / "jobflow.db"
    states = a_busy_week(path)
    wanted = f"{hashlib.sha256(''.join([*states, *states]).encode()).hexdigest()} 3 []"
    root = Path(__file__).parents[2]
    for surroundings in SURROUNDINGS:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (root, root / "src"))), **surroundings}
        command = [sys.executable, "-c", REPLAY, str(path)]
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
        assert (done.stdout.strip(), done.stderr) == (wanted, ""), surroundings
