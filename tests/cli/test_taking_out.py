"""What goes out comes in again, and what is odd in it harms nobody on the way."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import jobflow
from jobflow.adapters.csv_cells import STANDINGS
from jobflow.adapters.exporting import FORMULA
from jobflow.rulebook.shipped import shipped

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures" / "imports"
NAUGHTY = [
    # what spreadsheets work out
    '=HYPERLINK("http://evil.example","x")', "=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "%0A-3",
    "'=1", "''", "'",
    # what looks like nothing, or like something else
    "NULL", "null", "None", "nil", "undefined", "NaN", "Infinity", "true", "TRUE", "0", "00", "1e309",
    "1E3", "1/2", "2026-03-10",
    "0x10", "١٢٣", "1,000.00", "-", "N/A", "TBD", "tomorrow", "Sep 1", "sep=;",
    # markup, quoting, templates, shells
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><b>', "&amp; & &lt;",
    "javascript:alert(1)", "</title></style>",
    "{{ 7 * 7 }}", "{% raw %}", "${HOME}", "$(touch x)", "`id`", "%s%n%x", "\\", "\\n", "C:\\Windows",
    "a\\|b", "| pipe |", "*b* _i_ [l](x)",
    "# h", "- [ ] x", "1. x", "---", "~~~", "![](x)", "Robert'); DROP TABLE x;--", '"', '""', 'a"b',
    "a'b", "a, b; c", "a;b", "a\\;b\\,c",
    "BEGIN:VEVENT", "END:VCALENDAR", "a: b", "- a", "? a", "*a", "&a", "!!python/object:os.system", "[a",
    "{a", "a #b",
    # scripts and marks
    "𝕿𝖊𝖘𝖙 Ω≈ç√∫", "田中さんにあげて下さい", "사회과학원", "مرحبا بالعالم", "אבג", "Ṱ̺̺̕o͞ ̷i̲̬", "ﬃ Å ẞ İ ı", "a\u0301",
    "\u200bzero\u200d", "\ufeffmark", "\u202eevil\u202c",
    "\u2066a\u2069", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f3f3\ufe0f\u200d\U0001f308",
    "z\u00a0z", "\u3000", "＝１＋１", "a" * 150,
]  # fmt: skip
ODD_NAMES = [text for text in NAUGHTY if not set(text) & set("<>") and text.strip()]


class Page(HTMLParser):
    """What a browser would make of a page: its tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


@pytest.fixture
def odd(cli: Callable[..., Any]) -> list[dict[str, Any]]:
    """An application for each odd text, with it in every field that takes text."""
    from datetime import UTC, datetime

    from jobflow import Jobflow, NewApplication, NewContact

    made = []
    for number, text in enumerate(NAUGHTY):
        name = text if text in ODD_NAMES else f"P{number}"
        made.append(
            NewApplication(
                company=text if text.strip() else f"x{text}",
                role=text.strip() or None,
                at=datetime(2026, 3, 1 + number % 9, 9, tzinfo=UTC),
                contacts=tuple(
                    NewContact(role, name, email, text.strip() or None)
                    for role, email in (("interviewer", "ada@acme.example"), ("referrer", None), ("recruiter", None))
                ),
                facts={"decline_reason": f"x{text}", "strengths": [f"x{text.replace(';', ',')}"]},
                note=f"{text}\n\t{text}",
            )
        )
    cli("config", "show")
    home = json.loads(cli("config", "show", "--json").out)["home"]
    with Jobflow.open(home) as flow:
        flow.add_all(made)
    found: list[dict[str, Any]] = cli("list", "--json").json
    return found


def elsewhere(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setenv("JOBFLOW_HOME", str(folder))


def test_odd_texts_come_back_from_json(cli, odd, tmp_path, monkeypatch):
    cli("export", "json", "--output", str(tmp_path / "out.json"))
    elsewhere(monkeypatch, tmp_path / "other")
    cli("import", "json", str(tmp_path / "out.json"))
    names = ("company", "role", "facts", "state", "entered_at")
    again = cli("list", "--json").json
    assert [[app[name] for name in names] for app in again] == [[app[name] for name in names] for app in odd]
    said = [[{**c, "id": 0} for c in app["contacts"]] for app in odd]
    assert [[{**c, "id": 0} for c in app["contacts"]] for app in again] == said
    out = cli("export", "json").json
    assert [app["note"] for app in out] == [app["note"] for app in json.loads((tmp_path / "out.json").read_text())]


def test_odd_texts_come_back_from_csv(cli, odd, tmp_path, monkeypatch):
    cli("export", "csv", "--output", str(tmp_path / "out.csv"))
    table = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig"), newline=""), strict=True))
    assert len(table) == len(NAUGHTY) + 1
    assert not any(cell.startswith(FORMULA) for row in table for cell in row)
    elsewhere(monkeypatch, tmp_path / "other")
    cli("import", "csv", str(tmp_path / "out.csv"))
    again = cli("list", "--json").json
    assert [app["company"] for app in again] == [" ".join(app["company"].split()) for app in odd]
    assert [app["role"] for app in again] == [" ".join(app["role"].split()) if app["role"] else None for app in odd]
    for was, app in zip(odd, again, strict=True):
        assert [(c["name"], c["email"], sorted(c["roles"])) for c in app["contacts"]] == [
            (c["name"], c["email"], sorted(c["roles"])) for c in was["contacts"]
        ]


def test_odd_texts_are_text_in_every_other_output(cli, odd, tmp_path):
    from icalendar import Calendar

    record, report = cli("export", "record").out, tmp_path / "report.html"
    cli("report", "--output", str(report))
    for page in map(Page, (record, report.read_text())):
        assert not page.tags & {"script", "img", "iframe", "object", "link"}
        assert not any(name.startswith("on") or name in ("src", "srcset") for name in page.attributes)
        for app in odd:
            assert " ".join(app["company"].split()) in " ".join(page.text.split()), app["company"]
    cells = [row for row in cli("export", "markdown").out.split("\n") if row.startswith("| ")]
    assert cells[0].startswith("| Company |")
    companies = [re.split(r"(?<!\\)(?:\\\\)*\|", row)[1].strip() for row in cells[2 : len(odd) + 2]]
    assert [re.sub(r"\\(.)", r"\1", cell) for cell in companies] == [" ".join(app["company"].split()) for app in odd]
    calendar = Calendar.from_ical(cli("export", "ics").out)
    assert len(calendar.walk("VEVENT")) == sum(t["opens_at"] is not None for app in odd for t in app["tasks"])


# -- where it stands ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workflow", ["after-interview", "from-application", "recruiter", "patient", "eager"])
def test_every_state_of_the_shipped_workflows_comes_back_from_csv(cli, tmp_path, monkeypatch, workflow):
    found = jobflow.load_workflow(shipped(workflow) or "").workflow.states
    states = [name for name, state in found.items() if not state.final]
    for state in states:
        cli("add", state, "--workflow", workflow, "--state", state, "--at", "2026-03-09")
    cli("export", "csv", "--output", str(tmp_path / "out.csv"))
    elsewhere(monkeypatch, tmp_path / "other")
    cli("import", "csv", str(tmp_path / "out.csv"))
    assert [(app["company"], app["state"]) for app in cli("list", "--json").json] == [(s, s) for s in states]


def test_every_outcome_has_a_word(cli):
    for outcome in ("accepted", "declined", "rejected", "withdrawn", "no_response", "offer_lapsed", "not_applied"):
        assert STANDINGS[outcome.replace("_", " ")].outcome == outcome


def test_csv_says_when_it_was_saved_applied_for_and_interviewed(cli, tmp_path):
    cli("add", "Acme", "--workflow", "from-application", "--at", "2026-02-20")
    cli("log", "acme", "applied", "--at", "2026-02-23")
    cli("log", "acme", "interviewed", "--at", "2026-03-04")
    cli("log", "acme", "interviewed", "--at", "2026-03-09")
    (row,) = csv.DictReader(io.StringIO(cli("export", "csv").out.removeprefix("\ufeff"), newline=""))
    assert (row["Saved"], row["Applied"], row["Interviewed"]) == ("2026-02-20", "2026-02-23", "2026-03-09")


# -- what is here already ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["simplify", "jobsync", "teal", "huntr", "career-ops", "linkedin"])
def test_what_was_taken_in_is_known_and_goes_out_with_its_notes(cli, tmp_path, monkeypatch, name):
    file = next(path for path in sorted(FIXTURES.iterdir()) if path.name.startswith(name) and "-c" not in path.name[8:])
    file = FIXTURES / "linkedin-job-applications.csv" if name == "linkedin" else file
    first = cli("import", name, str(file), "--json").json
    assert first["problems"] == []
    assert len(first["added"]) >= 2
    again = cli("import", name, str(file), "--json").json
    assert (again["added"], again["known"]) == ([], len(first["added"]))
    notes = [app["note"].split("\n") for app in cli("export", "json", "--all").json]
    cli("export", "csv", "--all", "--output", str(tmp_path / "out.csv"))
    elsewhere(monkeypatch, tmp_path / "other")
    cli("import", "csv", str(tmp_path / "out.csv"))
    for was, app in zip(notes, cli("export", "json", "--all").json, strict=True):
        said = set(app["note"].split("\n"))
        assert said >= {re.sub("^(Job U..|URL): ", "Link: ", line) for line in was}


def test_what_was_exported_here_is_known_here(cli, tmp_path):
    cli("add", "Acme")
    cli("export", "json", "--output", str(tmp_path / "out.json"))
    assert cli("import", "json", str(tmp_path / "out.json"), "--json").json["known"] == 1
    cli("undo")
    assert len(cli("import", "json", str(tmp_path / "out.json"), "--json").json["added"]) == 1


def test_an_application_that_comes_twice_in_a_file_is_named(cli, tmp_path):
    cli("add", "Acme")
    (app,) = cli("export", "json").json
    (tmp_path / "twice.json").write_text(json.dumps([app, app, {**app, "id": 5}, {**app, "id": "\ud800"}]))
    cli("undo")
    refusal = cli("import", "json", str(tmp_path / "twice.json"), code=1).err
    assert "row 2: the same application as row 1" in refusal
    assert "row 4" not in refusal


def test_two_jobs_of_one_name_on_one_day_are_told_apart_by_their_links(cli, tmp_path):
    text = "Company,Role,Applied,Job URL\nAcme,Engineer,2026-03-01,https://a/1\nAcme,Engineer,2026-03-01,https://a/2\n"
    (tmp_path / "a.csv").write_text(text)
    assert len(cli("import", "csv", str(tmp_path / "a.csv"), "--json").json["added"]) == 2
    assert cli("import", "csv", str(tmp_path / "a.csv"), "--json").json["known"] == 2
    (tmp_path / "a.csv").write_text(text.replace("a/2", "a/1"))
    refusal = cli("import", "csv", str(tmp_path / "a.csv"), code=1).err
    assert "line 3: the same company, role, date and link as line 2." in refusal


def test_notes_longer_than_can_be_kept_are_cut_and_it_is_said(cli, tmp_path):
    text = "Job Title,Company Name,Job URL,Applied Date,Notes\na,Acme,https://a,2026-03-01," + "x" * 10_001 + "\n"
    (tmp_path / "long.csv").write_text(text)
    said = cli("import", "simplify", str(tmp_path / "long.csv")).out
    assert "Cut short: the notes of row 1; more than 10,000 characters are not kept." in said
    (app,) = cli("export", "json").json
    assert len(app["note"]) == 10_000
    assert app["note"].startswith("Job URL: https://a\nx")
    cli("undo")
    assert cli("import", "simplify", str(tmp_path / "long.csv"), "--json").json["cut"] == [1]


def test_a_cell_that_says_there_is_none_is_empty(cli, tmp_path):
    (tmp_path / "a.csv").write_text("Company,Interviewed,Applied\nAcme,n/a,2026-03-01\nGlobex,-,TBD\n")
    found = cli("import", "csv", str(tmp_path / "a.csv"), "--skip-bad", "--json").json
    assert [app["state"] for app in found["added"]] == ["applied"]
    assert "needs one" in found["problems"][0]["reason"]


def test_ten_thousand_rows_are_taken(cli, tmp_path):
    header = (FIXTURES / "linkedin-job-applications.csv").read_text("utf-8-sig").split("\n")[0]
    rows = (
        f'"{n % 12 + 1}/{n % 28 + 1}/25, {n % 12 + 1}:{n % 60:02} AM",,,Company {n},Engineer,https://x/{n},cv,"A?\r\nB"\r\n'
        for n in range(10_000)
    )
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("Jobs/Job Applications.csv", header + "\n" + "".join(rows))
    assert "Would add 10000 applications" in cli("import", "linkedin", str(tmp_path / "all.zip"), "--dry-run").out


def test_a_table_that_was_exported_here_is_known_here_unless_it_grew(cli, tmp_path):
    cli("add", "Acme", "--role", "Engineer", "--at", "2026-03-09")
    cli("add", "Globex", "--workflow", "from-application", "--state", "applied", "--at", "2026-03-02")
    cli("add", "Initech")
    cli("log", "initech", "rejected")
    file = tmp_path / "out.csv"
    cli("export", "csv", "--all", "--output", str(file))
    assert cli("import", "csv", str(file), "--json").json["known"] == 3
    file.write_bytes(file.read_bytes() + b"Hooli,,applied,,2026-03-03,,,,,,,,\r\n")
    found = cli("import", "csv", str(file), "--json").json
    assert ([app["company"] for app in found["added"]], found["known"]) == (["Hooli"], 3)


def test_what_is_no_date_beside_an_interview_is_a_note(cli, tmp_path):
    (tmp_path / "a.csv").write_text("Company,Interviewed,Applied,Saved\nAcme,2026-03-04,yes,3/4/26\n")
    cli("import", "csv", str(tmp_path / "a.csv"))
    (app,) = cli("export", "json").json
    assert app["note"].split("\n") == ["applied: yes", "saved: 3/4/26"]


def test_many_proposals_are_shown_in_part_and_say_so(cli, tmp_path):
    cli("add", "Acme")
    cli("add", "!!!")
    people = "".join(f"P{number},X,,,{company},,\n" for number in range(60) for company in ("Acme", "???"))
    (tmp_path / "Connections.csv").write_text(
        f"First Name,Last Name,URL,Email Address,Company,Position,Connected On\n{people}"
    )
    said = cli("import", "linkedin", str(tmp_path / "Connections.csv")).out
    assert said.count("jobflow contact acme ") == 50
    assert "… and 10 more" in said
    assert len(cli("import", "linkedin", str(tmp_path / "Connections.csv"), "--json").json["proposals"]) == 60


def test_the_record_claims_no_day_on_which_nothing_happened(cli, tmp_path):
    (tmp_path / "a.csv").write_text(
        "Company,Applied,Interviewed,Saved,Status\nA,2026-02-01,,,Interviewing\nB,2026-02-02,,,Rejected\n"
        "C,,2026-02-03,,Waiting\nD,,2026-02-04,,Rejected\nE,,,2026-02-05,Skip\nF,,,2026-02-06,\nG,2026-02-07,2026-02-08,,\n"
    )
    cli("import", "csv", str(tmp_path / "a.csv"))
    cli("add", "H", "--state", "awaiting", "--at", "2026-02-09")
    page = cli("export", "record").out
    said = re.findall(r"<tr><td>2026-02-0(\d)</td><td>(.)</td><td>([^<]*)</td>", page)
    assert said == [
        ("1", "A", "Applied"),
        ("2", "B", "Applied. Result: rejected"),
        ("3", "C", "Interview"),
        ("4", "D", "Interview. Result: rejected"),
        ("7", "G", "Applied"),
        ("8", "G", "Interview"),
        ("9", "H", "In progress (awaiting)"),
    ]
    assert page.count("<tr><td>") == len(said)
    cli("export", "csv", "--all", "--output", str(tmp_path / "b.csv"))
    cli("undo")
    cli("undo")
    cli("import", "csv", str(tmp_path / "b.csv"))
    assert (
        re.findall(r"<tr><td>2026-02-0(\d)</td><td>(.)</td><td>([^<]*)</td>", cli("export", "record").out)[:6]
        == said[:6]
    )


def test_connections_may_be_many_and_say_nothing_to_the_terminal(cli, tmp_path):
    cli("add", "Acme")
    many = "".join(f"P{number},X,,,Elsewhere,,\n" for number in range(12_000))
    (tmp_path / "Connections.csv").write_text(
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        f"{many}Eve\x1b[31m,\x07Ray,,eve@acme.example\x1b,Acme,\x1b]0;CTO\x07,\n"
    )
    said = cli("import", "linkedin", str(tmp_path / "Connections.csv")).out
    assert "'referrer=Eve [31m Ray'" in said
    assert not set(said) & {"\x1b", "\x07"}


def test_headings_say_nothing_to_the_terminal(cli, tmp_path, monkeypatch):
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_, **__: False)
    (tmp_path / "a.csv").write_text("Company,Interviewed,S\x1b[31mx\nA,2026-03-04,1\n")
    assert "Not read: 'S\\x1b[31mx'" in cli("import", "csv", str(tmp_path / "a.csv"), "--dry-run").out
    said = ("--map", "interviewed=S\x1b[31mx")
    assert "line 2, S\\x1b[31mx: " in cli("import", "csv", str(tmp_path / "a.csv"), *said, "--dry-run").out


@pytest.mark.parametrize(("said", "bad"), [("month-first", "line 3"), ("day-first", "line 2")])
def test_a_file_that_mixes_both_orders_is_refused_whichever_is_said(cli, tmp_path, said, bad):
    (tmp_path / "a.csv").write_text("Company,Applied\nA,11/20/25\nB,20/11/25\n")
    refusal = cli("import", "csv", str(tmp_path / "a.csv"), "--dates", said, code=1).err
    assert f"{bad}, Applied: " in refusal
    assert f"is no date {said}: there is no month 20" in refusal
    assert cli("list", "--json").json == []
