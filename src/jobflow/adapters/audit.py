"""What makes a stored application sound: its chain holds, and its state is the fold of its history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from jobflow.core.application import encode, stamp
from jobflow.core.records import GENESIS, Record, first_broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One application as a store keeps it. `state` None: its `add` was retracted. `commands`: those in force."""

    number: int
    slug: str | None
    final: bool
    revision: int
    head: str
    wakeup: str | None
    state: str | None
    tasks: frozenset[int]
    commands: frozenset[int]


def commands_of(records: Sequence[Record]) -> frozenset[int]:
    """The user commands that wrote these records."""
    return frozenset(r.command for r in records if r.cause == "command" and r.command is not None)


def audit(kept: Kept, records: list[Record]) -> Iterator[str]:
    """Faults of one application, one line each."""
    where = f"application {kept.number}" + (f" ({kept.slug})" if kept.slug else "")
    broken = first_broken(records)
    if broken is not None:
        yield f"{where}: record {broken} of its history was changed, or one before it is missing"
        return
    last = records[-1] if records else None
    if (kept.revision, kept.head) != ((last.seq, last.hash) if last else (0, GENESIS)):
        yield f"{where}: its history does not end with record {kept.revision}, which was the last one written"
        return
    try:
        yield from _fold_faults(where, kept, records)
    except Exception as error:  # whatever a damaged history makes the fold do is a finding, not a crash
        yield f"{where}: its history can't be replayed ({type(error).__name__}: {error})"


def _fold_faults(where: str, kept: Kept, records: list[Record]) -> Iterator[str]:
    from jobflow.core.fold import effective, replay  # only a check pays for importing it

    state = replay(records)
    if (None if state is None else encode(state)) != kept.state:
        yield f"{where}: its state is not the fold of its history"
        return
    if kept.slug != (None if state is None else state.slug):
        yield f"{where}: it is filed under another name than its own"
    if state is not None and (kept.final != state.final or _sleeps_too_long(kept.wakeup, state.next_wakeup_at)):
        yield f"{where}: it would not be woken when it should"
    if state is not None and kept.tasks != frozenset(task.number for task in state.tasks):
        yield f"{where}: the index of tasks does not agree with its state"
    if kept.commands != commands_of(effective(records)):
        yield f"{where}: the index of commands does not agree with its history"


def _sleeps_too_long(kept: str | None, wanted: datetime | None) -> bool:
    """Sooner is fine: a change of settings wakes all."""
    return wanted is not None and (kept is None or kept > stamp(wanted))
