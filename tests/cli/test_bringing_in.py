"""What other trackers give out, in exactly their formats: read, dry, once, and with nothing dropped in silence."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

JOBS = (
    "Application Date,Contact Email,Contact Phone Number,Company Name,Job Title,Job Url,Resume Name,Question And Answers\r\n"
    '"3/5/26, 8:15 AM",me@example.org,+1 555 0100,"Acme, Inc.",Engineer,https://l.example/1,cv.pdf,"Years of SQL? 6\r\nGo? ""some"""\r\n'
    '"3/2/26, 12:05\u202fPM",,,Globex,QA Engineer,https://l.example/2,cv.pdf,\r\n'
    '"12/31/25, 12:00 AM",,,Initech,Lead,https://l.example/3,,\r\n'
)
SAVED = (
    "Saved Date,Job Url,Job Title,Company Name\n"
    '"3/6/26, 9:00 AM",https://l.example/1,Engineer,"Acme, Inc."\n'
    '"3/7/26",https://l.example/4,Staff Engineer,Hooli\n'
)
CONNECTIONS = (
    'Notes:\n"When exporting your connection data, you may notice that some of the email addresses are missing."\n\n'
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
    "Cleo,Ray,https://l.example/cleo,cleo@acme.example,Acme,CTO,05 Mar 2024\n"
    "Dana,,https://l.example/dana,,Nowhere,,05 Mar 2024\n"
    ",,,,Acme,,\n"
    'Evan,O\'Hara,https://l.example/evan,not an address,"GLOBEX, LLC","Head of ""QA""",05 Mar 2024\n'
)
SIMPLIFY = (
    "Job Title,Company Name,Job URL,Applied Date,Status,Status Date,Archived,Date Archived,Notes\n"
    "Engineer,Acme,https://s.example/1,2026-03-05,Applied,2026-03-06T10:00:00.000Z,false,,nice people\n"
    "Engineer,Globex,https://s.example/2,2026-03-01,Rejected,2026-03-04,true,2026-03-04,\n"
    "Engineer,Initech,https://s.example/3,,Saved,2026-03-06T00:00:00Z,false,,\n"
    "Engineer,Hooli,https://s.example/4,2026-02-20,Interviewing,2026-03-04,false,,\n"
)
JOBSYNC = (
    "index,createdAt,applied,appliedDate,Company,JobTitle,jobType,workplaceType,Location,JobSource,Status\n"
    '1,2026-03-01T09:30:00.000Z,true,2026-03-02T09:30:00.000Z,Acme,Engineer,Full-time,Remote,"Berlin, DE",LinkedIn,Applied\n'
    "2,2026-03-03T09:30:00.000Z,false,,Globex,Engineer,Full-time,On-site,Paris,Indeed,Draft\n"
)
CAREER_OPS = (
    "# Applications Tracker\n\nSome words | with a bar.\n\n"
    "| # | Date | Company | Role | Score | Status | PDF | Report | Notes |\n"
    "|---|------|---------|------|-------|--------|-----|--------|-------|\n"
    "| 1 | 2026-03-01 | Acme | VP \\| AI | 4.2/5 | Evaluated | ✅ | [1](reports/001-acme.md) | strong fit |\n"
    "| 2 | 2026-03-02 | **Globex** | CTO | 3.8/5 | **Applied** | ❌ | — | — |\n"
    "\n| a | b |\n|---|---|\n| c | d |\n"
)
HUNTR = "Company,Job Title,List,Applied Date,Notes,Salary\nAcme,Engineer,Applied,2026-03-02,good,50k\n"
TEAL = "Job Position,Company,Status,Date Saved,Date Applied,Max. Salary\nEngineer,Acme,Bookmarked,2026-03-04,,60000\n"


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/").replace("_", " ") + ".csv", text)
    return out.getvalue()


@pytest.fixture
def bring(cli: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    def call(format: str, content: str | bytes, *options: str, code: int | None = 0) -> Any:
        file = tmp_path / "given"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return cli("--json", "import", format, str(file), *options, code=code)

    return call


def standing(found: Any) -> list[tuple[str, str, str | None, str]]:
    return [(a["company"], a["state"], a["outcome"], a["began_at"][:10]) for a in found.json["added"]]


def note(cli: Any, slug: str) -> str:
    added = next(record for record in cli("history", slug, "--json").json if record["type"] == "added")
    return added["data"]["note"] or ""


# -- each format -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "with BOM"])
@pytest.mark.parametrize("ends", ["\r\n", "\n"], ids=["CRLF", "LF"])
def test_linkedins_applications(cli, bring, start: str, ends: str):
    text = start + JOBS.replace("\r\n", ends)
    dry = bring("linkedin", text, "--dry-run").json
    assert (dry["would_add"], dry["added"], dry["known"]) == ([1, 2, 3], [], 0)
    found = bring("linkedin", text)
    assert standing(found) == [
        ("Acme, Inc.", "applied", None, "2026-03-05"),
        ("Globex", "applied", None, "2026-03-02"),
        ("Initech", "applied", None, "2025-12-31"),
    ]
    assert [app["began_at"][11:16] for app in found.json["added"]] == ["08:15", "12:05", "00:00"]
    assert note(cli, "acme-inc").splitlines() == [
        "Job Url: https://l.example/1",
        "Contact Email: me@example.org",
        "Contact Phone Number: +1 555 0100",
        "Resume Name: cv.pdf",
        "Question And Answers: Years of SQL? 6",
        'Go? "some"',
    ]
    again = bring("linkedin", text).json
    assert (again["known"], again["added"]) == (3, [])


def test_linkedins_whole_archive(cli, bring):
    archive = zipped(
        Basic__Jobs__Job_Applications=JOBS,
        Basic__Jobs__Saved_Jobs=SAVED,
        Basic__Connections=CONNECTIONS,
        messages="a\n1\n",
    )
    first = bring("linkedin", archive)
    assert [item[:2] for item in standing(first)] == [
        ("Acme, Inc.", "applied"), ("Globex", "applied"), ("Initech", "applied"), ("Hooli", "saved"),
    ]  # fmt: skip
    proposed = [
        {"application": "acme-inc", "name": "Cleo Ray", "email": "cleo@acme.example", "position": "CTO"},
        {"application": "globex", "name": "Evan O'Hara", "email": "", "position": 'Head of "QA"'},
    ]
    assert first.json["proposals"] == proposed
    assert bring("linkedin", archive).json["proposals"] == proposed
    said = cli("import", "linkedin", str(Path(cli("config", "show", "--json").json["home"]).parent / "given")).out
    assert "jobflow contact acme-inc 'referrer=Cleo Ray <cleo@acme.example>'" in said
    cli("contact", "acme-inc", "referrer=Cleo Ray <cleo@acme.example>")
    assert bring("linkedin", CONNECTIONS).json["proposals"] == proposed[1:]


@pytest.mark.parametrize("date", ["20/11/24, 08:15", "20.11.24, 08:15", "2024年11月20日", "13/1/26", "5 mars 2026"])
def test_linkedin_in_another_language_is_refused_and_nothing_is_guessed(bring, date: str):
    text = JOBS.replace("3/2/26, 12:05\u202fPM", date)
    refusal = bring("linkedin", text, code=1).err
    assert "line 4" in refusal
    assert "language to English" in refusal


def test_simplifys_columns(cli, bring):
    assert standing(bring("simplify", SIMPLIFY)) == [
        ("Acme", "applied", None, "2026-03-05"),
        ("Globex", "closed", "rejected", "2026-03-01"),
        ("Initech", "saved", None, "2026-03-06"),
        ("Hooli", "interview_scheduled", None, "2026-03-10"),  # nobody knows when: it begins now
    ]
    assert note(cli, "acme").splitlines() == [
        "Job URL: https://s.example/1", "nice people", "Archived: false", "Status Date: 2026-03-06T10:00:00Z",
    ]  # fmt: skip
    assert "applied: 2026-02-20" in note(cli, "hooli")


def test_jobsyncs_columns(cli, bring):
    assert standing(bring("jobsync", JOBSYNC)) == [
        ("Acme", "applied", None, "2026-03-02"),
        ("Globex", "saved", None, "2026-03-03"),
    ]
    assert {"applied: true", "Location: Berlin, DE", "jobType: Full-time"} <= set(note(cli, "acme").splitlines())
    assert "saved: 2026-03-01" in note(cli, "acme")


def test_career_ops_tables(cli, bring):
    found = bring("career-ops", CAREER_OPS)
    assert [(a["company"], a["role"], a["state"], a["began_at"][:10]) for a in found.json["added"]] == [
        ("Acme", "VP | AI", "saved", "2026-03-01"),
        ("Globex", "CTO", "applied", "2026-03-02"),
    ]
    assert note(cli, "acme").splitlines() == [
        "strong fit", "#: 1", "Score: 4.2/5", "PDF: ✅", "Report: [1](reports/001-acme.md)",
    ]  # fmt: skip


def test_huntrs_archive_and_teals_file_by_their_headings(cli, bring):
    archive = zipped(USER_JOBS_USER_FULL_DATA_DOWNLOAD_1="", OTHER=HUNTR)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("x/USER_JOBS_USER_FULL_DATA_DOWNLOAD-1.csv", HUNTR)
        made.writestr("OTHER.csv", "a,b\n1,2\n")
    assert standing(bring("huntr", out.getvalue())) == [("Acme", "applied", None, "2026-03-02")]
    assert note(cli, "acme") == "good\nSalary: 50k"
    assert "no file in it whose name begins with USER_JOBS" in bring("huntr", archive, code=1).err
    assert standing(bring("teal", TEAL)) == [("Acme", "saved", None, "2026-03-04")]
    assert note(cli, "acme-2") == "Max. Salary: 60000"


# -- what is wrong -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "content", "said"),
    [
        ("linkedin", "Name,Age\nx,1\n", "no columns of LinkedIn's"),
        ("linkedin", b"PK\x03\x04 not really", "archive can't be read"),
        ("linkedin", zipped(messages="a\n1\n"), "no Job Applications.csv"),
        ("simplify", "Job Title\n\xe9".encode("latin-1"), "not UTF-8"),
        ("simplify", 'Job Title,Company Name\n"open', "quote"),
        ("career-ops", "no table here", "no table with a column 'Company'"),
        ("career-ops", b"\xff\xfe", "not UTF-8"),
        ("json", "{}", "a list of applications"),
        ("json", "[NaN]", "no number of JSON"),
        ("json", "[1", "line 1, column"),
        ("json", b"\xff", "not UTF-8"),
        ("json", "[" * 100_000, "nested too deeply"),
        ("teal", "", "empty"),
    ],
)
def test_a_file_that_is_none_of_theirs_is_refused_in_one_line(home, bring, format: str, content: Any, said: str):
    refusal = bring(format, content, code=1).err
    assert said in refusal
    assert len(refusal.splitlines()) == 1
    assert not home.exists()


def test_bad_rows_are_named_and_the_others_can_be_taken(bring):
    text = SIMPLIFY.replace("2026-03-01,Rejected", "3/1/26,Rejected").replace("Initech", "")
    refusal = bring("simplify", text, code=1).err
    assert "row 2, applied: '3/1/26'" in refusal
    assert "row 3, company" in refusal
    found = bring("simplify", text, "--skip-bad")
    assert [item[0] for item in standing(found)] == ["Acme", "Hooli"]
    assert [problem["line"] for problem in found.json["problems"]] == [2, 3]


def test_the_order_of_dates_can_be_said_but_is_never_guessed(cli, bring):
    text = "Company,Applied\nAcme,3/4/26\nGlobex,04.03.2026 9:30 pm\n"
    refusal = bring("csv", text, code=1).err
    assert "'3/4/26'" in refusal
    assert standing(bring("csv", text, "--dates", "month-first", "--skip-bad"))[0][3] == "2026-03-04"
    cli("undo")
    found = bring("csv", text, "--dates", "day-first", code=1).err
    assert "lies in the future" in found  # 3 April
    assert standing(bring("csv", text.replace("3/4/26", "4/3/26"), "--dates", "day-first")) == [
        ("Acme", "applied", None, "2026-03-04"), ("Globex", "applied", None, "2026-03-04"),
    ]  # fmt: skip


def test_a_mapping_is_kept_by_name(cli, home, bring):
    text = "Where,Spoke on\nAcme,2026-03-04\n"
    bring("csv", text, "--map", "company=Where", "--map", "interviewed=Spoke on", "--save-map", "mine", "--dry-run")
    kept = home / "mappings/mine.yaml"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert len(bring("csv", text, "--use-map", "mine").json["added"]) == 1
    assert "unknown mapping 'mien'" in bring("csv", text, "--use-map", "mien", code=1).err
    assert "no name for a mapping" in bring("csv", text, "--use-map", "../x", code=1).err
    for text in ("- a\n", "company: [1, {a: b}]\n", "company:\n"):
        kept.write_text(text)
        assert (
            "a mapping is of lines such as"
            in bring("csv", "Where,Spoke on\nAcme,2026-03-04\n", "--use-map", "mine", code=1).err
        )
    kept.write_text("company: [Where\n")
    assert "JF005" in bring("csv", text, "--use-map", "mine", code=1).err


def test_rows_without_an_interview_begin_before_it_and_others_as_ever(bring):
    text = "Company,Applied,Interviewed,Status\nA,2026-03-01,,\nB,2026-03-01,2026-03-05,\nC,,2026-03-05,Applied\nD,2026-03-01,,Offer\n"
    found = bring("csv", text).json["added"]
    assert [(a["workflow"], a["state"], a["round"], a["began_at"][:10]) for a in found] == [
        ("from-application", "applied", 0, "2026-03-01"),
        ("after-interview", "interviewed", 1, "2026-03-05"),
        ("after-interview", "interviewed", 1, "2026-03-05"),
        ("from-application", "offer", 1, "2026-03-10"),
    ]
    assert "needs one" in bring("csv", "Company,Applied,Saved\nA,,\n", code=1).err


# -- out, and in again -------------------------------------------------------------------------------------------------

NAUGHTY = [
    "=HYPERLINK(\"http://evil.example\",\"x\")", "+1+1", "-2", "@SUM(A1)", "'quoted'", "a'b", "<script>alert(1)</script>",
    "| pipe |", "`code` *b* _i_ [l](x)", "𝕿𝖊𝖘𝖙 Ω≈ç√", "田中さん", "مرحبا", "\u200bzero", "ﬃ Å", "NULL", "undefined", "1e309", "0",
    "{{ 7 * 7 }}", "%s%n", "\\", "C:\\x", "a, b; c", "&amp; & &lt;", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "a\"b", "''", "'=1",
]  # fmt: skip


def test_naughty_strings_go_through_every_output_and_back(cli, home, tmp_path: Path, monkeypatch):
    for number, text in enumerate(NAUGHTY):
        fact = f"strengths={text.replace(';', ',')}"
        cli("add", f"--role={text}", "--contact", f"interviewer=P{number}", "--fact", fact, "--", text)
    before = cli("list", "--json").json
    for name in ("json", "csv"):
        cli("export", name, "--output", str(tmp_path / name))
    for name in ("markdown", "ics", "record"):
        text = cli("export", name).out
        assert "<script>" not in text or name != "record"
        assert text
    cells = (tmp_path / "csv").read_text("utf-8-sig")
    assert not any(line.startswith(("=", "+", "-", "@", '"=')) for line in cells.split("\r\n"))
    cli("report", "--output", str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    monkeypatch.setenv("JOBFLOW_HOME", str(tmp_path / "from-json"))
    cli("import", "json", str(tmp_path / "json"))
    assert [carried(app) for app in cli("list", "--json").json] == [carried(app) for app in before]
    monkeypatch.setenv("JOBFLOW_HOME", str(tmp_path / "from-csv"))
    cli("import", "csv", str(tmp_path / "csv"))
    after = cli("list", "--json").json
    assert [(a["company"], a["role"]) for a in after] == [(a["company"], a["role"]) for a in before]


def carried(app: dict[str, Any]) -> dict[str, Any]:
    """What `import json` takes over."""
    names = ("company", "role", "workflow", "state", "outcome", "entered_at", "timezone", "facts")
    people = [{key: person[key] for key in ("name", "email", "roles", "notes")} for person in app["contacts"]]
    return {**{name: app[name] for name in names}, "contacts": people}


def test_json_is_a_fixed_point(cli, tmp_path: Path, monkeypatch):
    people = ("--contact", "interviewer=Ada <ada@acme.example>", "--contact", "referrer=Ada <ada@acme.example>")
    cli("add", "Acme", "--at", "yesterday", "--role", "Engineer", *people, "--timezone", "Europe/Berlin")
    cli("contact", "acme", "referrer=Ada", "--note", "likes tea")
    cli("offer", "acme", "--pay", "52000.50 EUR", "--deadline", "2026-03-20", "--pro", "one", "--pro", "two")
    cli("add", "Globex", "--workflow", "from-application", "--state", "applied")
    cli("log", "globex", "interview_scheduled", "--fact", "interview_at=2026-03-20 14:00")
    cli("add", "Initech")
    cli("log", "initech", "rejected")
    files = []
    for number in range(3):
        files.append(tmp_path / f"{number}.json")
        cli("export", "json", "--all", "--output", str(files[-1]))
        monkeypatch.setenv("JOBFLOW_HOME", str(tmp_path / f"home{number}"))
        said = cli("import", "json", str(files[-1])).out
        assert "Not read: 'number', 'slug', 'workflow_version', 'began_at', 'round', 'tasks', 'next_wakeup_at'" in said
        assert len(cli("--json", "import", "json", str(files[-1])).json["added"]) == 0
    found = [[carried(app) for app in json.loads(file.read_text())] for file in files]
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"company": 5}, "'company' is int"), ({"state": "nowhere"}, "unknown state"), ({"workflow": "none"}, "unknown workflow"),
        ({"entered_at": "soon"}, "expected an instant"), ({"entered_at": None}, "'entered_at' an instant"),
        ({"entered_at": "2030-01-01T00:00:00Z"}, "future"), ({"facts": {"nothing": 1}}, "unknown fact"), ({"facts": [1]}, "mapping"),
        ({"contacts": 5}, "to be a list"), ({"contacts": [{"name": 1}]}, "a contact has a name"),
        ({"contacts": [{"name": "Ada", "roles": ["king"]}]}, "unknown role"), ({"timezone": "Mars/Base"}, "unknown time zone"),
        ({"company": " "}, "company's name"),
    ],
)  # fmt: skip
def test_a_bad_application_is_named_and_nothing_is_added(cli, bring, change: dict[str, Any], said: str):
    good: dict[str, Any] = {
        "id": "1", "company": "Acme", "role": None, "workflow": "after-interview", "state": "awaiting", "outcome": None,
        "entered_at": "2026-03-01T09:00:00+00:00", "timezone": "UTC", "facts": {}, "contacts": [],
    }  # fmt: skip
    refusal = bring("json", json.dumps([good, {**good, "id": "2", **change}]), code=1).err
    assert "row 2" in refusal
    assert said in refusal
    assert cli("list", "--all", "--json").json == []


def test_the_record_has_every_effort_of_the_closed_too(cli, tmp_path: Path):
    cli("add", "Acme", "--workflow", "from-application", "--state", "applied", "--at", "2026-02-20")
    cli("log", "acme", "interviewed", "--contact", "interviewer=Ada", "--at", "2026-03-04")
    letter = next(t["number"] for t in cli("show", "acme", "--json").json["tasks"] if t["name"] == "thank_you")
    cli("done", str(letter))
    cli("log", "acme", "rejected")
    page = cli("export", "record").out
    for words in ("20 February 2026 to 10 March 2026", "<td>2026-02-20</td><td>Acme</td><td>Applied</td>", "Interview",
                  "Letter to Ada: Thank Ada at Acme", "Rejected by the employer", "Made on</dt><dd>10 March 2026"):  # fmt: skip
        assert words in page
    assert "Nothing is recorded yet." in cli("--home", str(tmp_path / "none"), "export", "record").out


def test_the_calendar_has_what_is_to_be_done(cli):
    from icalendar import Calendar

    cli("add", "Acme")
    calendar = Calendar.from_ical(cli("export", "ics").out)
    assert len(calendar.walk("VEVENT")) == 3


def test_what_is_long_over_can_come_in_as_closed_and_reminds_of_nothing(cli, bring):
    text = (
        "Application Date,Company Name,Job Title\r\n"
        '"11/20/24, 8:15 AM",Initech,Cook\r\n"1/26/26, 8:15 AM",Hooli,Cook\r\n"1/27/26, 8:15 AM",Acme,Cook\r\n'
    )
    saved = 'Saved Date,Job Url,Job Title,Company Name\r\n"11/20/24, 8:15 AM",https://l.example/9,Cook,Lumon\r\n'
    # Six weeks before Tuesday, 10 March 2026 it was Tuesday, 27 January.
    assert bring("linkedin", text, "--dry-run").json["old"] == [1, 2]
    assert [item[1] for item in standing(bring("linkedin", text))] == ["applied"] * 3
    cli("undo")
    assert standing(bring("linkedin", text, "--close-old")) == [
        ("Initech", "closed", "no_response", "2024-11-20"),
        ("Hooli", "closed", "no_response", "2026-01-26"),
        ("Acme", "applied", None, "2026-01-27"),
    ]
    assert standing(bring("linkedin", saved, "--close-old")) == [("Lumon", "closed", "not_applied", "2024-11-20")]
    assert {task["application"] for task in cli("next", "--json").json} <= {"acme"}
    reached = cli("stats", "--json").json["funnel"]
    assert (reached["saved"], reached["applied"], reached["interview"]) == (1, 3, 0)
    assert cli("log", "initech", "interview_scheduled", "--json").json["state"] == "interview_scheduled"


def test_long_ago_is_as_long_as_the_workflow_waits():
    from jobflow.intake import LONG_AGO
    from jobflow.rulebook.load import load_workflow

    states = load_workflow("from-application").data["states"]
    assert states["applied"]["transitions"] == [
        {"to": "closed", "after": "6 weeks", "outcome": "no_response", "message": "elsewhere"}
    ]
    (end,) = states["saved"]["transitions"]
    assert (end["outcome"], end["at"]["first_known"][-1]["after"]) == ("not_applied", "6 weeks")
    assert LONG_AGO.days == 6 * 7
