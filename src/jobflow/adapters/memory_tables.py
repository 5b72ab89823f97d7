"""The rows of the memory store, changed so that every step can be taken back."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from jobflow.core.records import OutboxMessage, Record

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One application. `state` None: its `add` was retracted."""

    number: int
    id: str
    slug: str | None
    final: bool
    revision: int
    head: str
    wakeup: datetime | None
    state: str | None


@dataclass(slots=True)
class Tables:
    """Everything there is. While a write is open, `steps` says how to take back what it did, last step last."""

    rows: dict[int, Row] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    slugs: dict[str, int] = field(default_factory=dict)
    sorted_slugs: list[str] = field(default_factory=list)
    wakeups: list[tuple[datetime, int]] = field(default_factory=list)
    history: dict[int, tuple[Record, ...]] = field(default_factory=dict)
    batches: dict[tuple[int, int], tuple[int, bool]] = field(default_factory=dict)
    tasks: dict[int, int] = field(default_factory=dict)
    messages: dict[str, OutboxMessage] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=lambda: {"application": 1, "task": 1, "command": 1})
    workflows: dict[str, str] = field(default_factory=dict)
    last_workflow: dict[str, str] = field(default_factory=dict)
    holidays: dict[tuple[str, str, int], dict[date, str]] = field(default_factory=dict)
    meta: dict[str, str] = field(default_factory=dict)
    ticks: list[tuple[int, datetime]] = field(default_factory=list)
    steps: list[Callable[[], object]] = field(default_factory=list)

    def put(self, table: MutableMapping[_Key, _Value], key: _Key, value: _Value) -> None:
        """Set one value."""
        if key in table:
            old = table[key]
            self.steps.append(lambda: table.__setitem__(key, old))
        else:
            self.steps.append(lambda: table.pop(key))
        table[key] = value

    def drop(self, table: MutableMapping[_Key, _Value], key: _Key) -> None:
        """Remove one value, if it is there."""
        if key in table:
            old = table.pop(key)
            self.steps.append(lambda: table.__setitem__(key, old))

    def insert(self, ordered: list[Any], value: Any) -> None:
        """Add to a sorted list."""
        insort(ordered, value)
        self.steps.append(lambda: ordered.pop(bisect_left(ordered, value)))

    def remove(self, ordered: list[Any], value: Any) -> None:
        """Take from a sorted list what is in it."""
        ordered.pop(bisect_left(ordered, value))
        self.steps.append(lambda: insort(ordered, value))

    def put_row(self, row: Row) -> None:
        """Set one application, and where it is found: by id, slug and wake-up."""
        old = self.rows.get(row.number)
        if old is not None and old.slug is not None and old.slug != row.slug:
            self.drop(self.slugs, old.slug)
            self.remove(self.sorted_slugs, old.slug)
        if row.slug is not None and (old is None or old.slug != row.slug):
            self.put(self.slugs, row.slug, row.number)
            self.insert(self.sorted_slugs, row.slug)
        self._wake(row, old)
        self.put(self.numbers, row.id, row.number)
        self.put(self.rows, row.number, row)

    def _wake(self, row: Row, old: Row | None) -> None:
        if old is not None and old.wakeup is not None:
            self.remove(self.wakeups, (old.wakeup, old.number))
        if row.wakeup is not None:
            self.insert(self.wakeups, (row.wakeup, row.number))

    def take_back(self) -> None:
        """Undo every step since the last `keep`."""
        while self.steps:
            self.steps.pop()()

    def keep(self) -> None:
        """Nothing up to here is taken back any more."""
        self.steps.clear()
