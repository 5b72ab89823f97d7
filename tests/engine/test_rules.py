"""A workflow with every kind of condition and policy, told in words and judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import jobflow
from jobflow import EventNotPossible, Jobflow, NewContact, Refused, Settings, UnknownName
from jobflow.core.conditions import compare
from jobflow.core.decide import decide
from jobflow.core.errors import RulesLoop
from jobflow.core.inputs import Log, Settle, Tick
from jobflow.core.messages import still_holds
from jobflow.testing import ManualClock

START = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
HEAD = """
format: 1
workflow: rules
version: 1
title: Rules
initial: one
roles: {interviewer: Someone who asked}
limits: {asking: {at_most: 2}}
facts:
  day: {type: date}
  hour: {type: datetime}
  pay: {type: money}
  score: {type: number}
  place: {type: choice, options: [here, there]}
  skills: {type: list}
events:
  met: {}
  asked: {counts: asking}
"""


class Odd:
    name = "odd"

    def evaluate(self, facts: Mapping[str, Any], arguments: Mapping[str, object]) -> bool:
        if arguments.get("raise"):
            raise RuntimeError("a stranger's fault")
        return int(facts.get("score", 0)) % 2 == 1


class Plugin:
    @jobflow.hookimpl
    def jobflow_conditions(self) -> list[Odd]:
        return [Odd()]


def opened(home: Path, states: str, tasks: str = "{}") -> tuple[Jobflow, ManualClock]:
    (home / "workflows").mkdir(exist_ok=True)
    (home / "workflows" / "rules.yaml").write_text(f"{HEAD}\ntasks: {tasks}\nstates:\n{states}")
    clock = ManualClock(START)
    settings = Settings(timezone="UTC", workflow="rules")
    return Jobflow.open(home, clock=clock, settings=settings, plugins=[Plugin()]), clock


CONDITIONS = [
    ("{known: day}", {"day": "2026-03-20"}, "day is known"),
    ("{fact: {score: {at_least: 3}}}", {"score": "3"}, "score at least 3"),
    ("{fact: {score: {at_most: 3}}}", {"score": "3"}, "score at most 3"),
    ("{fact: {score: {above: 3}}}", {"score": "3.5"}, "score above 3"),
    ("{fact: {score: {below: 3}}}", {"score": "2"}, "score below 3"),
    ("{fact: {score: {not: 3}}}", {"score": "2"}, "score not 3"),
    ("{fact: {place: {equals: here}}}", {"place": "here"}, "place equals here"),
    ("{fact: {place: {in: [here, there]}}}", {"place": "there"}, "place in here or there"),
    ("{fact: {skills: {contains: calm}}}", {"skills": "calm; quick"}, "skills contains calm"),
    ("{fact: {pay: {at_least: 50000}}}", {"pay": "52,000 USD"}, "pay at least 50000"),
    ("{condition: odd}", {"score": "3"}, "condition odd"),
    ("{any: [{known: pay}, {not: {unknown: day}}]}", {"day": "2026-03-20"}, "(pay is known or day is known)"),
    ("{all: [{known: day}, {not: {known: pay}}]}", {"day": "2026-03-20"}, "day is known and pay is not known"),
    ("{not: {any: [{unknown: day}, {known: pay}]}}", {"day": "2026-03-20"}, "not ((day is not known or pay is known))"),
]


@pytest.mark.parametrize(("condition", "facts", "words"), CONDITIONS)
def test_a_condition_waits_in_words_and_acts_once_it_holds(
    tmp_path: Path, condition: str, facts: dict[str, str], words: str
) -> None:
    states = f"""
  one: {{title: One, transitions: [{{to: two, when: {condition}}}]}}
  two: {{title: Two, final: true}}
"""
    flow, _ = opened(tmp_path, states)
    flow.add("Acme")
    (rule, *_) = flow.explain("acme").rules
    assert (rule.verdict, rule.wanted) == ("waits for its condition", words)
    assert flow.set("acme", facts).state == "two"


def test_counts_events_and_outcomes_are_conditions(tmp_path: Path) -> None:
    states = """
  one:
    title: One
    transitions:
      - {to: two, when: {all: [{happened: met}, {count: {asking: {at_least: 2}}}]}}
      - {to: two, after: 9 weeks, outcome: other}
  two: {title: Two, final: true, events: {met: {to: one, when: {outcome: other}}}}
"""
    flow, _ = opened(tmp_path, states)
    flow.add("Acme")
    flow.log("acme", "asked")
    assert (
        "met happened in this round and contacts counted under asking at least 2"
        in flow.explain("acme").rules[0].wanted
    )
    assert flow.log("acme", "met").state == "one"
    assert flow.log("acme", "asked").state == "two"
    with pytest.raises(EventNotPossible, match="its condition does not hold"):
        flow.log("acme", "met")
    assert "it ended as other" in [rule.wanted for rule in flow.explain("acme").rules]


def test_a_condition_of_a_stranger_that_raises_does_not_hold(tmp_path: Path) -> None:
    states = """
  one: {title: One, transitions: [{to: two, when: {condition: {odd: {raise: true}}}}]}
  two: {title: Two, final: true}
"""
    flow, clock = opened(tmp_path, states)
    flow.add("Acme", facts={"score": "3"})
    assert flow.get("acme").state == "one"
    flow.close()
    without = Jobflow.open(tmp_path / "jobflow.db", clock=clock, settings=Settings(timezone="UTC"))
    assert without.set("acme", {"score": "5"}).state == "one"


@pytest.mark.parametrize(
    ("op", "found", "wanted", "holds"),
    [
        ("at_least", {"amount": 5, "currency": "USD"}, {"amount": 4, "currency": "USD"}, True),
        ("at_least", {"amount": 5, "currency": "USD"}, {"amount": 4, "currency": "EUR"}, False),
        ("not", {"amount": 5, "currency": "USD"}, {"amount": 5, "currency": "EUR"}, True),
        ("at_least", "2026-03-10", 5, False),
        ("below", "2026-03-10", "2026-03-11", True),
    ],
)
def test_values_compare_with_their_like(op: str, found: object, wanted: object, holds: bool) -> None:
    assert compare(op, found, wanted) is holds


def test_timers_and_events_explain_what_they_wait_for(tmp_path: Path) -> None:
    states = """
  one:
    title: One
    tasks:
      pack: {kind: todo, title: Pack, opens: {at: hour}, due: {before: 1 day, of: day, roll: back}}
      far: {kind: todo, title: Far, opens: {after: 1 week, since: {latest: [met, day]}, roll: forward}}
    transitions:
      - {to: two, event: met, when: {known: day}}
      - {to: two, at: {earliest: [{at: day}, {after: 3 weeks}]}, when: {known: pay}}
      - {to: two, after: 1 hour, since: hour}
  two: {title: Two, final: true}
"""
    flow, _ = opened(tmp_path, states)
    flow.add("Acme")
    rules = flow.explain("acme").rules
    assert [rule.verdict for rule in rules[:5]] == [
        "held back by its condition",
        "held back by its condition",
        "not timed",
        "waiting",
        "waiting",
    ]
    assert rules[0].wanted == "event met while day is known"
    assert rules[1].wanted == "the earliest of [on the day, 3 weeks after this state began], while pay is known"
    assert "opens on the hour; due 1 day before the day, rolled back" in rules[3].wanted
    assert "opens once what it counts from is known" in rules[3].actual
    assert "the latest of (the last met, the day)" in rules[4].wanted
    flow.set("acme", {"hour": "2026-03-12T10:00", "day": "2026-03-16", "pay": "52000"})
    pack = next(task for task in flow.get("acme").tasks if task.name == "pack")
    assert pack.opens_at == datetime(2026, 3, 12, 10, 0, tzinfo=UTC)
    assert pack.due_at == datetime(2026, 3, 13, 18, 0, tzinfo=UTC)
    assert [rule.verdict for rule in flow.explain("acme").rules[:3]] == ["waits for the event", "will act", "will act"]


@pytest.mark.parametrize(
    "states",
    [
        "  one: {title: One, transitions: [{to: two, when: {known: day}}]}\n"
        "  two: {title: Two, transitions: [{to: one, when: {known: day}}, {to: end, after: 1 day}]}\n"
        "  end: {title: End, final: true}\n",
    ],
)
def test_rules_that_chase_each_other_are_refused_and_change_nothing(tmp_path: Path, states: str) -> None:
    flow, _ = opened(tmp_path, states)
    flow.add("Acme")
    with pytest.raises(RulesLoop, match="without end"):
        flow.set("acme", {"day": "2026-03-20"})
    assert dict(flow.get("acme").facts) == {}


ONE = """
  one:
    title: One
    tasks: {look: {kind: todo, title: Look, due: 1 hour, remind: {every: 30 minutes, at_most: 2}}}
"""


def test_the_pure_function_refuses_what_the_engine_would_have(tmp_path: Path) -> None:
    flow, _ = opened(tmp_path, ONE)
    flow.add("Acme")
    workflow, context = flow.workflow_of("acme"), flow.context_at(START)
    state = next(iter(flow.store.applications(final=False)))
    with pytest.raises(TypeError):
        decide(workflow, None, Tick(), context)
    with pytest.raises(UnknownName, match="task '99'"):
        decide(workflow, state, Settle(numbers=(99,), how="done", at=START), context)
    with pytest.raises(UnknownName, match="fact 'nought'"):
        decide(workflow, state, Log(event="met", at=START, facts={"nought": 1}), context)
    with pytest.raises(UnknownName, match="event 'nought'"):
        decide(workflow, state, Log(event="nought", at=START), context)


def test_reminders_by_the_minute(tmp_path: Path) -> None:
    flow, clock = opened(tmp_path, ONE)
    flow.add("Acme")
    kinds = []
    for _ in range(20):
        clock.advance(timedelta(minutes=15))
        kinds += [(clock.now().strftime("%H:%M"), message.kind) for message in flow.tick().messages]
    assert kinds == [("15:30", "overdue"), ("16:00", "overdue")]


def test_a_fact_beyond_the_calendar_is_refused_not_a_crash(tmp_path: Path) -> None:
    states = """
  one: {title: One, tasks: {look: {kind: todo, title: Look, due: {after: PT800000H, since: day}}}}
"""
    flow, _ = opened(tmp_path, states)
    flow.add("Acme")
    with pytest.raises(Refused, match="is out of reach"):
        flow.set("acme", {"day": date(9990, 1, 1)}, confirmed=True)
    assert dict(flow.get("acme").facts) == {}


def test_people_of_one_name_with_two_addresses_are_two(tmp_path: Path) -> None:
    flow, _ = opened(tmp_path, ONE)
    two = [NewContact("interviewer", "Ada", "ada@a.example"), NewContact("interviewer", "ada", "ada@b.example")]
    assert len(flow.add("Acme", contacts=two).contacts) == 2
    assert len(flow.contact("acme", NewContact("interviewer", "ADA")).contacts) == 2


@pytest.mark.parametrize("text", ["a\x1b[2J", "a\nb", "\udcff", "x" * 10_001])
def test_texts_that_no_line_can_hold_are_refused(tmp_path: Path, text: str) -> None:
    flow, _ = opened(tmp_path, ONE)
    with pytest.raises(Refused):
        flow.add(text)
    assert flow.list(all=True) == ()


def test_a_note_may_have_several_lines(tmp_path: Path) -> None:
    flow, _ = opened(tmp_path, ONE)
    flow.add("Acme")
    flow.log("acme", "met", note="nice people\n\tasked about SQL")
    assert flow.history("acme")[-1].data["note"] == "nice people\n\tasked about SQL"


def test_nothing_holds_of_an_application_that_was_taken_back(tmp_path: Path) -> None:
    flow, clock = opened(tmp_path, ONE)
    flow.add("Acme")
    clock.advance(timedelta(hours=2))
    (message,) = flow.tick().messages
    assert not still_holds(message, None)
    assert still_holds(message, next(iter(flow.store.applications(final=False))))
