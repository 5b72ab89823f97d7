"""workflow check, test and simulate, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

HASTY = """\
workflow: hasty
extends: after-interview
version: 1
states: {awaiting: {tasks: {status_check: {opens: 1 business day}}}}
"""
SCENARIO = """\
scenarios:
  - name: A week passes
    at: 2026-03-10 14:00
    steps:
      - {at: 2026-03-11 09:00, done: thank_you}
      - {at: 2026-03-17 12:00, expect: {state: awaiting, tasks: {status_check: STATUS}}}
"""
HANGS = """\
workflow: hangs
extends: after-interview
version: 1
states: {followed-up: {transitions: [{to: closed, outcome: no_response, event: rejected}]}}
"""


@pytest.fixture
def books(home: Path) -> Path:
    folder = home / "workflows"
    folder.mkdir(parents=True)
    return folder


def write(folder: Path, name: str, *parts: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text("".join(parts))
    return path


def test_check_names_the_fault_its_place_and_the_way_to_it(cli, books):
    path = write(books, "hangs", HANGS)
    said = cli("workflow", "check", "hangs", code=4).out
    assert said.startswith(f"{path}:4:10 JF402 a stay in 'followed-up' may never end")
    assert "how it comes about:\n    Mon 2 March 2026, 12:00  add " in said
    document = cli("workflow", "check", "hangs", "--json", code=4).json
    (found,) = document["findings"]
    assert (document["ok"], found["code"], found["severity"]) == (False, "JF402", "error")
    assert (found["path"], found["line"], found["column"]) == (str(path), 4, 10)
    assert found["hint"]
    assert found["counterexample"][0] == {
        "at": "2026-03-02T12:00:00+00:00", "add": None, "contacts": found["counterexample"][0]["contacts"],
    }  # fmt: skip


def test_what_check_found_simulate_plays(cli, books, tmp_path):
    write(books, "hangs", HANGS)
    found = tmp_path / "found.json"
    found.write_text(cli("workflow", "check", "hangs", "--json", code=4).out)
    said = cli("workflow", "simulate", "hangs", "--replay", str(found)).out
    assert said.endswith("It stays in 'followed-up': nothing is due any more.\n")
    (replay,) = cli("workflow", "simulate", "hangs", "--replay", str(found), "--json").json["replays"]
    assert (replay["state"], replay["end"]) == ("followed-up", "nothing is due")
    assert replay["happenings"][0] == {
        "at": "2026-03-02T12:00:00+00:00", "what": "begins", "name": "interviewed", "whom": None,
    }  # fmt: skip


def test_a_play_comes_through_a_pipe(shell, books):
    write(books, "hangs", HANGS)
    steps = json.dumps([{"at": "2026-03-02T12:00Z", "add": None}])
    done = shell("workflow", "simulate", "hangs", "--replay", "-", stdin=steps)
    assert "It stays in 'followed-up'" in done.out


def test_where_nothing_was_found_there_is_nothing_to_play(shell, cli, home):
    found = cli("workflow", "check", "--json").out
    assert "<stdin>: nothing to play." in shell("workflow", "simulate", "--replay", "-", stdin=found).out


def test_without_a_name_all_of_your_own_are_checked(cli, books):
    write(books, "hangs", HANGS)
    write(books, "hasty", HASTY)
    document = cli("workflow", "check", "--json", code=4).json
    assert {proof["workflow"] for proof in document["proved"]} == {"hangs", "hasty"}
    assert [found["code"] for found in document["findings"]] == ["JF402"]
    assert cli("workflow", "check", "hasty").out.startswith("hasty: fine.")


def test_check_reads_the_scenarios_too(cli, books):
    path = write(books, "hasty", HASTY, SCENARIO.replace("STATUS", "opne"))
    (line,) = (line for line in cli("workflow", "check", "hasty", code=4).out.splitlines() if "JF" in line)
    assert line.startswith(f"{path}:10:")
    assert "did you mean 'open'?" in line


@pytest.mark.parametrize("beside", [False, True])
def test_scenarios_stand_in_the_file_or_beside_it(cli, books, beside):
    for status, code in (("open", 0), ("waiting", 4)):
        scenario = SCENARIO.replace("STATUS", status)
        path = write(books, "hasty", HASTY, "" if beside else scenario)
        if beside:
            path = write(books, "hasty.scenarios", scenario)
        said = cli("workflow", "test", "hasty", code=code).out
        assert f"{'ok  ' if code == 0 else 'FAIL'}  hasty: A week passes" in said
        document = cli("workflow", "test", "hasty", "--json", code=code).json
        (told,) = document["scenarios"]
        assert (told["workflow"], told["name"], told["path"]) == ("hasty", "A week passes", str(path))
        assert document["ok"] is told["ok"] is (code == 0)
        assert "states/offer/tasks/decide" in {rule["rule"] for rule in document["never_taken"]}
        assert "states/awaiting/tasks/status_check" not in {rule["rule"] for rule in document["never_taken"]}
    (failure,) = told["failures"]
    assert failure == {
        "at": "2026-03-17T12:00:00+00:00", "path": str(path), "line": 6 if beside else 10, "column": 40,
        "what": "task status_check", "expected": "waiting", "actual": "open",
    }  # fmt: skip


def test_a_file_beside_is_no_workflow(cli, books):
    write(books, "hasty", HASTY)
    write(books, "hasty.scenarios", SCENARIO)
    own = [row["name"] for row in cli("workflow", "list", "--json").json if row["source"] != "shipped"]
    assert own == ["hasty"]


def test_what_can_not_be_read_beside_is_a_fault_of_that_file(cli, books):
    write(books, "hasty", HASTY)
    path = write(books, "hasty.scenarios", SCENARIO.replace("STATUS", "opne"))
    assert f"{path}:6:" in cli("workflow", "test", "hasty", code=1).err


def test_no_scenarios_are_said_to_be_none(cli, books):
    write(books, "hasty", HASTY)
    assert cli("workflow", "test", "hasty").out.startswith("hasty: no scenarios. Write some")


def test_a_report_is_written_for_machines_and_one_that_can_not_be_is_refused(cli, books, tmp_path):
    write(books, "hasty", HASTY, SCENARIO.replace("STATUS", "waiting"))
    report = tmp_path / "report.xml"
    cli("workflow", "test", "hasty", "--junit", str(report), code=4)
    (suite,) = ElementTree.fromstring(report.read_bytes())
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    refused = cli("workflow", "test", "hasty", "--junit", str(tmp_path / "nowhere" / "report.xml"), code=1)
    assert "can't be written" in refused.err


def test_runs_are_counted_and_one_is_shown_day_by_day(cli, home):
    many = cli("workflow", "simulate", "--runs", "30", "--json").json
    assert sum(many["outcomes"].values()) == many["runs"] == 30
    assert cli("workflow", "simulate", "--runs", "30", "--json").json == many
    assert cli("workflow", "simulate", "--runs", "30", "--seed", "2", "--json").json != many
    assert "30 made-up applications" in cli("workflow", "simulate", "--runs", "30").out
    one = cli("workflow", "simulate", "--runs", "1", "--employer", "never", "--json").json
    assert (one["employer"], one["happenings"][0]["what"]) == ("never", "begins")
    assert "the employer never answers" in cli("workflow", "simulate", "--runs", "1", "--employer", "never").out
    assert not home.exists(), "nothing is recorded"


def test_your_own_applications_are_played_under_other_rules(cli, books):
    write(books, "hasty", HASTY)
    cli("add", "Acme", "--at", "2026-03-10T14:00Z")
    cli("done", "1", "--at", "2026-03-10T17:00Z")
    before = cli("show", "acme", "--json").json
    later = ("--now", "2026-03-20T12:00Z")
    (told,) = cli("workflow", "simulate", "hasty", "--from-history", "--json", *later).json["applications"]
    assert told["application"] == "acme"
    assert told["refused"] == []
    (moved,) = (item for item in told["differences"] if item["name"] == "status_check" and item["what"] == "opens")
    # Thanked on the 10th, on to awaiting after 2 business days: on the 12th. A week since the thanks is the 17th; one
    # business day since the 12th is the 13th.
    assert (moved["before"], moved["after"]) == ("2026-03-17T09:00:00+00:00", "2026-03-13T09:00:00+00:00")
    said = cli("workflow", "simulate", "hasty", "--from-history", *later).out
    assert "  ~ Fri 13 March 2026, 09:00  opens: status_check, not Tue 17 March 2026, 09:00" in said
    same = cli("workflow", "simulate", "after-interview", "--from-history", *later).out
    assert same == "Acme (acme): nothing would have been otherwise.\n"
    assert cli("show", "acme", "--json").json == before


def test_from_history_of_nothing_says_so_and_two_wishes_at_once_are_refused(cli, home):
    assert "Nothing recorded yet." in cli("workflow", "simulate", "--from-history").out
    assert "exclude each other" in cli("workflow", "simulate", "--from-history", "--replay", "-", code=1).err


def test_an_upgrade_is_shown_then_done_then_taken_back(cli, books):
    path = write(books, "mine", HASTY.replace("hasty", "mine").replace("1 business day", "2 weeks"))
    cli("add", "Acme", "--workflow", "mine", "--state", "awaiting")
    before = cli("show", "acme", "--json").json
    path.write_text(HASTY.replace("hasty", "mine").replace("version: 1", "version: 2"))
    shown = cli("workflow", "upgrade", "mine").out
    assert shown.startswith("From mine 1 to mine 2\n  states/awaiting/tasks/status_check\n    - opens 2 weeks after")
    # Interviewed on Tuesday the 10th: one business day later instead of two weeks.
    assert "status check: opens Wed 11 March 2026, 09:00, not Tue 24 March 2026, 09:00" in shown
    assert shown.endswith("Nothing was changed. To do it: jobflow workflow upgrade mine --apply\n")
    assert cli("show", "acme", "--json").json == before
    done = cli("workflow", "upgrade", "mine", "--apply").out
    assert done.endswith("1 application follows mine 2 now. To take it back: jobflow undo\n")
    assert "to mine 2" in cli("history", "acme").out
    assert cli("show", "acme", "--json").json["workflow_version"] == 2
    assert "Nothing to do" in cli("workflow", "upgrade", "mine", "--apply").out
    cli("undo")
    assert cli("show", "acme", "--json").json == before


def test_who_would_be_stranded_is_said_and_what_comes_and_goes(cli, books):
    path = write(books, "mine", "workflow: mine\nextends: after-interview\nversion: 1\n")
    cli("add", "Acme", "--workflow", "mine")
    cli("add", "Globex", "--workflow", "mine", "--state", "offer")
    path.write_text(
        "format: 1\nworkflow: mine\nversion: 2\ninitial: interviewed\nstates:\n"
        "  interviewed:\n    tasks: {rest: {kind: todo, title: Rest, due: 1 day}}\n"
        "    transitions: [{to: over, after: 1 week}]\n"
        "  over: {final: true}\n"
    )
    shown = cli("workflow", "upgrade", "mine").out
    assert "Globex (globex) would be stranded: there is no state 'offer' in mine 2" in shown
    assert "debrief: goes away" in shown
    assert "rest: comes; opens Tue 10 March 2026, 18:00; is due Wed 11 March 2026, 18:00" in shown
    assert shown.endswith("as long as one would be stranded.\n")
    assert "globex would be stranded" in cli("workflow", "upgrade", "mine", "--apply", code=1).err
    assert cli("workflow", "upgrade", "mine", "acme", "--apply", "--json").json["done"] is True


def test_an_upgrade_of_nothing_says_how_to_begin(cli, home):
    assert "Nothing recorded yet." in cli("workflow", "upgrade").out
    assert cli("workflow", "upgrade", "--json").json["applications"] == []
    assert not home.exists()


def test_a_picture_is_printed_or_written_and_an_application_is_marked_in_it(cli, books, tmp_path):
    assert cli("workflow", "diagram").out.startswith("flowchart TD\n")
    assert cli("workflow", "diagram", "--format", "dot", "--json").json["text"].startswith("digraph workflow {")
    cli("add", "Acme")
    cli("log", "acme", "offer")
    marked = cli("workflow", "diagram", "--application", "acme").out
    assert "==>" in marked
    assert "here since Tue 10 March 2026" in marked
    target = tmp_path / "picture.mmd"
    assert cli("workflow", "diagram", "--output", str(target)).out == f"{target}: after-interview as mermaid.\n"
    assert target.read_text() == cli("workflow", "diagram").out
    assert "not both" in cli("workflow", "diagram", "after-interview", "--application", "acme", code=1).err


def test_a_picture_that_needs_graphviz_says_so_where_it_is_missing(cli, books, monkeypatch, tmp_path):
    target = tmp_path / "picture.svg"
    monkeypatch.setenv("PATH", str(tmp_path))
    refused = cli("workflow", "diagram", "--format", "svg", "--output", str(target), code=1).err
    assert "needs Graphviz" in refused
    assert "apt install graphviz" in refused
    broken = tmp_path / "dot"
    broken.write_text("#!/bin/sh\necho no memory >&2\nexit 1\n")
    broken.chmod(0o755)
    assert "did not draw it: no memory" in cli("workflow", "diagram", "--format", "svg", code=1).err
    broken.write_text("no program\n")
    assert "did not draw it" in cli("workflow", "diagram", "--format", "svg", code=1).err
    assert not target.exists()


def test_a_schema_is_printed_or_written_and_offers_what_is_here(cli, books, tmp_path):
    whole = cli("workflow", "schema").json
    assert whole["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert "thank-you" in json.dumps(whole)
    settings = cli("workflow", "schema", "--for", "config").json
    assert "email" in settings["properties"]["channels"]["properties"]
    write(books, "mine", HASTY.replace("hasty", "mine"))
    assert '"mine"' in cli("workflow", "schema", "--for", "config").out
    target = tmp_path / "scenarios.schema.json"
    assert cli("workflow", "schema", "--for", "scenarios", "--output", str(target), "--json").json["for"] == "scenarios"
    assert json.loads(target.read_text()) == cli("workflow", "schema", "--for", "scenarios").json


def test_a_workflow_of_ones_own_is_begun_checked_and_never_written_over(cli, home):
    made = cli("workflow", "new", "mine", "--ask-after", "4 days", "--follow-ups", "1", "--json").json
    path = home / "workflows" / "mine.yaml"
    assert (made["name"], made["path"], made["extends"]) == ("mine", str(path), "after-interview")
    assert "contacts under 'follow_up': at most 1" in made["proved"][0]
    before = path.read_text()
    assert cli("workflow", "check", "mine").out.startswith("mine: fine.")
    cli("add", "Acme", "--workflow", "mine", "--state", "awaiting")
    assert "there is a workflow 'mine' already" in cli("workflow", "new", "mine", code=1).err
    assert "already" in cli("workflow", "new", "patient", code=1).err
    assert path.read_text() == before
    assert "written and checked" in cli("workflow", "new", "yours", "--from", "patient", "--apart", "3 weeks").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["../mine"], "can't be the name of a workflow"),
        (["mine", "--ask-after", "soon"], "'soon' is not a length of time"),
        (["mine", "--from", "patiently"], "did you mean 'patient'?"),
    ],
)
def test_what_makes_no_workflow_is_refused_and_nothing_is_written(cli, home, words, said):
    assert said in cli("workflow", "new", *words, code=1).err
    assert not (home / "workflows").exists()


def test_at_a_terminal_each_thing_is_asked(cli, home, monkeypatch):
    answers = iter(["4 days", "", "1", "", "1 month"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _text: next(answers))
    said = cli("workflow", "new", "mine").out
    assert said.startswith("Five questions. ")
    text = (home / "workflows" / "mine.yaml").read_text()
    assert "{at_most: 1}" in text
    assert "after: 4 days" in text
    assert "after: 1 month, since: follow_up" in text
    answers = iter(["", "", "many", "", ""])
    assert "'many' is not how often one can ask" in cli("workflow", "new", "yours", code=1).err
