"""What can be asked of a SQLite database. The tables are in `sqlite_schema`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from zlib import crc32

from jobflow.adapters.names import resolve_name
from jobflow.adapters.sqlite_connection import Database
from jobflow.core.application import ApplicationState, decode, stamp, unstamp
from jobflow.core.errors import StoreError
from jobflow.core.records import OutboxMessage, Record
from jobflow.ports import Counters, Entry

T = TypeVar("T")
PAGE = 500
_BIGGEST = 2**63 - 1

MESSAGE_COLUMNS = (
    "id", "key", "channel", "kind", "slug", "company", "task", "task_id", "created_at", "not_before", "due_at",
    "status", "attempts", "settled_at", "subject", "text", "timezone", "seq", "recipient", "html", "error",
)  # fmt: skip
_MESSAGE_INSTANTS = ("created_at", "not_before", "due_at", "settled_at")
_RECORDS = "SELECT seq, type, at, recorded_at, cause, command, batch, data, hash FROM history"
MESSAGES = (
    f"SELECT application.id, {', '.join('message.' + name for name in MESSAGE_COLUMNS)}"
    " FROM message JOIN application ON application.number = message.application"
)


class SQLiteReader:
    """`ports.Reader` over one connection."""

    def __init__(self, database: Database) -> None:
        """Several readers may share a connection."""
        self._db = database

    def resolve(self, name: str) -> str:
        """The id that a number, a slug or a unique slug prefix names."""
        return resolve_name(self, name)

    def id_of_number(self, number: int) -> str | None:
        """The application with that number, a retracted one too."""
        return self._text("SELECT id FROM application WHERE number = ?", number)

    def id_of_slug(self, slug: str) -> str | None:
        """The application with exactly that slug."""
        return self._text("SELECT id FROM application WHERE slug = ?", slug)

    def slugs_from(self, prefix: str, limit: int) -> list[str]:
        """Slugs that begin so, sorted, at most `limit`."""
        found = self._db.rows(
            "SELECT slug FROM application WHERE slug >= ? AND slug < ? ORDER BY slug LIMIT ?",
            (prefix, prefix + "\U0010ffff", limit),
        )
        return [slug for (slug,) in found]

    def entry(self, application_id: str) -> Entry | None:
        """The application, or None if there is none or its `add` was undone."""
        row = self._db.row("SELECT number, state, sum, head FROM application WHERE id = ?", (application_id,))
        return None if row is None or row[1] is None else self._entry(row)

    def application_of_task(self, number: int) -> str | None:
        """The id of the application that the task belongs to."""
        if not 0 < number <= _BIGGEST:
            return None
        return self._text(
            "SELECT a.id FROM task t JOIN application a ON a.number = t.application WHERE t.number = ?", number
        )

    def applications(self, *, final: bool) -> Iterator[ApplicationState]:
        """By number; with `final` those in a final state too. In pages: no read lock is held between them."""
        last, only = 0, "" if final else "AND final = 0"
        while True:
            page = self._db.rows(
                f"SELECT number, state, sum FROM application WHERE number > ? AND state IS NOT NULL {only}"
                " ORDER BY number LIMIT ?",
                (last, PAGE),
            )
            for number, text, checksum in page:
                yield self._decode(number, text, checksum)
            if len(page) < PAGE:
                return
            last = page[-1][0]

    def slugs_like(self, slug: str) -> frozenset[str]:
        """The slugs in use that are `slug` or `slug-N`."""
        start = f"{slug}-"
        found = self._db.rows("SELECT slug FROM application WHERE slug >= ? AND slug < ?", (start, f"{slug}."))
        numbered = {text for (text,) in found if text.removeprefix(start).isdecimal()}
        return frozenset(numbered | ({slug} if self.id_of_slug(slug) is not None else set()))

    def history(self, application_id: str) -> list[Record]:
        """All its records in order, the retracted too."""
        found = self._db.rows(
            f"{_RECORDS} WHERE application = (SELECT number FROM application WHERE id = ?) ORDER BY seq",
            (application_id,),
        )
        return [self._record(application_id, row) for row in found]

    def last_command(self) -> int | None:
        """The number of the last user command that has not been retracted, over all applications."""
        return self._integer("SELECT max(command) FROM command_batch WHERE in_force = 1")

    def applications_of_command(self, command: int) -> list[str]:
        """Ids of the applications that the command wrote to and where it is still in force, by number."""
        found = self._db.rows(
            "SELECT DISTINCT a.number, a.id FROM command_batch c JOIN application a ON a.number = c.application"
            " WHERE c.in_force = 1 AND c.command = ? ORDER BY a.number",
            (command,),
        )
        return [id_ for _, id_ in found]

    def due(self, now: datetime, limit: int) -> list[Entry]:
        """Applications whose `next_wakeup_at` is at or before `now`, earliest first."""
        found = self._db.rows(
            "SELECT number, state, sum, head FROM application WHERE next_wakeup_at <= ?"
            " ORDER BY next_wakeup_at, number LIMIT ?",
            (stamp(now), limit),
        )
        return [self._entry(row) for row in found]

    def next_wakeup(self) -> datetime | None:
        """The earliest instant at which an application or an undelivered message has something to do."""
        found = (
            self._text("SELECT min(next_wakeup_at) FROM application WHERE next_wakeup_at IS NOT NULL"),
            self._text("SELECT min(not_before) FROM message WHERE status IN ('pending', 'claimed')"),
        )
        return min((unstamp(text) for text in found if text is not None), default=None)

    def counters(self) -> Counters:
        """The next free numbers."""
        row = self._db.row("SELECT application, task, command FROM counters")
        if row is None or any(not isinstance(number, int) for number in row):
            raise self._damaged("its counters are gone")
        return Counters(*row)

    def workflow(self, hash_: str) -> str | None:
        """The canonical JSON of a stored workflow."""
        return self._text("SELECT text FROM workflow WHERE hash = ?", hash_)

    def workflow_hash(self, name: str) -> str | None:
        """The hash of the workflow of that name stored last."""
        return self._text("SELECT hash FROM workflow_last WHERE name = ?", name)

    def get_meta(self, name: str) -> str | None:
        """A value of the store's own small table."""
        return self._text("SELECT value FROM meta WHERE name = ?", name)

    def ticks_after(self, command: int) -> list[datetime]:
        """The instants of the recorded ticks that ran after the user command of that number, in order."""
        found = self._db.rows("SELECT at FROM tick WHERE command > ? ORDER BY command, at", (command,))
        return [unstamp(at) for (at,) in found]

    def holidays(self, country: str, subdivision: str | None, year: int) -> Mapping[date, str] | None:
        """The stored public holidays of a year, None where the year was never stored."""
        text = self._text(
            "SELECT days FROM holidays WHERE country = ? AND subdivision = ? AND year = ?",
            country,
            subdivision or "",
            year,
        )
        try:
            return None if text is None else {date.fromisoformat(day): name for day, name in json.loads(text).items()}
        except (ValueError, AttributeError, TypeError) as error:
            raise self._damaged(f"the holidays of {country} in {year} are not readable") from error

    def messages(self, *, application_id: str | None = None, status: str | None = None) -> list[OutboxMessage]:
        """The outbox, in order of enqueuing."""
        wanted = {"application.id": application_id, "message.status": status}
        given = {name: value for name, value in wanted.items() if value is not None}
        where = f" WHERE {' AND '.join(f'{name} = ?' for name in given)}" if given else ""
        return self._messages(self._db.rows(f"{MESSAGES}{where} ORDER BY position", tuple(given.values())))

    def stuck_messages(self, limit: int) -> list[OutboxMessage]:
        """Messages that wait for the user's word, in order of enqueuing."""
        stuck = f"{MESSAGES} WHERE status IN ('dead', 'unknown') ORDER BY position LIMIT ?"
        return self._messages(self._db.rows(stuck, (limit,)))

    def _text(self, sql: str, *values: object) -> str | None:
        return self._of_type(str, self._db.value(sql, values))

    def _integer(self, sql: str, *values: object) -> int | None:
        return self._of_type(int, self._db.value(sql, values))

    def _of_type(self, type_: type[T], value: object) -> T | None:
        if value is None or isinstance(value, type_):
            return value
        raise self._damaged("a value is of another type than was written")

    def _messages(self, rows: Iterable[tuple[Any, ...]]) -> list[OutboxMessage]:
        try:
            return [_message(row) for row in rows]
        except TypeError as error:
            raise self._damaged("a message is not readable") from error

    def _entry(self, row: tuple[Any, ...]) -> Entry:
        number, text, checksum, head = row
        return Entry(self._decode(number, text, checksum), head)

    def _decode(self, number: int, text: object, checksum: int) -> ApplicationState:
        if not isinstance(text, str) or crc32(text.encode()) != checksum:
            raise self._damaged(f"the state of application {number} is not what was written")
        return decode(text)

    def _record(self, application_id: str, row: tuple[Any, ...]) -> Record:
        seq, type_, at, recorded_at, cause, command, batch, data, hash_ = row
        try:
            return Record(
                application=application_id,
                seq=seq,
                type=type_,
                at=unstamp(at),
                recorded_at=unstamp(recorded_at),
                cause=cause,
                command=command,
                batch=batch,
                data=json.loads(data),
                hash=hash_,
            )
        except (StoreError, ValueError, TypeError) as error:
            raise self._damaged(f"record {seq} of application {application_id} is not readable") from error

    def _damaged(self, what: str) -> StoreError:
        return StoreError(f"the database {self._db.path} is damaged: {what}.", hint="put a backup in its place")


def _message(row: tuple[Any, ...]) -> OutboxMessage:
    """A row of `MESSAGES`. Raises TypeError where a value is of no type that was ever written."""
    if any(isinstance(value, bytes) for value in row):
        raise TypeError
    application, *rest = row
    values: dict[str, Any] = dict(zip(MESSAGE_COLUMNS, rest, strict=True))
    for name in _MESSAGE_INSTANTS:
        if values[name] is not None:
            values[name] = unstamp(values[name])
    return OutboxMessage(application=application, **values)
