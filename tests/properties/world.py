"""A small world to try laws in: an engine over a store, a clock moved by hand, a channel that can fail or be killed."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from jobflow import contracts
from jobflow.adapters.memory import MemoryStore
from jobflow.contracts import Message
from jobflow.core.application import ApplicationState, canonical_json, encode
from jobflow.core.compile import workflow_hash
from jobflow.core.errors import JobflowError
from jobflow.core.fold import effective, replay
from jobflow.core.model import Workflow
from jobflow.core.records import GENESIS, STUCK, WAITING, OutboxMessage, Record, record_hash
from jobflow.core.settings import Settings
from jobflow.core.views import Explanation
from jobflow.engine import Engine, Parts
from jobflow.ports import Reader, Store
from jobflow.rulebook.load import Loaded, load_workflow
from jobflow.testing import ManualClock
from jobflow.workbench.virtual import Situation, Virtual, wait

from .strategies import STEP

Mode = Literal["fine", "fails", "dies before", "dies after"]
SHIPPED = "after-interview"
START = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)


@cache
def shipped() -> Loaded:
    """The default workflow, read once."""
    return load_workflow(SHIPPED)


class Killed(BaseException):
    """The process is gone: nobody catches this, and what was not committed never was."""


class Find:
    """A step that finds something or fails, as what it is told has it."""

    name = STEP

    def run(self, context: contracts.StepContext) -> contracts.StepResult | contracts.Retry:
        told = canonical_json([context.state, dict(context.facts), list(context.contacts)])
        chance = int(hashlib.sha256(told.encode()).hexdigest(), 16)
        if chance % 7 == 0:
            return contracts.Retry("nobody there")
        due_in = [None, timedelta(0), timedelta(hours=30)][chance % 3]
        return contracts.StepResult(
            facts={"size": chance % 4} if chance % 2 else {},
            tasks=(contracts.NewTask(title="Look at it", due_in=due_in),) if chance % 5 else (),
        )


class Broken(Exception):
    """The channel can't deliver."""


class Channel:
    """Keeps what it delivers. A claim that it `dies after` was handed over, and nobody knows."""

    name = "console"

    def __init__(self, clock: ManualClock, rows: Callable[[], list[OutboxMessage]]) -> None:
        self.clock, self.rows = clock, rows
        self.mode: Mode = "fine"
        self.delivered: list[tuple[datetime, OutboxMessage]] = []
        self.unknown: list[str] = []

    def send(self, message: Message) -> contracts.Outcome:
        ids = {part.id for part in message.parts or (message,)}
        messages = [row for row in self.rows() if row.id in ids]
        if self.mode == "dies before":
            raise Killed
        if self.mode == "fails":
            raise Broken("no paper")
        self.delivered += [(self.clock.now(), message) for message in messages]
        if self.mode == "dies after":
            self.unknown += [message.id for message in messages]
            raise Killed
        return contracts.Sent()


@dataclass(frozen=True)
class Outcome:
    """What a call gave: its value as plain data, or the error's kind and words."""

    value: Any
    error: str | None = None
    kind: str | None = None


class World:
    """One store, its engine, and everything that it told the user. `reopen`: a new process over the same store."""

    def __init__(
        self,
        clock: ManualClock,
        *,
        settings: Settings | None = None,
        zone: str = "America/New_York",
        workflows: Mapping[str, Mapping[str, Any]] | None = None,
        store: Callable[[], Store] | None = None,
    ) -> None:
        self.clock, self.zone = clock, ZoneInfo(zone)
        self.settings = settings or Settings()
        self.workflows = {SHIPPED: shipped().data, **(workflows or {})}
        self.channel = Channel(clock, lambda: self.store.messages())
        memory = MemoryStore()
        self._open = store or (lambda: memory)
        self._ids = itertools.count(1)
        self.engine = self._start()

    def _start(self) -> Engine:
        parts = Parts(
            store=self._open(),
            clock=self.clock,
            settings=self.settings,
            zone=self.zone,
            find_workflow=self._find,
            find_holidays=lambda _country, _subdivision, _year: {},
            new_id=lambda: f"00000000-0000-4000-8000-{next(self._ids):012d}",
            channels={self.channel.name: self.channel},
            steps={STEP: Find()},
        )
        return Engine(parts)

    def _find(self, name: str, _reader: Reader) -> tuple[str, int, str, str]:
        data = self.workflows[name]
        return data["workflow"], data["version"], workflow_hash(data), canonical_json(data)

    def reopen(self) -> None:
        self.engine.close()
        self.engine = self._start()

    def run(self, call: Callable[[Engine], Any]) -> Outcome:
        """Call the engine. A refusal is an outcome; being killed too, and then the process starts again."""
        try:
            return Outcome(plain(call(self.engine)))
        except JobflowError as error:
            return Outcome(None, str(error), type(error).__name__)
        except Killed:
            self.reopen()
            return Outcome(None, "", "Killed")

    @property
    def store(self) -> Store:
        return self.engine.store

    def states(self) -> list[ApplicationState]:
        return list(self.store.applications(final=True))

    def workflow(self, state: ApplicationState) -> Workflow:
        return self.engine._workflow(self.store, state.workflow_hash)

    def dump(self) -> dict[str, Any]:
        """All that a store holds, as data that can be compared."""
        states = self.states()
        names = ("last_instant", "last_tick", "held_tick", "settings")
        return {
            "states": [encode(state) for state in states],
            "histories": {state.id: [record.hash for record in self.store.history(state.id)] for state in states},
            "messages": self.store.messages(),
            "counters": self.store.counters(),
            "ticks": self.store.ticks_after(0),
            "meta": {name: self.store.get_meta(name) for name in names},
            "next_wakeup": self.store.next_wakeup(),
            "last_command": self.store.last_command(),
        }


def plain(value: Any) -> Any:
    """Any value that the engine returns as data that compares by content."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value) if field.compare}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


# -- laws that hold after every step ---------------------------------------------------------------------------------


def check_history(world: World, state: ApplicationState) -> list[Record]:
    """Laws 1 and 2: numbers without a gap, a chain that verifies, and a state that is the fold of it, byte for byte."""
    records = world.store.history(state.id)
    check_chain(records)
    folded = replay(records)
    assert folded is not None
    assert encode(folded) == encode(state)
    return records


def check_chain(records: Sequence[Record]) -> None:
    """Numbers without a gap, each record following from the one before."""
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    previous = GENESIS
    for r in records:
        at, recorded = _z(r.at), _z(r.recorded_at)
        data = canonical_json(r.data)
        args = (r.application, r.seq, r.type, at, recorded, r.cause, r.command, r.batch, data)
        assert r.hash == record_hash(previous, *args), f"record {r.seq} does not follow from the one before"
        previous = r.hash


def _z(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def check_times(world: World, state: ApplicationState) -> None:
    """Section 2.7: never open before the state was entered, nor due before it opens, nor lapsing before it is due."""
    workflow = world.workflow(state)
    for task in state.tasks:
        if task.settled:
            continue
        opens, due, lapses = task.opens_at, task.due_at, task.lapses_at
        assert opens is None or opens >= task.since, task
        if task.rule is None and workflow.tasks[task.name].state is not None:
            assert task.since >= state.entered_at, task
            assert opens is None or opens >= state.entered_at, task
        assert due is None or (opens is not None and due >= opens), task
        assert lapses is None or lapses >= (due or opens or lapses), task
        assert task.status != "open" or (opens is not None and opens <= world.clock.now() + timedelta(hours=1)), task


def check_limits(world: World, state: ApplicationState) -> None:
    """Law 11, from the history alone: how often and when they were contacted since the count was last reset."""
    workflow, now = world.workflow(state), world.clock.now()
    used: defaultdict[str, list[datetime]] = defaultdict(list)
    for record in effective(world.store.history(state.id)):
        if record.type == "counted":
            used[record.data["limit"]].append(record.at)
        elif record.type == "limit_reset":
            used[record.data["limit"]] = []
    shown = world.engine.get(state.number).tasks
    calendar = world.engine._calendar(world.store, now.year)
    zone = ZoneInfo(state.timezone) if state.timezone else world.zone
    for task in shown:
        if task.counts is None or task.status not in ("open", "overdue"):
            continue
        limit, contacts = workflow.limits[task.counts], used[task.counts]
        assert limit.at_most is None or len(contacts) < limit.at_most, (task, contacts)
        if contacts and limit.apart is not None:
            # It may have opened before a contact that was told of later: then the spacing must be over by now.
            assert task.opens_at is not None
            assert max(task.opens_at, now) >= _apart(max(contacts), limit.apart, calendar, zone), (task, contacts)


def _apart(last: datetime, size: Any, calendar: Any, zone: ZoneInfo) -> datetime:
    """The first moment that a spacing allows, worked out anew for the sizes that random workflows use."""
    local = last.astimezone(zone)
    if size.seconds and not size.days:
        return last + timedelta(seconds=size.seconds)
    if size.seconds:
        same_time = (local.replace(tzinfo=None) + timedelta(days=size.days)).replace(tzinfo=zone)
        return same_time.astimezone(UTC) + timedelta(seconds=size.seconds)
    day = local.date() + timedelta(days=size.days)
    if size.months:
        month = day.month % 12 + 1
        year = day.year + (day.month == 12)
        length = (datetime(year + month // 12, month % 12 + 1, 1) - datetime(year, month, 1)).days
        day = day.replace(year=year, month=month, day=min(day.day, length))
    left = size.business_days
    while left > 0 or ("business" in size.text and not calendar.is_business_day(day)):
        day += timedelta(days=1)
        left -= calendar.is_business_day(day)
    minutes = calendar.workday_start
    return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone).astimezone(UTC)


def check_notice(world: World, state: ApplicationState) -> None:
    """Section 2.8: nothing lapses and no timer moves before the first full business day after its notice is over."""
    workflow, calendar = world.workflow(state), world.engine._calendar(world.store, world.clock.now().year)
    zone = ZoneInfo(state.timezone) if state.timezone else world.zone
    timers = {rule.path for each in workflow.states.values() for rule in each.transitions if rule.timer is not None}
    noticed: dict[str, datetime] = {}
    history = effective(world.store.history(state.id))
    if any(record.type == "upgraded" for record in history):
        return  # rules are named by their paths, which may have been others
    for record in history:
        told_at = record.data.get("told_at")
        if record.type in ("task_opened", "task_added") and told_at:
            noticed[record.data["id"]] = datetime.fromisoformat(told_at)
        what = {"task_lapsed": record.data.get("id"), "moved": ""}.get(record.type)
        if what is not None and (record.type == "task_lapsed" or record.data["trigger"] in timers):
            day = calendar.add_business_days(noticed[what].astimezone(zone).date(), 1)
            over = datetime.combine(day, datetime.min.time(), zone) + timedelta(minutes=calendar.workday_end)
            assert record.recorded_at >= over, record
        if record.type in ("added", "moved") and told_at:
            noticed[""] = datetime.fromisoformat(told_at)


def check_delivered(world: World) -> None:
    """Law 12: once each, and once more for each time that the process died with it in its hands."""
    seen: dict[str, int] = {}
    for _, message in world.channel.delivered:
        seen[message.id] = seen.get(message.id, 0) + 1
    for id_, times in seen.items():
        assert times <= 1 + world.channel.unknown.count(id_), f"sent {times} times: {id_}"


def in_quiet_hours(world: World, at: datetime, zone: ZoneInfo) -> bool:
    local = at.astimezone(zone)
    minute, start, end = local.hour * 60 + local.minute, world.settings.quiet_start, world.settings.quiet_end
    return start <= minute < end if start <= end else not end <= minute < start


def check_explained(world: World, state: ApplicationState) -> None:
    """Every send and every non-send has its reason, and what the reasons claim is so."""
    flow, now = world.engine, _now(world)
    explanation = flow.explain(state.number)
    zone = ZoneInfo(state.timezone) if state.timezone else world.zone
    for shown in flow.get(state.number).tasks:
        told = [rule for rule in explanation.rules if rule.actual.startswith(f"task {shown.number}: ")]
        if shown.settled_at is None:
            (rule,) = told
            assert rule.verdict == shown.status, (rule, shown)
            assert rule.at == (shown.opens_at if shown.status == "waiting" else shown.due_at), (rule, shown)
            assert shown.opens_at is not None or "opens once" in rule.actual or rule.because, rule
    _check_said(world, state, explanation, zone)
    plan = flow.plan(state.number, until=now + timedelta(days=366))
    silence = explanation.silence or ""
    if "no tick came" in silence:
        assert state.next_wakeup_at is not None
        assert state.next_wakeup_at <= now
    elif "nothing is due any more" in silence:
        assert plan == ()
    elif "next is" in silence:
        assert f"next is {plan[0].name} ({plan[0].what})" in silence
        assert state.next_wakeup_at is None or state.next_wakeup_at > now
    _check_foreseen(world, state, explanation)


def _now(world: World) -> datetime:
    return world.engine._now(world.store, writing=False)


def _check_said(world: World, state: ApplicationState, explanation: Explanation, zone: ZoneInfo) -> None:
    today = _now(world).astimezone(zone).date()
    wanted = Counter(
        (message.kind, message.channel, message.status)
        for message in world.store.messages(application_id=state.id)
        if message.status in (*WAITING, *STUCK)
        or today in (at.astimezone(zone).date() for at in (message.created_at, message.settled_at) if at is not None)
    )
    assert Counter((told.kind, told.channel, told.status) for told in explanation.messages) == wanted
    assert all(told.why for told in explanation.messages)
    left = any(told.status == "sent" for told in explanation.messages)
    assert (explanation.silence is None) is left, explanation.silence
    for told in explanation.messages:
        if told.status == "pending" and "quiet hours" in told.why:
            assert in_quiet_hours(world, _now(world), zone) or told.at != _now(world), told


def _check_foreseen(world: World, state: ApplicationState, explanation: Explanation) -> None:
    """A rule that will come to hold does so, then, if nothing happens."""
    workflow = world.workflow(state)
    rules = [rule for rule in explanation.rules if rule.verdict == "waits for its condition" and rule.at is not None]
    assert len(rules) <= 1
    context = world.engine.context_at(_now(world))
    virtual = Virtual(workflow=workflow, calendar=context.calendar, zone=world.zone, conditions=context.conditions)
    situation = Situation(state, _now(world))
    for turn in wait(virtual, situation, _now(world) + timedelta(days=3660)):
        moved = [event for event in turn.decision.events if event.type == "moved"]
        if moved:
            guards = {rule.path for rule in workflow.states[state.state].transitions if rule.timer is None}
            path, at = moved[0].data["trigger"], max(moved[0].at, _now(world))
            assert [(rule.path, rule.at) for rule in rules] == ([(path, at)] if path in guards else [])
            return
    assert rules == []
