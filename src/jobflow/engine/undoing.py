"""Taking back: a record that retracts a command, and the ticks since then run again at their own instants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from jobflow.core.application import ApplicationState, evolve, stamp, to_utc, unstamp
from jobflow.core.context import Context
from jobflow.core.decide import decide
from jobflow.core.errors import Refused
from jobflow.core.fold import apply, effective, replay
from jobflow.core.inputs import Found, Tick
from jobflow.core.letters import is_letter
from jobflow.core.messages import outlives, still_holds
from jobflow.core.model import Workflow
from jobflow.core.records import WAITING, Event, OutboxMessage, Record, make_records
from jobflow.core.views import Application
from jobflow.engine.rerunning import Runs
from jobflow.engine.surroundings import BACK, Surroundings
from jobflow.ports import Writer


class Undoing(Surroundings):
    """`undo`."""

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
            if last is not None and unstamp(last) > now:
                latest = writer.get_meta("latest_instant")
                writer.set_meta("latest_instant", max(last, latest or last, key=unstamp))
            writer.set_meta("last_instant", stamp(now))
            self._show_soon(writer)
            return tuple(shown)

    def _undo_one(self, writer: Writer, application_id: str, command: int | None, now: datetime) -> Application:
        entry = writer.entry(application_id)
        if entry is None:
            raise Refused("this application was taken back already.")
        records = self._records_of(writer, application_id)
        in_force = effective(records)
        last = next((r for r in reversed(in_force) if r.command is not None and command in (None, r.command)), None)
        if last is None:
            raise Refused("there is no command to take back for this application.")
        events = [Event("retracted", now, {"seq": last.batch, "command": last.command})]
        state = replay([record for record in in_force if record.seq < last.batch])
        messages: list[OutboxMessage] = []
        runs = Runs(in_force, last.batch, writer.messages(application_id=application_id))
        if state is not None:
            state = evolve(state, {"revision": entry.state.revision + 1})
            numbers = {r.data["id"]: r.data["number"] for r in records if r.type == "task_added"}
            again = _Again(self._workflow(writer, state.workflow_hash), state, writer.counters().task, numbers, runs)
            self._live_again(writer, again, last.command or 0, now)
            state, messages = again.state, again.messages
            events += again.events
            if state.timed_under != self._timed_under and not state.final:
                # The record that took in the present settings is gone with the rest: the next tick does it again.
                event = Event("retimed", now, {"timed_under": state.timed_under, "wakes_at": stamp(now)})
                events.append(event)
                state = apply(state, event)
        self._take_back_messages(writer, in_force, last, state, runs, now)
        messages = self._unsaid(writer, application_id, messages, state)
        letters = self._letters(writer, entry.state, state, now, ())
        writer.drop_messages(letters.drop, now)
        new = make_records(
            events,
            application=application_id,
            after_seq=entry.state.revision,
            previous=entry.head,
            recorded_at=now,
            cause="undo",
            command=None,
        )
        writer.commit(entry, state, new, (*messages, *runs.new, *letters.new))
        if state is None:
            return replace(self._present(writer, entry.state, now), tasks=(), retracted=True)
        return self._present(writer, state, now)

    def _live_again(self, writer: Writer, again: _Again, command: int, now: datetime) -> None:
        """Work out the ticks that came after the retracted command again, each at its own instant."""
        for tick in sorted({*writer.ticks_after(command), *again.runs.instants}):
            if tick <= now and (again.is_due(tick) or tick in again.runs.instants):
                again.tick(self._context(writer, tick))

    def _take_back_messages(
        self,
        writer: Writer,
        in_force: Sequence[Record],
        last: Record,
        state: ApplicationState | None,
        runs: Runs,
        now: datetime,
    ) -> None:
        """Drop what waits to be said of what is no longer so; what the command had dropped waits again."""
        all_ = [m for m in writer.messages(application_id=last.application) if not is_letter(m)]
        waiting = [m.id for m in all_ if m.status in WAITING and (m.recipient is None or m.status == "pending")]
        writer.drop_messages(waiting, now)
        writer.revive_messages(runs.again())
        dropped = [m for m in all_ if m.id in waiting]
        dropped += [m for m in all_ if m.status == "dropped" and m.settled_at and m.settled_at >= last.recorded_at]
        before = [r for r in in_force if r.seq < last.batch and r.cause == "command"]
        for message in dropped:
            said = {r.type for r in before if r.seq > message.seq}
            holds = message.kind != "step" and (message.seq < last.batch or runs.said(message))
            if holds and outlives(message, state, said):
                writer.revive_messages([message.id])

    def _unsaid(
        self, writer: Writer, application_id: str, messages: Sequence[OutboxMessage], state: ApplicationState | None
    ) -> list[OutboxMessage]:
        """Of what the ticks would have said: what still holds, once for each task, and was not sent already."""
        told = {
            (m.channel, m.task_id, m.kind, m.created_at)
            for m in writer.messages(application_id=application_id)
            if m.status in ("sent", "claimed")
        }
        last = {(m.channel, m.task_id): m for m in messages}.values()
        unsaid = [m for m in last if (m.channel, m.task_id, m.kind, m.created_at) not in told]
        return [message for message in unsaid if still_holds(message, state)]


@dataclass(slots=True)
class _Again:
    """An application that lives its ticks again, and what adds up meanwhile."""

    workflow: Workflow
    state: ApplicationState
    number: int
    numbers: Mapping[str, int]
    runs: Runs
    events: list[Event] = field(default_factory=list)
    messages: list[OutboxMessage] = field(default_factory=list)

    def is_due(self, now: datetime) -> bool:
        return self.state.next_wakeup_at is not None and self.state.next_wakeup_at <= now

    def tick(self, context: Context) -> None:
        """What is due, then what steps found, in turns, as a tick does it."""
        more = True
        while more:
            more = False
            if self.is_due(context.now):
                self._take(Tick(), context)
            while (found := self.runs.found(self.state, context.now)) is not None:
                self._take(found, context)
                more = True

    def _take(self, input_: Tick | Found, context: Context) -> None:
        decision = decide(
            self.workflow, self.state, input_, context, first_number=self.number, known_numbers=self.numbers
        )
        self.number += decision.new_tasks
        self.events += decision.events
        self.messages += [m for m in decision.messages if m.kind != "step"]
        self.runs.enter(m for m in decision.messages if m.kind == "step")
        self.state = decision.application
