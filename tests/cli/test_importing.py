"""`import csv`: a spreadsheet comes in once, whole, and can be taken back."""

from __future__ import annotations

import pytest

GOOD = """Employer,Position,Interview date,Interviewers,Decision by,Status,Salary
Acme Corp,Engineer,2026-03-06,Ada Byron <ada@acme.example>; Grace Hopper,2026-03-20,,95000
Globex,Analyst,2026-02-20,,,Awaiting,
Umbrella,,2026-02-10,,,Rejected,
"""
BAD = GOOD + "Initech,,3/4/26,,,,\n,,2026-03-01,,,,\nHooli,,2026-03-12,,,,\n"


@pytest.fixture
def sheet(tmp_path):
    def write(text: str) -> str:
        path = tmp_path / "search.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_a_good_file_comes_in_whole(cli, sheet):
    said = cli("import", "csv", sheet(GOOD)).out
    assert "company from 'Employer'" in said
    assert "Not read: 'Salary'" in said
    assert "Added 3 applications." in said
    assert "Acme Corp, Engineer (acme-corp): Interviewed" in said
    assert "Umbrella (umbrella): Closed (rejected)" in said
    acme = cli("show", "acme", "--json").json
    assert acme["facts"] == {"decision_date": "2026-03-20"}
    assert [contact["name"] for contact in acme["contacts"]] == ["Ada Byron", "Grace Hopper"]
    assert cli("show", "globex", "--json").json["state"] == "awaiting"


def test_the_same_file_again_adds_nothing(cli, sheet, home):
    path = sheet(GOOD)
    cli("import", "csv", path)
    before = (home / "jobflow.db").read_bytes()
    said = cli("import", "csv", path).out
    assert "3 rows are here already." in said
    assert "Nothing was added." in said
    assert (home / "jobflow.db").read_bytes() == before
    grown = cli("import", "csv", sheet(GOOD + "Initech,,2026-03-02,,,,\n"), "--json").json
    assert ([app["slug"] for app in grown["added"]], grown["known"]) == (["initech"], 3)


def test_one_undo_takes_it_all_back(cli, sheet):
    path = sheet(GOOD)
    cli("import", "csv", path)
    assert len(cli("undo", "--json").json) == 3
    assert cli("list", "--all", "--json").json == []
    assert len(cli("import", "csv", path, "--json").json["added"]) == 3


def test_a_dry_run_writes_nothing(cli, sheet, home):
    said = cli("import", "csv", sheet(BAD), "--dry-run").out
    assert "Would add 3 applications; nothing was written." in said
    assert "line 2: Acme Corp, Engineer" in said
    document = cli("import", "csv", sheet(BAD), "--dry-run", "--json").json
    assert (document["would_add"], document["added"], document["dry_run"]) == ([2, 3, 4], [], True)
    assert not home.exists()


def test_bad_rows_are_named_and_nothing_is_added(cli, sheet, home):
    said = cli("import", "csv", sheet(BAD), code=1)
    assert said.out == ""
    for line in ("line 5, Interview date: ", "line 6, Employer: ", "line 7, Interview date: "):
        assert line in said.err
    assert "--skip-bad" in said.err
    assert not home.exists()


def test_the_good_rows_come_in_where_that_is_said(cli, sheet):
    document = cli("import", "csv", sheet(BAD), "--skip-bad", "--json").json
    assert [app["slug"] for app in document["added"]] == ["acme-corp", "globex", "umbrella"]
    assert [list(problem) for problem in document["problems"]] == [["line", "column", "found", "reason"]] * 3
    assert document["ignored"] == ["Salary"]
    assert document["recognised"]["company"] == "Employer"


def test_columns_are_named_with_map(cli, sheet):
    path = sheet("Where,Spoke on\nAcme,2026-03-09\n")
    assert "--map" in cli("import", "csv", path, code=1).err
    cli("import", "csv", path, "--map", "company=Where", "--map", "interviewed=Spoke on")
    assert cli("list", "--json").json[0]["slug"] == "acme"
    assert "FIELD=HEADER" in cli("import", "csv", path, "--map", "company", code=1).err
    assert "unknown" in cli("import", "csv", path, "--map", "compny=Where", code=1).err


def test_what_the_workflow_refuses_is_a_bad_row(cli, sheet, home):
    (home / "workflows").mkdir(parents=True)
    mine = cli("workflow", "show").out.replace("workflow: after-interview", "workflow: mine")
    (home / "workflows" / "mine.yaml").write_text(
        mine.replace("  closed:\n", "  shut:\n").replace("to: closed", "to: shut")
    )
    (home / "config.yaml").write_text("workflow: mine\n")
    said = cli("import", "csv", sheet(GOOD), code=1)
    assert "line 4: " in said.err
    assert "closed" in said.err


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfeA\x00", b"Company,Interviewed\n\xff,2026-03-01\n", b'Company,"Inter']
)
def test_files_that_are_no_table(cli, tmp_path, home, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    said = cli("import", "csv", str(path), code=1)
    assert "Traceback" not in said.err
    assert not home.exists()


def test_an_unknown_format(cli, sheet):
    assert "unknown command 'xlsx'" in cli("import", "xlsx", sheet(GOOD), code=2).err


def test_a_dry_run_shows_the_people_of_each_row(cli, sheet):
    said = cli("import", "csv", sheet(GOOD), "--dry-run").out
    assert "  line 2: Acme Corp, Engineer (interviewer Ada Byron and Grace Hopper)\n" in said
    assert "  line 3: Globex, Analyst\n" in said
