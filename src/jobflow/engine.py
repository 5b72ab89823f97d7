"""Calls the ports in order and decides nothing: read, `decide`, commit in one transaction, deliver, report.

`now` is read once per call. Every write is one transaction of the store: all of it or nothing.
"""

from __future__ import annotations

import builtins
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from jobflow.core.application import ApplicationState, canonical_json, stamp, to_utc, unstamp
from jobflow.core.calendar import Calendar, instant, local_date
from jobflow.core.compile import compile_workflow
from jobflow.core.context import ConditionFunction, Context
from jobflow.core.decide import Decision, decide
from jobflow.core.draft import Draft
from jobflow.core.errors import ClockSetBack, JobflowError, Refused, Unknown
from jobflow.core.explain import explain
from jobflow.core.facts import parse_fact
from jobflow.core.fold import effective, replay
from jobflow.core.inputs import Add, Input, Learn, Log, NewContact, Settle, Snooze, Tick
from jobflow.core.model import Workflow
from jobflow.core.present import present, present_tasks
from jobflow.core.records import GENESIS, Cause, Event, Message, Record, make_records
from jobflow.core.settings import Settings
from jobflow.core.slugs import slugify
from jobflow.core.timing import NOON
from jobflow.core.views import Application, Explanation, PlanItem, Task, TickReport
from jobflow.planning import plan_application
from jobflow.ports import Channel, Clock, Entry, Reader, Store, Writer
from jobflow.reporting import Ledger

BACK = timedelta(hours=1)
"""A clock set back by this much is taken for the last recorded instant."""
JUMP = timedelta(days=45)
"""A system clock that runs ahead by more than this since the last tick is doubted once."""
PAGE = 500
"""Applications per transaction of a tick: bounds its memory and how long it keeps others from writing."""

When = datetime | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApplication:
    """What `add` takes, as a value, for adding many at once. `source` names where it came from, once for ever."""

    company: str
    role: str | None = None
    workflow: str | None = None
    at: When = None
    contacts: tuple[NewContact, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    timezone: str | None = None
    state: str | None = None
    outcome: str | None = None
    note: str | None = None
    source: str | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the engine is made of. `find_workflow` gives (name, compiled data) by name; `find_holidays` a year's.

    `zone` is the configured zone, else the system's; `new_id` makes application ids.
    """

    store: Store
    clock: Clock
    settings: Settings
    zone: ZoneInfo
    find_workflow: Callable[[str, Reader], tuple[str, int, str, str]]
    find_holidays: Callable[[str, str | None, int], Mapping[date, str]]
    new_id: Callable[[], str]
    channels: Mapping[str, Channel] = field(default_factory=dict)
    conditions: Mapping[str, ConditionFunction] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


class Engine:
    """The workflow engine over one store. Safe to use from several processes; one instance per thread."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts; nothing is read yet."""
        self.parts = parts
        self.store = parts.store
        self._compiled: dict[str, Workflow] = {}
        self._calendars: dict[int, Calendar] = {}
        self._timed_under = _digest(parts)

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    # -- what the user says ----------------------------------------------------------------------------------------

    def add(
        self,
        company: str,
        *,
        role: str | None = None,
        workflow: str | None = None,
        at: When = None,
        contacts: Sequence[NewContact] = (),
        facts: Mapping[str, object] | None = None,
        timezone: str | None = None,
        state: str | None = None,
        confirmed: bool = False,
    ) -> Application:
        """A new application, in its workflow's initial state (or `state`) since `at` (now where None).

        Raises `Refused`, `Unknown`, `InvalidFile` (the workflow) or `ClockSetBack`; nothing is written then.
        """
        new = NewApplication(
            company=company,
            role=role,
            workflow=workflow,
            at=at,
            contacts=tuple(contacts),
            facts=facts or {},
            timezone=timezone,
            state=state,
            confirmed=confirmed,
        )
        return self.add_all([new])[0]

    def add_all(self, items: Iterable[NewApplication]) -> tuple[Application, ...]:
        """Add many as one command: all of them or none. One whose `source` was added before is left out."""
        with self.store.writing() as writer:
            now = self._now(writer)
            command = writer.counters().command
            states = [state for item in items if (state := self._add_one(writer, item, now, command)) is not None]
            self._mark(writer, now)
            return tuple(self._present(writer, state, now) for state in states)

    def _add_one(self, writer: Writer, new: NewApplication, now: datetime, command: int) -> ApplicationState | None:
        if new.source is not None:
            earlier = writer.get_meta(f"source:{new.source}")
            if earlier is not None and writer.entry(earlier) is not None:
                return None
        if not new.company.strip():
            raise Refused("an application needs the company's name.", hint='jobflow add "Acme Corp"')
        zone = _zone(new.timezone) if new.timezone else self.parts.zone
        name, version, hash_, text = self.parts.find_workflow(new.workflow or self.parts.settings.workflow, writer)
        writer.put_workflow(hash_, name, version, text)
        workflow = self._workflow(writer, hash_)
        counters, slug = writer.counters(), slugify(new.company)
        context = self._context(writer, now)
        add = Add(
            id=self.parts.new_id(),
            number=counters.application,
            slug=_free(slug, writer.slugs_like(slug)),
            company=new.company.strip(),
            role=new.role,
            timezone=new.timezone,
            at=_at(new.at, now, zone),
            state=new.state,
            outcome=new.outcome,
            facts=self._facts(workflow, new.facts, now, zone, context.calendar, new.confirmed),
            contacts=new.contacts,
            note=new.note,
        )
        decision = decide(workflow, None, add, context, first_number=counters.task)
        self._commit(writer, None, decision, now, "command", command)
        if new.source is not None:
            writer.set_meta(f"source:{new.source}", add.id)
        return decision.application

    def log(
        self,
        application: str | int,
        event: str,
        *,
        at: When = None,
        facts: Mapping[str, object] | None = None,
        contacts: Sequence[NewContact] = (),
        note: str | None = None,
        confirmed: bool = False,
    ) -> Application:
        """Record what happened at `at`, and move the state. What was waiting to be said before is dropped.

        Raises `EventNotPossible`, `Unknown` or `Refused`.
        """

        def build(workflow: Workflow, state: ApplicationState, context: Context) -> Input:
            zone = context.zone_of(state)
            parsed = self._facts(workflow, facts or {}, context.now, zone, context.calendar, confirmed)
            happened = _at(at, context.now, zone, state.began_at)
            return Log(event=event, at=happened, facts=parsed, contacts=tuple(contacts), note=note)

        return self._write(application, build, drop_all=True)

    def set(
        self, application: str | int, facts: Mapping[str, object], *, confirmed: bool = False
    ) -> Application:
        """Facts that came to be known (None or "" drops one); what hangs on them is worked out anew."""

        def build(workflow: Workflow, state: ApplicationState, context: Context) -> Input:
            zone = context.zone_of(state)
            return Learn(facts=self._facts(workflow, facts, context.now, zone, context.calendar, confirmed))

        return self._write(application, build)

    def contact(self, application: str | int, *contacts: NewContact) -> Application:
        """People at or around the employer."""
        return self._write(application, lambda _w, _s, _c: Learn(contacts=contacts))

    def done(
        self,
        *tasks: int,
        at: When = None,
        facts: Mapping[str, object] | None = None,
        note: str | None = None,
    ) -> tuple[Task, ...]:
        """The user did these tasks at `at`. Early is fine, and so is late: that is recorded and moves no state."""
        return self._settle(tasks, "done", at, facts or {}, note)

    def skip(self, *tasks: int) -> tuple[Task, ...]:
        """The user will not do these tasks."""
        return self._settle(tasks, "skipped", None, {}, None)

    def _settle(
        self,
        tasks: Sequence[int],
        how: Literal["done", "skipped"],
        at: When,
        facts: Mapping[str, object],
        note: str | None,
    ) -> tuple[Task, ...]:
        def build_for(numbers: tuple[int, ...]) -> _Build:
            def build(workflow: Workflow, state: ApplicationState, context: Context) -> Input:
                zone = context.zone_of(state)
                parsed = self._facts(workflow, facts, context.now, zone, context.calendar, False)
                happened = _at(at, context.now, zone, state.began_at)
                return Settle(numbers=numbers, how=how, at=happened, facts=parsed, note=note)

            return build

        with self.store.writing() as writer:
            owners: dict[str, builtins.list[int]] = {}
            for number in dict.fromkeys(tasks):
                owners.setdefault(self._owner(writer, number), []).append(number)
            now, command = self._now(writer), writer.counters().command
            shown: dict[int, Task] = {}
            for owner, numbers in owners.items():
                state = self._write_one(writer, owner, build_for(tuple(numbers)), now, command)
                shown |= {task.number: task for task in self._present(writer, state, now).tasks}
            self._mark(writer, now)
            return tuple(shown[number] for number in dict.fromkeys(tasks))

    def snooze(self, task: int, until: datetime | date) -> Task:
        """Move a task's opening to `until` (a date: the start of its working day); due and lapse follow."""

        def build(_workflow: Workflow, state: ApplicationState, context: Context) -> Input:
            zone = context.zone_of(state)
            if isinstance(until, datetime):
                moment = to_utc(until if until.tzinfo else until.replace(tzinfo=zone))
            else:
                moment = context.calendar.edge(until, "open", zone)
            return Snooze(number=task, until=moment)

        shown = self._write(self._owner(self.store, task), build, by_id=True)
        return next(item for item in shown.tasks if item.number == task)

    # -- time ------------------------------------------------------------------------------------------------------

    def tick(
        self,
        now: datetime | None = None,
        *,
        dry_run: bool = False,
        limit: int | None = None,
        accept_jump: bool = False,
    ) -> TickReport:
        """One pass at one instant: what is due is worked out, recorded, then delivered.

        `limit` bounds the applications looked at. Another tick at work: `busy`, nothing done. A dry run writes nothing.
        Raises `ClockSetBack` where `now` lies more than an hour before the last recorded instant.
        """
        if dry_run:
            return self._dry_tick(to_utc(now) if now else self._now(self.store, writing=False), limit)
        with self.store.lease("tick") as mine:
            if not mine:
                instant_ = to_utc(now or self.parts.clock.now())
                return TickReport(now=instant_, busy=True, zone=self.parts.zone)
            with self.store.writing() as writer:
                at = self._now(writer, now)
                trusted = accept_jump or now is not None or self.parts.clock.pinned
                held = None if trusted else self._doubt(writer, at)
                if held is None:
                    self._notice_settings(writer, at)
            if held is not None:
                return TickReport(now=at, held=held, zone=self.parts.zone)
            return self._run_tick(at, limit)

    def _run_tick(self, now: datetime, limit: int | None) -> TickReport:
        ledger, left = Ledger(now, self.parts.zone), limit
        while left is None or left > 0:
            with self.store.writing() as writer:
                size = PAGE if left is None else min(PAGE, left)
                fresh = [e for e in writer.due(now, size + len(ledger.bad)) if e.state.id not in ledger.bad]
                context = self._context(writer, now)
                self._tick_page(writer, fresh, context, ledger)
            left = None if left is None else left - len(fresh)
            if len(fresh) < size:
                break
        with self.store.writing() as writer:
            self._remember_tick(writer, now, recorded=ledger.recorded)
        self._deliver(now, ledger)
        more = any(e.state.id not in ledger.bad for e in self.store.due(now, 1 + len(ledger.bad)))
        return ledger.report(self.store.next_wakeup(), more_due=more)

    def _tick_page(self, writer: Writer, entries: Sequence[Entry], context: Context, ledger: Ledger) -> None:
        number = writer.counters().task
        page: builtins.list[tuple[Entry, ApplicationState, Sequence[Record], Sequence[Message]]] = []
        for entry in entries:
            try:
                workflow = self._workflow(writer, entry.state.workflow_hash)
                decision = decide(workflow, entry.state, Tick(), context, first_number=number)
            except (JobflowError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                # One bad row must not keep the others from being served; it is named in the report.
                ledger.quarantine(entry.state, error)
                continue
            number += decision.new_tasks
            records = self._records(entry, decision, context.now, "tick", None)
            ledger.note(entry.state, decision, context.zone_of(entry.state))
            page.append((entry, decision.application, records, decision.messages))
        writer.commit_many(page)

    def _dry_tick(self, now: datetime, limit: int | None) -> TickReport:
        ledger, context = Ledger(now, self.parts.zone), self._context(self.store, now)
        changed = self.store.get_meta("settings") not in (None, self._timed_under)
        entries = self.store.due(now, limit if limit is not None else 1_000_000)
        states = builtins.list(self.store.applications(final=False))[:limit] if changed else [e.state for e in entries]
        for state in states:
            workflow = self._workflow(self.store, state.workflow_hash)
            ledger.note(state, decide(workflow, state, Tick(), context), context.zone_of(state))
        return replace(ledger.report(self.store.next_wakeup(), more_due=False), dry_run=True)

    def _doubt(self, writer: Writer, now: datetime) -> str | None:
        """A leap of the system's clock is believed only when the next tick still sees it."""
        last, held = writer.get_meta("last_tick"), writer.get_meta("held_tick")
        if last is None or now - unstamp(last) <= JUMP:
            if held is not None:
                writer.set_meta("held_tick", None)
            return None
        if held is not None and timedelta(0) <= now - unstamp(held) <= JUMP:
            writer.set_meta("held_tick", None)
            return None
        writer.set_meta("held_tick", stamp(now))
        days = (now - unstamp(last)).days
        return (
            f"the clock is {days} days ahead of the last tick ({last}); nothing was done. The next tick will take it"
            " for true, or now: jobflow tick --accept-jump"
        )

    def _notice_settings(self, writer: Writer, now: datetime) -> None:
        digest, known = self._timed_under, writer.get_meta("settings")
        if known == digest:
            return
        writer.set_meta("settings", digest)
        if known is not None:
            writer.wake_all(now)

    def _remember_tick(self, writer: Writer, now: datetime, *, recorded: bool) -> None:
        last = writer.get_meta("last_tick")
        # An idle tick is written down at most once an hour: cron may run every minute, and each write waits for the disk.
        if recorded or last is None or now - unstamp(last) >= timedelta(hours=1):
            writer.add_tick(now)
            if last != stamp(now):
                writer.set_meta("last_tick", stamp(now))
            self._mark(writer, now)

    def _deliver(self, now: datetime, ledger: Ledger) -> None:
        """Claim and commit, send with no transaction open, record. A crash in between repeats a reminder, once."""
        for name, channel in self.parts.channels.items():
            while True:
                with self.store.writing() as writer:
                    claimed = writer.claim_messages(name, now, PAGE)
                    latest = set({(m.application, m.task or m.id): m.id for m in claimed}.values())
                    newest = [m for m in claimed if m.id in latest]
                    # What waited (quiet hours, a failed channel) is overtaken by a newer word on the same task.
                    overtaken = [m.id for m in claimed if m.id not in latest]
                    writer.settle_messages(overtaken, "dropped", now)
                if not claimed:
                    break
                status = "sent"
                try:
                    channel.deliver(newest)
                except Exception as error:  # A channel that fails must not stop the others; its messages stay.
                    status = "pending"
                    ledger.failed(name, error)
                with self.store.writing() as writer:
                    writer.settle_messages([message.id for message in newest], status, now)
                ledger.delivered(newest, status, now)
                if status != "sent" or len(claimed) < PAGE:
                    break

    # -- taking back -----------------------------------------------------------------------------------------------

    def undo(self, application: str | int | None = None) -> tuple[Application, ...]:
        """Retract the last command (of the application, or of all): as if it had never been said, later ticks included.

        Raises `Refused` where there is none. What was sent stays sent.
        """
        with self.store.writing() as writer:
            now = to_utc(self.parts.clock.now())
            last = writer.get_meta("last_instant")
            if last is not None and timedelta(0) < unstamp(last) - now <= BACK:
                now = unstamp(last)
            if application is None:
                command = writer.last_command()
                ids = writer.applications_of_command(command) if command is not None else []
            else:
                ids = [writer.resolve(str(application))]
                command = None
            shown = [self._undo_one(writer, id_, command, now) for id_ in ids]
            if not shown:
                raise Refused("there is no command to take back.")
            writer.set_meta("last_instant", stamp(now))
            return tuple(shown)

    def _undo_one(self, writer: Writer, application_id: str, command: int | None, now: datetime) -> Application:
        records = writer.history(application_id)
        in_force = effective(records)
        last = next((r for r in reversed(in_force) if r.command is not None and command in (None, r.command)), None)
        if last is None:
            raise Refused("there is no command to take back for this application.")
        data = {"seq": last.batch, "command": last.command}
        kept = [record for record in in_force if record.seq < last.batch]
        before = replay(kept)
        entry = writer.entry(application_id)
        if entry is None:
            raise Refused("this application was taken back already.")
        shown_before = entry.state
        events = [Event("retracted", now, data)]
        writer.drop_messages(application_id, None, now)
        messages: builtins.list[Message] = []
        state = before
        if state is not None:
            state = replace(state, revision=records[-1].seq + 1)
            numbers = {r.data["id"]: r.data["number"] for r in records if r.type == "task_added"}
            state = self._live_again(writer, state, last.recorded_at, now, events, messages, numbers)
        head = records[-1].hash
        new = make_records(
            events,
            application=application_id,
            after_seq=records[-1].seq,
            previous=head,
            recorded_at=now,
            cause="undo",
            command=None,
        )
        writer.commit(entry, state, new, self._unsaid(writer, application_id, messages, state))
        if state is None:
            return replace(self._present(writer, shown_before, now), tasks=(), retracted=True)
        return self._present(writer, state, now)

    def _live_again(
        self,
        writer: Writer,
        state: ApplicationState,
        since: datetime,
        now: datetime,
        events: builtins.list[Event],
        messages: builtins.list[Message],
        numbers: Mapping[str, int],
    ) -> ApplicationState:
        """Run the ticks that came after the retracted command again, each at its own instant."""
        workflow = self._workflow(writer, state.workflow_hash)
        first = writer.counters().task
        for tick in writer.ticks_after(since - timedelta(seconds=1)):
            if tick > now or state.next_wakeup_at is None or state.next_wakeup_at > tick:
                continue
            context = self._context(writer, tick)
            decision = decide(workflow, state, Tick(), context, first_number=first, known_numbers=numbers)
            first += decision.new_tasks
            events += decision.events
            messages += decision.messages
            state = decision.application
        return state

    def _unsaid(
        self, writer: Writer, application_id: str, messages: Sequence[Message], state: ApplicationState | None
    ) -> builtins.list[Message]:
        """Of what the ticks would have said: what still holds, once for each task, and was not sent already."""
        if state is None:
            return []
        open_tasks = {task.id for task in state.tasks if task.status == "open"}
        told = {(m.channel, m.task_id, m.kind, m.created_at) for m in writer.messages(application_id=application_id)
                if m.status == "sent"}
        last = {(m.channel, m.task_id): m for m in messages}
        return [
            m
            for m in last.values()
            if (m.channel, m.task_id, m.kind, m.created_at) not in told
            and (m.task_id is None or m.kind == "lapsed" or m.task_id in open_tasks)
        ]

    # -- what can be asked -----------------------------------------------------------------------------------------

    def get(self, application: str | int) -> Application:
        """One application as of now. Raises `Unknown`."""
        entry = self._entry(self.store, self.store.resolve(str(application)))
        return self._present(self.store, entry.state, self._now(self.store, writing=False))

    def list(self, *, all: bool = False) -> tuple[Application, ...]:
        """Every application that is not closed, or every one, by number."""
        now = self._now(self.store, writing=False)
        return tuple(self._present(self.store, state, now) for state in self.store.applications(final=all))

    def next(self, now: datetime | None = None) -> tuple[Task, ...]:
        """What to do now, most pressing first: overdue, then by due date."""
        at = to_utc(now) if now else self._now(self.store, writing=False)
        context = self._context(self.store, at)
        found: builtins.list[Task] = []
        for state in self.store.applications(final=False):
            workflow = self._workflow(self.store, state.workflow_hash)
            found += [t for t in present_tasks(context, workflow, state) if t.status in ("open", "overdue")]
        far = datetime.max.replace(tzinfo=at.tzinfo)
        return tuple(sorted(found, key=lambda task: (task.due_at or far, task.number)))

    def history(self, application: str | int) -> tuple[Record, ...]:
        """Everything recorded about an application, the retracted too."""
        return tuple(self.store.history(self.store.resolve(str(application))))

    def zone_of(self, application: str | int) -> ZoneInfo:
        """The zone that an application's rules apply in."""
        entry = self.store.entry(self.store.resolve(str(application)))
        return ZoneInfo(entry.state.timezone) if entry and entry.state.timezone else self.parts.zone

    def explain(self, application: str | int) -> Explanation:
        """Which rule, which anchor, which date; and why what is not due is not."""
        entry = self._entry(self.store, self.store.resolve(str(application)))
        context = self._context(self.store, self._now(self.store, writing=False))
        return explain(Draft(context, self._workflow(self.store, entry.state.workflow_hash), entry.state, False, 0))

    def plan(self, application: str | int | None = None, *, until: When = None) -> tuple[PlanItem, ...]:
        """What will come due if nothing happens, in order, up to `until` (eight weeks where None)."""
        now = self._now(self.store, writing=False)
        context = self._context(self.store, now)
        if until is None:
            end = now + timedelta(weeks=8)
        elif isinstance(until, datetime):
            end = to_utc(until if until.tzinfo else until.replace(tzinfo=self.parts.zone))
        else:
            end = instant(until, 24 * 60, self.parts.zone)
        if application is None:
            states = builtins.list(self.store.applications(final=False))
        else:
            states = [self._entry(self.store, self.store.resolve(str(application))).state]
        items: builtins.list[PlanItem] = []
        for state in states:
            items += plan_application(context, self._workflow(self.store, state.workflow_hash), state, end)
        return tuple(sorted(items, key=lambda item: (item.at, item.application)))

    def workflow_of(self, application: str | int) -> Workflow:
        """The compiled workflow that an application is pinned to."""
        entry = self._entry(self.store, self.store.resolve(str(application)))
        return self._workflow(self.store, entry.state.workflow_hash)

    def context_at(self, now: datetime) -> Context:
        """The surroundings of a decision at `now` (aware), for calling `decide` and the other pure functions."""
        return self._context(self.store, to_utc(now))

    # -- underneath ------------------------------------------------------------------------------------------------

    def _write(
        self, application: str | int, build: _Build, *, drop_all: bool = False, by_id: bool = False
    ) -> Application:
        with self.store.writing() as writer:
            id_ = str(application) if by_id else writer.resolve(str(application))
            now = self._now(writer)
            state = self._write_one(writer, id_, build, now, writer.counters().command, drop_all=drop_all)
            self._mark(writer, now)
            return self._present(writer, state, now)

    def _write_one(
        self,
        writer: Writer,
        application_id: str,
        build: _Build,
        now: datetime,
        command: int,
        *,
        drop_all: bool = False,
    ) -> ApplicationState:
        entry = self._entry(writer, application_id)
        workflow = self._workflow(writer, entry.state.workflow_hash)
        context = self._context(writer, now)
        input_ = build(workflow, entry.state, context)
        decision = decide(workflow, entry.state, input_, context, first_number=writer.counters().task)
        self._commit(writer, entry, decision, now, "command", command)
        # Nothing that was waiting to be said is said after the user reported what makes it untrue.
        still_open = [task.number for task in decision.application.tasks if task.status == "open"]
        writer.drop_messages(application_id, None if drop_all else still_open, now)
        return decision.application

    def _commit(
        self, writer: Writer, entry: Entry | None, decision: Decision, now: datetime, cause: Cause, command: int | None
    ) -> None:
        if decision.events:
            records = self._records(entry, decision, now, cause, command)
            writer.commit(entry, decision.application, records, decision.messages)

    def _records(
        self, entry: Entry | None, decision: Decision, now: datetime, cause: Cause, command: int | None
    ) -> Sequence[Record]:
        return make_records(
            builtins.list(decision.events),
            application=decision.application.id,
            after_seq=entry.state.revision if entry else 0,
            previous=entry.head if entry else GENESIS,
            recorded_at=now,
            cause=cause,
            command=command,
        )

    def _now(self, reader: Reader, now: datetime | None = None, *, writing: bool = True) -> datetime:
        """The instant of this call: at most an hour before the last recorded one, it is that one."""
        at = to_utc(now or self.parts.clock.now())
        text = reader.get_meta("last_instant")
        if text is None or unstamp(text) <= at:
            return at
        last = unstamp(text)
        if last - at <= BACK:
            return last
        if not writing:
            return at
        raise ClockSetBack(
            f"it is {stamp(at)} by the clock, but the last thing was recorded at {stamp(last)}; nothing was changed.",
            hint="set the clock right; if the last command was recorded under a wrong clock, `jobflow undo` it.",
        )

    def _mark(self, writer: Writer, now: datetime) -> None:
        """Remember the last recorded instant, and the settings that times were worked out under."""
        if writer.get_meta("last_instant") != stamp(now):
            writer.set_meta("last_instant", stamp(now))
        if writer.get_meta("settings") is None:
            writer.set_meta("settings", self._timed_under)
        self._keep_holidays(writer, now)

    def _entry(self, reader: Reader, application_id: str) -> Entry:
        entry = reader.entry(application_id)
        if entry is None:
            raise Refused("this application was taken back by undo; only its history is left.")
        return entry

    def _owner(self, reader: Reader, number: int) -> str:
        owner = reader.application_of_task(number)
        if owner is None:
            raise Unknown("task", str(number), hint="`jobflow next` and `jobflow show APP` list the numbers.")
        return owner

    def _workflow(self, reader: Reader, hash_: str) -> Workflow:
        if hash_ not in self._compiled:
            text = reader.workflow(hash_)
            if text is None:
                raise JobflowError(f"the workflow {hash_[:12]} that an application is pinned to is not stored.")
            self._compiled[hash_] = compile_workflow(json.loads(text))
        return self._compiled[hash_]

    def _context(self, reader: Reader, now: datetime) -> Context:
        return Context(
            now=now,
            calendar=self._calendar(reader, now.year),
            zone=self.parts.zone,
            timed_under=self._timed_under,
            channels=tuple(self.parts.channels),
            conditions=self.parts.conditions,
            templates=self.parts.templates,
        )

    def _calendar(self, reader: Reader, year: int) -> Calendar:
        """The calendar around a year. Holidays come from the store's table, else from the library, which is slow."""
        if year not in self._calendars:
            settings = self.parts.settings
            days: dict[date, str] = {}
            for each in _years(year) if settings.country else ():
                days.update(self._holidays(reader, settings.country or "", settings.subdivision, each))
            self._calendars[year] = Calendar.of(settings, days)
        return self._calendars[year]

    def _holidays(self, reader: Reader, country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
        stored = reader.holidays(country, subdivision, year)
        return self.parts.find_holidays(country, subdivision, year) if stored is None else stored

    def _keep_holidays(self, writer: Writer, now: datetime) -> None:
        """Fill the stored table, so that the library is asked once for a country and year."""
        settings = self.parts.settings
        for year in _years(now.year) if settings.country else ():
            country, subdivision = settings.country or "", settings.subdivision
            if writer.holidays(country, subdivision, year) is None:
                days = self.parts.find_holidays(country, subdivision, year)
                writer.put_holidays(country, subdivision, year, days)

    def _present(self, reader: Reader, state: ApplicationState, now: datetime) -> Application:
        return present(self._context(reader, now), self._workflow(reader, state.workflow_hash), state)

    def _facts(
        self,
        workflow: Workflow,
        facts: Mapping[str, object],
        now: datetime,
        zone: ZoneInfo,
        calendar: Calendar,
        confirmed: bool,
    ) -> dict[str, Any]:
        parsed: dict[str, Any] = {}
        for name, value in facts.items():
            if name not in workflow.facts:
                raise Unknown("fact", name, tuple(workflow.facts))
            rule = workflow.facts[name]
            empty = value is None or value == ""
            parsed[name] = (
                None
                if empty
                else parse_fact(rule, value, now=now, zone=zone, calendar=calendar, confirmed=confirmed)
            )
        return parsed


def _digest(parts: Parts) -> str:
    """A name for the settings that touch timing."""
    s = parts.settings
    hours = [s.workday_start, s.workday_end]
    days = [sorted(s.weekend), sorted(map(str, s.days_off)), sorted(map(str, s.working_days))]
    text = canonical_json([parts.zone.key, hours, s.country, s.subdivision, days])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _years(year: int) -> range:
    """The years whose holidays matter now: an older search, and a fact that lies ahead."""
    return range(year - 3, year + 5)


_Build = Callable[[Workflow, ApplicationState, Context], Input]


def _zone(name: str) -> ZoneInfo:
    from zoneinfo import available_timezones

    names = available_timezones()
    if name not in names:
        raise Unknown("time zone", name, sorted(names), hint=_zone_hint(name, names))
    return ZoneInfo(name)


def _zone_hint(name: str, names: Iterable[str]) -> str:
    from jobflow.core.errors import suggest

    near = suggest(name, sorted(names))
    return f"did you mean '{near}'?" if near else "zones have names such as Europe/Berlin or America/New_York"


def _free(slug: str, taken: frozenset[str]) -> str:
    if slug not in taken:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"


def _at(at: When, now: datetime, zone: ZoneInfo, began: datetime | None = None) -> datetime:
    """When it happened. A date alone is its noon, or now where that is earlier; on the first day, not before it began."""
    if at is None:
        return now
    if isinstance(at, datetime):
        return to_utc(at if at.tzinfo else at.replace(tzinfo=zone))
    if at > local_date(now, zone):
        raise Refused(f"{at} lies in the future; only what happened can be recorded.")
    noon = min(instant(at, NOON, zone), now)
    return began if began is not None and local_date(began, zone) == at and noon < began else noon
