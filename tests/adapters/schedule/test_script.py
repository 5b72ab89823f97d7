"""The script that a scheduler calls: a clean environment, nothing said by an idle tick, nothing lost of another."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from jobflow.adapters.home import Home
from jobflow.adapters.schedule.job import Job, job_of
from jobflow.adapters.schedule.script import environment, every_of, script_of

ODD = 'o\'d "d" $(touch oops) %d é'


def job(folder: Path, **environ: str) -> Job:
    return job_of(Home(str(folder), str(folder)), 15, environ)


def run(job: Job, python: str, *arguments: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """The script, as cron runs it, with a program in the interpreter's place."""
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{python}\n", encoding="utf-8")
    program.chmod(0o755)
    text = os.fsdecode(script_of(job).content).replace(sys.executable, str(program))
    cron = {"PATH": "/usr/bin:/bin", "SECRET": "canary", "JOBFLOW_NOW": "2026-03-10"}
    command = ["/bin/sh", "-c", text, job.script, *arguments]
    return subprocess.run(command, env=cron, cwd=tmp_path, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["plain", ODD])
def test_what_a_tick_says_is_kept_with_its_time_and_printed(name: str, tmp_path):
    folder = tmp_path / name
    folder.mkdir()
    done = run(job(folder), "echo Due today; echo broken >&2; exit 4", tmp_path=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (4, "Due today\nbroken\n", "")
    moment, *rest = (folder / "tick.log").read_text().splitlines()
    assert len(moment) == len("2026-03-10 17:00")
    assert rest == ["Due today", "broken", ""]
    assert stat.S_IMODE((folder / "tick.log").stat().st_mode) == 0o600
    assert not list(tmp_path.rglob("oops"))


def test_an_idle_tick_leaves_no_trace(tmp_path):
    done = run(job(tmp_path), ":", tmp_path=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "tick.log").exists()


def test_a_tick_that_dies_without_a_word_is_told_of(tmp_path):
    done = run(job(tmp_path), "kill -9 $$", tmp_path=tmp_path)
    assert done.returncode == 137
    assert "ended with exit code 137" in (tmp_path / "tick.log").read_text()


def test_an_interpreter_that_is_gone_is_told_of(tmp_path):
    (tmp_path / "home").mkdir()
    text = os.fsdecode(script_of(job(tmp_path / "home")).content).replace(sys.executable, str(tmp_path / "gone"))
    done = subprocess.run(["/bin/sh", "-c", text], env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 127
    assert "exit code 127. /usr/bin/env: " in (tmp_path / "home/tick.log").read_text()


def test_a_log_that_can_not_be_written_does_not_silence_the_tick(tmp_path):
    (tmp_path / "tick.log").mkdir()
    done = run(job(tmp_path), "echo Due today", tmp_path=tmp_path)
    assert done.stdout == "Due today\n"
    assert "tick.log" in done.stderr


def test_the_log_does_not_grow_for_ever(tmp_path):
    (tmp_path / "tick.log").write_text("x" * 1_000_001)
    run(job(tmp_path), "echo Due today", tmp_path=tmp_path)
    assert (tmp_path / "tick.log").stat().st_size < 100
    assert (tmp_path / "tick.log.1").stat().st_size == 1_000_001


def test_the_job_knows_nothing_but_what_the_script_says(tmp_path):
    given = job(tmp_path, LANG="C.UTF-8", SECRET="canary", JOBFLOW_NOW="2026-03-10")
    done = run(given, "env", "doctor", tmp_path=tmp_path)
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert {name: seen[name] for name in environment(given)} == environment(given)
    assert "SECRET" not in seen
    assert "JOBFLOW_NOW" not in seen


def test_folders_of_programs_are_whole_ones(tmp_path):
    given = job(tmp_path, PATH="/opt/x:bin:.::/bin", PYTHONPATH="lib", TZ="Asia/Tokyo")
    found = environment(given)
    assert found["PATH"] == "/opt/x:/bin:/usr/local/bin:/usr/bin"
    assert found["PYTHONPATH"] == str(Path("lib").absolute())
    assert found["TZ"] == "Asia/Tokyo"
    assert found["PYTHONUTF8"] == "1"  # a locale of the last century prints any name


@pytest.mark.parametrize(
    ("bus", "kept"), [("unix:path=/run/user/5/bus", True), ("unix:abstract=/tmp/dbus-x", False), ("", False)]
)
def test_a_bus_is_remembered_only_where_it_stays_the_same(bus: str, kept: bool, tmp_path):
    found = environment(job(tmp_path, XDG_RUNTIME_DIR="/run/user/5", DBUS_SESSION_BUS_ADDRESS=bus))
    assert ("DBUS_SESSION_BUS_ADDRESS" in found) is kept
    assert found["XDG_RUNTIME_DIR"] == "/run/user/5"


def test_the_systems_own_folders_need_no_name(tmp_path):
    home = Home(str(tmp_path / "config/jobflow"), str(tmp_path / "data/jobflow"))
    found = environment(job_of(home, 15, {"XDG_DATA_HOME": str(tmp_path / "data")}))
    assert found["XDG_DATA_HOME"] == str(tmp_path / "data")
    assert "JOBFLOW_HOME" not in found


def test_the_script_says_how_often(tmp_path):
    assert every_of(script_of(job(tmp_path)).content) == 15
    assert every_of(b"#!/bin/sh\n") is None
