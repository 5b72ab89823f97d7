"""What the engine needs of the world, as protocols. Adapters implement them; the contract suite holds them to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from jobflow.core.application import ApplicationState
from jobflow.core.records import MessageStatus, OutboxMessage, Record


class Clock(Protocol):
    """Where `now` comes from, once per command."""

    def now(self) -> datetime:
        """The present instant, aware."""

    @property
    def pinned(self) -> bool:
        """Whether the user said what time it is (taken at its word)."""


@dataclass(frozen=True, slots=True)
class Counters:
    """The next free numbers, one line for the whole store."""

    application: int
    task: int
    command: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One application with what a write needs beside its state: the hash that its next record follows."""

    state: ApplicationState
    head: str


class Reader(Protocol):
    """What can be asked of a store. Never blocks on a writer longer than the store's busy time-out."""

    def resolve(self, name: str) -> str:
        """The id of the application that a number, a slug or a unique slug prefix names.

        An exact slug wins over a prefix, a number over both. Raises `UnknownName` (with near misses) or `Refused` when
        several match. An application whose `add` was undone is not found by slug, but still by its number.
        """

    def entry(self, application_id: str) -> Entry | None:
        """The application, or None if there is none or its `add` was undone."""

    def application_of_task(self, number: int) -> str | None:
        """The id of the application that the task belongs to."""

    def applications(self, *, final: bool) -> Iterator[ApplicationState]:
        """By number; with `final` those in a final state too."""

    def slugs_like(self, slug: str) -> frozenset[str]:
        """The slugs in use that are `slug` or `slug-N`."""

    def history(self, application_id: str) -> list[Record]:
        """All its records in order, the retracted too."""

    def last_command(self) -> int | None:
        """The number of the last user command that has not been retracted, over all applications."""

    def applications_of_command(self, command: int) -> list[str]:
        """Ids of the applications that the command wrote to and where it is still in force, by number."""

    def due(self, now: datetime, limit: int) -> list[Entry]:
        """Applications whose `next_wakeup_at` is at or before `now`, earliest first: cost follows what is due."""

    def next_wakeup(self) -> datetime | None:
        """The earliest instant at which a tick has something to do: an application or a pending message."""

    def counters(self) -> Counters:
        """The next free numbers."""

    def workflow(self, hash_: str) -> str | None:
        """The canonical JSON of a stored workflow."""

    def workflow_hash(self, name: str) -> str | None:
        """The hash of the workflow of that name stored last."""

    def get_meta(self, name: str) -> str | None:
        """A value of the store's own small table (`last_instant`, `last_tick`, `settings`, …)."""

    def ticks_after(self, command: int) -> list[datetime]:
        """The instants of the recorded ticks that ran after the user command of that number, in order."""

    def holidays(self, country: str, subdivision: str | None, year: int) -> Mapping[date, str] | None:
        """The stored public holidays of a year, None where the year was never stored."""

    def messages(self, *, application_id: str | None = None, status: str | None = None) -> list[OutboxMessage]:
        """The outbox, in order of enqueuing."""

    def stuck_messages(self, limit: int) -> list[OutboxMessage]:
        """Messages that wait for the user's word (`STUCK`), in order of enqueuing: cost follows how many they are."""


class Writer(Reader, Protocol):
    """A write transaction: all of it or nothing. What it reads, nobody else can change before it ends."""

    def commit(
        self,
        before: Entry | None,
        after: ApplicationState | None,
        records: Sequence[Record],
        messages: Sequence[OutboxMessage],
    ) -> None:
        """Append records, replace the folded state, index its tasks and its wake-up, enqueue its messages.

        `before` None: a new application. `after` None: its `add` was retracted; the history and number stay, slug
        and wake-up go. Moves the counters past every application, task and command number that it sees. A message
        whose key exists already is not enqueued again. Raises `Conflict` where the stored revision is not that of
        `before` (or a new one exists already).
        """

    def commit_many(
        self, decisions: Sequence[tuple[Entry, ApplicationState, Sequence[Record], Sequence[OutboxMessage]]]
    ) -> None:
        """`commit` for a page of a tick at once."""

    def drop_messages(self, ids: Sequence[str], at: datetime) -> None:
        """Mark messages that wait `dropped`: they are true no more.

        A claimed one too: where its deliverer died it must not be sent at the next tick, where it lives on it settles
        the message as what it became.
        """

    def put_workflow(self, hash_: str, name: str, version: int, text: str) -> None:
        """Keep a compiled workflow; the same hash twice changes nothing but which is last of its name."""

    def put_holidays(self, country: str, subdivision: str | None, year: int, days: Mapping[date, str]) -> None:
        """Keep a year's public holidays."""

    def set_meta(self, name: str, value: str | None) -> None:
        """Keep a value of the small table; None removes it."""

    def forget(self, application_id: str) -> None:
        """Remove an application with its history, tasks, messages and `source:` values; no number is given again.

        The one exception to a history that is only added to: what the user wants erased. `Store.scrub` sees to the
        bytes.
        """

    def wake_all(self, at: datetime) -> None:
        """Make every application that is not final due at `at` (a change of settings)."""

    def add_tick(self, instant: datetime) -> None:
        """Remember that a tick ran then, after the commands so far; the same once more changes nothing."""

    def claim_messages(self, channel: str, now: datetime, limit: int) -> list[OutboxMessage]:
        """Messages of a channel whose `not_before` has come; they are `claimed` in the same transaction.

        Given as they were before: one that is `claimed` already was left so by a process that died. Callers hold the
        `tick` lease, so that no living process has claimed it.
        """

    def bury_messages(self, channels: Sequence[str], at: datetime) -> int:
        """Mark as `dead` what waits for any other channel than these: nobody will ever deliver it; how many."""

    def revive_messages(self, ids: Sequence[str]) -> None:
        """Make messages wait again: dropped ones, and steps that ran.

        They wait as claimed ones: a delivery that is under way may still settle them. A letter waits as a pending
        one: it was never under way, or it would not have been dropped.
        """

    def hold_messages(self, ids: Sequence[str], not_before: datetime) -> None:
        """Put claimed messages back until `not_before`: quiet hours had begun when their turn came."""

    def settle_messages(
        self,
        ids: Sequence[str],
        status: MessageStatus,
        at: datetime,
        *,
        error: str | None = None,
        again: datetime | None = None,
    ) -> None:
        """Record what became of claimed messages: `sent`, `pending` again, `dead`, `unknown`; one more attempt each.

        `error` says why it did not leave. `again`: not before then, where it is `pending`.
        """

    def answer_message(self, id_: str, status: MessageStatus, at: datetime) -> None:
        """The user's word on a message, whatever its status: `sent`, `dropped`, or `pending` with all attempts anew."""


class Store(Reader, Protocol):
    """Where applications live."""

    def writing(self) -> AbstractContextManager[Writer]:
        """A write transaction: committed when the block ends, rolled back when it raises. One at a time."""

    def lease(self, name: str) -> AbstractContextManager[bool]:
        """Hold `name` against every other process and thread while the block runs; False where somebody has it.

        Ends with the process, however it ends: a killed holder leaves nothing behind that waits.
        """

    def scrub(self) -> None:
        """Leave nothing on disk of what was removed or replaced: free space, journals. Takes as long as a copy."""

    def verify(self) -> list[str]:
        """Faults found: a broken hash chain, a state that is not the fold of its history. One line each."""

    def close(self) -> None:
        """Let go of everything."""
