"""Applications in memory: the same obligations as any store, for tests, embedding and `demo`.

States and data are kept as a database would keep them, so that no value is shared with a caller and every store reads
back the same. A write notes how to take each step back, and does so when its block raises.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from threading import Lock, RLock
from typing import Any

from jobflow.adapters.audit import Kept, audit
from jobflow.adapters.memory_reader import MemoryReader
from jobflow.adapters.memory_tables import Row, Tables
from jobflow.core.application import ApplicationState, canonical_json, encode, stamp
from jobflow.core.errors import Conflict
from jobflow.core.records import WAITING, MessageStatus, OutboxMessage, Record
from jobflow.ports import Entry


class MemoryWriter(MemoryReader):
    """`ports.Writer` inside the block that `MemoryStore.writing` opened."""

    def commit(
        self,
        before: Entry | None,
        after: ApplicationState | None,
        records: Sequence[Record],
        messages: Sequence[OutboxMessage],
    ) -> None:
        """Append records, replace the folded state, index its tasks and its wake-up, enqueue its messages."""
        tables = self._tables
        known = before.state if before is not None else after
        if known is None:
            raise ValueError("neither a state before nor one after")
        self._guard(before, after)
        head = records[-1].hash if records else before.head if before else ""
        tables.put_row(_row(known, after, records, head))
        self._append(known.number, records)
        self._index_tasks(before.state if before else None, after)
        self._enqueue(messages)
        self._count(after, records)

    def commit_many(
        self, decisions: Sequence[tuple[Entry, ApplicationState, Sequence[Record], Sequence[OutboxMessage]]]
    ) -> None:
        """`commit` for a page of a tick at once."""
        for before, after, records, messages in decisions:
            self.commit(before, after, records, messages)

    def _guard(self, before: Entry | None, after: ApplicationState | None) -> None:
        tables = self._tables
        if before is not None:
            row = tables.rows.get(before.state.number)
            if row is None or row.state is None or row.revision != before.state.revision:
                raise Conflict(f"somebody else wrote '{before.state.slug}' in between.", hint="say it again")
        elif after is not None and (after.id in tables.numbers or after.number in tables.rows):
            raise Conflict(f"application {after.number} ({after.slug}) exists already.", hint="say it again")
        if after is not None and tables.slugs.get(after.slug, after.number) != after.number:
            raise Conflict(f"the name '{after.slug}' is taken.")

    def _append(self, number: int, records: Sequence[Record]) -> None:
        tables = self._tables
        kept = tuple([replace(record, data=json.loads(canonical_json(record.data))) for record in records])
        tables.put(tables.history, number, tables.history.get(number, ()) + kept)
        for record in kept:
            if record.type == "retracted":
                self._retract(number, record.data["seq"])
            elif record.cause == "command" and record.command is not None and record.seq == record.batch:
                tables.put(tables.batches, (number, record.batch), (record.command, True))

    def _retract(self, number: int, first: int) -> None:
        for key, (command, _) in list(self._tables.batches.items()):
            if key[0] == number and key[1] >= first:
                self._tables.put(self._tables.batches, key, (command, False))

    def _index_tasks(self, before: ApplicationState | None, after: ApplicationState | None) -> None:
        for task in before.tasks if before else ():
            self._tables.drop(self._tables.tasks, task.number)
        for task in after.tasks if after else ():
            self._tables.put(self._tables.tasks, task.number, after.number if after else 0)

    def _enqueue(self, messages: Iterable[OutboxMessage]) -> None:
        for message in messages:
            if message.key not in self._tables.keys:
                self._tables.put(self._tables.keys, message.key, message.id)
                self._put_message(message)

    def _put_message(self, message: OutboxMessage) -> None:
        tables = self._tables
        tables.put(tables.messages, message.id, message)
        if message.status in ("pending", "claimed"):
            tables.put(tables.waiting, message.id, 0)
        else:
            tables.drop(tables.waiting, message.id)

    def _count(self, after: ApplicationState | None, records: Iterable[Record]) -> None:
        seen = {
            "application": [after.number] if after else [],
            "task": [task.number for task in after.tasks] if after else [],
            "command": [record.command for record in records if record.command is not None],
        }
        for name, numbers in seen.items():
            highest = max([self._tables.counters[name], *(number + 1 for number in numbers)])
            self._tables.put(self._tables.counters, name, highest)

    def drop_messages(self, ids: Sequence[str], at: datetime) -> None:
        """Mark messages that wait `dropped`: they are true no more."""
        for id_ in ids:
            message = self._tables.messages.get(id_)
            if message is not None and message.status in WAITING:
                self._put_message(replace(message, status="dropped", settled_at=at))

    def put_workflow(self, hash_: str, name: str, version: int, text: str) -> None:
        """Keep a compiled workflow; the same hash twice changes nothing but which is last of its name."""
        if hash_ not in self._tables.workflows:
            self._tables.put(self._tables.workflows, hash_, text)
        self._tables.put(self._tables.last_workflow, name, hash_)

    def put_holidays(self, country: str, subdivision: str | None, year: int, days: Mapping[date, str]) -> None:
        """Keep a year's public holidays."""
        self._tables.put(self._tables.holidays, (country, subdivision or "", year), dict(days))

    def set_meta(self, name: str, value: str | None) -> None:
        """Keep a value of the small table; None removes it."""
        if value is None:
            self._tables.drop(self._tables.meta, name)
        else:
            self._tables.put(self._tables.meta, name, value)

    def forget(self, application_id: str) -> None:
        """Remove an application with its history, tasks, messages and `source:` values."""
        tables, number = self._tables, self._tables.numbers.get(application_id)
        if number is None:
            return
        row = tables.rows[number]
        tables.put_row(replace(row, slug=None, wakeup=None))
        tables.drop(tables.rows, number)
        tables.drop(tables.numbers, application_id)
        tables.drop(tables.history, number)
        for batch in [key for key in tables.batches if key[0] == number]:
            tables.drop(tables.batches, batch)
        for task in [task for task, owner in tables.tasks.items() if owner == number]:
            tables.drop(tables.tasks, task)
        for message in [m for m in tables.messages.values() if m.application == application_id]:
            tables.drop(tables.messages, message.id)
            tables.drop(tables.keys, message.key)
            tables.drop(tables.waiting, message.id)
        for name in [n for n, value in tables.meta.items() if n.startswith("source:") and value == application_id]:
            tables.drop(tables.meta, name)

    def wake_all(self, at: datetime) -> None:
        """Make every application that is not final due at `at`. The state keeps its own wake-up: it is history's."""
        for row in list(self._tables.rows.values()):
            if not row.final and (row.wakeup is None or row.wakeup > at):
                self._tables.put_row(replace(row, wakeup=at))

    def add_tick(self, instant: datetime) -> None:
        """Remember that a tick ran then, after the commands so far; the same once more changes nothing."""
        tick = (self.counters().command, instant)
        place = bisect_left(self._tables.ticks, tick)
        if self._tables.ticks[place : place + 1] != [tick]:
            self._tables.insert(self._tables.ticks, tick)

    def claim_messages(self, channel: str, now: datetime, limit: int) -> list[OutboxMessage]:
        """Messages of a channel whose `not_before` has come, earliest first; they are `claimed` from now on."""
        order = {id_: place for place, id_ in enumerate(self._tables.messages)}
        waiting = [self._tables.messages[id_] for id_ in self._tables.waiting]
        ripe = [message for message in waiting if message.channel == channel and message.not_before <= now]
        ripe.sort(key=lambda message: (message.not_before, order[message.id]))
        for message in ripe[:limit]:
            self._put_message(replace(message, status="claimed"))
        return ripe[:limit]

    def settle_messages(
        self,
        ids: Sequence[str],
        status: MessageStatus,
        at: datetime,
        *,
        error: str | None = None,
        again: datetime | None = None,
    ) -> None:
        """Record what became of claimed messages; one more attempt each.

        One dropped in the meantime stays so, unless it was sent or may have been.
        """
        settling = ("claimed", "dropped") if status in ("sent", "unknown") else ("claimed",)
        for id_ in ids:
            message = self._tables.messages.get(id_)
            if message is not None and message.status in settling:
                changes: dict[str, Any] = {"settled_at": None if status == "pending" else at, "error": error}
                changes["not_before"] = again or message.not_before
                self._put_message(replace(message, status=status, attempts=message.attempts + 1, **changes))

    def answer_message(self, id_: str, status: MessageStatus, at: datetime) -> None:
        """The user's word on a message: `sent`, `dropped`, or `pending` with all attempts anew."""
        message = self._tables.messages[id_]
        anew: dict[str, Any] = {"attempts": 0, "not_before": at, "settled_at": None}
        changes = anew if status == "pending" else {"settled_at": at}
        self._put_message(replace(message, status=status, **changes))

    def bury_messages(self, channels: Sequence[str], at: datetime) -> int:
        """Mark as `dead` what waits for any other channel than these: nobody will ever deliver it; how many."""
        lost = [m for m in self._tables.messages.values() if m.status in WAITING and m.channel not in channels]
        for message in lost:
            self._put_message(replace(message, status="dead", settled_at=at))
        return len(lost)

    def revive_messages(self, ids: Sequence[str]) -> None:
        """Make messages wait again: dropped ones, and steps that ran.

        They wait as claimed ones: a delivery that is under way may still settle them. A letter waits as a pending
        one: it was never under way, or it would not have been dropped.
        """
        for id_ in ids:
            message = self._tables.messages.get(id_)
            if message is not None and (message.status == "dropped" or message.kind == "step"):
                status: MessageStatus = "claimed" if message.recipient is None else "pending"
                self._put_message(replace(message, status=status, settled_at=None))

    def hold_messages(self, ids: Sequence[str], not_before: datetime) -> None:
        """Put claimed messages back until `not_before`: quiet hours had begun when their turn came."""
        for id_ in ids:
            message = self._tables.messages.get(id_)
            if message is not None and message.status == "claimed":
                self._put_message(replace(message, status="pending", not_before=not_before))


class MemoryStore(MemoryReader):
    """`ports.Store` that ends with the process."""

    def __init__(self) -> None:
        """An empty store."""
        super().__init__(Tables(), RLock())
        self._writer = MemoryWriter(self._tables, self._lock)
        self._leases: dict[str, Lock] = {}
        self._busy = False

    @contextmanager
    def writing(self) -> Iterator[MemoryWriter]:
        """A write transaction: committed when the block ends, rolled back when it raises. One at a time."""
        with self._lock:
            if self._busy:
                raise RuntimeError("a transaction is open already: one at a time")
            self._busy = True
            try:
                yield self._writer
                self._tables.keep()
            finally:
                self._tables.take_back()
                self._busy = False

    @contextmanager
    def lease(self, name: str) -> Iterator[bool]:
        """Hold `name` against every other thread while the block runs; False where somebody has it."""
        with self._lock:
            lock = self._leases.setdefault(name, Lock())
        held = lock.acquire(blocking=False)
        try:
            yield held
        finally:
            if held:
                lock.release()

    def scrub(self) -> None:
        """Nothing is on disk."""

    def verify(self) -> list[str]:
        """Faults found: a broken hash chain, a state that is not the fold of its history. One line each."""
        with self._lock:
            return [
                fault
                for row in self._tables.rows.values()
                for fault in audit(self._kept(row), list(self._tables.history[row.number]))
            ]

    def _kept(self, row: Row) -> Kept:
        commands = (
            c for (number, _), (c, in_force) in self._tables.batches.items() if number == row.number and in_force
        )
        return Kept(
            number=row.number,
            slug=row.slug,
            final=row.final,
            revision=row.revision,
            head=row.head,
            wakeup=None if row.wakeup is None else stamp(row.wakeup),
            state=row.state,
            tasks=frozenset(task for task, number in self._tables.tasks.items() if number == row.number),
            commands=frozenset(commands),
        )

    def close(self) -> None:
        """Nothing to let go of: the applications stay as long as the store does."""


def _row(known: ApplicationState, after: ApplicationState | None, records: Sequence[Record], head: str) -> Row:
    if after is None:
        return Row(
            number=known.number,
            id=known.id,
            slug=None,
            final=True,
            revision=records[-1].seq,
            head=head,
            wakeup=None,
            state=None,
        )
    return Row(
        number=after.number,
        id=after.id,
        slug=after.slug,
        final=after.final,
        revision=after.revision,
        head=head,
        wakeup=after.next_wakeup_at,
        state=encode(after),
    )
