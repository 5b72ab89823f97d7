"""What a tick reports of itself: how much of it at most, and each fault in one report only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import jobflow
from jobflow import Jobflow, Settings, TickReport
from jobflow.core.records import Record
from jobflow.testing import ManualClock

NOON = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)
BRIEF = """
format: 1
workflow: brief
version: 1
title: Brief
initial: open
states:
  open:
    title: Open
    tasks: {look: {kind: todo, title: Look, opens: 1 hour}}
    transitions: [{to: closed, after: 30 days, outcome: no_response}]
  closed: {title: Closed, final: true}
"""
SEARCHES = 5


def report_of(wait: timedelta, *, plugins: tuple[object, ...] = ()) -> tuple[Jobflow, ManualClock, TickReport]:
    clock = ManualClock(NOON)
    flow = Jobflow.open(
        ":memory:", clock=clock, settings=Settings(timezone="UTC", quiet_start=0, quiet_end=0), plugins=plugins
    )
    workflow = jobflow.load_workflow(BRIEF)
    for number in range(SEARCHES):
        flow.add(f"Firm {number}", workflow=workflow)
    flow.tick()
    clock.advance(wait)
    return flow, clock, flow.tick()


@pytest.mark.parametrize("keep", [0, SEARCHES - 1, SEARCHES])
def test_a_report_holds_no_more_of_each_than_it_may(monkeypatch: pytest.MonkeyPatch, keep: int) -> None:
    monkeypatch.setattr("jobflow.engine.ledger.KEEP", keep)
    _, _, opened = report_of(timedelta(hours=2))
    assert (len(opened.tasks), len(opened.messages)) == (keep, keep)
    _, _, closed = report_of(timedelta(days=40))
    assert len(closed.transitions) == keep


def test_a_message_that_left_says_when() -> None:
    _, clock, report = report_of(timedelta(hours=2))
    assert {(message.status, message.settled_at) for message in report.messages} == {("sent", clock.now())}


def test_what_a_plugin_did_wrong_is_in_one_report_only() -> None:
    class Deaf:
        @jobflow.hookimpl
        def jobflow_recorded(self, events: tuple[Record, ...]) -> None:
            raise RuntimeError("not listening")

    flow, clock, report = report_of(timedelta(hours=2), plugins=(Deaf(),))
    assert report.failures == ("jobflow_recorded: 'Deaf' raised RuntimeError: not listening",)
    clock.advance(timedelta(minutes=1))
    assert flow.tick().failures == ()
