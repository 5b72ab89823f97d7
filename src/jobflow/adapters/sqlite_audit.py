"""Checks a whole SQLite database: its pages, then each application."""

from __future__ import annotations

import json
from collections.abc import Iterator

from jobflow.adapters.audit import Kept, audit
from jobflow.adapters.sqlite_connection import Database
from jobflow.adapters.sqlite_reader import PAGE, SQLiteReader
from jobflow.core.errors import StoreError
from jobflow.core.records import Record

_PAGE_OF_NUMBERS = "SELECT number FROM application WHERE number > ? ORDER BY number LIMIT ?"
_APPLICATION = "SELECT id, slug, final, revision, head, next_wakeup_at, state FROM application WHERE number = ?"


def faults(reader: SQLiteReader, database: Database) -> Iterator[str]:
    """One line for each fault found."""
    for check in (_page_faults, _counter_faults, _application_faults):
        try:
            yield from check(reader, database)
        except StoreError as error:
            yield error.message


def _page_faults(_reader: SQLiteReader, database: Database) -> Iterator[str]:
    # Finds broken pages and indexes; flipped bits in a text it does not find, the hash chain does.
    for (line,) in database.rows("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield f"the database file: {line}"


def _counter_faults(reader: SQLiteReader, database: Database) -> Iterator[str]:
    free = reader.counters()
    used = (
        ("application", free.application, "SELECT max(number) FROM application"),
        ("task", free.task, "SELECT max(number) FROM task"),
        ("command", free.command, "SELECT max(command) FROM command_batch"),
    )
    for name, number, last in used:
        if number <= (database.value(last) or 0):
            yield f"the counters: {name} number {number} would be given a second time"


def _application_faults(reader: SQLiteReader, database: Database) -> Iterator[str]:
    last = 0
    while numbers := database.rows(_PAGE_OF_NUMBERS, (last, PAGE)):
        for (number,) in numbers:
            yield from _faults_of(reader, database, number)
        last = numbers[-1][0]


def _faults_of(reader: SQLiteReader, database: Database, number: int) -> Iterator[str]:
    try:
        # One read transaction an application: what is compared agrees, and writers wait for moments only.
        with database.transaction("DEFERRED"):
            kept, records = _read(reader, database, number)
    except StoreError as error:
        yield error.message
    else:
        yield from audit(kept, records)


def _read(reader: SQLiteReader, database: Database, number: int) -> tuple[Kept, list[Record]]:
    id_, slug, final, revision, head, wakeup, state = database.rows(_APPLICATION, (number,))[0]
    kept = Kept(
        number=number,
        slug=slug,
        final=bool(final),
        revision=revision,
        head=head,
        wakeup=wakeup,
        state=state,
        tasks=_indexed_tasks(database, number, state),
        commands=_numbers(database, "SELECT command FROM command_batch WHERE application = ? AND in_force = 1", number),
    )
    return kept, reader.history(id_)


def _indexed_tasks(database: Database, application: int, state: str | None) -> frozenset[int]:
    """Which of the state's tasks the index gives to the application: looked up one by one, there may be millions."""
    try:
        numbers = [task["number"] for task in json.loads(state)["tasks"]] if state else []
    except (ValueError, KeyError, TypeError):
        return frozenset()  # an unreadable state is found as one that is not the fold
    find = "SELECT number FROM task WHERE number = ? AND application = ?"
    return frozenset(n for n in numbers if database.value(find, (n, application)) is not None)


def _numbers(database: Database, sql: str, application: int) -> frozenset[int]:
    return frozenset(number for (number,) in database.rows(sql, (application,)))
