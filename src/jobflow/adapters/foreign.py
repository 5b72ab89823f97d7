"""Plugins' importers and exporters, called here: what they give is taken only as what it should be.

They run in this process, at the word of a person who sits there and can stop them; nothing is written meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from jobflow.adapters.csv_table import MOST_ROWS, ROW, Table, TableRow
from jobflow.adapters.plugins.kit import Kit
from jobflow.adapters.plugins.saying import named, one_line
from jobflow.core.errors import JobflowError, PluginFault, Refused, UnknownName

MOST_PEOPLE = 50_000
"""Whom one may know."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an importer found in a file: rows (None: there are none), whole applications, and people."""

    table: Table | None
    applications: tuple[Mapping[str, Any], ...]
    people: tuple[Mapping[str, str], ...]


def foreign_file(kit: Kit, name: str, content: bytes) -> Found:
    """The file as the importer of that name reads it. Raises `UnknownName`, `Refused` or `PluginFault`."""
    importer = _offered(kit, "jobflow_importers", "importer", name)
    rows = _taken(name, importer.read, content)
    applications = _taken(name, getattr(importer, "applications", _nothing), content)
    people = _taken(name, getattr(importer, "people", _nothing), content, MOST_PEOPLE)
    cells = [_cells(name, number, row) for number, row in enumerate(rows, start=1)]
    header = tuple(dict.fromkeys(heading for row in cells for heading in row))
    if not header and not applications and not people:
        raise Refused(f"{name} found no applications in the file.")
    for each in applications:
        if not isinstance(each, Mapping):
            raise _fault("importer", name, f"gave {type(each).__name__} for an application, not a mapping.")
    return Found(
        _table(header, cells) if header else None,
        tuple(applications),
        tuple(_cells(name, number, person) for number, person in enumerate(people, start=1)),
    )


def _nothing(_content: bytes) -> Iterable[Any]:
    return ()


def _taken(name: str, read: Callable[[bytes], Iterable[Any]], content: bytes, most: int = MOST_ROWS) -> list[Any]:
    try:
        rows = list(islice(read(content), most + 1))
    except ValueError as error:
        raise Refused(f"{name} can't read the file: {one_line(str(error)) or type(error).__name__}.") from error
    except (Exception, SystemExit) as error:
        raise _fault("importer", name, f"raised {named(error)}.") from error
    if len(rows) > most:
        raise Refused(f"the file has more than {most:,} rows.", hint="import the file in parts")
    return rows


def _table(header: tuple[str, ...], cells: Sequence[Mapping[str, str]]) -> Table:
    body = (TableRow(number, tuple(row.get(h, "") for h in header)) for number, row in enumerate(cells, start=1))
    return Table(TableRow(0, header), tuple(row for row in body if any(row.cells)), ROW)


def _cells(name: str, number: int, row: object) -> dict[str, str]:
    if not isinstance(row, Mapping):
        raise _fault("importer", name, f"gave {type(row).__name__} for row {number}, not a mapping.")
    for key, value in row.items():
        if not isinstance(key, str) or not isinstance(value, str):
            wrong = key if not isinstance(key, str) else value
            raise _fault("importer", name, f"gave {type(wrong).__name__} in row {number}, where text was expected.")
    return {key.strip(): value.strip() for key, value in row.items()}


def foreign_content(
    kit: Kit,
    name: str,
    applications: Callable[[bool], Iterable[Mapping[str, Any]]],
    history: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> bytes:
    """The file that the exporter of that name writes.

    `applications` gives them, with True the closed too; `history` what is added for an exporter that asks for it.

    Raises `UnknownName` or `PluginFault`.
    """
    exporter = _offered(kit, "jobflow_exporters", "exporter", name)
    found = applications(getattr(exporter, "closed", False) is True)
    if getattr(exporter, "histories", False) is True:
        found = ({**app, **history(app)} for app in found)
    try:
        content: object = exporter.write(list(found))
    except (Exception, SystemExit) as error:
        raise _fault("exporter", name, f"raised {named(error)}.") from error
    if not isinstance(content, bytes):
        raise _fault("exporter", name, f"gave {type(content).__name__}, not bytes.")
    return content


def _offered(kit: Kit, hook: str, what: str, name: str) -> Any:
    try:
        return kit.value(hook, name)
    except KeyError:
        known = kit.names(hook)
        raise UnknownName(what, name, known, hint=None if known else "jobflow plugin list") from None


def _fault(what: str, name: str, problem: str) -> JobflowError:
    return PluginFault(name, problem, part=f"{what} '{name}'", hint="tell its author")
