"""Applications in one SQLite file. One connection; every write begins IMMEDIATE, so that writers queue, not fail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from jobflow.adapters.leases import file_lease
from jobflow.adapters.sqlite_connection import Database
from jobflow.adapters.sqlite_reader import SQLiteReader
from jobflow.adapters.sqlite_writer import SQLiteWriter
from jobflow.core.errors import StoreError


class SQLiteStore(SQLiteReader):
    """`ports.Store` in the file at `path`; threads may share it, processes may each open it.

    Makes what is missing: the folder (0700), the file (0600), the tables. With `create` False nothing is made: a
    missing database reads as an empty one and refuses to be written to. Raises `StoreError` for a file that is
    damaged, foreign, of a newer jobflow or not accessible, and when a lock is not had within `busy_seconds`.
    With `durable` False nothing waits for the disk: for what is thrown away afterwards.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, busy_seconds: float = 30.0, create: bool = True, durable: bool = True
    ) -> None:
        """Open the database."""
        super().__init__(Database(os.fspath(path), busy_seconds=busy_seconds, create=create, durable=durable))
        self._writer = SQLiteWriter(self._db)

    @property
    def path(self) -> str:
        """Where the database is."""
        return self._db.path

    @contextmanager
    def writing(self) -> Iterator[SQLiteWriter]:
        """A write transaction: committed when the block ends, rolled back when it raises. One at a time."""
        if self._db.absent:
            raise StoreError(f"there is no database at {self.path} yet.", hint="`jobflow add COMPANY` makes it")
        with self._db.transaction("IMMEDIATE"):
            yield self._writer

    def lease(self, name: str) -> AbstractContextManager[bool]:
        """Hold `name` against every other process and thread while the block runs; False where somebody has it."""
        if self._db.absent:
            raise StoreError(f"there is no database at {self.path} yet.", hint="`jobflow add COMPANY` makes it")
        return file_lease(f"{self.path}.{name}.lock")

    def scrub(self) -> None:
        """Leave nothing on disk of what was removed or replaced."""
        with self._db.held():
            self._db.run("PRAGMA secure_delete = ON")
            self._db.run("VACUUM")  # Written anew, without what free space held.

    def verify(self) -> list[str]:
        """Faults found: a broken hash chain, a state that is not the fold of its history. One line each."""
        from jobflow.adapters.sqlite_audit import faults  # only a check pays for importing it

        return list(faults(self, self._db))

    def close(self) -> None:
        """Let go of everything."""
        self._db.close()
