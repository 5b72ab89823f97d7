"""Many `jobflow` processes at one moment: every one answers, nothing is lost, and nothing is said twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from .conftest import SOURCE

pytestmark = pytest.mark.slow
LATER = "2026-03-11T14:00:00Z"


def together(commands):
    """Run them all at once; gives (exit code, output, errors) of each."""
    env = {**os.environ, "PYTHONPATH": str(SOURCE), "PYTHONUTF8": "1"}
    pipe = subprocess.PIPE
    started = [
        subprocess.Popen([sys.executable, "-m", "jobflow", *words], env=env, stdout=pipe, stderr=pipe, text=True)
        for words in commands
    ]
    said = [process.communicate(timeout=120) for process in started]
    return [(process.returncode, *words) for process, words in zip(started, said, strict=True)]


def test_ticks_at_once_say_everything_once(cli, home):
    for number in range(3):
        cli("add", f"Company {number}", "--contact", "interviewer=Ada Byron")
    ended = together([["--now", LATER, "tick"]] * 6)
    assert [(code, errors) for code, _, errors in ended] == [(0, "")] * 6
    lines = Counter(line for _, output, _ in ended for line in output.splitlines() if "Thank Ada Byron at" in line)
    assert sorted(lines.values()) == [1, 1, 1]
    assert cli("--now", LATER, "tick").out == ""


def test_eight_who_write_at_once_are_all_answered(cli, acme, home):
    ended = together(
        [["add", f"Company {number}", "--json"] for number in range(4)]
        + [["log", "acme", "contacted"], ["done", "1"], ["set", "acme", "decision_date=2026-03-20"], ["skip", "2"]]
    )
    assert [(code, errors) for code, _, errors in ended] == [(0, "")] * 8
    listed = cli("list", "--json").json
    assert sorted(item["number"] for item in listed) == [1, 2, 3, 4, 5]
    assert len({task["number"] for item in listed for task in item["tasks"]}) == sum(
        len(item["tasks"]) for item in listed
    )
    types = {record["type"] for record in cli("history", "acme", "--json").json}
    assert {"counted", "task_done", "fact_set", "task_skipped"} <= types
    tasks = {task["number"]: task["status"] for task in cli("show", "acme", "--json").json["tasks"]}
    assert (tasks[1], tasks[2]) == ("done", "skipped")


def test_a_tick_beside_a_command_loses_neither(cli, acme, home):
    ended = together([["--now", LATER, "tick"], ["--now", LATER, "log", "acme", "reply"], ["--now", LATER, "next"]] * 2)
    # The reply is new information: whoever came second saw the first one's. Nobody was turned away.
    assert [(code, errors) for code, _, errors in ended] == [(0, "")] * 6
    replies = [r for r in cli("--now", LATER, "history", "acme", "--json").json if r["type"] == "event_logged"]
    assert len(replies) == 2
