"""import csv: the spreadsheet that a person keeps already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from jobflow.cli.commands import LazyGroup, command
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import JobflowError, Refused, UnknownName
from jobflow.core.quoting import shown

if TYPE_CHECKING:
    from jobflow.adapters.csv_import import CsvReading, Problem, Row
    from jobflow.bootstrap import Jobflow
    from jobflow.core.views import Application
    from jobflow.engine import NewApplication


@click.group(
    "import",
    cls=LazyGroup,
    lazy={"csv": ("jobflow.cli.importing:csv", "A table with one application in each row.")},
    examples=("jobflow import csv applications.csv --dry-run", "jobflow import csv applications.csv"),
)
def import_() -> None:
    """Take over what you keep already."""


@command(
    "csv",
    "jobflow import csv applications.csv --dry-run",
    'jobflow import csv applications.csv --map "company=Where" --map "interviewed=Spoke on"',
    "jobflow import csv applications.csv --skip-bad",
)
@click.argument("file", metavar="FILE", type=click.Path())
@click.option(
    "--map", "maps", metavar="FIELD=HEADER", multiple=True,
    help="Read a field from this column; fields: company, role, interviewed, interviewer, email, decision_maker, "
    "recruiter, referrer, decision_by, notes, status.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would be added; write nothing.")
@click.option("--skip-bad", is_flag=True, help="Add the good rows though there are bad ones.")
@pass_session
def csv(session: Session, file: str, maps: tuple[str, ...], dry_run: bool, skip_bad: bool) -> None:
    """Add an application for each row, with its company and the date of its interview.

    The headers that people use are recognised; columns that nothing is read from are listed. Nothing is written unless
    every row is good, or --skip-bad is said. The same file again adds nothing; `jobflow undo` takes an import back.
    """
    with session.open() as flow:
        outcome = _examine(session, flow, file, maps)
    if outcome.problems and not skip_bad and not dry_run:
        raise _bad_rows(file, outcome)
    added: Sequence[Application] = ()
    if outcome.fresh and not dry_run:
        with session.open(create=True) as flow:
            added = flow.add_all(_as_new(row, session) for row in outcome.fresh)
    _answer(session, outcome, added, dry_run=dry_run)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What a file holds, seen against what is recorded. `problems`: of reading, and of what the workflow refuses."""

    reading: CsvReading
    fresh: tuple[Row, ...]
    known: int
    problems: tuple[Problem, ...]


def _examine(session: Session, flow: Jobflow, file: str, maps: Sequence[str]) -> _Outcome:
    from jobflow.adapters.csv_import import Problem, read_applications
    from jobflow.adapters.csv_table import decode_csv

    reading = read_applications(
        decode_csv(_content(file)),
        mapping=_mapping(maps),
        now=flow.now(),
        zone=flow.parts.zone,
        calendar=flow.calendar(),
        confirmed=session.yes,
    )
    flow.workflows.load(flow.parts.settings.workflow)  # its faults are not those of the rows
    known = [row for row in reading.rows if flow.has_source(row.fingerprint)]
    fresh: list[Row] = []
    problems = list(reading.problems)
    with session.open(memory=True) as rehearsal:
        for row in reading.rows:
            if row in known:
                continue
            try:
                rehearsal.add_all([_as_new(row, session)])
                fresh.append(row)
            except (Refused, UnknownName) as refusal:
                problems.append(Problem(line=row.line, column="", found=row.company, reason=str(refusal)))
    problems.sort(key=lambda problem: problem.line)
    return _Outcome(reading=reading, fresh=tuple(fresh), known=len(known), problems=tuple(problems))


def _content(file: str) -> bytes:
    try:
        with click.open_file(file, "rb") as stream:
            content: bytes = stream.read()
            return content
    except OSError as error:
        raise Refused(f"{file} can't be read: {(error.strerror or str(error)).lower()}.") from error


def _mapping(maps: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in maps:
        field, separator, header = text.partition("=")
        if not separator or not field.strip() or not header.strip():
            raise Refused(
                f"--map {shown(text)}: expected FIELD=HEADER.", hint='such as --map "company=Where I applied"'
            )
        pairs.append((field.strip(), header.strip()))
    return pairs


def _as_new(row: Row, session: Session) -> NewApplication:
    from jobflow.engine import NewApplication

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
        confirmed=session.yes,
    )


def _bad_rows(file: str, outcome: _Outcome) -> JobflowError:
    from jobflow.render.words import plural

    lines = "\n".join(f"{file}: {problem}" for problem in outcome.problems)
    return Refused(
        f"{plural(len(outcome.problems), 'cell or row', 'cells or rows')} of {file} can't be taken; nothing was added."
        f"\n{lines}\nHint: mend the file, or add the other {plural(len(outcome.fresh), 'row')} with --skip-bad"
    )


def _answer(session: Session, outcome: _Outcome, added: Sequence[Application], *, dry_run: bool) -> None:
    if session.json:
        session.give(_document(outcome, added, dry_run=dry_run))
        return
    from jobflow.render.applications import heading
    from jobflow.render.words import plural

    session.say("Read: " + "; ".join(f"{name} from '{title}'" for name, title in outcome.reading.recognised.items()))
    if outcome.reading.ignored:
        session.say("Not read: " + ", ".join(f"'{title}'" for title in outcome.reading.ignored))
    for problem in outcome.problems:
        session.say(f"Left out: {problem}")
    if outcome.known:
        session.say(f"{plural(outcome.known, 'row is', 'rows are')} here already.")
    if dry_run:
        session.lines(map(_line, outcome.fresh))
        session.say(f"Would add {plural(len(outcome.fresh), 'application')}; nothing was written.")
        return
    session.lines(f"{app.number:>5}  {heading(app)}" for app in added)
    session.say(f"Added {plural(len(added), 'application')}." if added else "Nothing was added.")
    if added:
        session.say("What to do now: jobflow next. To take it all back: jobflow undo")


def _line(row: Row) -> str:
    """A row that would be added, with the people that were found in it."""
    roles = dict.fromkeys(contact.role for contact in row.contacts)
    people = "; ".join(
        f"{role.replace('_', ' ')} {' and '.join(c.name for c in row.contacts if c.role == role)}" for role in roles
    )
    return f"  line {row.line}: {row.company}{f', {row.role}' if row.role else ''}{f' ({people})' if people else ''}"


def _document(outcome: _Outcome, added: Sequence[Application], *, dry_run: bool) -> dict[str, Any]:
    return {
        "added": [app.to_json() for app in added],
        "would_add": [row.line for row in outcome.fresh] if dry_run else [],
        "known": outcome.known,
        "recognised": dict(outcome.reading.recognised),
        "ignored": list(outcome.reading.ignored),
        "problems": [
            {"line": item.line, "column": item.column, "found": item.found, "reason": item.reason}
            for item in outcome.problems
        ],
        "dry_run": dry_run,
    }
