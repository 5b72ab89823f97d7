"""What steps found since a command that is taken back: what of it still holds, and which runs have to be made again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from jobflow.core.application import AddedRule, ApplicationState
from jobflow.core.fold import replay
from jobflow.core.inputs import Found
from jobflow.core.records import WAITING, OutboxMessage, Record
from jobflow.engine.stepping import step_context


class Runs:
    """The runs of an application's steps, as the ticks since a command are worked out again without it.

    What a run found holds where its state is entered again and the step would be told the same again.
    """

    def __init__(self, in_force: Sequence[Record], batch: int, outbox: Iterable[OutboxMessage]) -> None:
        """Begin where the records before `batch` lead to."""
        self._in_force = in_force
        self._found = {r.data["key"]: r for r in in_force if r.seq >= batch and r.type == "step_ran"}
        rows = [m for m in outbox if m.kind == "step" and (m.status in (*WAITING, "dead") or m.key in self._found)]
        self._entered = {row.key: row for row in rows if row.seq < batch}
        self._not_entered = [row for row in rows if row.seq >= batch]
        self._kept: list[str] = []
        self.instants = frozenset(record.at for record in self._found.values())
        self.new: list[OutboxMessage] = []

    def enter(self, rows: Iterable[OutboxMessage]) -> None:
        """A tick entered a state. Where it did so before, it is that run; else it is a new one."""
        for row in rows:
            same = next((old for old in self._not_entered if _place(old) == _place(row)), None)
            if same is None:
                self.new.append(row)
            else:
                self._not_entered.remove(same)
                self._entered[same.key] = same

    def found(self, state: ApplicationState, at: datetime) -> Found | None:
        """What was found at this instant and holds, one after the other; None once there is no more."""
        for key, record in self._found.items():
            if record.at == at and key in self._entered and self._told_the_same(record, state):
                del self._found[key]
                self._kept.append(f"{key}:")
                return _found(record)
        return None

    def _told_the_same(self, record: Record, state: ApplicationState) -> bool:
        row = self._entered[record.data["key"]]
        before = replay([earlier for earlier in self._in_force if earlier.seq < record.seq])
        return before is not None and step_context(row, before) == step_context(row, state)

    def again(self) -> list[str]:
        """The ids of the runs that wait: those that did before, and those of which nothing holds."""
        return [row.id for key, row in self._entered.items() if row.status in WAITING or key in self._found]

    def said(self, message: OutboxMessage) -> bool:
        """Whether a run that holds had this to say."""
        return message.key.startswith(tuple(self._kept))


def _place(row: OutboxMessage) -> tuple[str, datetime]:
    """What names a run in each of two histories: the step's path in the workflow, and when its state was entered."""
    return row.key.split(":", 2)[2], row.created_at


def _found(record: Record) -> Found:
    data = record.data
    tasks = tuple(AddedRule(**rule) for rule in data["tasks"])
    return Found(step=data["step"], key=data["key"], facts=data["facts"], tasks=tasks)
