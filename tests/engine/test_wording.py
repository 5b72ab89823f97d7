"""What the engine answers and why, word by word and at the edges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from jobflow import EventNotPossible, Jobflow, Settings
from jobflow.testing import ManualClock

TUESDAY = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
RULES = """
format: 1
workflow: rules
version: 1
title: Rules
initial: one
roles: {interviewer: Someone who asked}
facts:
  day: {type: date}
events:
  met: {}
  moved: {to: two}
tasks: {}
states:
  one:
    title: One
    events:
      heard: {when: {known: day}}
      left: {to: two, when: {known: day}}
    tasks:
      pack: {kind: todo, title: Pack, due: {before: 3 days, of: day}, lapses: 1 week}
  two: {title: Two, final: true}
"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(TUESDAY)


def opened(where: Path, clock: ManualClock, **settings: object) -> Jobflow:
    (where / "workflows").mkdir(exist_ok=True)
    (where / "workflows" / "rules.yaml").write_text(RULES)
    chosen = Settings(**{"timezone": "UTC", "workflow": "rules", **settings})  # type: ignore[arg-type]
    return Jobflow.open(where, clock=clock, settings=chosen)


def test_a_fact_said_again_leaves_no_record(tmp_path: Path, clock: ManualClock) -> None:
    flow = opened(tmp_path, clock)
    flow.add("Acme")
    flow.set("acme", {"day": "2026-03-20"})
    before = flow.history("acme")
    flow.set("acme", {"day": "2026-03-20"})
    assert flow.history("acme") == before
    flow.set("acme", {"day": None})
    flow.set("acme", {"day": None})
    assert [record.type for record in flow.history("acme")].count("fact_dropped") == 1


def test_only_the_events_whose_condition_holds_are_called_possible(tmp_path: Path, clock: ManualClock) -> None:
    flow = opened(tmp_path, clock)
    flow.add("Acme")
    with pytest.raises(EventNotPossible) as refused:
        flow.log("acme", "left")
    assert refused.value.possible == ("met", "moved")
    with pytest.raises(EventNotPossible) as refused:
        flow.log("acme", "heard")
    assert refused.value.possible == ("met", "moved")
    flow.set("acme", {"day": "2026-03-20"})
    flow.log("acme", "heard")
    flow.log("acme", "left")
    with pytest.raises(EventNotPossible) as refused:
        flow.log("acme", "met")
    assert refused.value.possible == ()


def test_explain_says_when_an_open_task_lapses_and_of_a_settled_one_no_more(tmp_path: Path, clock: ManualClock) -> None:
    flow = opened(tmp_path, clock)
    task = flow.add("Acme", facts={"day": "2026-03-20"}).tasks[0]
    rule = next(rule for rule in flow.explain("acme").rules if rule.path.endswith("/pack"))
    assert rule.actual == f"task 1: {task.why}; lapses Tue 24 Mar, 18:00"
    flow.done(1)
    rule = next(rule for rule in flow.explain("acme").rules if rule.path.endswith("/pack"))
    assert rule.actual == "task 1: done Tue 10 Mar, 14:00"


def test_a_due_date_that_is_over_when_it_opens_says_so(tmp_path: Path, clock: ManualClock) -> None:
    task = opened(tmp_path, clock).add("Acme", facts={"day": "2026-03-11"}).tasks[0]
    assert task.due_at == TUESDAY
    assert task.why == "was due Tue 10 Mar, 14:00: at once, since 3 days before the day (Wed 11 Mar) is over"


def test_a_plan_reaches_to_its_last_instant(tmp_path: Path, clock: ManualClock) -> None:
    flow = opened(tmp_path, clock)
    flow.add("Acme", facts={"day": "2026-03-20"})
    lapse = datetime(2026, 3, 24, 18, 0, tzinfo=UTC)
    assert [item.at for item in flow.plan("acme", until=lapse)][-1] == lapse
    assert lapse not in [item.at for item in flow.plan("acme", until=lapse - timedelta(seconds=1))]


def test_a_dry_tick_under_new_settings_shows_what_the_real_one_does(tmp_path: Path, clock: ManualClock) -> None:
    flow = opened(tmp_path, clock)
    flow.add("Acme", facts={"day": "2026-03-15"})
    flow.tick()
    flow.close()
    clock.advance(timedelta(days=2))  # Thursday: due at the end of this day, 3 days before Sunday
    flow = opened(tmp_path, clock, workday_end=13 * 60, workday_start=8 * 60)
    dry, real = flow.tick(dry_run=True), flow.tick()
    assert dry.tasks == real.tasks
    assert [m.kind for m in dry.messages] == [m.kind for m in real.messages]
    assert real.messages, "what is due an hour ago by the new hours is said"
    flow.close()


def test_a_dry_tick_is_bounded_as_a_real_one_is(tmp_path: Path, clock: ManualClock) -> None:
    flow = opened(tmp_path, clock)
    first, _ = [flow.add(name, facts={"day": "2026-03-20"}) for name in ("Acme", "Globex")]
    clock.set(datetime(2026, 3, 17, 9, 0, tzinfo=UTC))
    assert [m.application for m in flow.tick(dry_run=True, limit=1).messages] == [first.id]
    assert len(flow.tick(dry_run=True).messages) == len(flow.tick().messages) == 2


def test_a_date_alone_is_noon_of_it(tmp_path: Path, clock: ManualClock) -> None:
    flow = opened(tmp_path, clock)
    flow.add("Acme", at=date(2026, 3, 9))
    flow.log("acme", "met", at=date(2026, 3, 9))
    assert flow.history("acme")[-1].at == datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
