"""The demo: six weeks, in a folder that is gone afterwards."""

from __future__ import annotations

import tempfile
from datetime import date

import pytest

from jobflow.demo.script import ACTS, DAYS, FIRST_DAY


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_it_walks_six_weeks_and_leaves_nothing(cli, home, scratch):
    said = cli("demo").out
    assert "Mon 2 March 2026" in said
    assert "> jobflow import csv applications.csv" in said
    for word in ("Overdue", "Due today", "New", "Lapsed", "Moved", "business day after"):
        assert word in said
    assert said.rstrip().endswith("jobflow schedule install")
    assert "jobflow add" in said
    assert list(scratch.iterdir()) == []
    assert not home.exists()


def test_in_json_it_has_every_day(cli, scratch):
    days = cli("demo", "--json").json
    assert [day["date"] for day in days] == [
        date.fromordinal(FIRST_DAY.toordinal() + number).isoformat() for number in range(DAYS)
    ]
    happenings = [item for day in days for item in day["happenings"]]
    assert [set(item) for item in happenings] == [{"at", "command", "report"}] * len(happenings)
    assert len([item for item in happenings if item["report"]]) == 2 * DAYS
    assert len([item for item in happenings if not item["report"]]) == len(ACTS) + 1
    states = {move["to"] for item in happenings if item["report"] for move in item["report"]["transitions"]}
    assert {"awaiting", "followed-up", "closed"} <= states


def test_its_script_is_in_order():
    assert sorted(ACTS, key=lambda act: act.day) == list(ACTS)
