"""One search in which everything happens: every kind of record, every field of every document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import jobflow
from jobflow import Jobflow, NewContact, Record, Settings, TickReport, load_workflow
from jobflow.testing import ManualClock

BEGIN = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)
SETTINGS = Settings(timezone="Europe/London")


UPGRADED = "workflow: mine\nextends: after-interview\nversion: 1\nfacts: {size: {type: number}}\n"


def records(folder: str) -> Iterator[Record]:
    """Histories that hold every kind of record."""
    clock = ManualClock(BEGIN)
    flow = Jobflow.open(folder, clock=clock, settings=SETTINGS)
    flow.add("Acme Ltd", contacts=[NewContact("interviewer", "Ada Byron")], facts={"decision_date": "2026-03-20"})
    flow.set("acme", {"decision_date": None})
    flow.add("Globex")
    flow.contact("globex", NewContact("referrer", "Cleo Ray", note="likes tea"))
    flow.add("Initech", workflow="from-application")
    letter, debrief = (
        next(task.number for task in flow.get("acme").tasks if task.name == name) for name in ("thank_you", "debrief")
    )
    flow.snooze(debrief, date(2026, 3, 12))
    flow.done(letter, letters={letter: "Thank you."})
    flow.skip(debrief)
    flow.set("acme", {"decision_date": "2026-03-23"})
    flow.log("acme", "contacted")
    clock.set(datetime(2026, 3, 25, 9, 0, tzinfo=UTC))
    flow.tick()
    flow.log("acme", "contacted")
    flow.undo("acme")
    flow.log("acme", "contacted", at=datetime(2026, 3, 24, 9, 0, tzinfo=UTC))
    clock.advance(timedelta(days=10))
    flow.tick()
    flow.log("acme", "reply")
    flow.log("acme", "interviewed", contacts=[NewContact("decision_maker", "Grace Hopper")])
    clock.advance(timedelta(days=1))
    flow.tick()
    flow.close()
    later = Settings(timezone="Europe/London", workday_start=10 * 60)
    flow = Jobflow.open(folder, clock=clock, settings=later)
    flow.tick()
    flow.upgrade(load_workflow(UPGRADED), "acme", apply=True)
    yield from (*flow.history("acme"), *flow.history("globex"), *flow.history("initech"))
    flow.close()
    yield from _of_a_step()


class _Stepped:
    """A workflow whose step adds a task."""

    name = "look"

    def run(self, context: jobflow.StepContext) -> jobflow.StepResult:
        return jobflow.StepResult(tasks=(jobflow.NewTask(title="Look"),))

    @jobflow.hookimpl
    def jobflow_steps(self) -> list[_Stepped]:
        return [self]

    @jobflow.hookimpl
    def jobflow_workflows(self) -> list[jobflow.WorkflowFile]:
        text = "format: 1\nworkflow: short\nversion: 1\ntitle: Short\ninitial: one\nroles: {}\nfacts: {}\nevents: {}\n"
        text += "tasks: {}\nstates: {one: {title: One, steps: [{step: look}], transitions: [{to: two, event: over}]},"
        return [jobflow.WorkflowFile("short", f"{text} two: {{title: Two, final: true}}}}\n")]


def _of_a_step() -> Iterator[Record]:
    settings = Settings(timezone="Europe/London", workflow="short")
    flow = Jobflow.open(":memory:", clock=ManualClock(BEGIN), settings=settings, plugins=[_Stepped()])
    flow.add("Acme")
    flow.tick()
    yield from flow.history("acme")
    flow.close()


def reports(folder: str) -> Iterator[TickReport]:
    """Reports with everything that a tick can say."""
    clock = ManualClock(BEGIN, pinned=False)
    flow = Jobflow.open(folder, clock=clock, settings=SETTINGS)
    flow.add("Globex", state="awaiting", at=BEGIN - timedelta(days=3))
    flow.tick()
    clock.advance(timedelta(days=6))
    yield flow.tick(dry_run=True)
    with flow.store.lease("tick"):
        other = Jobflow.open(folder, clock=clock, settings=SETTINGS)
        yield other.tick()
        other.close()
    for _ in range(4):
        yield flow.tick()
        clock.advance(timedelta(days=8))
    clock.advance(timedelta(days=60))
    yield flow.tick()
    flow.close()
    yield TickReport(now=BEGIN, quarantined=("globex: broken",), failures=("mail: down",), given_up=("globex: new",))
