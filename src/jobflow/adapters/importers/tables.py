"""Tables of other programs: CSV with another program's headings, to rows under jobflow's own.

What has no field here goes into the notes, each under its heading: nothing is dropped in silence.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence

from jobflow.adapters.csv_columns import plain
from jobflow.adapters.csv_table import Table, decode_csv, read_table
from jobflow.core.errors import Refused

MOST_BYTES = 50_000_000
"""Of one file in an archive, unpacked."""
MOST_FILES = 2_000
ZIP = b"PK\x03\x04"
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:?\d{2})?(?: UTC)?")
_LONG = 9_000

Names = Mapping[str, Sequence[str]]
"""By jobflow's field, the headings that it is read from, likeliest first."""


def read_csv(content: bytes, known: Iterable[str]) -> Table:
    """The table of a CSV file. `known`: headings that tell the right delimiter. Raises ValueError."""
    names = {plain(name) for name in known}
    try:
        return read_table(decode_csv(content), lambda header: sum(plain(cell) in names for cell in header))
    except Refused as refusal:
        raise ValueError(str(refusal).rstrip(".")) from None


def rows(table: Table, names: Names) -> Iterator[dict[str, str]]:
    """Each row under jobflow's headings; what is left over, in its notes."""
    index = {plain(title): place for place, title in reversed(list(enumerate(table.header.cells))) if title}
    fields = {
        field: [index[plain(title)] for title in titles if plain(title) in index] for field, titles in names.items()
    }
    used = {place for places in fields.values() for place in places}
    rest = [place for place in range(len(table.header.cells)) if place not in used]
    for row in table.rows:
        cells = row.cells + ("",) * (len(table.header.cells) - len(row.cells))
        if len(cells) > len(table.header.cells) and any(cells[len(table.header.cells) :]):
            raise ValueError(f"line {row.line}: {len(row.cells)} cells, but the header has {len(table.header.cells)}")
        found = {
            field: next((cells[place] for place in places if cells[place]), "") for field, places in fields.items()
        }
        yield found | {
            "notes": notes(found.get("notes", ""), ((table.header.cells[place], cells[place]) for place in rest))
        }


def notes(text: str, others: Iterable[tuple[str, str]]) -> str:
    """A note, and below it what else stood there, each under its heading."""
    lines = [text, *(f"{heading or 'Also'}: {value}" for heading, value in others if value)]
    found = "\n".join(line for line in lines if line)
    return found if len(found) <= _LONG else f"{found[:_LONG]}…"


def moment(cell: str) -> str:
    """A date as another program writes it, as `import csv` reads it: fractions of seconds and midnights left out."""
    found = _INSTANT.fullmatch(cell.strip())
    if found is None:
        return cell
    day, clock, offset = found.groups()
    if clock == "00:00:00":
        return day
    return f"{day}T{clock}{offset or ''}"


def members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of an archive by their bare names; or the file itself, without a name. Raises ValueError."""
    if not content.startswith(ZIP):
        yield "", content
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = archive.infolist()
            if len(infos) > MOST_FILES:
                raise ValueError(f"the archive holds more than {MOST_FILES:,} files")
            for info in infos:
                name = info.filename.replace("\\", "/").rsplit("/", 1)[-1]
                if not info.is_dir() and name.lower().endswith(".csv"):
                    yield name, _unpacked(archive, info)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise ValueError(f"the archive can't be read: {error}") from None


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as file:  # What it says of its size is not believed.
        found = file.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise ValueError(f"{info.filename} in the archive is larger than {MOST_BYTES:,} bytes")
    return found
