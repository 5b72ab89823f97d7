"""Trying rules: made-up applications are drawn from their seed, histories told again come out the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobflow.core.errors import InvalidFile
from jobflow.core.inputs import Tick
from jobflow.core.records import Record
from jobflow.rulebook.load import load_source, load_workflow
from jobflow.workbench.happenings import Difference, Happening, differences, happenings
from jobflow.workbench.prove import prove
from jobflow.workbench.replaying import played, read_replays
from jobflow.workbench.retelling import compare, lived, retold
from jobflow.workbench.simulate import EMPLOYERS, distribution, simulate
from jobflow.workbench.steps import Step, take
from jobflow.workbench.virtual import LONG_AGO, Situation, Turn, Virtual, wait
from tests.properties.strategies import scaled

from .made_up import valid_workflow

SEEDS = st.integers(0, 10**6)
SHIPPED = Virtual(workflow=load_workflow("workflows/after-interview.yaml").workflow)
UTC = ZoneInfo("UTC")
SAID_SO = "{to: closed, outcome: no_response, event: rejected}"


def varied(*changes: str, name: str = "mine") -> Virtual:
    text = f"workflow: {name}\nextends: after-interview\nversion: 1\n" + "\n".join(changes)
    return Virtual(workflow=load_source(text, f"{name}.yaml").workflow)


def punctual(virtual: Virtual, steps: Sequence[Step]) -> Iterator[Turn]:
    """What was decided as these steps were said, by a cron that never slept."""
    situation = Situation(None, steps[0].at)
    for step in steps:
        if situation.application is not None:
            for turn in wait(virtual, situation, step.now):
                situation = turn.after
                yield turn
        turn = take(virtual, replace(situation, now=step.now), step)
        situation = turn.after
        yield turn


def as_history(turns: Sequence[Turn]) -> list[Record]:
    """As the store would have kept them."""
    records: list[Record] = []
    for number, turn in enumerate(turns, 1):
        batch = len(records) + 1
        command = None if isinstance(turn.said, Tick) else number
        for event in turn.decision.events:
            records.append(
                Record(
                    application="acme", seq=len(records) + 1, type=event.type, at=event.at,
                    recorded_at=turn.after.now, cause="command", command=command, batch=batch, data=event.data, hash="",
                )
            )  # fmt: skip
    return records


@given(SEEDS, st.booleans())
@settings(max_examples=scaled(0.5))
def test_a_history_told_again_comes_out_the_same(seed: int, made_up: bool):
    virtual = Virtual(workflow=load_source(json.dumps(valid_workflow(seed)), "m").workflow) if made_up else SHIPPED
    steps: list[Step] = []
    for step in simulate(virtual, seed).steps:  # what was possible late may not have been on time
        if not lived(virtual, [*steps, step], step.now)[1]:
            steps.append(step)
    turns = list(punctual(virtual, steps))
    again = retold(as_history(turns), virtual.workflow)
    happened, refused = lived(virtual, again, turns[-1].after.now)
    assert refused == []
    assert happened == list(happenings(turns))


@given(SEEDS)
@settings(max_examples=scaled(0.2))
def test_the_same_seed_gives_the_same_run(seed: int):
    assert simulate(SHIPPED, seed).to_json(UTC) == simulate(SHIPPED, seed).to_json(UTC)


def test_different_seeds_differ_and_every_kind_of_employer_comes():
    runs = [simulate(SHIPPED, seed) for seed in range(60)]
    assert {run.employer for run in runs} == set(EMPLOYERS)
    assert len({str(run.to_json(UTC)["happenings"]) for run in runs}) == len(runs)
    assert any(later.after.now - earlier.after.now > timedelta(days=8) for run in runs for earlier, later in
               zip(run.turns, run.turns[1:], strict=False))  # fmt: skip
    told = distribution(runs)
    assert sum(told.outcomes.values()) == told.runs == 60
    days = sorted(run.days for run in runs if run.days is not None)
    assert (told.days[0], told.days[3]) == (days[0], days[-1])
    assert told.days[1] in days
    assert list(told.contacts) == sorted(told.contacts)


@pytest.mark.parametrize("employer", EMPLOYERS)
def test_an_employer_is_as_asked_for(employer: str):
    runs = [simulate(SHIPPED, seed, employer=employer, diligence=0.0) for seed in range(12)]
    said = [[step for step in run.steps if step.verb == "log"] for run in runs]
    assert {run.employer for run in runs} == {employer}
    assert all(not steps for steps in said) == (employer == "never")
    assert not any(step.verb in ("done", "skip") for run in runs for step in run.steps), "this user does nothing"


def test_an_employer_who_never_answers_hears_from_a_diligent_user_only_as_often_as_the_book_allows():
    for seed in range(40):
        run = simulate(SHIPPED, seed, employer="never", diligence=1.0)
        assert run.outcome == "no_response"
        kinds = [event for turn in run.turns for event in turn.decision.events if event.type == "counted"]
        assert len(kinds) <= 2


def test_a_task_that_comes_later_and_one_that_does_not_come_at_all_are_differences():
    steps = [Step(at=LONG_AGO, verb="add", contacts=(("interviewer", "Ada"),))]
    own = as_history(list(punctual(SHIPPED, steps)))
    until = LONG_AGO + timedelta(days=4)
    assert compare(SHIPPED, SHIPPED, own, "acme", "Acme", until).differences == ()
    later = varied("tasks: {ask_decision_date: {opens: 1 business day}}")
    (moved,) = compare(SHIPPED, later, own, "acme", "Acme", until).differences
    assert moved == Difference("opens", "ask_decision_date", "", LONG_AGO, LONG_AGO.replace(day=3, hour=9))
    without = varied("tasks: {ask_decision_date: null}")
    (gone,) = compare(SHIPPED, without, own, "acme", "Acme", until).differences
    assert gone == Difference("opens", "ask_decision_date", "", LONG_AGO, None)
    assert gone.to_json(UTC) == {
        "what": "opens", "name": "ask_decision_date", "whom": None, "before": "2026-03-02T12:00:00+00:00",
        "after": None,
    }  # fmt: skip


def test_what_other_rules_do_not_allow_is_told_and_the_rest_goes_on():
    steps = [
        Step(at=LONG_AGO, verb="add", contacts=(("interviewer", "Ada"),)),
        Step(at=LONG_AGO + timedelta(hours=1), verb="done", name="ask_decision_date"),
        Step(at=LONG_AGO + timedelta(hours=2), verb="done", name="thank_you", whom="Ada"),
    ]
    own = as_history(list(punctual(SHIPPED, steps)))
    without = varied("tasks: {ask_decision_date: null}")
    found = compare(SHIPPED, without, own, "acme", "Acme", LONG_AGO + timedelta(days=1))
    ((step, why),) = found.refused
    assert (step.verb, step.name) == ("done", "ask_decision_date")
    assert "ask_decision_date" in why
    assert {item.name for item in found.differences} == {"ask_decision_date"}


def test_the_nth_of_a_kind_is_compared_with_the_nth():
    def calendar(*hours: int) -> list[Happening]:
        return [Happening(at=LONG_AGO + timedelta(hours=h), what="opens", name="a") for h in hours]

    assert differences(calendar(1, 2), calendar(1, 2)) == []
    (third,) = differences(calendar(1, 2), calendar(1, 2, 3))
    assert (third.before, third.after) == (None, LONG_AGO + timedelta(hours=3))
    (moved,) = differences(calendar(1, 4), calendar(1, 5))
    assert moved.before is not None
    assert moved.after == moved.before + timedelta(hours=1)


def test_what_check_found_is_played_as_it_was_found():
    virtual = varied(f"states: {{followed-up: {{transitions: [{SAID_SO}]}}}}")
    (finding,) = prove(virtual.workflow).findings
    steps = [step.to_json(UTC) for step in finding.counterexample]
    document = {"findings": [{"code": finding.code, "message": "m", "counterexample": steps}]}
    for text in (json.dumps(document), json.dumps(steps), json.dumps(document["findings"][0])):
        (replay,) = read_replays(text, "found.json", virtual.workflow, UTC)
        assert replay.steps == finding.counterexample
        shown = played(virtual, replay)
        assert (shown.state, shown.end) == ("followed-up", "nothing is due")
    (mended,) = read_replays(json.dumps(steps), "found.json", SHIPPED.workflow, UTC)
    assert played(SHIPPED, mended).end == "closed"


def test_a_play_that_can_not_be_said_and_one_that_goes_round_say_so():
    steps = [{"at": "2026-03-02T12:00Z", "add": None}, {"at": "2026-03-03T12:00Z", "log": "accepted"}]
    (replay,) = read_replays(json.dumps(steps), "x", SHIPPED.workflow, UTC)
    assert played(SHIPPED, replay).end.startswith("can't be said: 'accepted' is not possible")
    rounds = varied(f"states: {{followed-up: {{transitions: [{{to: awaiting, after: 1 week}}, {SAID_SO}]}}}}")
    (replay,) = read_replays(json.dumps(steps[:1]), "x", rounds.workflow, UTC)
    assert played(rounds, replay).end == "goes on"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[{at: 2026-03-02, log: reply}]", "JF142"),
        ("[{at: 2026-03-02, add: null}, {at: 2026-03-03, log: repyl}]", "JF112"),
        ("[{at: 2026-03-02", "JF005"),
    ],
)
def test_what_is_no_play_is_refused_with_its_place(text: str, code: str):
    with pytest.raises(InvalidFile) as caught:
        read_replays(text, "found.json", SHIPPED.workflow, UTC)
    assert [fault.code for fault in caught.value.diagnostics][:1] == [code]
    assert caught.value.diagnostics[0].path == "found.json"
