"""One pass at one instant: what is due is decided and recorded page by page, then delivered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from jobflow.core.application import ApplicationState, stamp, unstamp
from jobflow.core.context import Context
from jobflow.core.decide import decide
from jobflow.core.errors import JobflowError, StoreError
from jobflow.core.inputs import Tick
from jobflow.core.records import OutboxMessage, Record
from jobflow.core.views import TickReport
from jobflow.engine.delivery import Delivery
from jobflow.engine.ledger import Ledger
from jobflow.engine.moments import as_instant
from jobflow.engine.searching import Searching
from jobflow.engine.showing import Showing
from jobflow.engine.stepping import Stepping
from jobflow.ports import Entry, Writer

JUMP = timedelta(days=45)
"""A system clock that runs ahead by more than this since the last tick is doubted once."""
PAGE = 500
"""Applications per transaction of a tick: bounds its memory and how long it keeps others from writing."""


class Ticking(Searching, Stepping, Delivery, Showing):
    """`tick`."""

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
            at = as_instant(now, self.parts.zone) if now else self._now(self.store, writing=False)
            return self._dry_tick(at, limit)
        with self.store.lease("tick") as mine:
            if not mine:
                instant_ = as_instant(now or self.parts.clock.now(), self.parts.zone)
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
        ledger = Ledger(now, self.parts.zone)
        self.parts.renew()
        self._count_search(now, ledger)
        left = self._decide_due(now, limit, ledger)
        runs: Counter[str] = Counter()
        while self._run_steps(now, ledger, runs):  # what they find may open tasks, and enter states with steps
            left = self._decide_due(now, left, ledger)
        with self.store.writing() as writer:
            self._remember_tick(writer, now, recorded=ledger.recorded)
        self._deliver(now, ledger)
        self._show(now, ledger)
        self._let_go()
        ledger.plugins(self.parts.faults)
        more = any(e.state.id not in ledger.bad for e in self.store.due(now, 1 + len(ledger.bad)))
        return ledger.report(self.store.next_wakeup(), more_due=more)

    def _decide_due(self, now: datetime, left: int | None, ledger: Ledger) -> int | None:
        """Decide for what is due, for `left` applications at most. Gives how many more there may be."""
        while left is None or left > 0:
            with self.store.writing() as writer:
                size = PAGE if left is None else min(PAGE, left)
                fresh = [e for e in writer.due(now, size + len(ledger.bad)) if e.state.id not in ledger.bad]
                context = self._context(writer, now)
                self._tick_page(writer, fresh, context, ledger)
            left = None if left is None else left - len(fresh)
            if len(fresh) < size:
                break
        return left

    def _tick_page(self, writer: Writer, entries: Sequence[Entry], context: Context, ledger: Ledger) -> None:
        number = writer.counters().task
        page: list[tuple[Entry, ApplicationState, Sequence[Record], Sequence[OutboxMessage]]] = []
        for entry in entries:
            try:
                workflow = self._workflow(writer, entry.state.workflow_hash)
                decision = decide(workflow, entry.state, Tick(), context, first_number=number)
                if self.parts.lettered:
                    decision = self._lettered(writer, entry.state, decision, context.now)
            except StoreError:  # damage is everybody's
                raise
            except (JobflowError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                # One application must not keep the others from being served; it is named in the report.
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
        states = list(self.store.applications(final=False))[:limit] if changed else [e.state for e in entries]
        number = self.store.counters().task
        for state in states:
            workflow = self._workflow(self.store, state.workflow_hash)
            decision = decide(workflow, state, Tick(), context, first_number=number)
            if self.parts.lettered:
                found = self._letters(self.store, state, decision.application, now, decision.events)
                decision = decision._replace(messages=(*decision.messages, *found.new))
            number += decision.new_tasks
            ledger.note(state, decision, context.zone_of(state))
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
        # An idle one is written down at most once an hour: cron may run each minute, and a write waits for the disk.
        first = not writer.ticks_after(writer.counters().command - 1)  # since the last command: undo will ask for it
        if recorded or first or last is None or now - unstamp(last) >= timedelta(hours=1):
            writer.add_tick(now)
            if last != stamp(now):
                writer.set_meta("last_tick", stamp(now))
            self._mark(writer, now)
