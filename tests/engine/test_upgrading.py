"""`upgrade`: what other rules would change, the change itself all at once, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jobflow import Jobflow, NewContact, Refused, Settings, UnknownName, load_workflow
from jobflow.core.application import encode
from jobflow.core.fold import replay
from jobflow.core.upgrading import Renames
from jobflow.testing import ManualClock
from jobflow.workbench.retelling import compare, retold
from jobflow.workbench.virtual import Virtual

TUESDAY = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
ADA = NewContact(role="interviewer", name="Ada")
HEAD = "workflow: mine\nextends: after-interview\nversion: {}\n"
Write = Callable[[str], Jobflow]

SMALL = """
format: 1
workflow: mine
version: {version}
initial: one
facts: {{day: {{type: {type}}}, note: {{type: text}}}}
limits: {{calls: {{at_most: 2}}}}
events: {{heard: {{counts: calls}}}}
states:
  one:
    tasks: {{pack: {{kind: todo, title: "Pack for {{{{ company }}}}", due: 1 day}}}}
    transitions: [{{to: two, after: 1 week}}]
  two: {{transitions: [{{to: over, after: 1 week}}]}}
  over: {{final: true}}
"""
LATER = """
format: 1
workflow: mine
version: 2
initial: first
renames:
  states: {one: begin, begin: first}
  tasks: {pack: gather}
  facts: {note: remark, day: date}
  events: {heard: told}
  limits: {calls: contacts}
facts: {date: {type: date}, remark: {type: text}}
limits: {contacts: {at_most: 3}}
events: {told: {counts: contacts}}
states:
  first:
    tasks: {gather: {kind: todo, title: Gather, due: 3 days}}
    transitions: [{to: two, after: 2 weeks}]
  two: {transitions: [{to: over, after: 1 week}]}
  over: {final: true}
"""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(TUESDAY)


@pytest.fixture
def write(tmp_path: Path, clock: ManualClock) -> Write:
    folder = tmp_path / "workflows"
    folder.mkdir()
    flow = Jobflow.open(tmp_path, clock=clock, settings=Settings(timezone="UTC", workflow="mine", channels={}))

    def call(text: str) -> Jobflow:
        (folder / "mine.yaml").write_text(text)
        return flow

    return call


def check_replays(flow: Jobflow) -> None:
    """Upgrading and replaying lead to the same, byte for byte."""
    for state in flow.store.applications(final=True):
        folded = replay(flow.store.history(state.id))
        assert folded is not None
        assert encode(folded) == encode(state)


def test_a_dry_run_says_whose_dates_change_to_what_and_changes_nothing(write: Write) -> None:
    flow = write(HEAD.format(1))
    flow.add("Acme", contacts=(ADA,))
    before = flow.get("acme")
    write(HEAD.format(2) + "tasks: {debrief: {due: 2 days}}\n")
    shown = flow.upgrade("mine")
    assert (shown.workflow, shown.version, shown.done, shown.stranded) == ("mine", 2, False, ())
    (change,) = shown.changes["mine 1"]
    assert (change.rule, change.before, change.after) == (
        "tasks/debrief", "due 1 day after it opened", "due 2 days after it opened",
    )  # fmt: skip
    (app,) = shown.applications
    assert (app.application, app.version, app.state, app.to) == ("acme", "mine 1", "interviewed", "interviewed")
    (task,) = app.tasks
    assert (task.name, task.whom) == ("debrief", None)
    # Due on Wednesday the 11th or on Thursday the 12th, and seven days later it lapses.
    assert task.before == (TUESDAY, TUESDAY.replace(day=11, hour=18), TUESDAY.replace(day=18, hour=18))
    assert task.after == (TUESDAY, TUESDAY.replace(day=12, hour=18), TUESDAY.replace(day=19, hour=18))
    assert flow.get("acme") == before
    assert flow.workflow_of("acme").version == 1


def test_it_is_done_at_once_for_all_and_undo_takes_it_back(write: Write, clock: ManualClock) -> None:
    flow = write(HEAD.format(1))
    for company in ("Acme", "Globex"):
        flow.add(company, contacts=(ADA,))
    before = flow.list()
    write(HEAD.format(2) + "tasks: {debrief: {due: 2 days}}\n")
    assert flow.upgrade("mine", apply=True).done
    assert {flow.workflow_of(app.slug).version for app in flow.list()} == {2}
    check_replays(flow)
    clock.set(TUESDAY + timedelta(days=1, hours=5))
    assert not any(t.status == "overdue" for app in flow.list() for t in app.tasks if t.name == "debrief")
    assert flow.upgrade("mine").applications == (), "nothing is left to do"
    flow.undo()
    clock.set(TUESDAY)
    assert flow.list() == before
    check_replays(flow)


def test_what_ticks_did_since_is_lived_again_under_the_old_rules_where_it_is_taken_back(
    write: Write, clock: ManualClock
) -> None:
    flow = write(SMALL.format(version=1, type="date"))
    flow.add("Acme")
    write(SMALL.format(version=2, type="date").replace("after: 1 week}]\n  two", "after: 4 weeks}]\n  two"))
    flow.upgrade("mine", apply=True)
    clock.set(TUESDAY + timedelta(days=10))
    flow.tick()
    assert flow.get("acme").state == "one"
    flow.undo()
    assert flow.get("acme").state == "two"


def test_what_is_renamed_goes_on_under_its_new_name(write: Write, clock: ManualClock) -> None:
    flow = write(SMALL.format(version=1, type="date"))
    flow.add("Acme", facts={"day": "2026-03-20", "note": "red door"})
    flow.log("acme", "heard")
    number = flow.get("acme").tasks[0].number
    write(LATER)
    shown = flow.upgrade("mine", apply=True)
    (app,) = shown.applications
    assert (app.state, app.to) == ("one", "first")
    rules = {change.rule: (change.before, change.after) for change in shown.changes["mine 1"]}
    assert rules["states/first/tasks/gather"] == (
        "states/one/tasks/pack, todo 'Pack for {{ company }}', due 1 day after it opened",
        "states/first/tasks/gather, todo 'Gather', due 3 days after it opened",
    )
    assert rules["limits/contacts"] == ("limits/calls, at most 2", "limits/contacts, at most 3")
    found = flow.get("acme")
    assert found.state == "first"
    assert dict(found.facts) == {"date": "2026-03-20", "remark": "red door"}
    assert [(task.number, task.name, task.title) for task in found.tasks] == [(number, "gather", "Gather")]
    (limit,) = (rule for rule in flow.explain("acme").rules if rule.path == "limits/contacts")
    assert limit.actual.startswith("1 so far")
    check_replays(flow)
    clock.set(TUESDAY + timedelta(days=15))
    flow.tick()
    assert flow.get("acme").state == "two"


def test_who_would_be_stranded_is_told_and_nobody_goes(write: Write) -> None:
    flow = write(SMALL.format(version=1, type="date"))
    flow.add("Acme")
    flow.add("Globex", state="two")
    write(LATER.replace("states: {one: begin, begin: first}", "states: {three: first}"))
    shown = flow.upgrade("mine")
    assert shown.stranded == ("acme",)
    assert {app.application: app.to for app in shown.applications} == {"acme": None, "globex": "two"}
    with pytest.raises(Refused, match="acme would be stranded") as refused:
        flow.upgrade("mine", apply=True)
    assert "renames: {states: {old: new}}" in (refused.value.hint or "")
    assert {flow.workflow_of(name).version for name in ("acme", "globex")} == {1}
    assert flow.upgrade("mine", "globex", apply=True).done
    assert flow.workflow_of("globex").version == 2


def test_what_is_gone_is_cancelled_and_what_was_settled_keeps_its_words(write: Write) -> None:
    flow = write(SMALL.format(version=1, type="date"))
    flow.add("Acme", facts={"day": "2026-03-20"})
    flow.add("Globex")
    done = flow.get("acme").tasks[0].number
    flow.done(done)
    gone = SMALL.format(version=2, type="text").replace(
        'tasks: {pack: {kind: todo, title: "Pack for {{ company }}", due: 1 day}}', "tasks: {}"
    )
    write(gone)
    shown = flow.upgrade("mine", apply=True)
    assert {change.rule: change.after for change in shown.changes["mine 1"]} == {
        "states/one/tasks/pack": None, "facts/day": "text",
    }  # fmt: skip
    assert [(task.name, task.after) for task in shown.applications[1].tasks] == [("pack", None)]
    assert [(t.title, t.status) for t in flow.get("acme").tasks] == [("Pack for Acme", "done")]
    assert [(t.title, t.status) for t in flow.get("globex").tasks] == [("Pack for Globex", "cancelled")]
    assert dict(flow.get("acme").facts) == {}, "a date is no text"
    assert not any("pack" in rule.path for rule in flow.explain("acme").rules)
    check_replays(flow)
    flow.undo()
    assert dict(flow.get("acme").facts) == {"day": "2026-03-20"}
    assert flow.get("globex").tasks[0].status == "open"


def test_a_task_that_comes_is_told_and_gets_a_number(write: Write) -> None:
    flow = write(SMALL.format(version=1, type="date"))
    flow.add("Acme")
    more = SMALL.format(version=2, type="date").replace(
        "tasks: {pack:", "tasks: {ring: {kind: call, title: Ring, due: 2 days}, pack:"
    )
    write(more)
    (app,) = flow.upgrade("mine", apply=True).applications
    (task,) = app.tasks
    assert (task.name, task.before) == ("ring", None)
    assert task.after is not None
    assert task.after[1] == TUESDAY.replace(day=12, hour=18)
    assert sorted(t.number for t in flow.get("acme").tasks) == [1, 2]


def test_rules_that_hold_there_at_once_are_taken(write: Write) -> None:
    flow = write(SMALL.format(version=1, type="date"))
    flow.add("Acme")
    write(SMALL.format(version=2, type="date").replace("after: 1 week}]\n  two", "when: {unknown: day}}]\n  two"))
    (app,) = flow.upgrade("mine", apply=True).applications
    assert (app.state, app.to) == ("one", "two")
    assert flow.get("acme").state == "two"


def test_named_ones_may_come_from_another_workflow_and_closed_ones_only_if_asked(write: Write) -> None:
    flow = write(HEAD.format(1))
    flow.add("Acme", workflow="after-interview")
    flow.add("Globex")
    flow.log("globex", "rejected")
    write(HEAD.format(2) + "tasks: {debrief: {due: 2 days}}\n")
    assert flow.upgrade("mine").applications == ()
    assert [app.application for app in flow.upgrade("mine", closed=True).applications] == ["globex"]
    (app,) = flow.upgrade("mine", "acme", "acme", apply=True).applications
    assert (app.version, flow.workflow_of("acme").name) == ("after-interview 1", "mine")
    flow.upgrade("mine", apply=True, closed=True)
    assert (flow.get("globex").outcome, flow.get("globex").final) == ("rejected", True)
    check_replays(flow)
    with pytest.raises(UnknownName):
        flow.upgrade("mine", "nobody")
    with pytest.raises(UnknownName):
        flow.upgrade("nothing")


def test_a_loaded_workflow_will_do(write: Write, tmp_path: Path) -> None:
    flow = write(HEAD.format(1))
    flow.add("Acme")
    draft = tmp_path / "draft.yaml"
    draft.write_text(HEAD.format(3) + "tasks: {debrief: {due: 3 days}}\n")
    assert flow.upgrade(load_workflow(draft)).version == 3


def test_ways_out_that_only_change_their_order_are_told(write: Write) -> None:
    flow = write(HEAD.format(1))
    flow.add("Acme")
    write(
        HEAD.format(2)
        + """
states:
  thanked:
    transitions:
      - {to: awaiting, after: 2 business days}
      - {to: awaiting, when: {all: [{settled: debrief}, {settled: thank_referrer}]}}
"""
    )
    (change,) = flow.upgrade("mine").changes["mine 1"]
    assert change.rule == "states/thanked"
    assert (change.before or "").split("; ") == (change.after or "").split("; ")[::-1]


def test_a_rename_is_followed_to_where_it_ends() -> None:
    workflow = load_workflow("after-interview").workflow
    names = {"a": "b", "b": "awaiting", "c": "d", "d": "c", "awaiting": "offer", "e": "nowhere"}
    assert dict(Renames(states=names).resolved(workflow).states) == {
        "a": "awaiting", "b": "awaiting",
    }  # fmt: skip


def test_a_history_of_other_names_is_told_again_under_the_new_ones(write: Write, clock: ManualClock) -> None:
    flow = write(SMALL.format(version=1, type="date"))
    flow.add("Acme", facts={"day": "2026-03-20", "note": "red door"})
    flow.log("acme", "heard")
    flow.done(flow.get("acme").tasks[0].number)
    write(LATER)
    flow.upgrade("mine", apply=True)
    own = Virtual(workflow=flow.workflow_of("acme"), zone=ZoneInfo("UTC"))
    steps = retold(flow.history("acme"), own.workflow)
    assert [(step.verb, step.name) for step in steps] == [("add", ""), ("log", "told"), ("done", "gather")]
    assert steps[0].facts == {"date": "2026-03-20", "remark": "red door"}
    assert compare(own, own, flow.history("acme"), "acme", "Acme", clock.now()).refused == ()
