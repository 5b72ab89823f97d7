"""Scenarios: each thing that may be expected, seen to hold and seen not to; what can't be read has its place."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from jobflow.rulebook.faults import Faults
from jobflow.rulebook.load import load_source
from jobflow.rulebook.nodes import table_of
from jobflow.workbench.coverage import rule_paths
from jobflow.workbench.junit import junit
from jobflow.workbench.scenario_file import read_beside, read_scenarios
from jobflow.workbench.scenarios import Result, run_scenario

HEAD = """\
workflow: mine
extends: after-interview
version: 1
scenarios:
  - name: One
    at: 2026-03-10 14:00
    contacts: [interviewer=Ada, interviewer=Bob, referrer=Cleo]
    steps:
"""


def results(text: str, faults: Faults | None = None) -> list[Result]:
    loaded = load_source(text, "mine.yaml")
    found = Faults("mine.yaml") if faults is None else faults
    scenarios = read_scenarios(table_of(loaded.root)["scenarios"], loaded.workflow, found)
    if faults is None:
        found.raise_if_any()
    return [run_scenario(loaded.workflow, scenario) for scenario in scenarios]


def differences(*steps: str) -> list[tuple[str, str, str]]:
    (result,) = results(HEAD + "".join(f"      - {step}\n" for step in steps))
    return [(failure.what, failure.expected, failure.actual) for failure in result.failures]


DONE = ("{at: 2026-03-11 09:00, done: thank_you of Ada}", "{at: 2026-03-11 10:00, done: thank_you of Bob}")

HOLDS = [
    "{state: thanked}",
    "{round: 1}",
    "{tasks: {thank_you of Ada: done, thank_you of Bob: done, debrief: open, status_check: none}}",
    "{facts: {decision_date: null}}",
    "{counts: {follow_up: 0}}",
]

OTHERWISE = {
    "{state: awaiting}": ("state", "awaiting", "thanked"),
    "{outcome: accepted}": ("outcome", "accepted", "none"),
    "{round: 2}": ("round", "2", "1"),
    "{tasks: {debrief: done}}": ("task debrief", "done", "open"),
    "{tasks: {thank_you of Ada: lapsed}}": ("task thank_you of Ada", "lapsed", "done"),
    "{tasks: {status_check: open}}": ("task status_check", "open", "none"),
    "{facts: {decision_date: 2026-03-20}}": ("fact decision_date", "2026-03-20", "unknown"),
    "{counts: {follow_up: 1}}": ("count follow_up", "1", "0"),
}


@pytest.mark.parametrize("expected", OTHERWISE)
def test_what_is_otherwise_is_told(expected: str):
    assert differences(*DONE, f"{{at: 2026-03-11 11:00, expect: {expected}}}") == [OTHERWISE[expected]]


@pytest.mark.parametrize("expected", HOLDS)
def test_what_holds_is_not(expected: str):
    assert differences(*DONE, f"{{at: 2026-03-11 11:00, expect: {expected}}}") == []


def test_messages_count_since_the_last_expectation():
    early = "{at: 2026-03-10 14:01, expect: {no_messages: [status_check]}}"
    opens = "{at: 2026-03-10 14:01, expect: {messages: []}}"
    assert differences(early, opens) == []
    due = "{at: 2026-03-11 18:00, expect: {messages: [due debrief, thank_you]}}"
    (failure,) = differences(opens, due)
    assert failure[0] == "messages"
    assert failure[1] == "due debrief, thank_you"
    assert failure[2].split(", ").count("due thank_you") == 2
    (failure,) = differences(opens, "{at: 2026-03-11 18:00, expect: {no_messages: [debrief]}}")
    assert failure[1] == "no 'debrief'"


def test_every_verb_is_said():
    steps = [
        "{at: 2026-03-10 15:00, set: {decision_date: 2026-03-20}, expect: {facts: {decision_date: 2026-03-20}}}",
        "{at: 2026-03-10 15:30, set: {decision_date: null}, expect: {facts: {decision_date: null}}}",
        "{at: 2026-03-10 16:00, contact: [decision_maker=Dora], expect: {tasks: {thank_you of Dora: open}}}",
        "{at: 2026-03-10 17:00, snooze: debrief, until: +2d, expect: {tasks: {debrief: waiting}}}",
        "{at: 2026-03-11 09:00, skip: thank_you of Dora, expect: {tasks: {thank_you of Dora: skipped}}}",
        *DONE,
        "{at: 2026-03-12 09:00, wait: null, expect: {tasks: {debrief: open}}}",
        "{at: 2026-03-13 09:00, log: offer, facts: {offer_deadline: 2026-03-20}, contacts: [recruiter=Eve],"
        " said: 2026-03-13 12:00, expect: {state: offer}}",
        "{at: 2026-03-20 12:00, log: rejected, expect: {state: closed, outcome: rejected, counts: {follow_up: 0}}}",
    ]
    assert differences(*steps) == []


def test_what_cannot_be_said_ends_the_scenario():
    (failure,) = differences("{at: +1h, log: accepted}", "{at: +2h, expect: {state: offer}}")
    assert failure[0] == "log accepted"
    assert failure[1] == "to be possible"
    assert "'accepted' is not possible" in failure[2]
    (failure,) = differences("{at: +1h, done: status_check}")
    assert failure[0] == "done status_check"


def test_rules_that_were_taken_are_known():
    loaded = load_source(HEAD + "      - {at: +1d, log: reply}\n", "mine.yaml")
    (result,) = results(HEAD + "      - {at: +1d, log: reply}\n")
    assert {"states/interviewed/tasks/thank_you", "tasks/debrief", "states/interviewed/events/reply"} <= result.acted
    assert "events/reply" not in result.acted
    assert result.acted <= set(rule_paths(loaded.workflow))


FAULTY = {
    "{at: +1d, log: repyl}": ("JF112", "did you mean 'reply'?"),
    "{at: +1d, done: status-check}": ("JF115", "did you mean 'status_check'?"),
    "{at: +1d, set: {decison_date: 2026-03-20}}": ("JF113", "did you mean 'decision_date'?"),
    "{at: +1d, contact: [interviwer=Ada]}": ("JF114", "did you mean 'interviewer'?"),
    "{at: +1d, contact: [Ada]}": ("JF022", None),
    "{at: +1d, snooze: debrief}": ("JF021", "add 'until: +3d'"),
    "{at: +1d, skip: debrief, facts: {decision_date: 2026-03-20}}": ("JF123", "leave it out"),
    "{at: +1d, expect: {state: thankd}}": ("JF111", "did you mean 'thanked'?"),
    "{at: +1d, expect: {tasks: {debrief: opne}}}": ("JF023", "did you mean 'open'?"),
    "{at: +1d, expect: {tasks: {debreif: open}}}": ("JF115", "did you mean 'debrief'?"),
    "{at: +1d, expect: {counts: {follow_ups: 1}}}": ("JF116", "did you mean 'follow_up'?"),
    "{at: +1d, expect: {messages: [openend debrief]}}": ("JF023", "did you mean 'opened'?"),
    "{at: +1d, expect: {messages: [opened debreif]}}": ("JF115", "did you mean 'debrief'?"),
    "{at: +1d, expect: {messages: [moved thankd]}}": ("JF111", "did you mean 'thanked'?"),
    "{at: soon, log: reply}": ("JF143", None),
    "{log: reply}": ("JF021", "add 'at: …'"),
    "{at: -1d, log: reply}": ("JF141", "put them in order of time"),
    "{at: +1d, log: reply, skip: debrief}": ("JF142", None),
    "{at: +1d}": ("JF142", None),
    "{at: +1d, add: nowhere}": ("JF111", None),
}


@pytest.mark.parametrize("step", FAULTY)
def test_a_fault_has_its_place_and_a_hint(step: str):
    faults = Faults("mine.yaml")
    results(HEAD + f"      - {step}\n", faults)
    (fault,) = faults.in_order()
    code, hint = FAULTY[step]
    assert fault.code == code
    assert (fault.path, fault.line) == ("mine.yaml", 9)
    assert hint is None or fault.hint == hint


SPOILT: dict[str, dict[str, Any]] = {
    "timezone: Europe/Lodon": {"code": "JF301", "hint": "did you mean 'Europe/London'?"},
    "state: thankd": {"code": "JF111", "hint": "did you mean 'thanked'?"},
    "days_off: [soon]": {"code": "JF143"},
    "steeps: []": {"code": "JF020", "hint": "did you mean 'steps'?"},
}


@pytest.mark.parametrize("key", SPOILT)
def test_a_fault_of_the_scenario_itself_has_its_place(key: str):
    faults = Faults("mine.yaml")
    results(HEAD.replace("    steps:\n", f"    {key}\n    steps:\n") + "      - {at: +1d, log: reply}\n", faults)
    (fault,) = faults.in_order()
    assert (fault.code, fault.line) == (SPOILT[key]["code"], 8)
    assert fault.hint == SPOILT[key].get("hint", fault.hint)


def test_a_scenario_without_a_name_or_steps_is_refused():
    faults = Faults("mine.yaml")
    assert (
        results("workflow: mine\nextends: after-interview\nversion: 1\nscenarios: [{at: 2026-03-10}]\n", faults) == []
    )
    assert [fault.code for fault in faults.in_order()] == ["JF021", "JF021"]


def test_days_off_and_the_zone_are_the_scenarios_own():
    steps = "      - {at: 2026-03-12 17:59, expect: {tasks: {thank_you of Ada: open}}}\n"
    steps += "      - {at: 2026-03-12 18:01, expect: {tasks: {thank_you of Ada: overdue}}}\n"
    for keys, differ in (("days_off: [2026-03-11]\n    timezone: Asia/Tokyo", 0), ("timezone: Asia/Tokyo", 1)):
        (result,) = results(HEAD.replace("    steps:\n", f"    {keys}\n    steps:\n") + steps)
        assert len(result.failures) == differ


def test_it_begins_in_the_state_and_with_the_facts_that_it_says():
    keys = "    state: offer\n    facts: {offer_deadline: 2026-03-20}\n    steps:\n"
    step = "      - {at: +1h, expect: {state: offer, facts: {offer_deadline: 2026-03-20}, tasks: {decide: open}}}\n"
    (result,) = results(HEAD.replace("    steps:\n", keys) + step)
    assert result.failures == ()


def test_a_file_beside_holds_scenarios_and_nothing_else():
    workflow = load_source("workflow: mine\nextends: after-interview\nversion: 1\n", "mine.yaml").workflow
    faults = Faults("mine.scenarios.yaml")
    beside = b"scenarios:\n  - {name: One, at: 2026-03-10, steps: [{at: +1d, log: reply}]}\n"
    (scenario,) = read_beside(beside, workflow, faults)
    assert scenario.place.source == "mine.scenarios.yaml"
    assert not faults
    assert read_beside(b"scenario: []\n", workflow, faults) == ()
    assert [fault.code for fault in faults.in_order()] == ["JF020", "JF021"]


def test_the_report_for_continuous_integration_holds_every_scenario():
    steps = "      - {at: +1h, expect: {state: offer}}\n"
    report = ElementTree.fromstring(junit({"mine & yours": results(HEAD + steps)}))  # our own
    (suite,) = report
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("mine & yours", "1", "1")
    (case,) = suite
    (failure,) = case
    assert (case.get("name"), case.get("file"), case.get("line")) == ("One", "mine.yaml", "5")
    assert failure.get("message") == "state: expected offer, found interviewed"
    assert failure.text == "mine.yaml:9:27 2026-03-10T15:00:00+00:00 state: expected offer, found interviewed"
