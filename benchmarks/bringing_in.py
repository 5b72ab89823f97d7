"""Taking in what another program gave out: all of its rows within five seconds."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from run import Figure, open_home

ROWS, SECONDS = 10_000, 5.0
HEADER = (
    "Application Date,Contact Email,Contact Phone Number,Company Name,Job Title,Job Url,"
    "Resume Name,Question And Answers"
)


def exported(count: int) -> bytes:
    """LinkedIn's `Job Applications.csv` with so many rows, with line breaks inside of cells."""
    rows = (
        f'"{n % 12 + 1}/{n % 28 + 1}/25, {n % 12 + 1}:{n % 60:02} AM",me@example.org,,"Company {n}, Inc.",Engineer,'
        f'https://jobs.example/{n},cv.pdf,"Years? 6\r\nMore? ""some"""\r\n'
        for n in range(count)
    )
    return f"{HEADER}\r\n{''.join(rows)}".encode()


def bring_in(quick: bool) -> list[Figure]:
    """`import linkedin` of 10,000 rows: a dry run, the import, and the same file again; each against its limit."""
    count = 500 if quick else ROWS
    allowed = SECONDS * count / ROWS
    content = exported(count)
    with tempfile.TemporaryDirectory() as folder:
        engine, _ = open_home(Path(folder))
        figures = []
        for name, added in (("a dry run", False), ("the import", True), ("the same again", False)):
            begin = time.perf_counter()
            reading = engine.read_file("linkedin", content)
            if added:
                engine.add_all(reading.new)
            took = time.perf_counter() - begin
            what = f"{count:,} rows of LinkedIn's, {name} / {allowed:g} s"
            figures.append(Figure(what, took / allowed, 1.0, f"{took:.2f} s"))
        assert len(reading.fresh) == 0
        engine.close()
    return figures
