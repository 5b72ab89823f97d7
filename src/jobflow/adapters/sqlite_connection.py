"""One connection to a database file: how it is opened, shared between threads, and what its errors say."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import Any

from jobflow.adapters.sqlite_schema import create, prepare
from jobflow.core.errors import StoreError

Row = tuple[Any, ...]


class Database:
    """A connection that one thread uses at a time, and whose failures are `StoreError`s."""

    def __init__(self, path: str, *, busy_seconds: float, create: bool, durable: bool = True) -> None:
        """Open `path`, making folder (0700) and file (0600) where they are missing and `create` says so."""
        self.path = path
        self._busy_seconds = busy_seconds
        self._durable = durable
        self._lock = RLock()
        self.absent = not create and not _has_content(path)
        with _translated(path):
            self.connection = self._connect()

    def _connect(self) -> sqlite3.Connection:
        if self.absent:
            return _empty()
        _make_file(self.path)
        connection = sqlite3.connect(
            self.path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            # EXTRA also syncs the folder after the journal is gone: an acknowledged commit survives a power cut.
            connection.execute(f"PRAGMA synchronous = {'EXTRA' if self._durable else 'OFF'}")
            connection.execute("PRAGMA trusted_schema = OFF")
            prepare(connection, self.path)
        except BaseException:
            connection.close()
            raise
        return connection

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """All rows at once: no read lock outlives the call."""
        with self.held(), _translated(self.path):
            return self.connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row, None where there is none."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def run(self, sql: str, values: Sequence[object] = ()) -> int:
        """Change something; how many rows."""
        with self.held(), _translated(self.path):
            return self.connection.execute(sql, values).rowcount

    def run_many(self, sql: str, values: Iterable[Sequence[object]]) -> int:
        """Change something for each row of values; how many rows in all."""
        with self.held(), _translated(self.path):
            return self.connection.executemany(sql, values).rowcount

    @contextmanager
    def held(self) -> Iterator[None]:
        """The connection for this thread alone. Waits no longer than for a writer in another process."""
        if not self._lock.acquire(timeout=self._busy_seconds):
            raise _locked(self.path)
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def transaction(self, kind: str) -> Iterator[None]:
        """`IMMEDIATE` to write, `DEFERRED` for several reads that agree. Rolled back when the block raises."""
        with self.held():
            if self.connection.in_transaction:
                raise RuntimeError("a transaction is open already: one at a time")
            self.run(f"BEGIN {kind}")
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        # After a full disk or an I/O error SQLite has often rolled back by itself.
        if self.connection.in_transaction:
            self.run("ROLLBACK")

    def close(self) -> None:
        """Let go of the file."""
        with self.held():
            self.connection.close()


def _empty() -> sqlite3.Connection:
    """What a reader sees where there is no database: tables without rows, and nothing on disk."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    create(connection)
    return connection


def _has_content(path: str) -> bool:
    try:
        return os.path.isdir(path) or os.path.getsize(path) > 0
    except (FileNotFoundError, NotADirectoryError):
        return os.path.lexists(path)
    except OSError:
        return True  # There may be one: opening it says what is wrong.


def _make_file(path: str) -> None:
    """The file, readable by nobody else, before SQLite would make one that is."""
    if os.path.isdir(path):
        raise StoreError(f"{path} is a folder where the database should be.", hint="move it away")
    folder = os.path.dirname(path)
    try:
        if folder:
            os.makedirs(folder, mode=0o700, exist_ok=True)
        if not os.path.exists(path):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(
            f"the database {path} can't be made: {error.strerror}.", hint="--home names another folder"
        ) from error


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(error, path) from error
    except UnicodeDecodeError as error:  # the text of an error: it quotes the table that is damaged
        raise StoreError(_DAMAGED.format(path=path, detail="a text is not UTF-8"), hint=_RESTORE) from error


def _locked(path: str) -> StoreError:
    return StoreError(
        f"the database {path} is locked: another program is writing to it for long.", hint="try again in a moment"
    )


_DAMAGED = "the database {path} is damaged ({detail})."
_RESTORE = "put a backup in its place, or keep the file and ask"
_EXPLANATIONS = {
    sqlite3.SQLITE_CORRUPT: (_DAMAGED, _RESTORE),
    sqlite3.SQLITE_NOTADB: (_DAMAGED, _RESTORE),
    sqlite3.SQLITE_FULL: (
        "the disk is full: {path} could not be written, nothing was changed.",
        "make room, try again",
    ),
    sqlite3.SQLITE_READONLY: ("the database {path} is read-only.", "is its folder writable? --home names another"),
    sqlite3.SQLITE_PERM: ("the database {path} may not be opened ({detail}).", "whose file is it?"),
    sqlite3.SQLITE_CANTOPEN: ("the database {path} can't be opened ({detail}).", "may you read and write its folder?"),
    sqlite3.SQLITE_IOERR: ("the database {path} can't be read or written ({detail}).", "is the disk in order?"),
}


def _explain(error: sqlite3.Error, path: str) -> Exception:
    # Extended codes keep the kind in their low byte. Misuse of the module has no code and stays what it is: a bug.
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and isinstance(error, sqlite3.OperationalError):  # a text that is not UTF-8 has no code
        code = sqlite3.SQLITE_CORRUPT
    if code is None:
        return error
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _locked(path)
    message, hint = _EXPLANATIONS.get(code & 0xFF, ("the database {path} refused: {detail}.", None))
    return StoreError(message.format(path=path, detail=error), hint=hint)
