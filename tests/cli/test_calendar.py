"""The calendar channel from the command line: what the user says is in the file at the next tick, short road or not."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import vobject

from jobflow import shortroad

START = datetime(2026, 3, 10, 18, 0, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    def set_(minutes: int) -> None:
        monkeypatch.setenv("JOBFLOW_NOW", f"{START + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}")

    return set_


@pytest.fixture
def tick(cli):
    """As cron does it: True where the short road was taken."""

    def tick() -> bool:
        if shortroad.answer(["tick"], os.environ) == 0:
            return True
        assert cli("tick").err == ""
        return False

    return tick


def titles(home: Path) -> list[str]:
    calendar = vobject.readOne((home / "calendar.ics").read_text("utf-8"))
    return sorted(event.summary.value for event in calendar.contents.get("vevent", []))


def agenda(cli) -> list[str]:
    applications = cli("list", "--json").json
    return sorted(
        task["title"]
        for each in applications
        for task in cli("show", each["slug"], "--json").json["tasks"]
        if task["status"] in ("waiting", "open", "overdue") and task["opens_at"]
    )


@pytest.fixture
def shown(home, cli, tick, at):
    """One application, shown; the next idle tick takes the short road."""
    home.mkdir(mode=0o700)
    (home / "config.yaml").write_text("timezone: UTC\nchannels: {console: {}, calendar: {}}\n")
    cli("add", "Acme Corp", "--contact", "interviewer=Ada Byron <ada@acme.example>")
    tick()
    assert titles(home) == agenda(cli)
    at(1)
    assert tick()
    return home


@pytest.mark.parametrize(
    "command",
    [
        ["done", "1"],
        ["skip", "2"],
        ["add", "Other Ltd"],
        ["set", "acme", "decision_date=2026-03-20"],
        ["contact", "acme", "interviewer=Grace Hopper"],
        ["log", "acme", "offer"],
        ["log", "acme", "rejected"],
    ],
    ids=" ".join,
)
def test_the_next_tick_shows_what_was_said(shown, cli, tick, at, command):
    before = titles(shown)
    at(2)
    cli(*command)
    at(3)
    assert not tick()
    assert titles(shown) == agenda(cli) != before
    at(4)
    cli("undo")
    at(5)
    assert not tick()
    assert titles(shown) == agenda(cli)
    at(6)
    assert tick()


def test_a_snoozed_task_moves(shown, cli, tick, at):
    before = (shown / "calendar.ics").read_bytes()
    at(2)
    cli("snooze", "1", "2026-03-13")
    at(3)
    assert not tick()
    after = (shown / "calendar.ics").read_bytes()
    assert before.count(b"SEQUENCE:0") - after.count(b"SEQUENCE:0") == after.count(b"SEQUENCE:1") == 1


def test_the_file_is_right_whatever_road_a_tick_takes(shown, cli, tick, at):
    """Over weeks in which tasks open, fall due, lapse, and the state moves on by itself."""
    seen, short = set(), 0
    for minutes in range(240, 60 * 24 * 60, 845):
        at(minutes)
        tick()
        assert titles(shown) == agenda(cli)
        seen.add(tuple(titles(shown)))
        at(minutes + 30)
        short += tick()
    assert short > 90
    assert len(seen) >= 4


def test_a_file_of_somebody_else_is_tried_again_at_each_tick(shown, cli, tick, at):
    (shown / "calendar.ics").write_text("mine")
    for minute, said in ((2, ["done", "1"]), (3, [])):
        at(minute)
        if said:
            cli(*said)
        assert "was not written by jobflow" in cli("tick").err
    (shown / "calendar.ics").unlink()
    at(4)
    assert not tick()
    assert titles(shown) == agenda(cli)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("{alarm: soon}", "expected a whole number for 'alarm'"),
        ("{file: x}", "unknown option 'file' of channel 'calendar'"),
    ],
)
def test_wrong_options_are_refused_with_their_place(shown, cli, options, said):
    (shown / "config.yaml").write_text(f"channels: {{console: {{}}, calendar: {options}}}\n")
    assert said in cli("tick", code=1).err


@pytest.mark.parametrize(("alarm", "code"), [("-1", 4), ("0", 0), ("40000", 0), ("40001", 4)])
def test_an_alarm_is_up_to_four_weeks_before(shown, cli, alarm, code):
    (shown / "config.yaml").write_text(f"channels:\n  calendar: {{alarm: {alarm}}}\n")
    said = cli("config", "check", code=code).out
    assert ("2:3 option 'alarm' of channel 'calendar' is no number of minutes before" in said) is (code == 4)


def test_a_quiet_tick_does_not_import_the_library(shown, shell, at):
    at(61)  # beyond the hour of the short road
    code = "import sys; from jobflow.cli.app import run; run(['tick']); print('icalendar' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
