"""Bad input: one clear message each, the exit code of the contract, nothing changed."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from jobflow.adapters.sqlite_connection import Database
from jobflow.cli.session import Session
from tests.adapters.test_sqlite import small_disk

LONG = "x" * 20_000
REFUSED = {
    "application": (["show", "acme-crop"], "did you mean 'acme-corp'"),
    "application to write to": (["log", "nobody", "offer"], "unknown application"),
    "task": (["done", "99"], "jobflow next"),
    "task among others": (["done", "1", "99"], "unknown task '99'"),
    "task to put off": (["snooze", "99", "tomorrow"], "unknown task"),
    "event": (["log", "acme", "ofer"], "did you mean 'offer'"),
    "event not possible": (["log", "acme", "accepted"], "possible now"),
    "fact": (["set", "acme", "decision_dat=2026-03-20"], "did you mean 'decision_date'"),
    "fact of no such day": (["set", "acme", "decision_date=2027-02-29"], "no such day"),
    "fact without a month": (["set", "acme", "decision_date=by the 12th"], "2026-03-12"),
    "fact with a word too many": (["set", "acme", "decision_date=by friday"], "leave 'by' out"),
    "fact without value": (["set", "acme", "decision_date"], "NAME=VALUE"),
    "fact without name": (["set", "acme", "=1"], "NAME=VALUE"),
    "fact twice": (["set", "acme", "decision_date=today", "decision_date=today"], "twice"),
    "fact of another type": (["set", "acme", "decision_date=soon"], "not a date"),
    "role": (["contact", "acme", "interviewr=Ada"], "did you mean 'interviewer'"),
    "contact without role": (["contact", "acme", "Ada"], "ROLE=NAME"),
    "e-mail address": (["contact", "acme", "interviewer=Ada <ada>"], "no e-mail address"),
    "contact of two lines": (["contact", "acme", "interviewer=Ada\nBcc: x"], "control character"),
    "zone": (["add", "X", "--timezone", "Europe/Berln"], "did you mean 'Europe/Berlin'"),
    "state": (["add", "X", "--state", "waiting"], "unknown state"),
    "workflow": (["add", "X", "--workflow", "after-intervew"], "did you mean 'after-interview'"),
    "workflow that is a path": (["add", "X", "--workflow", "../x"], "unknown workflow"),
    "future": (["log", "acme", "reply", "--at", "2026-03-12"], "future"),
    "future time": (["log", "acme", "reply", "--at", "+2h"], "future"),
    "before it began": (["log", "acme", "reply", "--at", "2026-03-01"], "before"),
    "guessed date": (["log", "acme", "reply", "--at", "3/4/26"], "2026-03-04 or 2026-04-03"),
    "vague day": (["snooze", "1", "next friday"], "2026-03-13"),
    "no such day": (["add", "X", "--at", "2026-02-30"], "no such day"),
    "empty moment": (["add", "X", "--at", ""], "no date was given"),
    "now": (["next", "--now", "noonish"], "not a date"),
    "far date": (["set", "acme", "decision_date=2032-01-01"], "--yes"),
    "no company": (["add", "  "], "company's name"),
    "company of two lines": (["add", "Acme\nCorp"], "control characters"),
    "company with an escape": (["add", "Acme\x1b[2J"], "U+001B"),
    "long company": (["add", LONG], "at most"),
    "long note": (["log", "acme", "reply", "--note", LONG], "at most"),
    "no file to import": (["import", "csv", "nowhere.csv"], "can't be read"),
    "clock set back": (["log", "acme", "reply", "--now", "2026-03-01"], "nothing was changed"),
}
"""By what is wrong: the words, and what the message must say."""


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_one_message_and_nothing_changed(cli, acme, home, words):
    arguments, expected = words
    before = (home / "jobflow.db").read_bytes()
    said = cli(*arguments, code=1)
    assert expected in said.err
    assert said.err.startswith("jobflow: ")
    assert len(said.err.splitlines()) == 1
    assert len(said.err) < 1000
    assert said.out == ""
    assert (home / "jobflow.db").read_bytes() == before
    assert sorted(path.name for path in home.iterdir()) == ["jobflow.db"]


@pytest.mark.parametrize("name", ["application", "event", "guessed date", "far date", "no company"])
def test_json_errors_stay_off_standard_output(cli, acme, name):
    arguments, expected = REFUSED[name]
    said = cli(*arguments, "--json", code=1)
    assert said.out == ""
    assert expected in said.err


CONFIGS = {
    "a tab": ("calendar:\n\tcountry: US\n", "a tab"),
    "an unknown key": ("workdya: 09:00-18:00\n", "did you mean 'workday'"),
    "a zone": ("timezone: Mars/Olympus\n", "unknown"),
    "a channel": ("channels: {consle: {}}\n", "did you mean 'console'"),
    "nonsense": ("[1, 2\n", "JF005"),
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS.keys())
def test_a_bad_config_stops_every_command_and_says_where(cli, acme, home, config):
    text, expected = config
    (home / "config.yaml").write_text(text)
    before = (home / "jobflow.db").read_bytes()
    for command in (["next"], ["tick"], ["log", "acme", "reply"]):
        said = cli(*command, code=1)
        assert expected in said.err
        assert "Traceback" not in said.err
    assert (home / "jobflow.db").read_bytes() == before


def test_an_empty_config_is_all_defaults(cli, acme, home):
    (home / "config.yaml").write_text("")
    cli("next")


def test_a_workflow_with_five_faults_names_all_five(cli, acme, home):
    (home / "workflows").mkdir()
    (home / "workflows" / "mine.yaml").write_text(
        "format: 1\nworkflow: mine\nversion: x\ninitial: nowhere\ncolour: red\n"
        "states:\n  start:\n    final: perhaps\n    transitions: [{to: end, after: 3 moons}]\n"
    )
    before = (home / "jobflow.db").read_bytes()
    said = cli("add", "X", "--workflow", "mine", code=1)
    assert len([line for line in said.err.splitlines() if " JF" in line]) >= 5
    assert (home / "jobflow.db").read_bytes() == before


@pytest.mark.parametrize("command", [["next"], ["tick"], ["log", "acme", "reply"], ["add", "X"]])
def test_a_database_that_is_none(cli, home, command):
    home.mkdir()
    (home / "jobflow.db").write_bytes(b"this is a letter, not a database\n" * 100)
    before = (home / "jobflow.db").read_bytes()
    said = cli(*command, code=1)
    assert "jobflow.db" in said.err
    assert (home / "jobflow.db").read_bytes() == before


@pytest.mark.parametrize("command", [["next"], ["tick"], ["log", "acme", "reply"], ["add", "X"]])
def test_a_database_of_a_newer_version(shell, acme, home, command):
    with sqlite3.connect(home / "jobflow.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = (home / "jobflow.db").read_bytes()
    assert "newer" in shell(*command, code=1).err
    assert (home / "jobflow.db").read_bytes() == before


def test_a_damaged_database(shell, acme, home):
    content = bytearray((home / "jobflow.db").read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    (home / "jobflow.db").write_bytes(content)
    for command in (["next"], ["tick"], ["list"], ["done", "1"]):
        said = shell(*command, code=1)
        assert "damaged" in said.err
        assert "Traceback" not in said.err


AS_NOBODY = """
import os, sys
from jobflow.cli.app import run
home, other = sys.argv[1:]
os.environ["JOBFLOW_HOME"] = other  # All that the commands below import may lie where nobody else may read.
assert [run(words) for words in (["add", "Acme Corp"], ["next"], ["log", "acme", "reply"], ["tick"])] == [0] * 4
if os.geteuid() == 0:
    os.setgid(65534), os.setuid(65534)
os.environ["JOBFLOW_HOME"] = home
for words in (["next"], ["log", "acme", "reply"], ["add", "X"], ["done", "1"], ["tick"]):
    print("exit code of", words[0], run(words), flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_a_read_only_home(cli, acme, home, tmp_path):
    with tempfile.TemporaryDirectory() as reachable:  # unlike tmp_path, whose folders are the test's own
        os.chmod(reachable, 0o755)
        theirs = Path(reachable, "home")
        shutil.copytree(home, theirs)
        before = (theirs / "jobflow.db").read_bytes()
        (theirs / "jobflow.db").chmod(0o444)
        theirs.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, theirs, tmp_path / "other"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "JOBFLOW_NOW": "2026-03-10T19:00:00Z"},
            capture_output=True,
            text=True,
            check=False,
        )
        theirs.chmod(0o755)
        assert done.returncode == 0, done.stderr
        codes = [line for line in done.stdout.splitlines() if line.startswith("exit code of")]
        assert [line.split()[3:] for line in codes] == [
            ["next", "0"],
            ["log", "1"],
            ["add", "1"],
            ["done", "1"],
            ["tick", "1"],
        ]
        said = done.stderr.splitlines()
        assert len(said) == 4
        assert all(line.startswith("jobflow: ") for line in said)
        assert all("read-only" in line for line in said[:3]), said
        assert "lock file" in said[3]
        assert (theirs / "jobflow.db").read_bytes() == before
        assert [path.name for path in theirs.iterdir()] == ["jobflow.db"]


def test_a_full_disk_under_the_home(shell, acme, home, tmp_path):
    with small_disk(tmp_path) as disk:
        shutil.copytree(home, disk / "home")
        here = {"JOBFLOW_HOME": str(disk / "home")}
        (disk / "ballast").write_bytes(b"x" * 4096)
        with contextlib.suppress(OSError), open(disk / "more", "wb", buffering=0) as more:
            while True:
                more.write(b"x" * 1024)
        before = (disk / "home" / "jobflow.db").read_bytes()
        for command in (["add", "X"], ["log", "acme", "reply"], ["done", "1"], ["tick"]):
            said = shell(*command, code=1, **here)
            assert "the disk is full" in said.err or "No space left" in said.err, said
            assert len(said.err.splitlines()) == 1
            assert said.out == ""
            assert (disk / "home" / "jobflow.db").read_bytes() == before
        assert shell("show", "acme", **here).err == ""
        (disk / "more").unlink()
        assert "Acme" in shell("log", "acme", "reply", **here).out


def test_a_home_that_may_not_be_looked_into_is_not_an_empty_one(acme, home, monkeypatch):
    def denied(path, *_args, **_kwargs):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("jobflow.cli.session.os.lstat", denied)
    begun = Session().begun
    monkeypatch.undo()
    assert begun
    monkeypatch.setattr("os.path.getsize", denied)
    database = Database(str(home / "jobflow.db"), busy_seconds=1, create=False)
    monkeypatch.undo()
    database.close()
    assert not database.absent


def test_a_home_that_is_a_file(cli, home):
    home.write_text("not a folder")
    assert "can't be" in cli("add", "X", code=1).err
    assert home.read_text() == "not a folder"


def test_bytes_that_are_no_text(shell, acme):
    assert "Traceback" not in shell("add", os.fsdecode(b"Acme \xff"), code=1).err
    assert "unknown application" in shell("show", os.fsdecode(b"\xff"), code=1).err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_under_the_output(shell, acme, home):
    with open("/dev/full", "w") as full:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "jobflow", "list"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=env, check=False)
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_the_system_does_not_let_one_read(cli, acme, monkeypatch):
    def denied(*_args):
        raise PermissionError(13, "Permission denied", "/home/x/plugins.json")

    monkeypatch.setattr("jobflow.bootstrap.read_plugins", denied)
    said = cli("next", code=1).err
    assert said.startswith("jobflow: the system refused /home/x/plugins.json: Permission denied. Hint: ")
    assert "--home" in said
