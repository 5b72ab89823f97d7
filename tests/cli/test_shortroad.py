"""An idle tick answers without importing anything heavy, and just as the full road would."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from jobflow import shortroad
from jobflow.adapters.home import Home, find_home, xdg_home

LATER = "2026-03-10T18:30:00Z"


@pytest.fixture
def seen(cli, acme, home):
    """A home whose last full tick saw everything as it is."""
    assert cli("tick").out == ""
    return home


def short(*arguments: str, **environ: str) -> int | None:
    return shortroad.answer(arguments, {**os.environ, **environ})


def test_an_idle_tick_takes_it(seen):
    assert short("tick", JOBFLOW_NOW=LATER) == 0
    assert short("tick", "--now", LATER) == 0
    assert short(f"--now={LATER}", "tick", f"--home={seen}", JOBFLOW_HOME="/nowhere") == 0


def test_only_after_a_full_tick(cli, acme):
    assert short("tick", JOBFLOW_NOW=LATER) is None


@pytest.mark.parametrize(
    "arguments",
    [["tick", "--dry-run"], ["tick", "--limit", "3"], ["list"], [], ["tick", "tick"], ["tick", "--home"],
     ["tick", "--now", "yesterday"], ["tick", "--now="], ["--version"], ["tick", "--help"], ["tick", "--json"]],
)  # fmt: skip
def test_any_other_command_line_does_not(seen, arguments):
    assert short(*arguments, JOBFLOW_NOW=LATER) is None


def test_what_is_unclear_does_not(seen, tmp_path):
    assert short("tick", JOBFLOW_NOW="now") is None
    for now in (
        "2026-03-10T18:00:00+0",
        "2026-03-10T18:3o:00Z",
        "2026-03-10T18:60:00Z",
        "2026-03-10 18:30:00Z",
        "2026-03-10T18:30",  # in the configured zone, which is not asked here
        "2026-03-10T18:30:00",
        "2026-03-10T18:30:00+00:00",
        "\udcff",
    ):
        assert short("tick", JOBFLOW_NOW=now) is None
    assert short("tick", JOBFLOW_NOW=LATER, TZ="Europe/Berlin") is None
    assert short("tick", "--home", str(tmp_path / "nowhere"), JOBFLOW_NOW=LATER) is None
    (tmp_path / "jobflow.db").write_bytes(b"no database")
    assert short("tick", "--home", str(tmp_path), JOBFLOW_NOW=LATER) is None


def test_a_changed_config_does_not(seen, cli):
    (seen / "config.yaml").write_text("workday: 08:00-17:00\n")
    assert short("tick", JOBFLOW_NOW=LATER) is None
    cli("tick", "--now", LATER)
    assert short("tick", JOBFLOW_NOW=LATER) == 0
    (seen / "config.yaml").write_text("workday: 08:00-17:01\n")
    assert short("tick", JOBFLOW_NOW=LATER) is None


def test_times_that_need_a_closer_look_do_not(seen, cli):
    assert short("tick", JOBFLOW_NOW="2026-03-10T17:59:59Z") is None  # before the last recorded instant
    assert short("tick", JOBFLOW_NOW="2026-03-10T18:59:59Z") == 0
    assert short("tick", JOBFLOW_NOW="2026-03-10T19:00:00Z") is None  # the hour is over: to be written down
    assert short("tick", JOBFLOW_NOW="2027-03-10T19:00:00Z") is None
    with sqlite3.connect(seen / "jobflow.db") as connection:
        connection.execute("INSERT INTO meta VALUES ('held_tick', '2026-03-10T18:00:00Z')")
    connection.close()
    assert short("tick", JOBFLOW_NOW=LATER) is None


def test_settings_of_another_program_do_not(seen):
    with sqlite3.connect(seen / "jobflow.db") as connection:
        connection.execute("UPDATE meta SET value = 'another' WHERE name = 'settings'")
    connection.close()
    assert short("tick", JOBFLOW_NOW=LATER) is None


def test_the_clock_is_read_where_nothing_pins_it(seen):
    environ = {name: value for name, value in os.environ.items() if name != "JOBFLOW_NOW"}
    assert shortroad.answer(["tick"], environ) is None  # these tests live in the past; the clock does not


def minutes(seen: Path, cli) -> list[str]:
    """Every quarter of an hour from the tick on, through the first due day."""
    return [f"2026-03-{10 + h // 24}T{h % 24:02}:{m:02}:00Z" for h in range(18, 44) for m in (0, 15, 30, 45)]


def test_both_roads_say_the_same_at_every_quarter_of_an_hour(seen, cli):
    """Where the short road answers, the full one says nothing and writes nothing."""
    taken = 0
    for now in minutes(seen, cli):
        answered = short("tick", JOBFLOW_NOW=now)
        before = (seen / "jobflow.db").read_bytes()
        full = cli("tick", "--now", now)
        if answered is not None:
            taken += 1
            assert (answered, full.out, full.err) == (0, "", "")
            assert (seen / "jobflow.db").read_bytes() == before
    assert taken > 60


def test_it_imports_nothing_heavy(seen):
    code = """
import sys, jobflow.__main__ as entry
sys.argv = ["jobflow", "tick"]
code = entry.main()
heavy = {"click", "yaml", "zoneinfo", "dataclasses", "typing", "pathlib", "pluggy", "platformdirs", "datetime", "re"}
print(code, sorted(heavy & set(sys.modules)))
"""
    env = {**os.environ, "JOBFLOW_NOW": LATER, "PYTHONPATH": str(Path(shortroad.__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-S", "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "0 []\n"


@pytest.mark.skipif(sys.platform != "linux", reason="by hand on Linux alone")
@pytest.mark.parametrize(
    "environ",
    [{}, {"XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d"}, {"XDG_DATA_HOME": " "}, {"XDG_CONFIG_HOME": ""}],
)
def test_the_systems_folders_are_those_of_platformdirs(monkeypatch, environ):
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "JOBFLOW_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    found = find_home(None, os.environ)
    assert found.config == platformdirs.user_config_dir("jobflow", appauthor=False)
    assert found.data == platformdirs.user_data_dir("jobflow", appauthor=False)
    assert xdg_home(os.environ).database == found.database


def test_a_named_home_is_one_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert find_home("~/search", {}).data == "/home/ada/search"
    assert find_home(None, {"JOBFLOW_HOME": "/x"}).config == "/x"
    assert Home("/c", "/d").config_file == "/c/config.yaml"
