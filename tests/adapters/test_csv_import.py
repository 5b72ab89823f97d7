from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.adapters.csv_cells import STANDINGS, Standing
from jobflow.adapters.csv_columns import HEADERS
from jobflow.adapters.csv_import import CsvReading, read_applications
from jobflow.adapters.csv_table import MOST_CHARACTERS, MOST_ROWS, decode_csv
from jobflow.core.calendar import Calendar
from jobflow.core.errors import JobflowError, Refused, UnknownName
from jobflow.core.inputs import NewContact

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)  # a Tuesday
HEADER = "Company,Role,Interviewed,Contact,Decision by,Notes,Status"


def read(text: str, mapping: Any = (), *, now: datetime = NOW, confirmed: bool = False) -> CsvReading:
    return read_applications(text, mapping=mapping, now=now, zone=BERLIN, calendar=Calendar(), confirmed=confirmed)


def one(text: str, **options: Any) -> Any:
    reading = read(text, **options)
    assert reading.problems == ()
    (row,) = reading.rows
    return row


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read(text).problems]


def test_a_whole_row():
    row = one(
        f"{HEADER}\n"
        'Acme Ltd,Engineer,2026-03-04,"Ada Byron <ada@acme.example>; Bob",2026-03-20,"two\nlines, ""quotes""",Waiting\n'
    )
    assert (row.line, row.company, row.role) == (2, "Acme Ltd", "Engineer")
    assert (row.began.day, row.began.instant) == (date(2026, 3, 4), None)
    assert row.contacts == (
        NewContact("interviewer", "Ada Byron", "ada@acme.example"),
        NewContact("interviewer", "Bob", None),
    )
    assert row.decision_by == date(2026, 3, 20)
    assert row.notes == 'two\nlines, "quotes"'
    assert row.status == Standing("awaiting")


def test_blank_cells_are_unknown():
    row = one(f"{HEADER}\nAcme,,2026-03-04,,,,\n")
    assert (row.role, row.contacts, row.decision_by, row.notes, row.status) == (None, (), None, None, None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_any_dialect_reads_alike(delimiter, newline, bom):
    text = delimiter.join(["Company", "Interview date", "Notes"]) + newline
    text += delimiter.join(["Acme", "2026-03-04", '"a;b,c\td"']) + newline
    row = one(bom + text)
    assert (row.company, row.began.day, row.notes) == ("Acme", date(2026, 3, 4), "a;b,c\td")


def test_excels_first_line_names_the_delimiter():
    row = one("sep=|\r\nCompany|Interviewed\r\nAcme|2026-03-04\r\n")
    assert (row.line, row.company) == (3, "Acme")


@pytest.mark.parametrize(("field", "header"), [(field, name) for field, names in HEADERS.items() for name in names])
def test_every_header_is_recognised_in_any_spelling(field, header):
    needed = [name for name in ("company", "interviewed") if name != field]
    for spelled in (header, header.upper(), header.replace(" ", "_") + ":"):
        assert read(",".join([spelled, *needed])).recognised[field] == spelled


def test_people_have_the_role_of_their_column():
    row = one(
        "Employer,Interview date,Interviewer,Contact,Contact e-mail,Hiring manager,Recruiter,Referred by\n"
        "Acme,2026-03-04,Ada;,Bob,ada@a.example; bob@a.example,Cy Smith and Sons,Dee,Eve <eve@a.example>\n"
    )
    assert row.contacts == (
        NewContact("interviewer", "Ada", "ada@a.example"),
        NewContact("interviewer", "Bob", "bob@a.example"),
        NewContact("decision_maker", "Cy Smith"),
        NewContact("decision_maker", "Sons"),
        NewContact("recruiter", "Dee"),
        NewContact("referrer", "Eve", "eve@a.example"),
    )


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("TBD", []),
        ("n/a", []),
        (" - ", []),
        ("?", []),
        ("Ada; N/A", ["Ada"]),
        ("Ada / tbd", ["Ada"]),
        ("Ada / Bob", ["Ada", "Bob"]),
        ("Ada/Bob", ["Ada", "Bob"]),
        ("Ada & Bob AND Cy", ["Ada", "Bob", "Cy"]),
        ("Andy Sand", ["Andy Sand"]),
        ("Ada (HR)", ["Ada"]),
        ("Ada (HR, Berlin/Bonn) and Bob (CTO)", ["Ada", "Bob"]),
        ("Ada (Bo) Byron", ["Ada (Bo) Byron"]),
        ("Ada <a/b@a.example> / Bob", ["Ada", "Bob"]),
        ("(HR)", []),
    ],
)
def test_people_are_parted_and_nobody_is_nobody(cell, names):
    row = one(f'Company,Interviewed,Contact\nAcme,2026-03-04,"{cell}"\n')
    assert [contact.name for contact in row.contacts] == names


@pytest.mark.parametrize("cell", ["none", "--", "ada@a.example; -"])
def test_an_address_that_is_none_is_empty(cell):
    row = one(f"Company,Interviewed,Contact,Email\nAcme,2026-03-04,Ada,{cell}\n")
    assert row.contacts[0].email == ("ada@a.example" if "@" in cell else None)


@pytest.mark.parametrize("cell", ["Bob Thorn, Shirl", "Thorn, Bob"])
def test_a_comma_between_names_is_ambiguous(cell):
    (problem,) = read(f'Company,Interviewed,Contact\nAcme,2026-03-04,"{cell}"\n').problems
    assert "may be one person or several" in problem.reason
    assert cell.replace(",", ";") in problem.reason


def test_a_workbook_is_named_as_one():
    with pytest.raises(Refused, match=r"Excel file \(\.xlsx\)"):
        decode_csv(b"PK\x03\x04rest")


@pytest.mark.parametrize("cell", ["Mar 4, 2026 14:00", "Wed 4 March 2026, 14:00"])
def test_a_long_date_with_its_time_is_an_instant(cell):
    short = one("Company,Interviewed\nAcme,2026-03-04 14:00\n")
    assert one(f'Company,Interviewed\nAcme,"{cell}"\n').fingerprint == short.fingerprint


def test_a_person_named_twice_is_one():
    row = one("Company,Interviewed,Contact\nAcme,2026-03-04,Ada <a@a.example>; Ada\n")
    assert row.contacts == (NewContact("interviewer", "Ada", "a@a.example"),)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-03-04", date(2026, 3, 4)),
        ("2026-03-04 00:00:00", date(2026, 3, 4)),
        ('"Mar 4, 2026"', date(2026, 3, 4)),
        ("4 March 2026", date(2026, 3, 4)),
        ("yesterday", date(2026, 3, 9)),
        ("tuesday", date(2026, 3, 10)),
        ("-2bd", date(2026, 3, 6)),
        ("2026-03-04 14:00", date(2026, 3, 4)),
        ("2026-03-10T09:30Z", date(2026, 3, 10)),
    ],
)
def test_interview_dates(cell, day):
    assert one(f"Company,Interviewed\nAcme,{cell}\n").began.day == day


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "Acme,,3/4/26,,,,",
            "line 2, Interviewed: '3/4/26' could be several dates. Hint: write 2026-03-04 or 2026-04-03;"
            " or say how the whole file means it: --dates month-first, or day-first",
        ),
        ("Acme,,2026-03-11,,,,", "line 2, Interviewed: Wed 11 March 2026 lies in the future."),
        ("Acme,,2026-03-10 10:31,,,,", "lies in the future"),
        ("Acme,,2026-02-30,,,,", "no such day"),
        ("Acme,,,,,,", "line 2, Interviewed: the cell is empty"),
        (",,2026-03-04,,,,", "line 2, Company: the cell is empty"),
        ("Acme,,2026-03-04,Ada <ada>,,,", "line 2, Contact: 'ada' is no e-mail address"),
        ("Acme,,2026-03-04,,next friday,,", "line 2, Decision by: 'next friday' can mean two days"),
        ("Acme,,2026-03-04,,2062-03-20,,", "--yes"),
        ("Acme,,2026-03-04,,2026-03-20 14:00,,", "leave the time of day out"),
        ("Acme,,2026-03-04,,,,rejectd", "did you mean 'rejected'?"),
        ("Acme,,2026-03-04,,,,???", "one of: interviewed"),
        ("Ac\x07me,,2026-03-04,,,,", "U+0007"),
        ('"Ac\nme",,2026-03-04,,,,', "line break"),
        ("Acme,,2026-03-04,,,nul \x00,", "U+0000"),
        (f"{'x' * 201},,2026-03-04,,,,", "at most 200"),
        (f"Acme,,2026-03-04,,,{'x' * 10001},", "at most 10000"),
        ("Acme,,2026-03-04", "line 2: 3 cells, but the header has 7."),
        ("Acme,,2026-03-04,,,,,surplus", "line 2: 8 cells, but the header has 7."),
    ],
)
def test_a_bad_row_is_named_with_line_column_and_reason(row, said):
    (problem,) = problems(f"{HEADER}\n{row}\nGood,,2026-03-04,,,,\n")
    assert said in problem
    assert len(problem.splitlines()) == 1
    assert [row.company for row in read(f"{HEADER}\n{row}\nGood,,2026-03-04,,,,\n").rows] == ["Good"]


def test_every_bad_cell_of_a_row_is_named():
    assert len(problems(f"{HEADER}\n,,3/4/26,<>,soon,,lost\n")) == 5


def test_lines_are_those_of_the_file():
    text = f'{HEADER}\n\nAcme,,2026-03-04,,,"a\nb\nc",\n,,,,,,\nBeta,,3/4/26,,,,\n'
    reading = read(text)
    assert [row.line for row in reading.rows] == [3]
    assert [problem.line for problem in reading.problems] == [7]


def test_surplus_blank_cells_are_no_fault():
    assert one("Company,Interviewed\nAcme,2026-03-04,,, \n").company == "Acme"


def test_addresses_must_match_people():
    (problem,) = problems("Company,Interviewed,Contact,Email\nAcme,2026-03-04,Ada,a@a.example; b@a.example\n")
    assert "line 2, Email: as many addresses as people are expected, found 2 for 1" in problem


def test_a_decision_far_ahead_is_taken_once_confirmed():
    assert one(f"{HEADER}\nAcme,,2026-03-04,,2028-03-20,,\n", confirmed=True).decision_by == date(2028, 3, 20)


@pytest.mark.parametrize("word", STANDINGS)
def test_status_words(word):
    row = one(f"Company,Interviewed,Stage\nAcme,2026-03-04,{word.replace(' ', '-').upper()}\n")
    assert row.status == STANDINGS[word]


def test_what_is_not_recognised_is_listed():
    reading = read("Company,Interviewed,Salary,,Source,\nAcme,2026-03-04,5,hidden,web,\n")
    assert reading.recognised == {"company": "Company", "interviewed": "Interviewed"}
    assert reading.ignored == ("Salary", "column 4", "Source")


def test_the_less_likely_of_two_columns_is_listed_as_ignored():
    reading = read("Organization,Company,Interviewed\nx,Acme,2026-03-04\n")
    assert reading.rows[0].company == "Acme"
    assert reading.ignored == ("Organization",)


def test_columns_can_be_named():
    text = "Firma,Company,Wann,Bemerkung,Salary\nAcme,x,2026-03-04,good,5\n"
    mapping = [("company", "Firma"), ("interviewed", "wann"), ("notes", "Bemerkung"), ("notes", "Salary")]
    reading = read(text, mapping)
    assert (reading.rows[0].company, reading.rows[0].notes) == ("Acme", "good\n5")
    assert reading.recognised == {"company": "Firma", "interviewed": "Wann", "notes": "Bemerkung, Salary"}
    assert reading.ignored == ("Company",)
    assert read(text, {"company": "Firma", "interviewed": "Wann"}).rows[0].company == "Acme"


def test_named_columns_help_to_find_the_delimiter():
    assert one("Firma;Wann, genau\nAcme;2026-03-04\n", mapping={"company": "Firma", "interviewed": "Wann, genau"})


@pytest.mark.parametrize(
    ("text", "mapping", "said"),
    [
        ("", {}, "the file is empty"),
        ("\n\n  \n", {}, "the file is empty"),
        ("Name,When\n", {}, "no column for company and interviewed among the headers 'Name, When'"),
        ("Company,When\n", {}, "--map interviewed=HEADER"),
        ("Company,Interviewed,Company\n", {}, "stands over columns 1 and 3"),
        ("Company,Interviewed\n", {"wages": "Company"}, "unknown field 'wages'"),
        ("Company,Interviewed\n", {"companie": "Company"}, "did you mean 'company'?"),
        ("Company,Interviewed\n", {"role": "Interviewd"}, "did you mean 'Interviewed'?"),
        ("Company,Interviewed\n", {"role": "Q"}, "the file has: Company, Interviewed"),
        (
            'Company,Interviewed\nAcme,2026-03-04\nBeta,"2026\nGamma,2026-03-04\n',
            {},
            "line 3: a quote is opened and never",
        ),
        ('Company,Interviewed\n"Ac"me,2026-03-04\n', {}, "line 2: there is text after a closing quote"),
        ('"Company,Interviewed\n', {}, "line 1: a quote is opened and never closed"),
        (f"Company,Interviewed\n{'x' * 200_000},\n", {}, "line 2: field larger than field limit"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(text, mapping, said):
    with pytest.raises(Refused if "unknown" not in said and "companie" not in str(mapping) else UnknownName) as refusal:
        read(text, mapping)
    assert said in str(refusal.value)


def test_there_is_a_limit_on_everything():
    with pytest.raises(Refused, match=f"line {MOST_ROWS + 2}: at most"):
        read("Company,Interviewed\n" + "Acme,2026-03-04\n" * (MOST_ROWS + 1))
    with pytest.raises(Refused, match="characters"):
        read("x" * (MOST_CHARACTERS + 1))


def test_the_same_row_twice_is_named():
    text = "Company,Role,Interviewed\nAcme,Dev,2026-03-04\nBeta,Dev,2026-03-04\nACME,dev,4 March 2026\n"
    assert problems(text) == ["line 4: the same company, role and date as line 2."]


def test_a_fingerprint_outlives_edits_moves_and_days():
    before = read("Company,Interviewed,Notes\nAcme,2026-03-04,a\nBeta,yesterday,\n").rows
    edited = "Notes;Interviewed;Employer\nx;yesterday;beta\nlonger;Mar 4, 2026;Acme\n"
    after = read(edited, now=datetime(2026, 3, 12, tzinfo=UTC)).rows
    assert {row.fingerprint for row in before} == {row.fingerprint for row in after}
    other = one("Company,Interviewed\nAcme,2026-03-05\n")
    assert other.fingerprint not in {row.fingerprint for row in before}


def test_decoding():
    assert decode_csv("Zoë".encode("utf-8-sig")) == "Zoë"
    assert decode_csv("Zoë".encode()) == "Zoë"
    with pytest.raises(Refused, match="line 3: byte 0xeb is not UTF-8"):
        decode_csv(b"a\nb\nZo\xeb\n")
    with pytest.raises(Refused, match="UTF-16"):
        decode_csv("Company".encode("utf-16"))


NAUGHTY = [
    "=1+1",
    "@SUM(A1)",
    "-2+3",
    "<script>alert(1)</script>",
    "'; DROP TABLE applications;--",
    "{{ 7*7 }}",
    "%s%n%d",
    "../../etc/passwd",
    "Ṱ̺̺̕o͞ ̷i̲̬n̝̗v̟̜o̘̩k̖",
    "田中さん",
    "👩‍👩‍👧‍👦",
    "‮right to left",
    "NULL",
    "undefined",
    "1e1000",
    '""',
    "\\",
    'O\'Brien, "Al"',
]


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_come_through_as_they_are(text):
    row = one(written(["Company", "Role", "Interviewed", "Notes"], [text, text, "2026-03-04", text]))
    assert (row.company, row.role, row.notes) == (text, text, text)


def written(*rows: list[str]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), min_size=1, max_size=40)


@given(CELLS, CELLS, st.dates(date(1980, 1, 1), date(2026, 3, 10)))
def test_what_is_written_is_read_back(company, notes, day):
    reading = read(written(["Company", "Interviewed", "Notes"], [company, day.isoformat(), notes]))
    for row in reading.rows:
        assert row.company == " ".join(company.split())
        assert row.notes == (notes.strip() or None)
        assert row.began.day == day
    assert len(reading.rows) == (1 if company.strip() else 0)


@given(st.text(max_size=60), st.booleans())
def test_any_text_is_read_or_refused(text, header):
    try:
        reading = read(f"{HEADER}\n{text}" if header else text)
    except JobflowError as refusal:
        assert len(str(refusal).splitlines()) == 1
    else:
        assert all(len(str(problem).splitlines()) == 1 for problem in reading.problems)


@given(st.binary(max_size=60))
def test_any_bytes_are_decoded_or_refused(data):
    try:
        assert decode_csv(data).encode() in (data, data.removeprefix(b"\xef\xbb\xbf"))
    except Refused as refusal:
        assert refusal.hint


def test_what_was_imported_before_there_were_other_dates_and_links_is_still_known():
    text = (
        "Company,Role,Interviewed,URL,Applied\nAcme Corp,Engineer,2026-03-06,https://x,2026-02-01\nÄ ß,,yesterday,,\n"
        'Globex,QA,9 March 2026,,\nGlobex,QA,2026-03-09 14:00,,\nGlobex,QA,"Mar 8, 2026",https://y,\n'
    )
    assert [row.fingerprint for row in read(text).rows] == [
        "ce2544bb576d815a4f8b8d1dc476469d",
        "7ef3b2993af975b7b113ff4efc1a6d69",
        "08e37f052cc6c01255978a43f2588e4f",
        "15086d46e6170790d84660571fbe689c",
        "474ea39adc3767d4d5a804d4bc338931",
    ]
