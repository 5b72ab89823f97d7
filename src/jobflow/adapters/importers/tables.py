"""Tables of other programs: CSV with another program's headings, to rows under jobflow's own.

What has no field here goes into the notes, each under its heading: nothing is dropped in silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from jobflow.adapters.csv_columns import HEADERS, plain
from jobflow.adapters.csv_table import MOST_ROWS, Table, decode_csv, read_table
from jobflow.adapters.zips import opened, unpacked
from jobflow.core.errors import Refused

MOST_BYTES = 50_000_000
"""Of the files in an archive that are read, unpacked, all together."""
MOST_FILES = 2_000
ZIP = b"PK\x03\x04"
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?(?: UTC)?")
_NOTHING = "n/a"
"""How Simplify and JobSync write an empty cell."""

Names = Mapping[str, Sequence[str]]
"""By jobflow's field, the headings that it is read from, likeliest first."""


def read_csv(content: bytes, known: Iterable[str], most: int = MOST_ROWS) -> Table:
    """The table of a CSV file of at most so many rows. `known`: headings that tell the delimiter. Raises ValueError."""
    names = {plain(name) for name in known}
    try:
        return read_table(decode_csv(content), lambda header: sum(plain(cell) in names for cell in header), most)
    except Refused as refusal:
        raise ValueError(str(refusal).rstrip(".")) from None


def rows(table: Table, names: Names) -> Iterator[dict[str, str]]:
    """Each row under jobflow's headings; a link to the job under its own; what is left over, in its notes.

    Raises ValueError for a row with more cells than headings: what stands in it is under the wrong ones.
    """
    header = table.header.cells
    index = {plain(title): place for place, title in reversed(list(enumerate(header))) if title}
    fields = {
        field: [index[plain(title)] for title in titles if plain(title) in index] for field, titles in names.items()
    }
    used = {place for places in fields.values() for place in places}
    links = [place for place, title in enumerate(header) if place not in used and plain(title) in HEADERS["link"]]
    rest = [place for place in range(len(header)) if place not in used and place not in links]
    for row in table.rows:
        if any(row.cells[len(header) :]):
            raise ValueError(
                f"line {row.line}: {len(row.cells)} cells, but the header has {len(header)}."
                " A cell with a comma in it has to stand in quotes"
            )
        cells = [*("" if cell.casefold() == _NOTHING else cell for cell in row.cells), *[""] * len(header)]
        found = {
            field: next((cells[place] for place in places if cells[place]), "") for field, places in fields.items()
        }
        # A second column for a field, such as two dates of applying, is worth a note where it says something else.
        others = [p for field, places in fields.items() for p in places if cells[p] and cells[p] != found[field]]
        left = ((header[place], cells[place]) for place in sorted([*rest, *others]))
        yield {
            **found,
            **{header[place]: cells[place] for place in links},
            "notes": notes(found.get("notes", ""), left),
        }


def link_of(row: Mapping[str, str]) -> str:
    """The address of the job in a row of `rows`, however it is written: without scheme and final slash."""
    found = next((value for title, value in row.items() if value and plain(title) in HEADERS["link"]), "")
    return re.sub(r"^https?://(www\.)?", "", found.strip().casefold()).rstrip("/")


def notes(text: str, others: Iterable[tuple[str, str]]) -> str:
    """A note, and below it what else stood there, each under its heading."""
    lines = [text, *(f"{heading or 'Also'}: {value}" for heading, value in others if value)]
    return "\n".join(line for line in lines if line)


def moment(cell: str) -> str:
    """A date as another program writes it, as `import csv` reads it: fractions of seconds and midnights left out."""
    found = _INSTANT.fullmatch(cell.strip())
    if found is None:
        return cell
    day, clock, offset = found.groups()
    if clock == "00:00:00":
        return day
    return f"{day}T{clock}{offset or ''}"


def members(content: bytes, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """The files of an archive with a wanted name, by their bare names; or the file itself, without a name.

    Nothing else is unpacked. Raises ValueError.
    """
    if not content.startswith(ZIP):
        yield "", content
        return
    left = MOST_BYTES
    with opened(content) as archive:
        infos = archive.infolist()
        if len(infos) > MOST_FILES:
            raise ValueError(f"the archive holds more than {MOST_FILES:,} files")
        for info in infos:
            name = info.filename.replace("\\", "/").rsplit("/", 1)[-1]
            if not info.is_dir() and name.lower().endswith(".csv") and wanted(name):
                found = unpacked(archive, info, left)
                left -= len(found)
                yield name, found
