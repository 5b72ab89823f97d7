"""career-ops: the Markdown table of `data/applications.md`, and any like it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from jobflow.adapters.csv_columns import plain
from jobflow.adapters.csv_table import Table, TableRow
from jobflow.adapters.importers.tables import Names, rows

_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"\s*:?-+:?\s*")
_NOTHING = frozenset({"", "-", "—", "–", "n/a"})
_BOLD = re.compile(r"\*\*(.*?)\*\*")


class CareerOps:
    """`| # | Date | Company | Role | Score | Status | PDF | Report | Notes |`, with further columns or without."""

    name: ClassVar[str] = "career-ops"
    names: ClassVar[Names] = {
        "company": ("Company",),
        "role": ("Role",),
        "saved": ("Date",),
        "status": ("Status",),
        "notes": ("Notes",),
    }

    def read(self, content: bytes) -> Iterator[Mapping[str, str]]:
        """A row for each line of each table that has a company. Raises ValueError."""
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise ValueError(f"line {line}: it is not UTF-8") from None
        tables = [
            table for table in _tables(re.split(r"\r\n|\r|\n", text)) if "company" in map(plain, table.header.cells)
        ]
        if not tables:
            raise ValueError("there is no table with a column 'Company' in it")
        for table in tables:
            for row in rows(table, self.names):
                status = " ".join(row["status"].replace("*", "").replace("_", " ").split()).casefold()
                row["status"] = _ALIASES.get(status, status)
                if row["status"] not in _SAVED:
                    row["applied"], row["saved"] = row["saved"], ""
                yield row


_SAVED = ("", "evaluated", "saved", "skip", "discarded")
"""The statuses under which nobody applied, as far as one can tell."""
_ALIASES = {
    alias: status
    for status, aliases in {
        "evaluated": ("evaluada", "hold", "condicional", "évalué"),
        "applied": ("sent", "aplicado", "aplicada", "enviada", "postulé"),
        "responded": ("respondido", "répondu"),
        "interview": ("entrevista", "entrevue"),
        "offer": ("oferta", "offre"),
        "rejected": ("rechazado", "rechazada", "refusé", "refusée"),
        "discarded": ("descartado", "descartada", "cerrada", "cancelada", "écarté", "écartée"),
        "skip": ("no aplicar", "monitor", "ignoré"),
    }.items()
    for alias in aliases
}
"""What career-ops takes for its statuses, by `templates/states.yml`."""


def _tables(lines: Sequence[str]) -> Iterator[Table]:
    """A table is a line of cells, a line of dashes, and lines of cells."""
    place = 0
    while place < len(lines) - 1:
        header, rule = _cells(lines[place]), _cells(lines[place + 1])
        if not header or not rule or not all(_RULE.fullmatch(cell) for cell in rule):
            place += 1
            continue
        first = place + 2
        place = first
        while place < len(lines) and "|" in lines[place]:
            place += 1
        body = [TableRow(number + 1, _cells(lines[number])) for number in range(first, place)]
        yield Table(TableRow(first - 1, header), tuple(row for row in body if any(row.cells)))


def _cells(line: str) -> tuple[str, ...]:
    if "|" not in line:
        return ()
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    cells = (_BOLD.sub(r"\1", cell.strip().replace("\\|", "|")) for cell in _CELL.split(inner))
    return tuple("" if cell.casefold() in _NOTHING else cell for cell in cells)
