"""Runs a workflow's own tests: says what the steps say under a virtual clock, and compares what must be so.

Ticks come at every wake-up, as a cron would do them. Messages count when they are made: quiet hours are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.draft import Draft
from jobflow.core.errors import JobflowError
from jobflow.core.model import Workflow
from jobflow.core.present import present_task
from jobflow.core.records import OutboxMessage
from jobflow.core.views import rfc3339
from jobflow.rulebook.nodes import Place
from jobflow.workbench.coverage import acted
from jobflow.workbench.scenario_file import Expectation, Scenario
from jobflow.workbench.steps import Step, named_task, take
from jobflow.workbench.virtual import Situation, Turn, Virtual, wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One difference. `what`: of what (`state`, `task NAME`, `messages`, or the command that was refused)."""

    at: datetime
    place: Place
    what: str
    expected: str
    actual: str

    def to_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """As `workflow test --json` prints it."""
        place = self.place
        return {
            "at": rfc3339(self.at, zone),
            "path": place.source,
            "line": place.line,
            "column": place.column,
            "what": self.what,
            "expected": self.expected,
            "actual": self.actual,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one scenario went. `acted`: the paths of the rules that it took."""

    scenario: Scenario
    failures: tuple[Failure, ...]
    acted: frozenset[str]

    def to_json(self) -> dict[str, Any]:
        """As `workflow test --json` prints it."""
        place = self.scenario.place
        return {
            "name": self.scenario.name,
            "path": place.source,
            "line": place.line,
            "ok": not self.failures,
            "failures": [failure.to_json(self.scenario.zone) for failure in self.failures],
        }


def run_scenario(workflow: Workflow, scenario: Scenario, conditions: Any = None) -> Result:
    """Run it to its end, whatever fails on the way; a step that is refused ends it. Raises nothing."""
    virtual = Virtual(
        workflow=workflow,
        calendar=scenario.calendar,
        zone=scenario.zone,
        conditions=conditions or {},
        channels=("test",),
    )
    return _Run(virtual, scenario).run()


class _Run:
    def __init__(self, virtual: Virtual, scenario: Scenario) -> None:
        self.virtual, self.scenario = virtual, scenario
        self.situation = Situation(None, scenario.steps[0].at)
        self.said: list[str] = []
        self.failures: list[Failure] = []
        self.acted: set[str] = set()

    def run(self) -> Result:
        for step in self.scenario.steps:
            try:
                self._advance(step.at)
                if isinstance(step, Expectation):
                    self._compare(step)
                elif step.verb != "wait":
                    self._follow(take(self.virtual, replace(self.situation, now=step.at), step))
            except JobflowError as error:
                what = f"{step.verb} {step.name}".strip() if isinstance(step, Step) else "time"
                self._fail(step, what, "to be possible", str(error))
                break
        return Result(scenario=self.scenario, failures=tuple(self.failures), acted=frozenset(self.acted))

    def _advance(self, until: datetime) -> None:
        if self.situation.application is not None:
            for turn in wait(self.virtual, self.situation, until):
                self._follow(turn)
        self.situation = replace(self.situation, now=until)

    def _follow(self, turn: Turn) -> None:
        self.situation = turn.after
        self.acted |= set(acted(self.virtual.workflow, turn))
        self.said += [_words(turn, message) for message in turn.decision.messages]

    def _fail(self, step: Step | Expectation, what: str, expected: str, actual: str) -> None:
        place = step.place if isinstance(step, Expectation) else self.scenario.place
        self.failures.append(Failure(at=step.at, place=place, what=what, expected=expected, actual=actual))

    def _compare(self, wanted: Expectation) -> None:
        app = self.situation.known
        for what, expected, actual in (
            ("state", wanted.state, app.state),
            ("outcome", wanted.outcome, app.outcome),
            ("round", wanted.round, app.round),
        ):
            if expected is not None and expected != actual:
                self._fail(wanted, what, str(expected), str(actual or "none"))
        for name, status in wanted.tasks.items():
            actual_status = self._status(name)
            if status != actual_status:
                self._fail(wanted, f"task {name}", status, actual_status)
        for name, value in wanted.facts.items():
            if app.facts.get(name) != value:
                self._fail(wanted, f"fact {name}", _known(value), _known(app.facts.get(name)))
        for name, number in wanted.counts.items():
            use = app.limits.get(name)
            if number != (use.count if use else 0):
                self._fail(wanted, f"count {name}", str(number), str(use.count if use else 0))
        self._compare_messages(wanted)

    def _compare_messages(self, wanted: Expectation) -> None:
        if wanted.messages is not None:
            missing, extra = _difference(wanted.messages, self.said)
            if missing or extra:
                self._fail(wanted, "messages", _listed(wanted.messages), _listed(self.said))
        for pattern in wanted.no_messages:
            found = [text for text in self.said if _matches(pattern, text)]
            if found:
                self._fail(wanted, "messages", f"no '{pattern}'", _listed(found))
        self.said.clear()

    def _status(self, text: str) -> str:
        name, _, whom = text.partition(" of ")
        try:
            task = named_task(self.situation.known, Step(at=self.situation.now, verb="wait", name=name, whom=whom))
        except JobflowError:
            return "none"
        context = self.virtual.context(self.situation.now)
        return present_task(Draft(context, self.virtual.workflow, self.situation.known, False, 0), task).status


def _words(turn: Turn, message: OutboxMessage) -> str:
    app = turn.after.known
    tasks = {task.id: task.name for task in app.tasks}
    return f"{message.kind} {tasks.get(message.task_id or '', app.state)}"


def _matches(pattern: str, text: str) -> bool:
    return pattern == text or pattern in text.split(" ")


def _difference(wanted: Iterable[str], found: Iterable[str]) -> tuple[list[str], list[str]]:
    """What is missing of `wanted`, and what of `found` nobody wanted."""
    missing, extra = [], list(found)
    for pattern in wanted:
        hit = next((text for text in extra if _matches(pattern, text)), None)
        if hit is None:
            missing.append(pattern)
        else:
            extra.remove(hit)
    return missing, extra


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(texts) or "none"


def _known(value: object) -> str:
    return "unknown" if value is None else str(value)
