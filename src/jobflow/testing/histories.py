"""Random histories: what an engine recorded while somebody used it, and where the application stands after it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from jobflow.adapters.memory import MemoryStore
from jobflow.core.application import ApplicationState, canonical_json
from jobflow.core.compile import compile_workflow, workflow_hash
from jobflow.core.errors import JobflowError
from jobflow.core.model import Workflow
from jobflow.core.records import Record
from jobflow.core.settings import Settings
from jobflow.engine import Engine, Parts
from jobflow.testing.clock import ManualClock
from jobflow.testing.workflows import STARTS, facts, people, workflows

_HOUR = timedelta(hours=1)
_ANY = st.integers(0, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One application: its rules, its records in order, and its state, which is what comes out when they are read."""

    workflow: Workflow
    records: tuple[Record, ...]
    state: ApplicationState


_MOVES = st.one_of(
    st.tuples(st.just("log"), _ANY, facts(), people()),
    st.tuples(st.just("set"), facts()),
    st.tuples(st.sampled_from(("done", "done", "skip")), _ANY),
    st.tuples(st.just("snooze"), _ANY, st.integers(1, 200)),
    st.tuples(st.just("tick"), st.integers(1, 200)),
    st.tuples(st.just("undo")),
)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """An application of a random workflow that was used for a while: ticks, events, tasks, facts, things taken back."""
    data, clock = draw(workflows()), ManualClock(draw(STARTS))
    store = MemoryStore()
    engine = Engine(_parts(data, store, clock))
    engine.add("Acme", workflow=data["workflow"], facts=draw(facts()), contacts=draw(people()))
    for move in draw(st.lists(_MOVES, max_size=8)):
        with suppress(JobflowError):  # What is refused changes nothing.
            _PLAY[move[0]](engine, clock, *move)
    (state,) = store.applications(final=True)
    return History(workflow=compile_workflow(data), records=tuple(store.history(state.id)), state=state)


def _parts(data: Mapping[str, Any], store: MemoryStore, clock: ManualClock) -> Parts:
    found = data["workflow"], data["version"], workflow_hash(data), canonical_json(data)
    numbers = itertools.count(1)
    return Parts(
        store=store,
        clock=clock,
        settings=Settings(),
        zone=ZoneInfo("America/New_York"),
        find_workflow=lambda _name, _reader: found,
        find_holidays=lambda _country, _subdivision, _year: {},
        new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012d}",
        channels={},
    )


def _log(engine: Engine, _clock: ManualClock, _what: str, n: int, facts: Any, contacts: Any) -> None:
    names = engine.workflow_of(1).event_names()
    engine.log(1, names[n % len(names)], facts=facts, contacts=contacts)


def _settle(engine: Engine, _clock: ManualClock, what: str, n: int) -> None:
    tasks = engine.get(1).tasks
    if tasks:
        getattr(engine, what)(tasks[n % len(tasks)].number)


def _snooze(engine: Engine, clock: ManualClock, _what: str, n: int, hours: int) -> None:
    tasks = engine.get(1).tasks
    if tasks:
        engine.snooze(tasks[n % len(tasks)].number, clock.now() + hours * _HOUR)


def _tick(engine: Engine, clock: ManualClock, _what: str, hours: int) -> None:
    clock.advance(hours * _HOUR)
    engine.tick()


def _undo(engine: Engine, _clock: ManualClock, _what: str) -> None:
    if engine.store.last_command() != 1:  # The `add` itself stays.
        engine.undo(1)


_PLAY: Mapping[str, Callable[..., None]] = {
    "log": _log,
    "set": lambda engine, _clock, _what, facts: engine.set(1, facts),
    "done": _settle,
    "skip": _settle,
    "snooze": _snooze,
    "tick": _tick,
    "undo": _undo,
}
