"""Every hook, end to end, by each of the three roads."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.plugins.roads import ROADS, Road, names, prepare, tries

WEEK = timedelta(weeks=1)


@pytest.fixture(params=ROADS)
def road(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Road:
    return prepare(request.param, tmp_path, monkeypatch)


@tries("jobflow_channels")
def test_a_channel_delivers_with_its_options(road: Road):
    flow = road.open()
    flow.add("Acme", facts={"salary": 60})
    road.clock.advance(timedelta(days=3))
    report = flow.tick()
    assert report.failures == ()
    assert [(m.channel, m.kind, m.status) for m in report.messages if m.task] == [("lines", "due", "sent")]
    assert any("picnic" in line for line in road.said())
    flow.close()


@tries("jobflow_steps")
def test_a_step_sets_facts_and_sends_messages(road: Road):
    flow = road.open()
    flow.add("Acme")
    assert flow.tick().failures == ()
    assert flow.get("acme").facts["judged"] == "Acme against 50"
    assert "judged Acme" in road.said()
    flow.tick()
    assert road.said().count("judged Acme") == 1
    flow.close()


@tries("jobflow_conditions")
def test_a_condition_decides(road: Road):
    flow = road.open()
    assert names(flow.add("Acme").tasks) == []
    assert names(flow.set("acme", {"salary": 60}).tasks) == ["picnic"]
    assert [task.status for task in flow.set("acme", {"salary": 10}).tasks] == ["cancelled"]
    flow.close()


@tries("jobflow_task_kinds")
def test_a_task_is_of_the_kind(road: Road):
    flow = road.open()
    assert [task.kind for task in flow.add("Acme", facts={"salary": 60}).tasks] == ["picnic"]
    flow.close()


@tries("jobflow_calendars")
def test_days_off_move_a_due_date(road: Road):
    flow = road.open()
    task = flow.add("Acme", facts={"salary": 60}).tasks[0]
    assert task.due_at is not None
    assert task.due_at.date() == date(2026, 3, 13)  # On Wednesday the 11th nobody works.
    flow.close()


@tries("jobflow_workflows")
def test_a_workflow_is_there_by_name(road: Road, capsys: pytest.CaptureFixture[str]):
    flow = road.open()
    assert flow.workflow_of(flow.add("Acme", workflow="whole").slug).name == "whole"
    flow.close()
    assert road.cli("workflow", "check", "whole") == 0
    capsys.readouterr()
    assert road.cli("workflow", "list", "--json") == 0
    assert "whole" in [each["name"] for each in json.loads(capsys.readouterr().out)]


@tries("jobflow_templates")
def test_a_template_is_written(road: Road):
    flow = road.open()
    flow.add("Acme")
    flow.tick()
    road.clock.advance(WEEK + timedelta(days=1))
    flow.tick()
    told = [message for message in flow.outbox("sent") if "Farewell, Acme." in message.text]
    assert len(told) == 1
    flow.close()


@tries("jobflow_importers")
def test_a_file_is_read(road: Road, capsys: pytest.CaptureFixture[str]):
    (road.home / "list.txt").write_text("Acme|2026-03-06\nGlobex|2026-03-09\n", encoding="utf-8")
    assert road.cli("import", "pipes", "list.txt") == 0
    assert "Added 2 applications." in capsys.readouterr().out
    assert road.cli("import", "pipes", "list.txt") == 0
    assert "2 rows are here already." in capsys.readouterr().out
    (road.home / "bad.txt").write_text("Acme\n", encoding="utf-8")
    assert road.cli("import", "pipes", "bad.txt") == 1
    assert "pipes can't read the file: line 1 has no '|'." in capsys.readouterr().err


@tries("jobflow_exporters")
def test_a_file_is_written(road: Road, capsys: pytest.CaptureFixture[str]):
    flow = road.open()
    flow.add("Acme, Ltd")
    assert flow.export("names") == b'"Acme, Ltd",begun\r\n'
    flow.close()
    capsys.readouterr()
    assert road.cli("export", "names", "--output", "names.csv") == 0
    assert (road.home / "names.csv").read_bytes() == b'"Acme, Ltd",begun\r\n'
    assert (road.home / "names.csv").stat().st_mode & 0o777 == 0o600


@tries("jobflow_commands")
def test_a_command_is_there_and_in_the_help(road: Road, capsys: pytest.CaptureFixture[str]):
    capsys.readouterr()
    assert road.cli("greet", "Ada") == 0
    assert capsys.readouterr().out == "Hello, Ada.\n"
    assert road.cli("--help") == 0
    assert "Say hello." in capsys.readouterr().out
    assert road.cli("gret") == 2


@tries("jobflow_recorded")
def test_what_was_recorded_is_told_after_the_commit(road: Road):
    flow = road.open()
    flow.add("Acme", facts={"salary": 60})
    told = [json.loads(line) for line in (road.home / "recorded.txt").read_text(encoding="utf-8").splitlines()]
    assert told[0][0] == "added"
    assert [record.type for record in flow.history("acme")] == [type_ for types in told for type_ in types]
    flow.close()
