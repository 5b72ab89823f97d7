"""A user, cron and accidents at random, over the shipped and random workflows, on two stores side by side.

After every step: the stores agree, histories verify and replay byte for byte (laws 1, 2, 5), limits hold (11), nothing
is said twice, in quiet hours or after what makes it untrue (10, 12), refusals and dry runs change nothing (4, 14), and
a second tick at the same instant does nothing (6). Every send and every non-send is explained.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jobflow.adapters.sqlite import SQLiteStore
from jobflow.core.application import ApplicationState, unstamp
from jobflow.core.compile import workflow_hash
from jobflow.core.inputs import NewContact
from jobflow.core.records import WAITING
from jobflow.engine import Engine
from jobflow.testing import ManualClock

from .strategies import PEOPLE, STARTS, ZONES, days, facts, scaled, settings_values, workflows
from .world import (
    SHIPPED,
    Mode,
    Outcome,
    World,
    check_delivered,
    check_explained,
    check_history,
    check_limits,
    check_notice,
    check_times,
    in_quiet_hours,
)

MEMORY = Path("/dev/shm")
SHIPPED_FACTS = st.fixed_dictionaries({}, optional={"decision_date": st.none() | days(), "offer_deadline": days()})
HOURS_AGO = st.none() | st.integers(-1, 200)
ANY = st.integers(0, 30)
MODES = st.sampled_from(("fine", "fine", "fine", "fails", "dies before", "dies after"))


class Story(RuleBasedStateMachine):
    """What a year of use could bring, in any order."""

    world: type[World] = World

    @initialize(
        start=STARTS,
        workflow=st.none() | workflows(),
        later=workflows(),
        settings=settings_values(),
        zone=st.sampled_from(ZONES),
        pinned=st.booleans(),
    )
    def begin(self, start: datetime, workflow: Any, later: Any, settings: Any, zone: str, pinned: bool) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.path = Path(self.folder.name) / "jobflow.db"
        self.clock = ManualClock(start, pinned=pinned)
        known = {"random": workflow, "later": {**later, "version": 2}} if workflow else {}
        common: dict[str, Any] = {"settings": settings, "zone": zone, "workflows": known}
        self.names = (*known, SHIPPED)
        self.memory = self.world(self.clock, **common)
        self.sqlite = self.world(self.clock, store=lambda: SQLiteStore(self.path), **common)
        self.unsayable: set[str] = set()

    def teardown(self) -> None:
        if hasattr(self, "sqlite"):
            self.sqlite.engine.close()
            self.folder.cleanup()

    # -- both at once ------------------------------------------------------------------------------------------------

    def both(self, call: Callable[[Engine], Any]) -> Outcome:
        before = self.memory.dump()
        one, two = self.memory.run(call), self.sqlite.run(call)
        assert one == two
        if one.error is not None and one.kind != "Killed":
            assert self.memory.dump() == before, "what is refused changes nothing"
        return one

    def apps(self) -> list[ApplicationState]:
        return self.memory.states()

    def pick(self, n: int) -> ApplicationState:
        apps = self.apps()
        return apps[n % len(apps)]

    def task(self, n: int) -> int:
        numbers = [task.number for app in self.apps() for task in app.tasks]
        return numbers[n % len(numbers)] if numbers else n

    def ago(self, hours: int | None) -> datetime | date | None:
        """Some hours ago, now and then as a date, which is its noon."""
        if hours is None:
            return None
        at = self.clock.now() - timedelta(hours=hours)
        return at.astimezone(self.memory.zone).date() if hours % 5 == 4 else at

    @property
    def now(self) -> datetime:
        """The instant that the engine takes it for: a clock set back a little stands still."""
        last = self.memory.store.get_meta("last_instant")
        return max(self.clock.now(), unstamp(last)) if last else self.clock.now()

    some = precondition(lambda self: bool(self.apps()))

    # -- what the user says ------------------------------------------------------------------------------------------

    @rule(
        which=ANY,
        company=st.sampled_from(("Acme", "Globex", "Acme Corp")),
        hours=HOURS_AGO,
        zone=st.none() | st.sampled_from((*ZONES, "Mars/Base")),
        state=st.integers(0, 9),
        data=st.data(),
    )
    def add(
        self, which: int, company: str, hours: int | None, zone: str | None, state: int, data: st.DataObject
    ) -> None:
        workflow = self.names[which % len(self.names)]
        states = tuple(self.memory.workflows[workflow]["states"])
        given = self.given(workflow, data)
        self.both(
            lambda engine: engine.add(
                company,
                workflow=workflow,
                at=self.ago(hours),
                timezone=zone,
                state=states[state % len(states)] if state > 5 else None,
                **given,
            )
        )

    def given(self, workflow: str, data: st.DataObject) -> dict[str, Any]:
        roles = tuple(self.memory.workflows[workflow]["roles"])
        one = st.builds(NewContact, role=st.sampled_from(roles), name=st.sampled_from(PEOPLE))
        found = data.draw(st.none() | (facts() if workflow != SHIPPED else SHIPPED_FACTS))
        return {"facts": found or {}, "contacts": data.draw(st.lists(one, max_size=2))}

    @some
    @rule(app=ANY, event=ANY, hours=HOURS_AGO, data=st.data())
    def log(self, app: int, event: int, hours: int | None, data: st.DataObject) -> None:
        state = self.pick(app)
        workflow = self.memory.workflow(state)
        names = (*workflow.event_names(), "nonsense")
        given = self.given(workflow.name, data)
        waiting = {
            m.id for m in self.memory.store.messages(application_id=state.id) if m.status in ("pending", "claimed")
        }
        said = self.both(
            lambda engine: engine.log(state.number, names[event % len(names)], at=self.ago(hours), **given)
        )
        if said.error is None:
            self.unsayable |= waiting

    @some
    @rule(app=ANY, data=st.data())
    def learn(self, app: int, data: st.DataObject) -> None:
        state = self.pick(app)
        given = self.given(self.memory.workflow(state).name, data)
        if given["facts"]:
            self.both(lambda engine: engine.set(state.number, given["facts"]))
        if given["contacts"]:
            self.both(lambda engine: engine.contact(state.number, *given["contacts"]))

    @some
    @rule(tasks=st.lists(ANY, min_size=1, max_size=2), hours=HOURS_AGO)
    def done(self, tasks: list[int], hours: int | None) -> None:
        numbers = [self.task(n) for n in tasks]
        self.both(lambda engine: engine.done(*numbers, at=self.ago(hours)))

    @some
    @rule(task=ANY)
    def skip(self, task: int) -> None:
        number = self.task(task)
        self.both(lambda engine: engine.skip(number))

    @some
    @rule(task=ANY, hours=st.integers(-5, 300))
    def snooze(self, task: int, hours: int) -> None:
        number = self.task(task)
        moment = self.clock.now() + timedelta(hours=hours)
        until: datetime | date = moment.date() if hours % 4 == 3 else moment
        self.both(lambda engine: engine.snooze(number, until))

    @some
    @rule(app=ANY, which=ANY, apply=st.booleans())
    def upgrade(self, app: int, which: int, apply: bool) -> None:
        state, name = self.pick(app), self.names[which % len(self.names)]
        before = self.memory.dump()
        waiting = {m.id for m in self.memory.store.messages(application_id=state.id) if m.status in WAITING}
        said = self.both(lambda engine: engine.upgrade(name, state.number, apply=apply))
        if said.error is not None:
            assert "would be stranded" in said.error or said.kind in ("ClockSetBack", "Refused")
        elif not apply:
            assert self.memory.dump() == before
        else:
            (after,) = (each for each in self.apps() if each.id == state.id)
            assert self.memory.workflow(after).hash == workflow_hash(self.memory.workflows[name])
            dropped = {m.id for m in self.memory.store.messages(application_id=state.id) if m.status == "dropped"}
            self.unsayable |= waiting & dropped

    @some
    @rule(app=st.none() | ANY)
    def undo(self, app: int | None) -> None:
        which = None if app is None else self.pick(app).number
        before = {state.id: len(self.memory.store.history(state.id)) for state in self.apps()}
        said = self.both(lambda engine: engine.undo(which))
        if said.error is None:
            # What was unsayable because of a command that was never said may be said again.
            undone = {id_ for id_, count in before.items() if len(self.memory.store.history(id_)) > count}
            self.unsayable -= {m.id for m in self.memory.store.messages() if m.application in undone}

    # -- time --------------------------------------------------------------------------------------------------------

    @rule(minutes=st.integers(0, 14 * 60))
    def wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))

    @rule(hours=st.integers(1, 50 * 24))
    def sleep(self, hours: int) -> None:
        self.clock.advance(timedelta(hours=hours))

    @rule(mode=MODES)
    def tick(self, mode: Mode) -> None:
        final = {state.id for state in self.apps() if state.final}
        known = {message.id for message in self.memory.store.messages()}
        told = len(self.memory.channel.delivered)
        for world in (self.memory, self.sqlite):
            world.channel.mode = mode
        said = self.both(lambda engine: engine.tick())
        assert self.memory.channel.delivered == self.sqlite.channel.delivered
        self.check_told(final, known, told)
        for world in (self.memory, self.sqlite):
            world.channel.mode = "fine"
        if mode == "fine" and said.error is None and not said.value["held"]:
            self.check_settled(said)

    def check_told(self, final: set[str], known: set[str], told: int) -> None:
        zones = {state.id: state.timezone for state in self.apps()}
        entries = {state.id: state.entered_recorded_at for state in self.apps()}
        for message in self.memory.store.messages():
            assert message.id in known or message.application not in final, f"a final state speaks: {message}"
        for _, message in self.memory.channel.delivered[told:]:
            zone = ZoneInfo(zones[message.application] or self.memory.zone.key)
            assert not in_quiet_hours(self.memory, self.now, zone), f"sent in quiet hours: {message}"
            assert message.id not in self.unsayable, f"sent after an event was logged: {message}"
            if message.application in final:
                assert message.created_at == entries[message.application], f"sent after the entry message: {message}"

    def check_settled(self, said: Outcome) -> None:
        """Whatever was due has been done: nothing else is, and the same tick again does nothing."""
        assert said.value["quarantined"] == []
        assert not said.value["more_due"]
        wakes_at = self.memory.store.next_wakeup()
        assert wakes_at is None or wakes_at > self.now
        before, told = self.memory.dump(), len(self.memory.channel.delivered)
        again = self.both(lambda engine: engine.tick())
        assert (again.value["transitions"], again.value["tasks"], again.value["messages"]) == ([], [], [])
        assert len(self.memory.channel.delivered) == told
        assert self.memory.dump() == before
        for state in self.apps():
            check_explained(self.memory, state)
            for each in self.memory.engine.explain(state.number).rules:
                assert each.verdict not in ("acts now", "due"), f"it was not done, and nothing says why: {each}"

    @precondition(lambda self: self.memory.store.next_wakeup() is not None)
    @rule(late=st.sampled_from((0, 0, 0, 1, 60, 3600, 26 * 3600)), mode=MODES)
    def on_time(self, late: int, mode: Mode) -> None:
        wakes_at = self.memory.store.next_wakeup()
        assert wakes_at is not None
        self.clock.set(max(self.now, wakes_at) + timedelta(seconds=late))
        self.tick(mode)

    @rule()
    def dry_run(self) -> None:
        before, file = self.memory.dump(), self.digest()
        dry = self.both(lambda engine: engine.tick(dry_run=True))
        assert self.memory.dump() == before
        assert self.digest() == file, "a dry run writes no byte"
        if dry.error is not None:
            return
        real = self.both(lambda engine: engine.tick())
        has_steps = any(row.kind == "step" for row in self.memory.store.messages())  # nobody knows what they will find
        if not real.value["held"] and not has_steps:
            assert [plain(dry.value[key]) for key in _DECIDED] == [plain(real.value[key]) for key in _DECIDED]

    def digest(self) -> str:
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @some
    @rule(minutes=st.integers(1, 200), app=ANY, ticks=st.booleans())
    def clock_set_back(self, minutes: int, app: int, ticks: bool) -> None:
        """Up to an hour is taken for standing still; further back nothing is written, and everything goes on after."""
        number, there = self.pick(app).number, self.clock.now()
        self.clock.advance(-timedelta(minutes=minutes))
        back = self.now - self.clock.now()
        said = self.both(lambda engine: engine.tick() if ticks else engine.set(number, {}))
        assert (said.kind == "ClockSetBack") is (back > timedelta(hours=1))
        self.clock.set(there)

    # -- accidents and questions -------------------------------------------------------------------------------------

    @rule(where=st.sampled_from(("_remember_tick", "_deliver", "_run_tick")))
    def killed_in_a_tick(self, where: str) -> None:
        def die(engine: Engine) -> Any:
            from .world import Killed

            def killed(*_args: Any, **_options: Any) -> None:
                raise Killed

            setattr(engine, where, killed)
            return engine.tick()

        self.both(die)
        for world in (self.memory, self.sqlite):
            vars(world.engine).pop(where, None)

    @rule()
    def reopen(self) -> None:
        self.sqlite.reopen()
        self.memory.reopen()

    @some
    @rule(app=ANY)
    def ask(self, app: int) -> None:
        before, number = self.memory.dump(), self.pick(app).number
        self.both(lambda engine: engine.get(number))
        self.both(lambda engine: engine.next())
        self.both(lambda engine: engine.list(all=True))
        self.both(lambda engine: engine.history(number))
        self.both(lambda engine: engine.explain(number))
        self.both(lambda engine: engine.plan(number, until=self.now + timedelta(weeks=3)))
        assert self.memory.dump() == before
        check_explained(self.memory, self.pick(app))

    # -- what holds --------------------------------------------------------------------------------------------------

    @invariant()
    def laws(self) -> None:
        if not hasattr(self, "sqlite"):
            return
        assert self.memory.dump() == self.sqlite.dump()
        assert self.memory.store.verify() == []
        assert self.sqlite.store.verify() == []
        check_delivered(self.memory)
        for state in self.apps():
            check_history(self.memory, state)
            check_times(self.memory, state)
            check_limits(self.memory, state)
            check_notice(self.memory, state)


_DECIDED = ("transitions", "tasks")


def plain(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in item.items() if key != "zone"} for item in items]


TestStory = Story.TestCase
TestStory.settings = settings(max_examples=scaled(0.7), stateful_step_count=30)
