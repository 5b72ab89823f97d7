"""The proofs against the engine: what is proved holds in every run, every counterexample comes about."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobflow.core.errors import InvalidFile, JobflowError, RulesLoop
from jobflow.core.model import Workflow
from jobflow.rulebook.faults import Faults
from jobflow.rulebook.load import load_source, load_workflow
from jobflow.rulebook.registry import Registry
from jobflow.rulebook.shipped import shipped as shipped_text
from jobflow.rulebook.shipped import shipped_names
from jobflow.workbench.coverage import acted
from jobflow.workbench.prove import Finding, Verdict, prove
from jobflow.workbench.scenario_file import read_beside
from jobflow.workbench.scenarios import run_scenario
from jobflow.workbench.searching import MOST_MOVES
from jobflow.workbench.simulate import Run, simulate
from jobflow.workbench.steps import replay
from jobflow.workbench.virtual import Situation, Virtual, wait
from tests.properties.strategies import scaled

from .made_up import FAULTS, seed_fault, valid_workflow

SEEDS = st.integers(0, 10**9)
YEARS = timedelta(days=3000)
SHIPPED = ("after-interview", "eager", "from-application", "keep-looking", "patient", "recruiter")


def compiled(data: dict[str, Any]) -> Workflow:
    """Any JSON is YAML."""
    return load_source(json.dumps(data), "made-up").workflow


def shipped(name: str) -> Workflow:
    return load_workflow(f"workflows/{name}.yaml").workflow


def bounds(verdict: Verdict) -> dict[tuple[str, str], int | None]:
    return {(proof.property, proof.rule): proof.bound for proof in verdict.proofs}


def test_the_shipped_workflow_is_proved_whole():
    verdict = prove(shipped("after-interview"))
    assert verdict.findings == []
    proved = bounds(verdict)
    stays = {rule.removeprefix("states/"): bound for (name, rule), bound in proved.items() if name == "bounded"}
    assert stays == {
        "interviewed": 10,
        "thanked": 4,
        "awaiting": 25,
        "followed-up": 32,
        "offer": 28,
        "accepting": 10,
        "declining": 10,
    }
    assert {name for name, _ in bounds(verdict)} == {
        "reachable", "alive", "rests", "bounded", "ends", "limited", "peace",
    }  # fmt: skip
    assert bounds(verdict)["ends", ""] == 71
    assert bounds(verdict)["limited", "limits/follow_up"] == 2


def latest_thing(situation: Situation) -> datetime:
    """The latest of what was said and what is fixed: dates among facts, and snoozes."""
    app = situation.known
    dates = [situation.now]
    for value in app.facts.values():
        if isinstance(value, str) and value[:4].isdigit():
            dates.append(datetime.fromisoformat(value[:10]).replace(tzinfo=situation.now.tzinfo))
    dates += [task.snoozed_until for task in app.tasks if task.snoozed_until is not None]
    return max(dates)


def check_silence(virtual: Virtual, situation: Situation, proved: dict[tuple[str, str], int | None]) -> None:
    """From here on nobody says anything: every stay, and all of it, ends within what was proved."""
    since = latest_thing(situation).date()
    entered, state = since, situation.known.state
    for turn in wait(virtual, situation, situation.now + YEARS):
        if turn.after.known.state != state:
            left = turn.after.now.date()
            assert (left - entered).days <= (proved["bounded", f"states/{state}"] or 0), (state, situation.now)
            entered, state = max(left, since), turn.after.known.state
        situation = turn.after
    assert situation.known.final
    assert (situation.now.date() - since).days <= (proved["ends", ""] or 0)


def check_run(virtual: Virtual, run: Run, verdict: Verdict) -> None:
    """Nothing that was proved is otherwise in this run."""
    workflow = virtual.workflow
    dead = {finding.rule for finding in verdict.findings if finding.code in ("JF401", "JF405", "JF406")}
    for turn in run.turns:
        for path in acted(workflow, turn):
            assert path not in dead
        app = turn.after.known
        assert f"states/{app.state}" not in dead
        for event in turn.decision.events:
            limit = workflow.limits.get(event.data.get("limit", ""))
            if event.type == "task_opened" and limit is not None:
                assert limit.at_most is None or app.limits[limit.name].count < limit.at_most


@pytest.mark.parametrize("name", SHIPPED)
def test_every_book_that_ships_is_sound_and_its_scenarios_hold(name: str):
    assert shipped_names() == SHIPPED
    loaded = load_workflow(name)
    assert prove(loaded.workflow).findings == []
    faults = Faults(f"{name}.scenarios")
    beside = shipped_text(name, ".scenarios.yaml")
    assert beside is not None
    for scenario in read_beside(beside.encode(), loaded.workflow, faults):
        assert run_scenario(loaded.workflow, scenario).failures == (), scenario.name
    assert not faults


@given(SEEDS, st.sampled_from([name for name in SHIPPED if name != "keep-looking"]))  # which goes on for ever
@settings(max_examples=scaled(2))
def test_what_is_proved_of_a_shipped_workflow_no_run_violates(seed: int, name: str):
    virtual = Virtual(workflow=shipped(name))
    verdict = _proved_once(name)
    run = simulate(virtual, seed)
    check_run(virtual, run, verdict)
    for turn in run.turns[:: max(1, len(run.turns) // 6)]:
        if not turn.after.known.final:
            check_silence(virtual, turn.after, bounds(verdict))


_ONCE: dict[str, Verdict] = {}


def _proved_once(name: str) -> Verdict:
    if name not in _ONCE:
        _ONCE[name] = prove(shipped(name))
    return _ONCE[name]


@given(SEEDS)
@settings(max_examples=scaled(0.5))
def test_a_sound_workflow_raises_no_alarm_and_no_run_violates_what_is_proved(seed: int):
    workflow = compiled(valid_workflow(seed))
    verdict = prove(workflow)
    assert verdict.findings == []
    virtual = Virtual(workflow=workflow)
    for other in range(5):
        run = simulate(virtual, seed + other)
        check_run(virtual, run, verdict)
        for turn in run.turns[:: max(1, len(run.turns) // 4)]:
            if not turn.after.known.final:
                check_silence(virtual, turn.after, bounds(verdict))


@given(SEEDS)
@settings(max_examples=scaled(0.5))
def test_a_seeded_fault_that_shows_in_silent_runs_is_found_and_what_is_found_comes_about(seed: int):
    sound = valid_workflow(seed)
    name, spoilt = seed_fault(sound, seed)
    try:
        workflow = compiled(spoilt)
    except InvalidFile:
        return
    verdict = prove(workflow)
    errors = [finding for finding in verdict.findings if finding.severity == "error"]
    for finding in errors:
        check_counterexample(Virtual(workflow=workflow), finding)
    if errors or any(finding.code == "JF490" for finding in verdict.findings):
        return
    assert name in ("no_lapse", "turn_back", "twice", "leave_early", "unknown_anchor", "drop_exit", "swap_to_later")
    virtual = Virtual(workflow=workflow)
    for other in range(3):
        run = simulate(virtual, seed + other, employer="never", diligence=0.0)
        assert run.days is not None, "it never ends, and nobody noticed"
        check_run(virtual, run, verdict)


def check_counterexample(virtual: Virtual, finding: Finding) -> None:
    """What the steps lead to is what was said of them."""
    if not finding.counterexample:
        assert finding.code not in ("JF402", "JF403", "JF404")
        return
    if finding.code == "JF404":
        with pytest.raises(RulesLoop):
            replay(virtual, finding.counterexample)
        return
    end = replay(virtual, finding.counterexample)
    assert end.known.state == finding.rule.removeprefix("states/")
    if finding.code == "JF402":
        assert not end.known.final
        assert end.known.next_wakeup_at is None
    else:
        assert finding.code == "JF403"
        turns = list(wait(virtual, end, end.now + 20 * YEARS))
        moves = [event for turn in turns for event in turn.decision.events if event.type == "moved"]
        assert len(moves) > MOST_MOVES / 2
        assert not any(turn.after.known.final for turn in turns)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_seeded(name: str):
    """Else the harness above would be quiet for the wrong reason."""
    for seed in range(200):
        found, spoilt = seed_fault(valid_workflow(seed), seed)
        if found == name:
            try:
                compiled(spoilt)
            except JobflowError:
                continue
            return
    raise AssertionError(name)


ASKS = {
    "format": 1, "workflow": "asks", "version": 1, "initial": "one",
    "states": {
        "one": {
            "tasks": {"picnic": {"kind": "todo", "title": "Go", "when": {"condition": {"sunny": {}}}}},
            "transitions": [{"to": "end", "after": "1 week", "outcome": "rained"}],
        },
        "end": {"final": True},
    },
}  # fmt: skip


@pytest.mark.parametrize("answer", [True, False])
def test_what_a_condition_of_a_plugin_decides_may_go_either_way(answer: bool):
    """What it says today proves nothing about tomorrow: the rule can act, as far as the condition lets it."""
    conditions = {"sunny": lambda facts, arguments: answer}
    workflow = load_source(json.dumps(ASKS), "asks", registry=Registry(conditions=("sunny",))).workflow
    verdict = prove(workflow, conditions=conditions)
    assert verdict.findings == []
    (alive,) = (proof for proof in verdict.proofs if proof.property == "alive")
    assert alive.words.endswith(", as far as sunny let it") is not answer
