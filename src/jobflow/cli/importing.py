"""import csv, and the file formats of plugins: applications that a person keeps somewhere else already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from jobflow.cli.commands import GrownGroup, Help, command, kit_for
from jobflow.cli.files import read_bytes
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import JobflowError, Refused
from jobflow.core.quoting import shown

if TYPE_CHECKING:
    from jobflow.adapters.csv_import import Row
    from jobflow.core.views import Application
    from jobflow.exchange import FileReading

_MAP = (
    "Read a field from this column; fields: company, role, interviewed, interviewer, email, decision_maker, "
    "recruiter, referrer, decision_by, notes, status."
)


class Importing(GrownGroup):
    """`csv`, then the importers of enabled plugins."""

    def added(self, ctx: click.Context, args: Sequence[str] = ()) -> Mapping[str, click.Command]:
        """A command for each importer; no code of a plugin is run for it."""
        return {name: _of_plugin(name) for name in kit_for(ctx, args).names("jobflow_importers")}


@click.group(
    "import",
    cls=Importing,
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
@click.option("--map", "maps", metavar="FIELD=HEADER", multiple=True, help=_MAP)
@click.option("--dry-run", is_flag=True, help="Show what would be added; write nothing.")
@click.option("--skip-bad", is_flag=True, help="Add the good rows though there are bad ones.")
@pass_session
def csv(session: Session, file: str, maps: tuple[str, ...], dry_run: bool, skip_bad: bool) -> None:
    """Add an application for each row, with its company and the date of its interview.

    The headers that people use are recognised; columns that nothing is read from are listed. Nothing is written unless
    every row is good, or --skip-bad is said. The same file again adds nothing; `jobflow undo` takes an import back.
    """
    _import("csv", session, file, maps, dry_run, skip_bad)


def _of_plugin(name: str) -> click.Command:
    """The same command for the importer of a plugin."""

    @pass_session
    def imports(session: Session, file: str, maps: tuple[str, ...], dry_run: bool, skip_bad: bool) -> None:
        _import(name, session, file, maps, dry_run, skip_bad)

    return Help(
        name,
        callback=imports,
        params=[parameter for parameter in csv.params if parameter not in csv.common],
        help="Add the applications of a file that a plugin can read; as with `jobflow import csv`.",
        examples=(f"jobflow import {name} FILE --dry-run", f"jobflow import {name} FILE"),
    )


def _import(format: str, session: Session, file: str, maps: Sequence[str], dry_run: bool, skip_bad: bool) -> None:
    with session.open() as flow:
        reading = flow.read_file(format, read_bytes(file), mapping=_mapping(maps), confirmed=session.yes)
    if reading.problems and not skip_bad and not dry_run:
        raise _bad_rows(file, reading)
    added: Sequence[Application] = ()
    if reading.new and not dry_run:
        with session.open(create=True) as flow:
            added = flow.add_all(reading.new)
    _answer(session, reading, added, dry_run=dry_run)


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


def _bad_rows(file: str, reading: FileReading) -> JobflowError:
    from jobflow.render.words import plural

    lines = "\n".join(f"{file}: {problem}" for problem in reading.problems)
    return Refused(
        f"{plural(len(reading.problems), 'cell or row', 'cells or rows')} of {file} can't be taken; nothing was added."
        f"\n{lines}\nHint: mend the file, or add the other {plural(len(reading.fresh), 'row')} with --skip-bad"
    )


def _answer(session: Session, reading: FileReading, added: Sequence[Application], *, dry_run: bool) -> None:
    if session.json:
        session.give(_document(reading, added, dry_run=dry_run))
        return
    from jobflow.render.applications import heading
    from jobflow.render.words import plural

    session.say("Read: " + "; ".join(f"{name} from '{title}'" for name, title in reading.recognised.items()))
    if reading.ignored:
        session.say("Not read: " + ", ".join(f"'{title}'" for title in reading.ignored))
    for problem in reading.problems:
        session.say(f"Left out: {problem}")
    if reading.known:
        session.say(f"{plural(reading.known, 'row is', 'rows are')} here already.")
    if dry_run:
        session.lines(_line(row, reading.unit) for row in reading.fresh)
        session.say(f"Would add {plural(len(reading.fresh), 'application')}; nothing was written.")
        return
    session.lines(f"{app.number:>5}  {heading(app)}" for app in added)
    session.say(f"Added {plural(len(added), 'application')}." if added else "Nothing was added.")
    if added:
        session.say("What to do now: jobflow next. To take it all back: jobflow undo")


def _line(row: Row, unit: str) -> str:
    """A row that would be added, with the people that were found in it."""
    roles = dict.fromkeys(contact.role for contact in row.contacts)
    people = "; ".join(
        f"{role.replace('_', ' ')} {' and '.join(c.name for c in row.contacts if c.role == role)}" for role in roles
    )
    return f"  {unit} {row.line}: {row.company}{f', {row.role}' if row.role else ''}{f' ({people})' if people else ''}"


def _document(reading: FileReading, added: Sequence[Application], *, dry_run: bool) -> dict[str, Any]:
    return {
        "added": [app.to_json() for app in added],
        "would_add": [row.line for row in reading.fresh] if dry_run else [],
        "known": reading.known,
        "recognised": dict(reading.recognised),
        "ignored": list(reading.ignored),
        "problems": [
            {"line": item.line, "column": item.column, "found": item.found, "reason": item.reason}
            for item in reading.problems
        ],
        "dry_run": dry_run,
    }
