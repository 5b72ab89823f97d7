"""Killed at any write, sync or removal: what was acknowledged is there, nothing is half there, the next command works.

A sample of the moments; with JOBFLOW_NIGHTLY=1 every one.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from jobflow.adapters.sqlite import SQLiteStore
from jobflow.testing.stores.given import START, add, fact_set, id_of, message, say
from tests.adapters.killing import environment, moments, need_strace, run

pytestmark = pytest.mark.slow

THEN = "2026-03-09T15:00:00+00:00"
NOW = "2026-03-10T15:00:00+00:00"
LATER = "2026-03-11T15:00:00+00:00"


@pytest.fixture(autouse=True)
def strace() -> None:
    need_strace()


def histories(store: SQLiteStore) -> dict[str, int]:
    """How much is recorded of each application."""
    return {item.slug: len(store.history(item.id)) for item in store.applications(final=True)}


# -- the store alone ---------------------------------------------------------------------------------------------------


def write_once(path: str) -> None:
    """The write that is interrupted: it changes one application, adds another, and enqueues."""
    with contextlib.closing(SQLiteStore(path)) as store:
        entry = store.entry(id_of(1))
        assert entry is not None
        say(store, entry, fact_set("note", "x" * 9000), messages=[message(entry, "k")])
        os.write(1, b"said")
        add(store, "beta", tasks=[8, 9], wakes_at=START)
        os.write(1, b"added")


def make_once(path: str) -> None:
    """The write that is interrupted: it makes the database."""
    with contextlib.closing(SQLiteStore(path)) as store:
        add(store, "acme")
        os.write(1, b"added")


def calling(function: str, path: Path) -> list[str]:
    return [sys.executable, "-c", f"from tests.adapters.test_kill import {function} as f; f({str(path)!r})"]


def test_a_store_killed_while_writing_has_all_or_nothing_of_each_transaction(tmp_path: Path) -> None:
    before = tmp_path / "before.db"
    with contextlib.closing(SQLiteStore(before)) as store:
        add(store, "acme", tasks=[1], wakes_at=START)
    work, log = tmp_path / "work", tmp_path / "log"
    path = work / "jobflow.db"
    fresh(work)
    shutil.copy(before, path)
    run(calling("write_once", path), log)
    for at in moments(log, 4):
        fresh(work)
        shutil.copy(before, path)
        done = run(calling("write_once", path), log, at)
        assert done.killed, done
        with contextlib.closing(SQLiteStore(path)) as store:
            kept = histories(store)
            assert kept in ({"acme": 2}, {"acme": 3}, {"acme": 3, "beta": 3}), done
            assert len(store.messages()) == kept["acme"] - 2, done
            assert ("said" not in done.stdout) or kept["acme"] == 3, done
            assert ("added" not in done.stdout) or "beta" in kept, done
            assert store.verify() == [], done
            add(store, "next")


def test_a_store_killed_while_it_is_made_is_made_by_the_next(tmp_path: Path) -> None:
    work, log = tmp_path / "work", tmp_path / "log"
    fresh(work)
    run(calling("make_once", work / "jobflow.db"), log)
    for at in moments(log, 4):
        fresh(work)
        done = run(calling("make_once", work / "jobflow.db"), log, at)
        assert done.killed, done
        with contextlib.closing(SQLiteStore(work / "jobflow.db")) as store:
            kept = histories(store)
            assert kept in ({}, {"acme": 1}), done
            assert ("added" not in done.stdout) or kept, done
            assert store.verify() == [], done
            add(store, "next")


# -- whole commands ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A search under way, with something to say and something to do."""
    folder = tmp_path_factory.mktemp("killed") / "home"
    for command in (
        ["add", "Acme", "--role", "Engineer", "--at", "2026-03-09", "--contact", "interviewer=Ada Byron"],
        ["add", "Globex", "--at", "2026-03-09"],
        ["tick"],
    ):
        jobflow(folder, THEN, *command)
    return folder


def jobflow(home: Path, now: str, *arguments: str) -> str:
    done = subprocess.run(
        argv(home, now, *arguments), env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"jobflow {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


def argv(home: Path, now: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "jobflow", "--home", str(home), "--now", now, *arguments]


def fresh(folder: Path, template: Path | None = None) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if template is None:
        folder.mkdir()
    else:
        shutil.copytree(template, folder)


def recorded(home: Path) -> dict[str, int]:
    with contextlib.closing(SQLiteStore(home / "jobflow.db", create=False)) as store:
        assert store.verify() == []
        return histories(store)


def texts(home: Path) -> Counter[str]:
    """How often the outbox holds each thing to say, and that nothing is left to be sent."""
    with contextlib.closing(sqlite3.connect(home / "jobflow.db")) as connection:
        rows = connection.execute("SELECT subject, status FROM message").fetchall()
    assert {status for _, status in rows} <= {"sent", "dropped"}
    return Counter(subject for subject, _ in rows)


COMMANDS = {
    "add": ["add", "Initech", "--at", "2026-03-10", "--contact", "decision_maker=Bill Lumbergh"],
    "log": ["log", "acme", "reply", "--note", "They liked it"],
    "done": ["done", "1"],
    "upgrade": ["workflow", "upgrade", "patient", "acme", "globex", "--apply"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_killed_anywhere_is_recorded_whole_or_not_at_all(home: Path, tmp_path: Path, name: str) -> None:
    work, log, command = tmp_path / "home", tmp_path / "log", COMMANDS[name]
    before = recorded(home)
    fresh(work, home)
    whole = run(argv(work, NOW, "--json", *command), log)
    assert whole.returncode == 0, whole
    after, answer = recorded(work), whole.stdout
    assert after != before
    for at in moments(log, 3):
        fresh(work, home)
        done = run(argv(work, NOW, "--json", *command), log, at)
        kept = recorded(work)
        assert kept in (before, after), done
        assert kept == after or not complete(done.stdout, answer), f"acknowledged and lost: {done}"
        again = jobflow(work, NOW, *(["next"] if kept == after else command))
        assert again
        assert recorded(work) == after, done


def test_a_tick_killed_anywhere_loses_nothing_and_repeats_a_reminder_at_most_once(home: Path, tmp_path: Path) -> None:
    work, log = tmp_path / "home", tmp_path / "log"
    fresh(work, home)
    whole = run(argv(work, LATER, "tick"), log)
    assert whole.returncode == 0, whole
    said, after, enqueued = whole.stdout, recorded(work), texts(work)
    assert said, "something was due"
    for at in moments(log, 4):
        fresh(work, home)
        done = run(argv(work, LATER, "tick"), log, at)
        again = jobflow(work, LATER, "tick")
        heard = lines(done.stdout) + lines(again)
        assert lines(said).keys() <= heard.keys(), f"something was never said: {done}"
        assert not {line for line, times in heard.items() if times > 2 * lines(said)[line]}, done
        assert recorded(work) == after, done
        assert texts(work) == enqueued, done
        assert jobflow(work, LATER, "tick") == "", "the third says nothing more"


def lines(text: str) -> Counter[str]:
    return Counter(line for line in text.splitlines() if line.strip())


def complete(printed: str, answer: str) -> bool:
    """Whether the user has read the answer to the end, so that it counts as acknowledged."""
    with contextlib.suppress(json.JSONDecodeError):
        json.loads(printed)
        return len(printed) >= len(answer) - 1
    return False


# -- what is erased, and what is put back ------------------------------------------------------------------------------


def test_what_is_killed_while_erasing_is_erased_by_the_next_run(home: Path, tmp_path: Path) -> None:
    work, log, command = tmp_path / "home", tmp_path / "log", ["--yes", "forget", "acme"]
    fresh(work, home)
    assert bytes_of(work, b"Ada Byron"), "there is something to erase"
    assert run(argv(work, NOW, *command), log).returncode == 0
    after = recorded(work)
    assert set(after) == {"globex"}
    assert bytes_of(work, b"Ada Byron") == []
    for at in moments(log, 4):
        fresh(work, home)
        done = run(argv(work, NOW, *command), log, at)
        assert recorded(work) in (after, recorded(home)), done
        again = subprocess.run(argv(work, NOW, *command), env=environment(), capture_output=True, text=True, timeout=60)
        # Where it is gone already, there is nothing of that name; what was left of it is swept out all the same.
        assert again.returncode == 0 or "acme" in again.stderr, f"{done}\n{again}"
        assert recorded(work) == after, done
        assert bytes_of(work, b"Ada Byron") == [], done


def test_a_restore_killed_anywhere_has_put_back_the_database_whole_or_not_at_all(home: Path, tmp_path: Path) -> None:
    work, log, kept = tmp_path / "home", tmp_path / "log", str(tmp_path / "kept.zip")
    fresh(work, home)
    then = recorded(work)
    jobflow(work, NOW, "backup", kept)
    jobflow(work, NOW, "add", "Initech", "--at", "2026-03-10")
    jobflow(work, NOW, "log", "acme", "reply")
    now = recorded(work)
    template = tmp_path / "template"
    shutil.copytree(work, template)
    command = ["--yes", "restore", kept]
    assert run(argv(work, NOW, *command), log).returncode == 0
    assert recorded(work) == then
    for at in moments(log, 4):
        fresh(work, template)
        done = run(argv(work, NOW, *command), log, at)
        assert recorded(work) in (then, now), done
        jobflow(work, NOW, *command)
        assert recorded(work) == then, done
        assert jobflow(work, NOW, "next")


def test_a_backup_killed_anywhere_is_a_whole_file_or_none(home: Path, tmp_path: Path) -> None:
    work, log, kept = tmp_path / "home", tmp_path / "log", tmp_path / "kept.zip"
    fresh(work, home)
    assert run(argv(work, NOW, "backup", str(kept)), log).returncode == 0
    for at in moments(log, 3):
        kept.unlink(missing_ok=True)
        fresh(work, home)
        done = run(argv(work, NOW, "backup", str(kept)), log, at)
        assert recorded(work) == recorded(home), done
        if kept.exists():
            jobflow(work, NOW, "--yes", "restore", str(kept))
            assert recorded(work) == recorded(home), done
            next(work.glob("jobflow.db.before-*")).unlink()  # what was there, as the user is told
        else:
            jobflow(work, NOW, "backup", str(kept))
        # It may have left a copy of everything. Whoever wants to be forgotten is forgotten there, too.
        jobflow(work, NOW, "--yes", "forget", "acme")
        assert bytes_of(work, b"Ada Byron") == [], done
        assert not list(work.glob(".copy-*")), done


def bytes_of(home: Path, mark: bytes) -> list[str]:
    """The files of a home in which something stands."""
    return [path.name for path in home.rglob("*") if path.is_file() and mark in path.read_bytes()]
