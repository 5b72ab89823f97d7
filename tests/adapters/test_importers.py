"""What other trackers write, read by the importers that ship. The fixtures have their headings and spellings."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.adapters import builtin
from jobflow.adapters.importers import tables

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "imports"
LINKEDIN = {
    "Job Applications.csv": "linkedin-job-applications.csv",
    "Saved Jobs.csv": "linkedin-saved-jobs.csv",
    "Connections.csv": "linkedin-connections.csv",
}


def importer(name: str) -> Any:
    return builtin.built_in("jobflow_importers")[name]()


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def read(name: str, content: bytes) -> list[dict[str, str]]:
    return [{key: value for key, value in row.items() if value} for row in importer(name).read(content)]


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("name", builtin.IMPORTERS)
def test_an_importer_is_made_from_its_reference(name: str):
    assert importer(name).name == name


# -- each fixture ------------------------------------------------------------------------------------------------------


def test_linkedins_applications():
    first, second, third, fourth = read("linkedin", fixture("linkedin-job-applications.csv"))
    assert first == {
        "company": "Acme Corp",
        "role": "Content Specialist",
        "applied": "2024-11-20 08:15",
        "status": "applied",
        "Job Url": "http://www.linkedin.com/jobs/view/4077276177",
        "notes": "Contact Email: me@example.org\nContact Phone Number: +15550100\nResume Name: Resume.pdf",
    }
    assert second["notes"].endswith('SQL? : 6\r\nWill you "now" or later need sponsorship? : No')
    assert (third["applied"], fourth["applied"]) == ("2024-03-07 14:22", "2024-08-15")


def test_a_saved_job_that_was_applied_for_is_one_row_with_both_dates():
    content = archive({f"Basic/Jobs/{name}": fixture(file) for name, file in LINKEDIN.items()})
    rows = read("linkedin", content)
    assert [(row["company"], row.get("applied"), row.get("saved")) for row in rows] == [
        ("Acme Corp", "2024-11-20 08:15", None),
        ("Acme, Inc.", "2024-11-20 08:20", None),
        ("Globex", "2024-03-07 14:22", "2024-03-06 04:55"),
        ("Initech", "2024-08-15", None),
        ("Hooli", None, "2024-10-01 09:00"),
    ]
    assert list(importer("linkedin").people(content)) == [
        {"name": "Cleo Ray", "email": "cleo@acme.example", "company": "Acme", "position": "CTO"},
        {"name": "Andreas Müller", "email": "", "company": "Globex GmbH", "position": 'Head of "QA"'},
    ]


def test_two_postings_of_one_job_stay_two():
    jobs = fixture("linkedin-job-applications.csv")
    saved = fixture("linkedin-saved-jobs.csv").replace(b"/123/", b"/124/")
    rows = read("linkedin", archive({"Job Applications.csv": jobs, "Saved Jobs.csv": saved}))
    assert [row["company"] for row in rows].count("Globex") == 2


@pytest.mark.parametrize(("name", "line"), [("linkedin-day-first.csv", 2), ("linkedin-two-locales.csv", 3)])
def test_dates_of_another_language_are_refused_with_what_to_do(name: str, line: int):
    with pytest.raises(ValueError, match=rf"line {line}: .* Set LinkedIn's language to English"):
        read("linkedin", fixture(name))


def test_simplifys_na_is_nothing():
    rows = read("simplify", fixture("simplify.csv"))
    assert [(row["company"], row.get("applied"), row.get("saved"), row["status"]) for row in rows] == [
        ("Garner Health", "2025-07-13", None, "APPLIED"),
        ("Garner Health", "2025-07-13", None, "APPLIED"),
        ("Plaid", None, "2025-07-10", "SAVED"),
        ("Ramp", "2025-07-01", None, "INTERVIEWING"),
        ("Stripe", "2025-06-01", None, "REJECTED"),
    ]
    assert rows[3]["notes"] == "note here\nArchived: No\nStatus Date: 2025-07-09"


def test_jobsyncs_na_is_nothing():
    rows = read("jobsync", fixture("jobsync.csv"))
    assert [(r["company"], r.get("role"), r.get("applied"), r["saved"], r["status"]) for r in rows] == [
        ("Acme", "Engineer", "2025-03-02", "2025-03-01", "Applied"),
        ("Globex", "Engineer", None, "2025-03-03", "Draft"),
        ("Hooli", None, "2025-03-04", "2025-03-03", "Expired"),
        ("Initech", "Engineer", "2025-03-05", "2025-03-03", "Offer"),
    ]
    expected = (
        "index: 1\napplied: Yes\njobType: Full Time\nworkplaceType: Remote\nLocation: Berlin, DE\nJobSource: Linkedin"
    )
    assert rows[0]["notes"] == expected


def test_career_ops_statuses_have_other_names_too():
    rows = read("career-ops", fixture("career-ops.md"))
    assert [(r["company"], r["role"], r["status"], "applied" in r) for r in rows] == [
        ("Acme", "VP | AI", "evaluated", False),
        ("Globex", "CTO", "applied", True),
        ("Hooli", "CTO", "skip", False),
        ("Initech", "CTO", "responded", True),
    ]


def test_teals_and_huntrs_files_are_read_by_their_headings():
    rows = read("teal", fixture("teal.csv"))
    assert [(r["company"], r.get("applied"), r["saved"], r["status"]) for r in rows] == [
        ("TechCorp", "2025-01-16", "2025-01-15", "Applied"),
        ("Acme", None, "2025-01-17", "Bookmarked"),
        ("Globex", "2025-01-18", "2025-01-17", "Negotiating"),
    ]
    assert "Excitement: 8" in rows[0]["notes"]
    content = archive({"a/USER_JOBS_USER_FULL_DATA_DOWNLOAD_1.csv": fixture("huntr.csv"), "OTHER.csv": b"\xff"})
    assert read("huntr", content) == read("huntr", fixture("huntr.csv"))
    first, second = read("huntr", content)
    assert (first["status"], first["saved"], first["URL"]) == (
        "Applied", "2025-03-01T09:30:00Z", "https://huntr.example/1",
    )  # fmt: skip
    assert (second["saved"], second["status"]) == ("2025-03-04", "Wishlist")


@pytest.mark.parametrize(
    "file", ["linkedin-job-applications.csv", "simplify.csv", "jobsync.csv", "teal.csv", "huntr.csv"]
)
def test_every_cell_of_a_file_arrives(file: str):
    content = fixture(file)
    (name,) = (name for name in builtin.IMPORTERS if file.startswith(name))
    said = "\n".join(value for row in importer(name).read(content) for value in row.values())
    for row in tables.read_csv(content, ["Company"]).rows:
        for cell in row.cells:
            assert cell in ("N/A", "") or tables.moment(cell) in said or re.match(r"\d+/\d+/\d", cell), cell


# -- how a file is written does not count ------------------------------------------------------------------------------

SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "BOM": lambda text: text.encode("utf-8-sig"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "no final line break": lambda text: text.rstrip("\n").encode(),
    "empty lines at the end": lambda text: (text + "\n\n").encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("name", ["simplify", "jobsync", "teal", "career-ops"])
def test_a_file_reads_the_same_however_its_lines_end(name: str, spelling: str):
    text = fixture(name + (".md" if name == "career-ops" else ".csv")).decode("utf-8-sig").replace("\r\n", "\n")
    assert read(name, SPELLINGS[spelling](text)) == read(name, text.encode())


@given(st.permutations(range(9)), st.sampled_from([",", ";", "\t"]))
def test_the_order_of_columns_and_the_delimiter_do_not_count(order: list[int], delimiter: str):
    found = list(csv.reader(io.StringIO(fixture("simplify.csv").decode(), newline="")))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([row[place] for place in order] for row in found)
    changed = read("simplify", out.getvalue().encode())
    for was, row in zip(read("simplify", fixture("simplify.csv")), changed, strict=True):
        assert sorted(was.pop("notes").split("\n")) == sorted(row.pop("notes").split("\n"))
        assert was == row


# -- csv-spectrum: the cases that CSV readers get wrong ----------------------------------------------------------------

HEADER = "Company Name,Job Title,Applied Date,Notes"
SPECTRUM = {
    "comma in quotes": (f'{HEADER}\n"Ben & Co, Inc.",a,2025-01-01,x\n', "Ben & Co, Inc.", "x"),
    "empty": (f'{HEADER}\nA,"",2025-01-01,""\n', "A", ""),
    "empty with CRLF": (f'{HEADER}\r\nA,"",2025-01-01,""\r\n', "A", ""),
    "escaped quotes": (f'{HEADER}\nA,b,2025-01-01,"ha ""ha"" ha"\n', "A", 'ha "ha" ha'),
    "JSON": (f'{HEADER}\nA,b,2025-01-01,"{{""at"": [1, ""x""]}}"\n', "A", '{"at": [1, "x"]}'),
    "newlines": (f'{HEADER}\nA,b,2025-01-01,"Once upon \na time"\n', "A", "Once upon \na time"),
    "newlines with CRLF": (f'{HEADER}\r\nA,b,2025-01-01,"Once \r\na time"\r\n', "A", "Once \r\na time"),
    "quotes and newlines": (f'{HEADER}\nA,b,2025-01-01,"ha \n""ha"" \nha"\n', "A", 'ha \n"ha" \nha'),
    "simple": (f"{HEADER}\nA,b,2025-01-01,c\n", "A", "c"),
    "utf8": (f"{HEADER}\nʤ,b,2025-01-01,c\n", "ʤ", "c"),
    "location coordinates": (f'{HEADER}\nA,b,2025-01-01,"36.5, -4.8"\n', "A", "36.5, -4.8"),
}  # fmt: skip


@pytest.mark.parametrize("case", SPECTRUM)
def test_csv_spectrum(case: str):
    text, company, notes = SPECTRUM[case]
    (row,) = read("simplify", text.encode())
    assert (row["company"], row.get("notes", "")) == (company, notes)


# -- what is wrong -----------------------------------------------------------------------------------------------------


def test_a_row_whose_cells_do_not_fit_is_not_read_under_the_wrong_headings():
    text = (
        fixture("simplify.csv").decode() + "Engineer,Acme, Inc.,https://x,2025-01-01,APPLIED,2025-01-01,No,N/A,hello\n"
    )
    with pytest.raises(ValueError, match=r"line 7: 10 cells, but the header has 9\."):
        read("simplify", text.encode())
    jobs = fixture("linkedin-job-applications.csv") + b'"1/1/25, 8:15 AM",,,Acme, Inc.,x,https://x,cv,q\r\n'
    with pytest.raises(ValueError, match="9 cells, but the header has 8"):
        read("linkedin", jobs)


def test_only_what_is_wanted_is_unpacked():
    jobs, big = fixture("linkedin-job-applications.csv"), b"0" * (tables.MOST_BYTES + 1)
    assert len(read("linkedin", archive({"Jobs/Job Applications.csv": jobs, "messages.csv": big}))) == 4
    with pytest.raises(ValueError, match="comes to more than the 50,000,000 bytes"):
        read("linkedin", archive({"Jobs/Job Applications.csv": big}))


def test_the_limit_is_of_all_files_together(monkeypatch: pytest.MonkeyPatch):
    jobs = fixture("linkedin-job-applications.csv")
    monkeypatch.setattr(tables, "MOST_BYTES", 2 * len(jobs))
    assert len(read("linkedin", archive({f"{n}/Job Applications.csv": jobs for n in "ab"}))) == 8
    with pytest.raises(ValueError, match="comes to more than the 0 bytes"):
        read("linkedin", archive({f"{n}/Job Applications.csv": jobs for n in "abc"}))


def test_an_archive_may_lie_about_sizes_or_hold_too_many_files():
    content = archive({"Job Applications.csv": b"0" * (tables.MOST_BYTES + 1)})
    place = content.rindex(b"PK\x01\x02") + 24
    lying = content[:place] + struct.pack("<I", 10) + content[place + 4 :]
    with pytest.raises(ValueError, match="archive"):
        read("linkedin", lying)
    with pytest.raises(ValueError, match="more than 2,000 files"):
        read("linkedin", archive({f"{number}.csv": b"" for number in range(2_001)}, zipfile.ZIP_STORED))


def test_where_a_file_lies_in_the_archive_does_not_count():
    jobs = fixture("linkedin-job-applications.csv")
    for name in (
        "../../Job Applications.csv",
        "/etc/Job Applications.csv",
        "a\\Job Applications_1.csv",
        "JOB APPLICATIONS.CSV",
    ):
        assert len(read("linkedin", archive({name: jobs}))) == 4


@given(st.binary(max_size=200), st.sampled_from(sorted(builtin.IMPORTERS)), st.sampled_from([b"", b"PK\x03\x04"]))
def test_whatever_the_bytes_an_importer_gives_rows_or_says_what_is_wrong(content: bytes, name: str, start: bytes):
    found = importer(name)
    for method in ("read", "applications", "people"):
        try:
            list(getattr(found, method, lambda _content: ())(start + content))
        except ValueError as error:
            assert str(error)


@given(st.data())
def test_an_archive_that_is_damaged_is_refused(data: st.DataObject):
    content = bytearray(archive({name: fixture(file) for name, file in LINKEDIN.items()}))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        rows = read("linkedin", bytes(content))
    except ValueError as error:
        assert str(error)
    else:
        assert len(rows) <= 7
