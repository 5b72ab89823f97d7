"""How a SQLite database is changed, inside the transaction that `SQLiteStore.writing` opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from zlib import crc32

from jobflow.adapters.sqlite_reader import MESSAGE_COLUMNS, MESSAGES, SQLiteReader
from jobflow.adapters.sqlite_schema import NOT_DELETED
from jobflow.core.application import ApplicationState, canonical_json, encode, stamp
from jobflow.core.errors import Conflict
from jobflow.core.records import MessageStatus, OutboxMessage, Record
from jobflow.ports import Counters, Entry

Change = tuple[Entry, ApplicationState, Sequence[Record], Sequence[OutboxMessage]]
_WAITING = "status IN ('pending', 'claimed')"
_ADD_RECORD = "INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ADD_MESSAGE = (
    f"INSERT INTO message (application, {', '.join(MESSAGE_COLUMNS)})"
    f" VALUES ({', '.join('?' * (len(MESSAGE_COLUMNS) + 1))}) ON CONFLICT (key) DO NOTHING"
)


class SQLiteWriter(SQLiteReader):
    """`ports.Writer` over a connection with an open write transaction."""

    def commit(
        self,
        before: Entry | None,
        after: ApplicationState | None,
        records: Sequence[Record],
        messages: Sequence[OutboxMessage],
    ) -> None:
        """Append records, replace the folded state, index its tasks and its wake-up, enqueue its messages."""
        if before is not None and after is not None:
            self.commit_many([(before, after, records, messages)])
        elif after is not None:
            self._add(after, records)
            self._enqueue([(after.number, messages)])
        elif before is not None:
            self._retract(before.state, records)
            self._enqueue([(before.state.number, messages)])
        else:
            raise ValueError("neither a state before nor one after")

    def commit_many(self, decisions: Sequence[Change]) -> None:
        """`commit` for a page of a tick at once: one statement for each table."""
        self._replace_states(decisions)
        self._append([(before.state.number, records) for before, _, records, _ in decisions])
        self._index_tasks(decisions)
        self._enqueue([(before.state.number, messages) for before, _, _, messages in decisions])
        self._count(
            applications=(after.number for _, after, _, _ in decisions),
            tasks=(task.number for _, after, _, _ in decisions for task in after.tasks),
            records=(record for _, _, records, _ in decisions for record in records),
        )

    def _replace_states(self, decisions: Sequence[Change]) -> None:
        changed = self._db.run_many(
            "UPDATE application SET final = ?, revision = ?, head = ?, next_wakeup_at = ?, state = ?, sum = ?"
            " WHERE number = ? AND revision = ? AND state IS NOT NULL",
            [
                (
                    after.final,
                    after.revision,
                    records[-1].hash if records else before.head,
                    _stamp(after.next_wakeup_at),
                    *_with_sum(encode(after)),
                    before.state.number,
                    before.state.revision,
                )
                for before, after, records, _ in decisions
            ],
        )
        if changed != len(decisions):
            raise Conflict("somebody else wrote an application in between.", hint="say it again")
        for before, after, _, _ in decisions:
            if before.state.slug != after.slug:  # rare; kept out of the bulk so that its index is not rewritten
                self._rename(after)

    def _rename(self, after: ApplicationState) -> None:
        if self.id_of_slug(after.slug) not in (None, after.id):
            raise Conflict(f"the name '{after.slug}' is taken.")
        self._db.run("UPDATE application SET slug = ? WHERE number = ?", (after.slug, after.number))

    def _add(self, after: ApplicationState, records: Sequence[Record]) -> None:
        taken = self._db.value(
            "SELECT 1 FROM application WHERE id = ? OR number = ? OR slug = ?", (after.id, after.number, after.slug)
        )
        if taken is not None:
            raise Conflict(f"application {after.number} ({after.slug}) exists already.", hint="say it again")
        self._db.run(
            "INSERT INTO application (number, id, slug, final, revision, head, next_wakeup_at, state, sum)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                after.number,
                after.id,
                after.slug,
                after.final,
                after.revision,
                records[-1].hash,
                _stamp(after.next_wakeup_at),
                *_with_sum(encode(after)),
            ),
        )
        self._append([(after.number, records)])
        numbers = [task.number for task in after.tasks]
        self._db.run_many("INSERT INTO task VALUES (?, ?)", [(number, after.number) for number in numbers])
        self._count(applications=(after.number,), tasks=numbers, records=records)

    def _retract(self, before: ApplicationState, records: Sequence[Record]) -> None:
        changed = self._db.run(
            "UPDATE application SET slug = NULL, final = 1, revision = ?, head = ?, next_wakeup_at = NULL, state = NULL"
            " WHERE number = ? AND revision = ? AND state IS NOT NULL",
            (records[-1].seq, records[-1].hash, before.number, before.revision),
        )
        if changed != 1:
            raise Conflict(f"somebody else wrote '{before.slug}' in between.", hint="say it again")
        self._append([(before.number, records)])
        self._db.run_many("DELETE FROM task WHERE number = ?", [(task.number,) for task in before.tasks])
        self._count(applications=(), tasks=(), records=records)

    def _append(self, histories: Sequence[tuple[int, Sequence[Record]]]) -> None:
        self._db.run_many(_ADD_RECORD, [_record_row(number, r) for number, records in histories for r in records])
        for number, records in histories:
            for record in records:
                if record.cause == "command" or record.type == "retracted":
                    self._index_command(number, record)

    def _index_command(self, number: int, record: Record) -> None:
        if record.type == "retracted":
            self._db.run(
                "UPDATE command_batch SET in_force = 0 WHERE application = ? AND batch >= ? AND batch < ?",
                (number, record.data["seq"], record.seq),
            )
        elif record.seq == record.batch and record.command is not None:
            self._db.run("INSERT INTO command_batch VALUES (?, ?, ?, 1)", (number, record.batch, record.command))

    def _index_tasks(self, decisions: Sequence[Change]) -> None:
        gone: list[tuple[int]] = []
        new: list[tuple[int, int]] = []
        for before, after, _, _ in decisions:
            had = {task.number for task in before.state.tasks}
            has = {task.number for task in after.tasks}
            if had != has:
                gone += [(number,) for number in had - has]
                new += [(number, after.number) for number in sorted(has - had)]
        if gone:
            self._db.run_many("DELETE FROM task WHERE number = ?", gone)
        if new:
            self._db.run_many("INSERT INTO task VALUES (?, ?)", new)

    def _enqueue(self, messages: Sequence[tuple[int, Sequence[OutboxMessage]]]) -> None:
        rows = [_message_row(number, message) for number, group in messages for message in group]
        if rows:
            self._db.run_many(_ADD_MESSAGE, rows)

    def _count(self, *, applications: Iterable[int], tasks: Iterable[int], records: Iterable[Record]) -> None:
        before = self.counters()
        commands = (record.command for record in records if record.command is not None)
        after = Counters(
            application=max(before.application, max(applications, default=0) + 1),
            task=max(before.task, max(tasks, default=0) + 1),
            command=max(before.command, max(commands, default=0) + 1),
        )
        if after != before:
            self._db.run(
                "UPDATE counters SET application = ?, task = ?, command = ?",
                (after.application, after.task, after.command),
            )

    def drop_messages(self, ids: Sequence[str], at: datetime) -> None:
        """Mark messages that wait `dropped`: they are true no more."""
        self._db.run_many(
            f"UPDATE message SET status = 'dropped', settled_at = ? WHERE id = ? AND {_WAITING}",
            [(stamp(at), id_) for id_ in ids],
        )

    def put_workflow(self, hash_: str, name: str, version: int, text: str) -> None:
        """Keep a compiled workflow; the same hash twice changes nothing but which is last of its name."""
        self._db.run(
            "INSERT INTO workflow VALUES (?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING", (hash_, name, version, text)
        )
        self._db.run(
            "INSERT INTO workflow_last VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET hash = excluded.hash"
            " WHERE workflow_last.hash <> excluded.hash",
            (name, hash_),
        )

    def put_holidays(self, country: str, subdivision: str | None, year: int, days: Mapping[date, str]) -> None:
        """Keep a year's public holidays."""
        text = canonical_json({day.isoformat(): name for day, name in days.items()})
        self._db.run(
            "INSERT INTO holidays VALUES (?, ?, ?, ?)"
            " ON CONFLICT (country, subdivision, year) DO UPDATE SET days = excluded.days",
            (country, subdivision or "", year, text),
        )

    def set_meta(self, name: str, value: str | None) -> None:
        """Keep a value of the small table; None removes it."""
        if value is None:
            self._db.run("DELETE FROM meta WHERE name = ?", (name,))
            return
        self._db.run(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
            " WHERE meta.value <> excluded.value",
            (name, value),
        )

    def forget(self, application_id: str) -> None:
        """Remove an application with its history, tasks, messages and `source:` values."""
        number = self._db.value("SELECT number FROM application WHERE id = ?", (application_id,))
        if number is None:
            return
        self._db.run("DROP TRIGGER history_is_not_deleted")
        for table in ("message", "task", "command_batch", "history"):
            self._db.run(f"DELETE FROM {table} WHERE application = ?", (number,))  # names of ours
        self._db.run(NOT_DELETED)
        self._db.run("DELETE FROM application WHERE number = ?", (number,))
        self._db.run("DELETE FROM meta WHERE name LIKE 'source:%' AND value = ?", (application_id,))

    def wake_all(self, at: datetime) -> None:
        """Make every application that is not final due at `at`. The state keeps its own wake-up: it is history's."""
        self._db.run(
            "UPDATE application SET next_wakeup_at = ?"
            " WHERE final = 0 AND (next_wakeup_at IS NULL OR next_wakeup_at > ?)",
            (stamp(at), stamp(at)),
        )

    def add_tick(self, instant: datetime) -> None:
        """Remember that a tick ran then, after the commands so far; the same once more changes nothing."""
        self._db.run(
            "INSERT INTO tick SELECT command, ? FROM counters WHERE true ON CONFLICT DO NOTHING", (stamp(instant),)
        )

    def claim_messages(self, channel: str, now: datetime, limit: int) -> list[OutboxMessage]:
        """Messages of a channel whose `not_before` has come, earliest first; they are `claimed` from now on."""
        rows = self._db.rows(
            f"{MESSAGES} WHERE message.{_WAITING} AND message.channel = ? AND message.not_before <= ?"
            " ORDER BY message.not_before, message.position LIMIT ?",
            (channel, stamp(now), limit),
        )
        found = self._messages(rows)
        self._db.run_many(
            "UPDATE message SET status = 'claimed' WHERE id = ? AND status <> 'claimed'",
            [(message.id,) for message in found],
        )
        return found

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
        settled_at = None if status == "pending" else stamp(at)
        settling = "('claimed', 'dropped')" if status in ("sent", "unknown") else "('claimed')"
        self._db.run_many(
            "UPDATE message SET status = ?, settled_at = ?, attempts = attempts + 1, error = ?,"
            f" not_before = coalesce(?, not_before) WHERE id = ? AND status IN {settling}",
            [(status, settled_at, error, _stamp(again), id_) for id_ in ids],
        )

    def answer_message(self, id_: str, status: MessageStatus, at: datetime) -> None:
        """The user's word on a message: `sent`, `dropped`, or `pending` with all attempts anew."""
        if status == "pending":
            self._db.run(
                "UPDATE message SET status = 'pending', attempts = 0, not_before = ?, settled_at = NULL WHERE id = ?",
                (stamp(at), id_),
            )
        else:
            self._db.run("UPDATE message SET status = ?, settled_at = ? WHERE id = ?", (status, stamp(at), id_))

    def bury_messages(self, channels: Sequence[str], at: datetime) -> int:
        """Mark as `dead` what waits for any other channel than these: nobody will ever deliver it; how many."""
        marks = ", ".join("?" * len(channels))
        return self._db.run(
            f"UPDATE message SET status = 'dead', settled_at = ? WHERE {_WAITING} AND channel NOT IN ({marks})",
            (stamp(at), *channels),
        )

    def revive_messages(self, ids: Sequence[str]) -> None:
        """Make messages wait again: dropped ones, and steps that ran.

        They wait as claimed ones: a delivery that is under way may still settle them. A letter waits as a pending
        one: it was never under way, or it would not have been dropped.
        """
        self._db.run_many(
            "UPDATE message SET status = iif(recipient IS NULL, 'claimed', 'pending'), settled_at = NULL"
            " WHERE id = ? AND (status = 'dropped' OR kind = 'step')",
            [(id_,) for id_ in ids],
        )

    def hold_messages(self, ids: Sequence[str], not_before: datetime) -> None:
        """Put claimed messages back until `not_before`: quiet hours had begun when their turn came."""
        self._db.run_many(
            "UPDATE message SET status = 'pending', not_before = ? WHERE id = ? AND status = 'claimed'",
            [(stamp(not_before), id_) for id_ in ids],
        )


def _with_sum(state: str) -> tuple[str, int]:
    return state, crc32(state.encode())


def _stamp(instant: datetime | None) -> str | None:
    return None if instant is None else stamp(instant)


def _record_row(number: int, record: Record) -> tuple[object, ...]:
    return (
        number,
        record.seq,
        record.type,
        stamp(record.at),
        stamp(record.recorded_at),
        record.cause,
        record.command,
        record.batch,
        record.text or canonical_json(record.data),
        record.hash,
    )


def _message_row(number: int, message: OutboxMessage) -> tuple[object, ...]:
    # In the order of MESSAGE_COLUMNS; written out, since a bulk tick makes 100,000 of them.
    return (
        number,
        message.id,
        message.key,
        message.channel,
        message.kind,
        message.slug,
        message.company,
        message.task,
        message.task_id,
        stamp(message.created_at),
        stamp(message.not_before),
        _stamp(message.due_at),
        message.status,
        message.attempts,
        _stamp(message.settled_at),
        message.subject,
        message.text,
        message.timezone,
        message.seq,
        message.recipient,
        message.html,
        message.error,
    )
