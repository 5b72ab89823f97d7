"""import csv, and the file formats of plugins: applications that a person keeps somewhere else already."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from jobflow.cli.commands import GrownGroup, Help, command, kit_for
from jobflow.cli.files import read_bytes, write_whole
from jobflow.cli.session import Session, pass_session
from jobflow.core.errors import JobflowError, Refused
from jobflow.core.quoting import shown

if TYPE_CHECKING:
    from jobflow.adapters.csv_import import Row
    from jobflow.core.views import Application
    from jobflow.exchange import FileReading
    from jobflow.intake import WholeRow

_MAP = (
    "Read a field from this column; fields: company, role, interviewed, applied, saved, interviewer, email, "
    "decision_maker, recruiter, referrer, decision_by, link, notes, status."
)


SHIPPED = {
    "linkedin": "LinkedIn's copy of your data: the archive, or a file of it.",
    "huntr": "Huntr's full data download.",
    "teal": "Teal's export.",
    "simplify": "Simplify's export.",
    "jobsync": "JobSync's export.",
    "career-ops": "The Markdown table of career-ops.",
    "json": "What `jobflow export json` wrote.",
}
"""The importers that ship beside `csv`, in a line each."""
_DATES = click.option(
    "--dates",
    type=click.Choice(["month-first", "day-first"]),
    help="How dates such as 3/4/26 are meant there; without it they are refused.",
)


_SHOWN = 50
"""So many people are proposed on the screen."""


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
@click.option("--save-map", metavar="NAME", help="Keep what --map says under this name.")
@click.option("--use-map", metavar="NAME", help="Take what was kept under this name.")
@_DATES
@click.option("--close-old", is_flag=True, help="Take in as closed what has waited for more than six weeks.")
@click.option("--dry-run", is_flag=True, help="Show what would be added; write nothing.")
@click.option("--skip-bad", is_flag=True, help="Add the good rows though there are bad ones.")
@pass_session
def csv(
    session: Session,
    file: str,
    maps: tuple[str, ...],
    save_map: str | None,
    use_map: str | None,
    dates: str | None,
    close_old: bool,
    dry_run: bool,
    skip_bad: bool,
) -> None:
    """Add an application for each row: its company, and when the interview was, or when you applied or saved it.

    The headers that people use are recognised; columns that nothing is read from are listed. Nothing is written unless
    every row is good, or --skip-bad is said. The same file again adds nothing; `jobflow undo` takes an import back.
    """
    from jobflow.adapters.mappings import mapping_file, mapping_text, read_mapping

    pairs = _mapping(maps)
    if use_map is not None:
        pairs = [*pairs, *(pair for pair in read_mapping(session.home.config, use_map) if pair[0] not in dict(pairs))]
    kept = None if save_map is None else mapping_file(session.home.config, save_map)
    _import("csv", session, file, pairs, dates, close_old=close_old, dry_run=dry_run, skip_bad=skip_bad)
    if kept is not None:
        os.makedirs(os.path.dirname(kept), mode=0o700, exist_ok=True)
        write_whole(kept, mapping_text(pairs))


def _of_plugin(name: str) -> click.Command:
    """The same command for an importer that ships, or of a plugin."""

    @pass_session
    def imports(session: Session, /, file: str, maps: tuple[str, ...], dates: str | None, **flags: bool) -> None:
        _import(name, session, file, _mapping(maps), dates, **flags)

    of_csv = ("save_map", "use_map")
    return Help(
        name,
        callback=imports,
        params=[parameter for parameter in csv.params if parameter not in csv.common and parameter.name not in of_csv],
        help=SHIPPED.get(name, "What a plugin can read.") + " Add its applications, as with `jobflow import csv`.",
        examples=(f"jobflow import {name} FILE --dry-run", f"jobflow import {name} FILE"),
    )


def _import(
    format: str,
    session: Session,
    file: str,
    pairs: Sequence[tuple[str, str]],
    dates: str | None,
    *,
    close_old: bool,
    dry_run: bool,
    skip_bad: bool,
) -> None:
    with session.open() as flow:
        reading = flow.read_file(
            format, read_bytes(file), mapping=pairs, confirmed=session.yes, order=dates, close_old=close_old
        )
    if reading.problems and not skip_bad and not dry_run:
        raise _bad_rows(file, reading)
    added: Sequence[Application] = ()
    if reading.new and not dry_run:
        with session.open(create=True) as flow:
            added = flow.add_all(reading.new)
            reading = replace(reading, proposals=flow.proposals(reading.people))
    _answer(session, reading, added, dry_run=dry_run, closed=close_old)


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
    others = f", or add the other {plural(len(reading.fresh), 'row')} with --skip-bad" if reading.fresh else ""
    return Refused(
        f"{plural(len(reading.problems), 'cell or row', 'cells or rows')} of {file} can't be taken; nothing was added."
        f"\n{lines}\nHint: mend the file{others}"
    )


def _answer(
    session: Session, reading: FileReading, added: Sequence[Application], *, dry_run: bool, closed: bool
) -> None:
    if session.json:
        session.give(_document(reading, added, dry_run=dry_run))
        return
    from jobflow.render.applications import heading
    from jobflow.render.words import plural

    if reading.recognised:
        session.say("Read: " + "; ".join(f"{name} from {shown(title)}" for name, title in reading.recognised.items()))
    if reading.ignored:
        session.say("Not read: " + ", ".join(map(shown, reading.ignored)))
    for problem in reading.problems:
        session.say(f"Left out: {problem}")
    if reading.cut:
        places = ", ".join(map(str, reading.cut[:20])) + (" …" if len(reading.cut) > 20 else "")
        session.say(f"Cut short: the notes of {reading.unit} {places}; more than 10,000 characters are not kept.")
    if reading.old and (dry_run or not closed):
        places = ", ".join(map(str, reading.old[:20])) + (" …" if len(reading.old) > 20 else "")
        said = ", taken in as closed." if closed else ". To take in as closed what has waited so long: --close-old"
        session.say(f"Applied for or saved more than six weeks ago: {reading.unit} {places}{said}")
    if reading.known:
        session.say(f"{plural(reading.known, 'row is', 'rows are')} here already.")
    if dry_run:
        session.lines(_line(row, reading.unit) for row in reading.fresh)
        session.say(f"Would add {plural(len(reading.fresh), 'application')}; nothing was written.")
        _propose(session, reading)
        return
    session.lines(f"{app.number:>5}  {heading(app)}" for app in added)
    session.say(f"Added {plural(len(added), 'application')}." if added else "Nothing was added.")
    if added:
        session.say("What to do now: jobflow next. To take it all back: jobflow undo")
    _propose(session, reading)


def _propose(session: Session, reading: FileReading) -> None:
    if reading.proposals:
        session.say("You know people there. Whoever puts in a word for you, name so:")
    for one in reading.proposals[:_SHOWN]:
        position = f"      {one.position}" if one.position else ""
        email = f" <{one.email}>" if one.email else ""
        session.say(f"  jobflow contact {one.application} {shlex.quote(f'referrer={one.name}{email}')}{position}")
    if len(reading.proposals) > _SHOWN:
        session.say(f"  … and {len(reading.proposals) - _SHOWN} more: --json has them all")


def _line(row: Row | WholeRow, unit: str) -> str:
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
        "cut": list(reading.cut),
        "old": list(reading.old),
        "proposals": [proposal.to_json() for proposal in reading.proposals],
        "dry_run": dry_run,
    }
