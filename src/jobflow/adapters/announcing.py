"""A store that tells plugins what was recorded, after each commit. It goes around the real one only if any listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from jobflow.core.records import Record
from jobflow.ports import Store, Writer

Listener = Callable[[Sequence[Record]], None]


class Announcing:
    """Passes everything on to `store`; `tell` is given the records of each transaction that was committed."""

    def __init__(self, store: Store, tell: Listener) -> None:
        """`tell` raises nothing."""
        self._store, self._tell = store, tell

    def __getattr__(self, name: str) -> Any:
        """Everything else is the store's own."""
        return getattr(self._store, name)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """The store's own write transaction; once it is committed, its records are told."""
        with self._store.writing() as writer:
            noting = _Noting(writer)
            yield cast(Writer, noting)
        if noting.records:
            self._tell(tuple(noting.records))


class _Noting:
    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.records: list[Record] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)

    def commit(self, before: Any, after: Any, records: Sequence[Record], messages: Any) -> None:
        self._writer.commit(before, after, records, messages)
        self.records += records

    def commit_many(self, decisions: Sequence[tuple[Any, Any, Sequence[Record], Any]]) -> None:
        self._writer.commit_many(decisions)
        self.records += [record for _, _, records, _ in decisions for record in records]


def announcing(store: Store, tell: Listener) -> Store:
    """The store, telling."""
    return cast(Store, Announcing(store, tell))
