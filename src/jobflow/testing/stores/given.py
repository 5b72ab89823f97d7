"""Real histories for the stores to keep: made of records that `fold` knows, so that a check finds nothing wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

from jobflow.core.application import ApplicationState, stamp
from jobflow.core.fold import apply, replay
from jobflow.core.records import GENESIS, Cause, Event, OutboxMessage, Record, make_records
from jobflow.ports import Entry, Reader, Store

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def added(number: int, slug: str, *, final: bool = False, wakes_at: datetime | None = None) -> Event:
    """The record of a new application."""
    data = {
        "id": id_of(number),
        "number": number,
        "slug": slug,
        "company": slug.title(),
        "role": None,
        "workflow": {"name": "after-interview", "version": 1, "hash": "w1"},
        "timezone": "America/New_York",
        "state": "closed" if final else "interviewed",
        "final": final,
        "outcome": "rejected" if final else None,
        "timed_under": "s1",
        "told_at": stamp(START),
        "wakes_at": None if wakes_at is None else stamp(wakes_at),
    }
    return Event("added", START, data)


def id_of(number: int) -> str:
    """The id of the application of that number."""
    return f"00000000-0000-4000-8000-{number:012}"


def task_added(number: int) -> Event:
    """The record of a task."""
    data = {"id": f"task-{number}", "number": number, "name": "debrief", "contact": None, "otherwise": None}
    times = {"told_at": stamp(START), "opens_at": stamp(START), "due_at": stamp(START + HOUR), "lapses_at": None}
    return Event("task_added", START, {**data, **times})


def fact_set(name: str = "decision_date", value: str = "2026-03-20", wakes_at: datetime | None = None) -> Event:
    """The record of a fact."""
    wakes = {} if wakes_at is None else {"wakes_at": stamp(wakes_at)}
    return Event("fact_set", START, {"name": name, "value": value, **wakes})


def message(entry: Entry, key: str, **changes: Any) -> OutboxMessage:
    """A message of an application in the outbox, but for `changes`."""
    fields: dict[str, Any] = {
        "id": f"id of {key}",
        "key": key,
        "seq": 1,
        "channel": "console",
        "kind": "opened",
        "application": entry.state.id,
        "slug": entry.state.slug,
        "company": entry.state.company,
        "task": None,
        "task_id": None,
        "subject": "Go over the interview",
        "text": "While it is fresh: Zoë, 面接, \N{WAVING HAND SIGN}",
        "timezone": "Europe/Berlin",
        "created_at": START,
        "not_before": START,
        **changes,
    }
    return OutboxMessage(**fields)


def new(store: Reader, events: Sequence[Event], command: int | None = None) -> tuple[ApplicationState, list[Record]]:
    """What `add` decides, not yet committed."""
    state = reduce(apply, events, None)
    assert state is not None
    said = store.counters().command if command is None else command
    records = make_records(
        list(events),
        application=state.id,
        after_seq=0,
        previous=GENESIS,
        recorded_at=START,
        cause="command",
        command=said,
    )
    return state, records


def add(
    store: Store,
    slug: str = "acme",
    *,
    tasks: Sequence[int] = (),
    final: bool = False,
    wakes_at: datetime | None = None,
    command: int | None = None,
) -> Entry:
    """Commit a new application."""
    with store.writing() as writer:
        number = writer.counters().application
        events = [added(number, slug, final=final, wakes_at=wakes_at), *(task_added(task) for task in tasks)]
        state, records = new(writer, events, command)
        writer.commit(None, state, records, ())
        return Entry(state, records[-1].hash)


def change(
    entry: Entry, *events: Event, cause: Cause = "command", command: int | None = None
) -> tuple[ApplicationState, list[Record]]:
    """What something said about an application decides, not yet committed."""
    after: ApplicationState = entry.state
    for event in events:
        after = apply(after, event)
    records = make_records(
        list(events),
        application=after.id,
        after_seq=entry.state.revision,
        previous=entry.head,
        recorded_at=START,
        cause=cause,
        command=command,
    )
    return after, records


def say(
    store: Store,
    entry: Entry,
    *events: Event,
    messages: Sequence[OutboxMessage] = (),
    cause: Cause = "command",
    command: int | None = None,
) -> Entry:
    """Commit what something said about an application."""
    with store.writing() as writer:
        said = writer.counters().command if cause == "command" and command is None else command
        after, records = change(entry, *events, cause=cause, command=said)
        writer.commit(entry, after, records, messages)
        return Entry(after, records[-1].hash if records else entry.head)


def retract(store: Store, entry: Entry, first: int) -> Entry | None:
    """Undo everything from record `first` on."""
    with store.writing() as writer:
        history = writer.history(entry.state.id)
        data = {"seq": first, "command": history[first - 1].command}
        records = make_records(
            [Event("retracted", START, data)],
            application=entry.state.id,
            after_seq=entry.state.revision,
            previous=entry.head,
            recorded_at=START,
            cause="undo",
            command=None,
        )
        after = replay([*history, *records])
        writer.commit(entry, after, records, ())
        return None if after is None else Entry(after, records[-1].hash)


class Failure(Exception):
    """Something goes wrong in the middle of a write."""


def enqueue(store: Store, entry: Entry, *keys: str, **changes: object) -> Entry:
    """Commit messages under these keys."""
    return say(store, entry, fact_set(), messages=[message(entry, key, **changes) for key in keys], cause="tick")


def write_everything_and_fail(store: Store, entry: Entry) -> None:
    """One write of every kind, in a transaction that is rolled back."""
    with store.writing() as writer:
        after, records = change(entry, task_added(7), fact_set(wakes_at=START + HOUR), command=9)
        writer.commit(entry, after, records, [message(entry, "k")])
        state, first = new(writer, [added(2, "beta")])
        writer.commit(None, state, first, ())
        writer.set_meta("last_tick", "x")
        writer.put_workflow("h", "w", 1, "{}")
        writer.add_tick(START)
        writer.put_holidays("US", None, 2026, {})
        writer.drop_messages([m.id for m in writer.messages()], START)
        writer.wake_all(START)
        raise Failure


def in_threads(*works: Callable[[], object]) -> None:
    """Do all of it at once, each in a thread of its own; whatever one raises fails the test."""
    failures: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timedelta(seconds=60).total_seconds())
    assert not failures
