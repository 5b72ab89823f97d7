"""Conditions and days off run here: what they raise, change or never give back harms nobody."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import jobflow
from jobflow import Jobflow, Settings
from jobflow.adapters.plugins import pure
from jobflow.testing import ManualClock

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
WORKFLOW = """
format: 1
workflow: asks
version: 1
initial: begun
facts: {words: {type: list}}
states:
  begun:
    tasks: {cheer: {kind: todo, title: Cheer, due: 1 day, when: {condition: {mine: {list: [1, 2]}}}}}
    transitions: [{to: over, after: 9 weeks, outcome: over}]
  over: {final: true}
"""


class Plugin:
    """A workflow that asks the condition `mine`, which is whatever a test wants it to be."""

    def __init__(self, evaluate: Any, days_off: Any = lambda year: {}) -> None:
        self.name = "mine"
        self.evaluate = evaluate
        self.days_off = days_off

    @jobflow.hookimpl
    def jobflow_conditions(self):
        return [self]

    @jobflow.hookimpl
    def jobflow_calendars(self):
        return [self]

    @jobflow.hookimpl
    def jobflow_workflows(self):
        return [jobflow.WorkflowFile("asks", WORKFLOW)]


def opened(plugin: Plugin) -> Jobflow:
    settings = Settings(timezone="UTC", workflow="asks", calendars=("mine",))
    return Jobflow.open(clock=ManualClock(NOW), settings=settings, plugins=[plugin])


def test_what_a_condition_changes_is_its_own_copy():
    seen: list[str] = []

    def evaluate(facts: Any, arguments: Any) -> bool:
        seen.append(json.dumps([facts, arguments]))
        facts["words"].append("more")
        arguments["list"].clear()
        return True

    flow = opened(Plugin(evaluate))
    flow.add("Acme", facts={"words": ["one"]})
    flow.set("acme", {"words": ["one"]})
    assert flow.get("acme").facts == {"words": ["one"]}
    assert [task.name for task in flow.get("acme").tasks] == ["cheer"]
    assert len(seen) > 1
    assert set(seen) == {'[{"words": ["one"]}, {"list": [1, 2]}]'}
    assert flow.store.verify() == []


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (KeyError("salary"), "condition mine raised KeyError: 'salary'. It counts as unknown."),
        (SystemExit(3), "condition mine raised SystemExit: 3. It counts as unknown."),
        ("yes", "condition mine answered str where a Verdict was expected. It counts as unknown."),
        (1, "condition mine answered int where a Verdict was expected. It counts as unknown."),
        (jobflow.Verdict("yes"), "condition mine answered str where a Verdict was expected. It counts as unknown."),  # type: ignore[arg-type]
    ],
)
def test_what_a_condition_does_wrong_is_reported_once_and_it_does_not_hold(answer: Any, fault: str):
    def evaluate(_facts: Any, _arguments: Any) -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    flow = opened(Plugin(evaluate))
    assert flow.add("Acme").tasks == ()
    flow.add("Globex")
    assert flow.tick().failures == (fault,)


def test_afterwards_no_alarm_is_set_and_the_signal_is_whose_it_was():
    mine = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        opened(Plugin(lambda *_: True)).add("Acme")
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        assert signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGALRM, mine)


def test_an_embedders_own_alarm_stays_as_it_is():
    signal.setitimer(signal.ITIMER_REAL, 600, 7)
    try:
        assert [task.name for task in opened(Plugin(lambda *_: True)).add("Acme").tasks] == ["cheer"]
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        assert (590 < left < 600, interval) == (True, 7)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def test_in_a_thread_it_is_asked_like_anywhere():
    def add() -> list[str]:
        flow = opened(Plugin(lambda *_: True))
        return [task.name for task in flow.add("Acme").tasks] + list(flow.tick().failures)

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(add).result() == ["cheer"]


def test_unknown_is_no_fault():
    flow = opened(Plugin(lambda _facts, _arguments: jobflow.Verdict(None, "nobody said")))
    assert flow.add("Acme").tasks == ()
    assert flow.tick().failures == ()


def forever(*_given: Any) -> bool:
    while True:
        pass


def swallow(*_given: Any) -> bool:
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        try:
            forever()
        except BaseException:
            continue
    return True


@pytest.mark.parametrize("evaluate", [forever, swallow])
def test_one_that_never_returns_is_interrupted_named_and_not_asked_again(
    evaluate: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pure, "SECONDS", 0.2)
    monkeypatch.setattr(pure, "_AGAIN", 0.2)
    flow = opened(Plugin(evaluate))
    begun = time.monotonic()
    flow.add_all([jobflow.NewApplication(company=f"Acme {number}") for number in range(50)])
    assert time.monotonic() - begun < 5
    (fault,) = flow.tick().failures
    assert fault == "condition mine did not return within 0.2 s. It counts as unknown."


def test_one_that_hung_is_asked_again_from_the_next_tick_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pure, "SECONDS", 0.2)
    asked: list[int] = []

    def evaluate(*_given: Any) -> bool:
        asked.append(1)
        return forever() if len(asked) == 1 else True

    flow = opened(Plugin(evaluate))
    assert flow.add("Acme").tasks == ()
    assert flow.add("Globex").tasks == ()
    assert len(asked) == 1
    flow.tick()
    assert [task.name for task in flow.add("Initech").tasks] == ["cheer"]


def test_days_off_that_are_none_are_left_out():
    flow = opened(Plugin(lambda *_: True, lambda year: {date(year, 3, 11): "Rest", "soon": "Never", 3: None}))
    (task,) = flow.add("Acme").tasks
    assert task.due_at is not None
    assert task.due_at.date() == date(2026, 3, 11)
    assert flow.calendar().is_business_day(date(2026, 3, 12))
    assert not flow.calendar().is_business_day(date(2026, 3, 11))


SCRIPT = """
import sys
from jobflow.adapters.plugins import pure
from jobflow.cli.app import run
pure.SECONDS, pure.BLOCKED = 0.3, 0.3
sys.exit(run(["--now", "2026-03-10T12:00", "add", "Acme"]))
"""

BLOCKS = f'''
import itertools
import jobflow

class Mine:
    name = "mine"
    def evaluate(self, facts, arguments):
        return sum(itertools.repeat(0)) == 0

@jobflow.hookimpl
def jobflow_conditions():
    return [Mine()]

@jobflow.hookimpl
def jobflow_workflows():
    return [jobflow.WorkflowFile("asks", """{WORKFLOW}""")]
'''


def test_one_that_cannot_be_interrupted_ends_the_command_and_its_line_is_named(tmp_path: Path):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "blocks.py").write_text(BLOCKS, encoding="utf-8")
    (tmp_path / "config.yaml").write_text("timezone: UTC\nworkflow: asks\n", encoding="utf-8")

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, env={"JOBFLOW_HOME": str(tmp_path), "PATH": ""}, capture_output=True, text=True, timeout=60
        )

    assert call("-m", "jobflow", "plugin", "enable", "blocks").returncode == 0
    ended = call("-c", SCRIPT)
    assert ended.returncode == 1
    assert f'File "{tmp_path / "plugins" / "blocks.py"}", line 8 in evaluate' in ended.stderr
    assert call("-m", "jobflow", "plugin", "disable", "blocks").returncode == 0
    assert call("-m", "jobflow", "list", "--json").stdout == "[]\n"
