"""The cases of hand_worked_cases.txt, each from the outside: commands in, the JSON that scripts hold on to out.

What the cases look like stands at the head of that file. Nothing here is worked out by the program under test.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from jobflow.cli.app import run

LIVE = ("waiting", "open", "overdue")
COLUMNS = ("opens_at", "due_at", "lapses_at")
COMMAND = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d) (.+)")
INSTANT = re.compile(r"([A-Z][a-z]{2}) (\d{4}-\d\d-\d\d) (\d\d:\d\d)([+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Case:
    line: int
    why: str
    steps: list[tuple[int, str]] = field(default_factory=list)


def cases() -> list[Case]:
    found: list[Case] = []
    lines = (Path(__file__).parent / "hand_worked_cases.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith("== "):
            found.append(Case(number, line[3:]))
        elif line and not line.startswith("#"):
            found[-1].steps.append((number, line))
    return found


class Story:
    """One case as it goes on: a home, the last command's answer, and the application as `show` prints it."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home, self.capsys = home, capsys
        self.config = {"timezone": "Europe/London"}
        self.now = ""
        self.code, self.out, self.err = 0, "", ""
        self.shown: dict[str, Any] = {}

    def take(self, line: str) -> None:
        if line.startswith("config "):
            self._configure(line.removeprefix("config "))
        elif command := COMMAND.fullmatch(line):
            assert self.code == 0, self.err
            self._command(*command.groups())
        elif line.startswith("! "):
            assert (self.code, line[2:] in self.err) == (1, True), (self.code, self.err)
            self.code = 0
        else:
            assert self.code == 0, self.err
            self._expect(*line.split(": ", 1))

    def _configure(self, line: str) -> None:
        key, value = line.split(": ", 1)
        self.config[key] = value

    def _command(self, now: str, words: str) -> None:
        self.home.mkdir(exist_ok=True)
        lines = (f"{key}: {value}\n" for key, value in self.config.items())
        (self.home / "config.yaml").write_text("".join(lines), encoding="utf-8")
        self.now = now
        arguments = [self._number(word) if word.startswith("@") else word for word in shlex.split(words)]
        self._run(*arguments)

    def _run(self, *arguments: str) -> None:
        self.capsys.readouterr()
        self.shown = {}
        self.code = run([*arguments, "--json", "--home", str(self.home), "--now", self.now])
        self.out, self.err = self.capsys.readouterr()

    def _number(self, word: str) -> str:
        name, application = word.lstrip("@"), self._application()
        if word.startswith("@@"):
            return str(max(task["number"] for task in application["tasks"] if task["name"] == name))
        (task,) = self._live(name, application)
        return str(task["number"])

    def _application(self) -> dict[str, Any]:
        if not self.shown:
            kept = self.code, self.out, self.err
            self._run("show", "acme")
            self.shown = json.loads(self.out)
            self.code, self.out, self.err = kept
        return self.shown

    def _live(self, name: str, application: dict[str, Any]) -> list[dict[str, Any]]:
        name, _, contact = name.partition("/")
        return [
            task
            for task in application["tasks"]
            if task["name"] == name and task["status"] in LIVE and contact in ("", task["contact"])
        ]

    def _expect(self, what: str, wanted: str) -> None:
        application = self._application()
        if what == "state":
            self._state(application, *wanted.split(" | "))
        elif what == "none":
            assert self._live(wanted, application) == []
        elif what == "said":
            self._said(application, wanted)
        elif what == "wakes":
            assert application["next_wakeup_at"] == instant(wanted)
        elif what in ("round", "zone"):
            assert str(application["timezone" if what == "zone" else what]) == wanted
        elif what.startswith("fact "):
            assert application["facts"].get(what.removeprefix("fact ")) == (None if wanted == "-" else wanted)
        else:
            self._task(what, application, *wanted.split(" | "))

    def _state(self, application: dict[str, Any], state: str, since: str) -> None:
        state, _, outcome = state.partition("/")
        found = (application["state"], application["outcome"], application["entered_at"])
        assert found == (state, outcome or None, instant(since))

    def _task(self, name: str, application: dict[str, Any], status: str, *cells: str) -> None:
        (task,) = self._live(name, application)
        wanted = {column: cell for column, cell in zip(COLUMNS, cells, strict=True) if cell != "."}
        expected = {column: None if cell == "-" else instant(cell) for column, cell in wanted.items()}
        assert {"status": task["status"], **{column: task[column] for column in wanted}} == {
            "status": status,
            **expected,
        }

    def _said(self, application: dict[str, Any], wanted: str) -> None:
        names = {task["number"]: task["name"] for task in application["tasks"]}
        said = [
            f"{message['kind']} {names[message['task']]}"
            for message in json.loads(self.out)["messages"]
            if message["status"] == "sent" and message["kind"] != "moved"
        ]
        assert sorted(said) == ([] if wanted == "nothing" else sorted(wanted.split(", ")))


def instant(cell: str) -> str:
    """A cell as the JSON writes it; a weekday that is not that day's is a slip in the table."""
    match = INSTANT.fullmatch(cell)
    assert match, f"no instant: {cell!r}"
    weekday, day, clock, offset = match.groups()
    assert f"{datetime.fromisoformat(day):%a}" == weekday, f"{day} is no {weekday}"
    return f"{day}T{clock}:00{offset}"


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"line {case.line}")
def test_as_worked_out_by_hand(case, tmp_path, capsys):
    story = Story(tmp_path / "home", capsys)
    for number, line in case.steps:
        try:
            story.take(line)
        except AssertionError as error:
            raise AssertionError(f"line {number}: {line}\n({case.why})\n{error}") from error


def test_there_are_cases_enough_and_each_expects_something():
    found = cases()
    assert len(found) >= 80
    for case in found:
        assert not COMMAND.fullmatch(case.steps[-1][1]), f"line {case.line} ends with a command"
