"""What can be asked of the memory store."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime
from threading import RLock

from jobflow.adapters.memory_tables import Row, Tables
from jobflow.adapters.names import resolve_name
from jobflow.core.application import ApplicationState, decode
from jobflow.core.records import STUCK, OutboxMessage, Record
from jobflow.ports import Counters, Entry


class MemoryReader:
    """`ports.Reader` over tables that threads take turns at."""

    def __init__(self, tables: Tables, lock: RLock) -> None:
        """Several readers may share the tables, and with them the lock."""
        self._tables = tables
        self._lock = lock

    def resolve(self, name: str) -> str:
        """The id that a number, a slug or a unique slug prefix names."""
        with self._lock:
            return resolve_name(self, name)

    def id_of_number(self, number: int) -> str | None:
        """The application with that number, a retracted one too."""
        row = self._tables.rows.get(number)
        return None if row is None else row.id

    def id_of_slug(self, slug: str) -> str | None:
        """The application with exactly that slug."""
        number = self._tables.slugs.get(slug)
        return None if number is None else self.id_of_number(number)

    def slugs_from(self, prefix: str, limit: int) -> list[str]:
        """Slugs that begin so, sorted, at most `limit`."""
        slugs = self._tables.sorted_slugs
        start = bisect_left(slugs, prefix)
        return [slug for slug in slugs[start : start + limit] if slug.startswith(prefix)]

    def entry(self, application_id: str) -> Entry | None:
        """The application, or None if there is none or its `add` was undone."""
        with self._lock:
            number = self._tables.numbers.get(application_id)
            return None if number is None else _entry(self._tables.rows[number])

    def application_of_task(self, number: int) -> str | None:
        """The id of the application that the task belongs to."""
        with self._lock:
            application = self._tables.tasks.get(number)
            return None if application is None else self.id_of_number(application)

    def applications(self, *, final: bool) -> Iterator[ApplicationState]:
        """By number; with `final` those in a final state too."""
        with self._lock:
            rows = [self._tables.rows[number] for number in sorted(self._tables.rows)]
        for row in rows:
            if row.state is not None and (final or not row.final):
                yield decode(row.state)

    def slugs_like(self, slug: str) -> frozenset[str]:
        """The slugs in use that are `slug` or `slug-N`."""
        start = f"{slug}-"
        with self._lock:
            found = self.slugs_from(start, len(self._tables.slugs))
            numbered = {text for text in found if text.removeprefix(start).isdecimal()}
            return frozenset(numbered | ({slug} & self._tables.slugs.keys()))

    def history(self, application_id: str) -> list[Record]:
        """All its records in order, the retracted too."""
        with self._lock:
            number = self._tables.numbers.get(application_id)
            records = () if number is None else self._tables.history[number]
            return [replace(record, data=deepcopy(record.data)) for record in records]

    def last_command(self) -> int | None:
        """The number of the last user command that has not been retracted, over all applications."""
        with self._lock:
            return max((command for command, in_force in self._tables.batches.values() if in_force), default=None)

    def applications_of_command(self, command: int) -> list[str]:
        """Ids of the applications that the command wrote to and where it is still in force, by number."""
        with self._lock:
            batches = self._tables.batches.items()
            numbers = {number for (number, _), (said, in_force) in batches if in_force and said == command}
            return [self._tables.rows[number].id for number in sorted(numbers)]

    def due(self, now: datetime, limit: int) -> list[Entry]:
        """Applications whose `next_wakeup_at` is at or before `now`, earliest first."""
        with self._lock:
            wakeups = self._tables.wakeups
            end = bisect_right(wakeups, now, key=lambda item: item[0])
            found = (_entry(self._tables.rows[number]) for _, number in wakeups[: min(end, limit)])
            return [entry for entry in found if entry is not None]

    def next_wakeup(self) -> datetime | None:
        """The earliest instant at which an application or an undelivered message has something to do."""
        with self._lock:
            waiting = [self._tables.messages[id_].not_before for id_ in self._tables.waiting]
            return min([*waiting, *(at for at, _ in self._tables.wakeups[:1])], default=None)

    def counters(self) -> Counters:
        """The next free numbers."""
        with self._lock:
            return Counters(**self._tables.counters)

    def workflow(self, hash_: str) -> str | None:
        """The canonical JSON of a stored workflow."""
        return self._tables.workflows.get(hash_)

    def workflow_hash(self, name: str) -> str | None:
        """The hash of the workflow of that name stored last."""
        return self._tables.last_workflow.get(name)

    def get_meta(self, name: str) -> str | None:
        """A value of the store's own small table."""
        return self._tables.meta.get(name)

    def ticks_after(self, command: int) -> list[datetime]:
        """The instants of the recorded ticks that ran after the user command of that number, in order."""
        with self._lock:
            return [at for after, at in self._tables.ticks if after > command]

    def holidays(self, country: str, subdivision: str | None, year: int) -> Mapping[date, str] | None:
        """The stored public holidays of a year, None where the year was never stored."""
        found = self._tables.holidays.get((country, subdivision or "", year))
        return None if found is None else dict(found)

    def messages(self, *, application_id: str | None = None, status: str | None = None) -> list[OutboxMessage]:
        """The outbox, in order of enqueuing."""
        with self._lock:
            return [
                message
                for message in self._tables.messages.values()
                if application_id in (None, message.application) and status in (None, message.status)
            ]

    def stuck_messages(self, limit: int) -> list[OutboxMessage]:
        """Messages that wait for the user's word, in order of enqueuing."""
        with self._lock:
            return [message for message in self._tables.messages.values() if message.status in STUCK][:limit]


def _entry(row: Row) -> Entry | None:
    return None if row.state is None else Entry(decode(row.state), row.head)
