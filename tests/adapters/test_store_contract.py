"""The stores that ship keep the contract of stores."""

from __future__ import annotations

from jobflow.adapters.memory import MemoryStore
from jobflow.adapters.sqlite import SQLiteStore
from jobflow.testing import StoreContract


class TestMemory(StoreContract):
    tried = staticmethod(lambda folder: MemoryStore())


class TestSQLite(StoreContract):
    tried = staticmethod(lambda folder: SQLiteStore(folder / "jobflow.db"))
