"""Files of other programs: what one holds, seen against what is recorded, and what is written for one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jobflow.adapters.builtin import CSV
from jobflow.adapters.plugins.kit import Kit
from jobflow.adapters.workflow_files import WorkflowFiles
from jobflow.core.calendar import Calendar
from jobflow.core.errors import JobflowError, Refused
from jobflow.core.fold import effective
from jobflow.core.views import record_json, rfc3339
from jobflow.engine import Engine, NewApplication, Parts
from jobflow.intake import WholeRow, as_new, is_old, not_carried, whole

if TYPE_CHECKING:
    from jobflow.adapters.csv_import import CsvReading, Problem, Row
    from jobflow.adapters.referrers import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """What a file holds. `fresh`: the rows to add, as `new` for `add_all`; `known`: how many are here already.

    `recognised`: by field, the heading that it is read from; `ignored`: headings that nothing is read from;
    `problems`: of reading, and of what the workflow refuses; `unit`: what the rows are counted by, line or row.
    `cut`: the numbers of fresh rows whose notes are longer than can be kept; `old`: of those that were applied for, or
    saved, longer ago than one waits; `people`: whom the user knows;
    `proposals`: who of them might put in a word, with one of the applications that are here already.
    """

    fresh: tuple[Row | WholeRow, ...]
    new: tuple[NewApplication, ...]
    known: int
    recognised: Mapping[str, str]
    ignored: tuple[str, ...]
    problems: tuple[Problem, ...]
    unit: str
    cut: tuple[int, ...] = ()
    old: tuple[int, ...] = ()
    people: tuple[Mapping[str, str], ...] = ()
    proposals: tuple[Proposal, ...] = ()


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

    def _has(self, row: Row | WholeRow) -> bool:
        """Whether it was taken in before; or, of a whole application, whether it came from here."""
        here = isinstance(row, WholeRow) and row.id is not None and self.store.entry(row.id) is not None
        return here or self.has_source(row.fingerprint)

    def _exported(self, reading: CsvReading, read: Callable[[str], CsvReading]) -> frozenset[str]:
        """What `export csv` would write here, by fingerprint, where it is such a file that was read."""
        from jobflow.adapters.csv_table import decode_csv
        from jobflow.adapters.exporting import COLUMNS

        if set(reading.recognised.values()) != set(COLUMNS):
            return frozenset()
        return frozenset(row.fingerprint for row in read(decode_csv(self.export(CSV, all=True))).rows)

    def read_file(
        self,
        format: str,
        content: bytes,
        *,
        mapping: Sequence[tuple[str, str]] = (),
        confirmed: bool = False,
        order: str | None = None,
        close_old: bool = False,
    ) -> FileReading:
        """Read the applications of a file, `csv` or of an importer; `add_all(reading.new)` adds them.

        Nothing is written. `mapping`: pairs of field and heading, before what is recognised; `confirmed` lets a
        decision be more than a year ahead; `order`, `month-first` or `day-first`, says how 3/4/26 is meant, which is
        refused else; `close_old` takes in as closed what was applied for or saved more than six weeks ago.

        Raises `Refused`, `UnknownName` or `PluginFault` for the file as a whole.
        """
        from jobflow.adapters.csv_import import CsvReading, Row, read_applications
        from jobflow.adapters.csv_table import ROW, decode_csv
        from jobflow.adapters.foreign import Found, foreign_file

        found = Found(None, (), ()) if format == CSV else foreign_file(self.kit, format, content)
        reading = CsvReading(rows=(), recognised={}, ignored=(), problems=(), unit=ROW)
        kept = partial(
            read_applications,
            now=self.now(),
            zone=self.parts.zone,
            calendar=self.calendar(),
            confirmed=confirmed,
            order=order,
        )
        if format == CSV or found.table is not None:
            reading = kept(decode_csv(content) if found.table is None else found.table, mapping=mapping)
        default = self.parts.settings.workflow
        self.workflows.load(default)  # its faults are not those of the rows
        rows: list[Row | WholeRow] = [*reading.rows, *whole(found.applications)]
        rows, twins = _apart(rows, reading.unit)
        exported = self._exported(reading, kept) if format == CSV else frozenset()
        unknown = [row for row in rows if not self._has(row) and row.fingerprint not in exported]
        today = self.now().astimezone(self.parts.zone).date()
        old = frozenset(row.line for row in unknown if not isinstance(row, WholeRow) and is_old(row, today))
        closed = old if close_old else frozenset()
        fresh, refused = _rehearsed(self.parts, unknown, confirmed, reading.unit, default, closed)
        return FileReading(
            fresh=tuple(row for row, _ in fresh),
            new=tuple(new for _, new in fresh),
            known=len(rows) - len(unknown),
            recognised=reading.recognised,
            ignored=(*reading.ignored, *not_carried(found.applications)),
            problems=tuple(sorted((*reading.problems, *twins, *refused), key=lambda problem: problem.line)),
            unit=reading.unit,
            cut=tuple(row.line for row, _ in fresh if isinstance(row, Row) and row.cut),
            old=tuple(row.line for row, _ in fresh if row.line in old),
            people=found.people,
            proposals=self.proposals(found.people),
        )

    def proposals(self, people: Sequence[Mapping[str, str]]) -> tuple[Proposal, ...]:
        """Who of these people works for an employer of an open application and is not known there yet."""
        from jobflow.adapters.referrers import propose

        return propose(people, self.list()) if people else ()

    def export(self, format: str, *, all: bool = False) -> bytes:
        """The file that an exporter writes of every application that is not closed, or of every one.

        Raises `UnknownName` or `PluginFault`.
        """
        from jobflow.adapters.foreign import foreign_content

        def applications(closed: bool) -> Iterator[Mapping[str, Any]]:
            return (app.to_json() for app in self.list(all=all or closed))

        return foreign_content(self.kit, format, applications, self._with_history)

    def _with_history(self, app: Mapping[str, Any]) -> Mapping[str, Any]:
        zone = ZoneInfo(app["timezone"])
        records = effective(self.history(app["number"]))
        return {"history": [record_json(record, zone) for record in records], "as_of": rfc3339(self.now(), zone)}


def _apart(rows: Sequence[Row | WholeRow], unit: str) -> tuple[list[Row | WholeRow], list[Problem]]:
    """The rows, each once; what comes again under the same name is a problem."""
    from jobflow.adapters.csv_import import Problem

    first: dict[str, Row | WholeRow] = {}
    twins = []
    for row in rows:
        earlier = first.setdefault(row.fingerprint, row)
        if earlier is not row:
            reason = f"the same application as {unit} {earlier.line}."
            twins.append(Problem(line=row.line, column="", found=row.company, reason=reason, unit=unit))
    return list(first.values()), twins


def _rehearsed(
    parts: Parts, rows: Sequence[Row | WholeRow], confirmed: bool, unit: str, default: str, closed: frozenset[int]
) -> tuple[list[tuple[Row | WholeRow, NewApplication]], list[Problem]]:
    """What can be added, and what the workflow refuses: found out in memory. `closed`: which rows have ended."""
    from jobflow.adapters.csv_import import Problem
    from jobflow.adapters.memory import MemoryStore

    rehearsal = Engine(replace(parts, store=MemoryStore()))
    made: list[tuple[Row | WholeRow, NewApplication]] = []
    refusals: list[tuple[Row | WholeRow, JobflowError]] = []
    for row in rows:
        try:
            made.append(
                (
                    row,
                    row.as_new()
                    if isinstance(row, WholeRow)
                    else as_new(row, confirmed, default, closed=row.line in closed),
                )
            )
        except Refused as refusal:
            refusals.append((row, refusal))
    answers = rehearsal.rehearse(new for _, new in made)
    rehearsal.close()
    refusals += [(row, said) for (row, _), said in zip(made, answers, strict=True) if said is not None]
    fresh = [pair for pair, said in zip(made, answers, strict=True) if said is None]
    problems = [Problem(line=r.line, column="", found=r.company, reason=str(said), unit=unit) for r, said in refusals]
    return fresh, problems
