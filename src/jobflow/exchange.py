"""Files of other programs: what one holds, seen against what is recorded, and what is written for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jobflow.adapters.builtin import CSV
from jobflow.adapters.plugins.kit import Kit
from jobflow.adapters.workflow_files import WorkflowFiles
from jobflow.core.calendar import Calendar
from jobflow.core.errors import Refused, UnknownName
from jobflow.engine import Engine, NewApplication, Parts

if TYPE_CHECKING:
    from jobflow.adapters.csv_import import Problem, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """What a file holds. `fresh`: the rows to add, as `new` for `add_all`; `known`: how many are here already.

    `recognised`: by field, the heading that it is read from; `ignored`: headings that nothing is read from;
    `problems`: of reading, and of what the workflow refuses; `unit`: what the rows are counted by, line or row.
    """

    fresh: tuple[Row, ...]
    new: tuple[NewApplication, ...]
    known: int
    recognised: Mapping[str, str]
    ignored: tuple[str, ...]
    problems: tuple[Problem, ...]
    unit: str


class Exchange(Engine):
    """An engine with the workflows and plugins that can be named around it, and what files need of these."""

    def __init__(self, parts: Parts, workflows: WorkflowFiles, kit: Kit) -> None:
        """Use `Jobflow.open`, which picks the parts."""
        super().__init__(parts)
        self.workflows, self.kit = workflows, kit

    def now(self) -> datetime:
        """What time it is by this engine's clock, in UTC."""
        return self.parts.clock.now().astimezone(UTC)

    def calendar(self) -> Calendar:
        """The business days around now."""
        return self._calendar(self.store, self.now().year)

    def has_source(self, source: str) -> bool:
        """Whether an application with this `source` was added and not taken back."""
        earlier = self.store.get_meta(f"source:{source}")
        return earlier is not None and self.store.entry(earlier) is not None

    def read_file(
        self, format: str, content: bytes, *, mapping: Sequence[tuple[str, str]] = (), confirmed: bool = False
    ) -> FileReading:
        """Read the applications of a file, `csv` or of a plugin's importer; `add_all(reading.new)` adds them.

        Nothing is written. `mapping`: pairs of field and heading, before what is recognised; `confirmed` lets a
        decision be more than a year ahead. Raises `Refused`, `UnknownName` or `PluginFault` for the file as a whole.
        """
        from jobflow.adapters.csv_import import read_applications
        from jobflow.adapters.csv_table import decode_csv
        from jobflow.adapters.foreign import foreign_table

        reading = read_applications(
            decode_csv(content) if format == CSV else foreign_table(self.kit, format, content),
            mapping=mapping,
            now=self.now(),
            zone=self.parts.zone,
            calendar=self.calendar(),
            confirmed=confirmed,
        )
        self.workflows.load(self.parts.settings.workflow)  # its faults are not those of the rows
        unknown = [row for row in reading.rows if not self.has_source(row.fingerprint)]
        fresh, refused = _rehearsed(self.parts, unknown, confirmed, reading.unit)
        return FileReading(
            fresh=tuple(row for row, _ in fresh),
            new=tuple(new for _, new in fresh),
            known=len(reading.rows) - len(unknown),
            recognised=reading.recognised,
            ignored=reading.ignored,
            problems=tuple(sorted((*reading.problems, *refused), key=lambda problem: problem.line)),
            unit=reading.unit,
        )

    def export(self, format: str, *, all: bool = False) -> bytes:
        """The file that an exporter writes of every application that is not closed, or of every one.

        Raises `UnknownName` or `PluginFault`.
        """
        from jobflow.adapters.foreign import foreign_content

        return foreign_content(self.kit, format, (app.to_json() for app in self.list(all=all)))


def _rehearsed(
    parts: Parts, rows: Sequence[Row], confirmed: bool, unit: str
) -> tuple[list[tuple[Row, NewApplication]], list[Problem]]:
    """What can be added, and what the workflow refuses: found out in memory."""
    from jobflow.adapters.csv_import import Problem
    from jobflow.adapters.memory import MemoryStore

    rehearsal = Engine(replace(parts, store=MemoryStore()))
    fresh: list[tuple[Row, NewApplication]] = []
    refused: list[Problem] = []
    for row in rows:
        new = _as_new(row, confirmed)
        try:
            rehearsal.add_all([new])
            fresh.append((row, new))
        except (Refused, UnknownName) as refusal:
            refused.append(Problem(line=row.line, column="", found=row.company, reason=str(refusal), unit=unit))
    rehearsal.close()
    return fresh, refused


def _as_new(row: Row, confirmed: bool) -> NewApplication:
    return NewApplication(
        company=row.company,
        role=row.role,
        at=row.interviewed.instant or row.interviewed.day,
        contacts=row.contacts,
        facts={"decision_date": row.decision_by} if row.decision_by else {},
        state=row.status.state if row.status else None,
        outcome=row.status.outcome if row.status else None,
        note=row.notes,
        source=row.fingerprint,
        confirmed=confirmed,
    )
