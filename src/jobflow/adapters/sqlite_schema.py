"""The tables of a jobflow database, its version, and who may open it.

History is append-only: triggers refuse. Everything else in `application`, `task` and `command_batch` is the fold of
history, kept for looking things up. Instants are texts as `stamp` writes them: they sort as instants do.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

from jobflow.core.errors import StoreError

APPLICATION_ID = 0x4A6F6246
"""Says in the file's header that it is ours ("JobF")."""

VERSION = 2
"""Raised with each change of the tables; a migration leads from each to the next."""

NOT_DELETED = """CREATE TRIGGER history_is_not_deleted BEFORE DELETE ON history
        BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"""
TABLES = (
    """CREATE TABLE application (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        slug TEXT UNIQUE,             -- null: its add was retracted
        final INTEGER NOT NULL,
        revision INTEGER NOT NULL,    -- seq and hash of its last record
        head TEXT NOT NULL,
        next_wakeup_at TEXT,
        state TEXT,                   -- canonical JSON; null: its add was retracted
        sum INTEGER NOT NULL          -- CRC-32 of state: SQLite itself does not notice a flipped bit
    ) STRICT""",
    "CREATE INDEX application_due ON application (next_wakeup_at) WHERE next_wakeup_at IS NOT NULL",
    """CREATE TABLE history (
        application INTEGER NOT NULL REFERENCES application (number),
        seq INTEGER NOT NULL,
        type TEXT NOT NULL,
        at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        cause TEXT NOT NULL,
        command INTEGER,
        batch INTEGER NOT NULL,
        data TEXT NOT NULL,           -- canonical JSON
        hash TEXT NOT NULL,
        PRIMARY KEY (application, seq)
    ) STRICT""",
    """CREATE TRIGGER history_is_not_changed BEFORE UPDATE ON history
        BEGIN SELECT RAISE(ABORT, 'history is append-only'); END""",
    NOT_DELETED,
    """CREATE TABLE command_batch (
        application INTEGER NOT NULL REFERENCES application (number),
        batch INTEGER NOT NULL,
        command INTEGER NOT NULL,
        in_force INTEGER NOT NULL,    -- 0: retracted
        PRIMARY KEY (application, batch)
    ) STRICT""",
    "CREATE INDEX command_batch_in_force ON command_batch (in_force, command)",
    """CREATE TABLE task (
        number INTEGER PRIMARY KEY,
        application INTEGER NOT NULL REFERENCES application (number)
    ) STRICT""",
    """CREATE TABLE message (
        position INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL UNIQUE,
        channel TEXT NOT NULL,
        kind TEXT NOT NULL,
        application INTEGER NOT NULL REFERENCES application (number),
        slug TEXT NOT NULL,
        company TEXT NOT NULL,
        task INTEGER,
        task_id TEXT,
        created_at TEXT NOT NULL,
        not_before TEXT NOT NULL,
        due_at TEXT,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        settled_at TEXT,
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        timezone TEXT NOT NULL,
        seq INTEGER NOT NULL,
        recipient TEXT,               -- null: the user
        html TEXT,
        error TEXT                    -- why it did not leave
    ) STRICT""",
    "CREATE INDEX message_of_application ON message (application)",
    "CREATE INDEX message_stuck ON message (position) WHERE status IN ('dead', 'unknown')",
    "CREATE INDEX message_waiting ON message (not_before, channel) WHERE status IN ('pending', 'claimed')",
    """CREATE TABLE counters (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        application INTEGER NOT NULL,
        task INTEGER NOT NULL,
        command INTEGER NOT NULL
    ) STRICT""",
    "INSERT INTO counters VALUES (1, 1, 1, 1)",
    """CREATE TABLE workflow (
        hash TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        text TEXT NOT NULL            -- compiled, canonical JSON
    ) STRICT""",
    "CREATE TABLE workflow_last (name TEXT PRIMARY KEY, hash TEXT NOT NULL REFERENCES workflow (hash)) STRICT",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
    # command: the number that the next command would get, so that a tick and a command at one instant have an order
    "CREATE TABLE tick (command INTEGER, at TEXT, PRIMARY KEY (command, at)) STRICT, WITHOUT ROWID",
    """CREATE TABLE holidays (
        country TEXT NOT NULL,
        subdivision TEXT NOT NULL,    -- empty: the whole country
        year INTEGER NOT NULL,
        days TEXT NOT NULL,           -- canonical JSON: date to name
        PRIMARY KEY (country, subdivision, year)
    ) STRICT""",
)

MIGRATIONS = {
    1: (
        "ALTER TABLE message ADD COLUMN recipient TEXT",
        "ALTER TABLE message ADD COLUMN html TEXT",
        "ALTER TABLE message ADD COLUMN error TEXT",
        "CREATE INDEX message_stuck ON message (position) WHERE status IN ('dead', 'unknown')",
    )
}
"""What leads from each version to the next."""


def prepare(connection: sqlite3.Connection, path: str) -> None:
    """Make the tables in an empty database, bring an older one up to date; refuse one that is foreign or newer.

    Before an older one is changed, it is copied to `PATH.vN` beside it. A migration that fails leaves it as it was.
    """
    connection.execute("BEGIN")  # the three things that it asks are to be of one moment
    try:
        version = _version(connection, path)
    finally:
        connection.execute("COMMIT")
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection, path)  # asked again: another process may have been first
        if version == 0:
            create(connection)
        elif version < VERSION:
            _migrate(connection, version, path)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _migrate(connection: sqlite3.Connection, version: int, path: str) -> None:
    _copy(path, f"{path}.v{version}")
    for step in range(version, VERSION):
        for statement in MIGRATIONS[step]:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _copy(path: str, backup: str) -> None:
    """A copy through SQLite, which sees what a journal still holds; readable by nobody else."""
    os.close(os.open(backup, os.O_WRONLY | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)


def create(connection: sqlite3.Connection) -> None:
    """The tables, and the header that says whose they are."""
    for statement in TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection, path: str) -> int:
    """The version of its tables; 0: there are none yet."""
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if owner == APPLICATION_ID and version > VERSION:
        raise StoreError(
            f"the database {path} is of a newer jobflow (its format is {version}, this jobflow reads up to {VERSION}).",
            hint="upgrade jobflow: pip install --upgrade jobflow-followup",
        )
    if owner == APPLICATION_ID and version > 0:
        return int(version)
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if owner or version or tables:
        raise StoreError(
            f"{path} is a database of another program, not of jobflow.", hint="--home names another folder"
        )
    return 0
