"""Steps: what a workflow has the program do by itself, and what becomes of the facts, tasks and messages it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import jobflow
from jobflow import (
    Failed,
    Jobflow,
    Message,
    NewMessage,
    NewTask,
    Outcome,
    Retry,
    Sent,
    Settings,
    StepContext,
    StepResult,
)
from jobflow.core.application import encode
from jobflow.core.fold import replay
from jobflow.testing import ManualClock

TUESDAY = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
WORKFLOW = """
format: 1
workflow: stepped
version: 1
title: With a step
initial: one
roles: {interviewer: Someone who asked}
facts: {score: {type: number}}
events: {met: {}}
tasks: {}
states:
  one:
    title: One
    steps: [{step: look, where: there}]
    transitions:
      - {to: end, event: over}
      - {to: two, event: on}
  two: {title: Two, transitions: [{to: end, event: over}]}
  end: {title: End, final: true}
"""

Answer = StepResult | Retry | Failed


@dataclass
class Look:
    """A step that answers what it is told to, and keeps what it was asked."""

    answer: Callable[[StepContext], Answer]
    asked: list[StepContext] = field(default_factory=list)
    name: str = "look"

    def run(self, context: StepContext) -> Answer:
        self.asked.append(context)
        return self.answer(context)


@dataclass
class Post:
    name: str
    letters: bool = False
    sent: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> Outcome:
        self.sent += message.parts or (message,)
        return Sent()


class World:
    """A home with the workflow above, a step, and two channels: reminders to `post`, letters to `box`."""

    def __init__(
        self, where: Path | str, answer: Callable[[StepContext], Answer], named: tuple[str, ...] = ("post", "box")
    ) -> None:
        self.clock = ManualClock(TUESDAY)
        self.step, self.post, self.box = Look(answer), Post("post"), Post("box", letters=True)
        self.other = Look(always(), name="other")
        steps, channels = [self.other, self.step], [self.post, self.box]  # `other` has its turn first

        class Plugin:
            @jobflow.hookimpl
            def jobflow_steps(self) -> list[Look]:
                return steps

            @jobflow.hookimpl
            def jobflow_channels(self) -> list[Post]:
                return channels

            @jobflow.hookimpl
            def jobflow_task_kinds(self) -> list[jobflow.TaskKind]:
                return [jobflow.TaskKind("visit", "A visit")]

            @jobflow.hookimpl
            def jobflow_workflows(self) -> list[jobflow.WorkflowFile]:
                return [jobflow.WorkflowFile("stepped", WORKFLOW)]

        settings = Settings(timezone="UTC", workflow="stepped", channels={name: {} for name in named})
        self.flow = Jobflow.open(where, clock=self.clock, settings=settings, plugins=[Plugin()])

    def failures(self) -> list[str]:
        """What a tick says has failed; each failure here is for good."""
        report = self.flow.tick()
        given_up = ["step look for acme is given up. See: jobflow outbox list"] if report.failures else []
        assert list(report.given_up) == given_up
        return list(report.failures)


def always(**found: Any) -> Callable[[StepContext], Answer]:
    return lambda _context: StepResult(**found)


@pytest.fixture(params=["sqlite", "memory"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    return tmp_path if request.param == "sqlite" else ":memory:"


def test_a_step_is_told_what_it_needs_and_runs_once(where: Path | str) -> None:
    world = World(where, always())
    world.flow.add("Acme", role="Cook", contacts=[jobflow.NewContact("interviewer", "Ann", "ann@example.org")])
    assert world.step.asked == []
    assert world.failures() == []
    (context,) = world.step.asked
    assert (context.application, context.company, context.role, context.state) == ("acme", "Acme", "Cook", "one")
    assert context.contacts == ({"name": "Ann", "email": "ann@example.org", "roles": ["interviewer"]},)
    assert context.arguments == {"where": "there"}
    world.flow.tick()
    assert len(world.step.asked) == 1


def test_the_facts_it_found_are_the_applications(where: Path | str) -> None:
    world = World(where, always(facts={"score": 3}))
    world.flow.add("Acme")
    world.flow.tick()
    assert world.flow.get("acme").facts == {"score": 3}
    assert world.flow.history("acme")[-1].cause == "tick"


def test_a_task_it_adds_opens_at_once_and_is_told_of_in_the_same_tick(where: Path | str) -> None:
    tasks = (
        NewTask(title="Look at {{ company }}'s page", kind="visit", due_in=timedelta(days=2)),
        NewTask(title="Breathe"),
    )
    world = World(where, always(tasks=tasks))
    world.flow.add("Acme")
    world.flow.tick()
    visit, breathe = world.flow.get("acme").tasks
    assert (visit.name, visit.kind, visit.title) == ("step:look", "visit", "Look at {{ company }}'s page")
    assert (visit.status, visit.opens_at, visit.due_at) == ("open", TUESDAY, TUESDAY + timedelta(days=2))
    assert visit.why == "due Thu 12 Mar, 14:00: 2 days after it opened (Tue 10 Mar)"
    assert (breathe.kind, breathe.status, breathe.due_at) == ("todo", "open", None)
    assert breathe.why == "open since Tue 10 Mar, 14:00, no due date"
    assert sorted((m.kind, m.subject) for m in world.post.sent) == [
        ("opened", "Acme: Breathe"),
        ("opened", "Acme: Look at {{ company }}'s page"),
    ]
    assert [task.title for task in world.flow.next()] == [visit.title, breathe.title]


def test_a_task_of_its_own_is_snoozed_done_skipped_and_reminded_of_like_any(where: Path | str) -> None:
    tasks = tuple(NewTask(title=title, due_in=timedelta(days=1)) for title in ("One", "Two", "Three"))
    world = World(where, always(tasks=tasks))
    world.flow.add("Acme")
    world.flow.tick()
    one, two, three = (task.number for task in world.flow.get("acme").tasks)
    world.flow.done(one)
    world.flow.skip(two)
    until = TUESDAY + timedelta(days=7)
    assert world.flow.snooze(three, until).status == "waiting"
    assert [task.status for task in world.flow.get("acme").tasks] == ["done", "skipped", "waiting"]
    world.clock.set(until)
    world.flow.tick()
    third = world.flow.get("acme").tasks[-1]
    assert (third.status, third.opens_at, third.due_at) == ("open", until, until + timedelta(days=1))
    world.post.sent.clear()
    world.clock.set(datetime(2026, 3, 19, 9, 0, tzinfo=UTC))  # the first business morning after Wed 18 Mar, 14:00
    world.flow.tick()
    assert [(m.kind, m.subject) for m in world.post.sent] == [("overdue", "Acme: Three")]


def test_it_outlives_its_state_but_not_the_application(where: Path | str) -> None:
    world = World(where, always(tasks=(NewTask(title="Read"),)))
    world.flow.add("Acme")
    world.flow.tick()
    assert [task.status for task in world.flow.log("acme", "on").tasks] == ["open"]
    assert [task.status for task in world.flow.log("acme", "over").tasks] == ["cancelled"]


def test_an_application_that_ended_meanwhile_gets_no_task(where: Path | str) -> None:
    world = World(where, always(tasks=(NewTask(title="Read"),), facts={"score": 1}))
    world.flow.add("Acme")
    world.flow.log("acme", "over")
    assert world.failures() == []
    assert world.flow.get("acme").tasks == ()
    assert world.flow.get("acme").facts == {"score": 1}


@pytest.mark.parametrize(
    ("task", "fault"),
    [
        (NewTask(title=" "), "has no title"),
        (NewTask(title="a\nb"), "control characters"),
        (NewTask(title="x", kind="dance"), "unknown kind of task 'dance'"),
        (NewTask(title="x", due_in=timedelta(seconds=-1)), "0 to 3660 days"),
        (NewTask(title="x", due_in=timedelta(days=4000)), "0 to 3660 days"),
    ],
)
def test_a_task_that_is_none_fails_the_run_and_changes_nothing(where: Path | str, task: NewTask, fault: str) -> None:
    world = World(where, always(tasks=(NewTask(title="Good"), task), facts={"score": 1}))
    world.flow.add("Acme")
    (failure,) = world.failures()
    assert fault in failure
    assert world.flow.get("acme").tasks == ()
    assert world.flow.get("acme").facts == {}
    assert [row.status for row in world.flow.outbox()] == ["dead"]


def test_a_run_may_add_fifty_tasks_and_no_more(where: Path | str) -> None:
    many = [NewTask(title=f"Task {number}") for number in range(51)]
    world = World(where, lambda context: StepResult(tasks=tuple(many[: 51 if context.company == "Acme" else 50])))
    world.flow.add("Acme")
    world.flow.add("Few")
    (failure,) = world.failures()
    assert "51 tasks to add: at most 50" in failure
    assert [len(world.flow.get(slug).tasks) for slug in ("acme", "few")] == [0, 50]


def test_it_is_explained_like_any_other(where: Path | str) -> None:
    world = World(where, always(tasks=(NewTask(title="Read", due_in=timedelta(hours=36)), NewTask(title="Rest"))))
    world.flow.add("Acme")
    world.flow.tick()
    read, rest = (rule for rule in world.flow.explain("acme").rules if rule.path == "step:look")
    assert (read.verdict, read.wanted) == ("open", "added by a step; opens at once; due 36 hours after it opened")
    assert read.actual == "task 1: due Thu 12 Mar, 02:00: 36 hours after it opened (Tue 10 Mar)"
    assert (rest.verdict, rest.wanted, rest.at) == ("open", "added by a step; opens at once", None)


def test_a_report_tells_of_its_tasks_and_never_of_the_step_itself(where: Path | str) -> None:
    answers: list[Answer] = [Retry("asleep"), StepResult(tasks=(NewTask(title="Read"),))]
    world = World(where, lambda _context: answers.pop(0))
    world.flow.add("Acme")
    assert world.flow.tick().messages == ()
    world.clock.advance(timedelta(hours=1))
    report = world.flow.tick()
    assert [(m.kind, m.status) for m in report.messages] == [("opened", "sent")]
    assert [(change.name, change.source, change.to) for change in report.tasks] == [
        ("step:look", None, "waiting"),
        ("step:look", "waiting", "open"),
    ]


def test_messages_go_to_the_user_and_letters_where_letters_go(where: Path | str) -> None:
    messages = (NewMessage(subject="Hello", text="there"), NewMessage(subject="Dear", text="Ann", recipient="Ann"))
    world = World(where, always(messages=messages))
    world.flow.add("Acme")
    world.flow.tick()
    assert [(m.subject, m.recipient) for m in world.post.sent] == [("Hello", None)]
    assert [(m.subject, m.recipient) for m in world.box.sent] == [("Dear", "Ann")]


def test_a_letter_that_no_channel_takes_is_not_lost_without_a_word(where: Path | str) -> None:
    letter = NewMessage(subject="Dear", text="Ann", recipient="Ann")
    world = World(where, always(messages=(letter,), facts={"score": 4}), named=("post",))
    world.flow.add("Acme")
    (fault,) = world.flow.tick().failures
    assert "it has messages to send, and no channel takes them." in fault
    assert world.flow.get("acme").facts == {}
    (row,) = world.flow.outbox()
    assert (row.kind, row.channel, row.status) == ("step", "step:look", "dead")


def test_what_fails_is_tried_again_under_the_same_key(where: Path | str) -> None:
    answers: list[Answer] = [Retry("asleep", after=timedelta(hours=2)), StepResult(facts={"score": 2})]
    world = World(where, lambda _context: answers.pop(0))
    world.flow.add("Acme")
    world.flow.tick()
    world.clock.advance(timedelta(hours=1))
    world.flow.tick()
    assert len(world.step.asked) == 1
    world.clock.advance(timedelta(hours=1))
    world.flow.tick()
    assert len({context.key for context in world.step.asked}) == 1
    assert len(world.step.asked) == 2
    assert world.flow.get("acme").facts == {"score": 2}


def test_steps_that_lead_round_and_round_come_to_an_end(tmp_path: Path) -> None:
    scores = iter(range(1, 1000))
    world = World(tmp_path, lambda _context: StepResult(facts={"score": next(scores) % 2}))
    again = WORKFLOW.replace("  two: {title: Two,", "  two: {title: Two, steps: [{step: look}],")
    again = again.replace("{to: two, event: on}", "{to: two, when: {fact: {score: {equals: 1}}}}")
    again = again.replace(
        "transitions: [{to: end", "transitions: [{to: one, when: {fact: {score: {equals: 0}}}}, {to: end"
    )
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "again.yaml").write_text(again.replace("workflow: stepped", "workflow: again"))
    world.flow.add("Acme", workflow="again")
    (failure,) = world.failures()
    assert failure == "step look for acme failed: 100 steps ran in one tick: what they find leads round and round."
    assert len(world.step.asked) == 100


def test_a_step_of_a_state_that_a_step_led_to_runs_in_the_same_tick(tmp_path: Path) -> None:
    world = World(tmp_path, lambda context: StepResult(facts={"score": 1} if context.state == "one" else {"score": 2}))
    onward = WORKFLOW.replace("  two: {title: Two,", "  two: {title: Two, steps: [{step: look}, {step: other}],")
    onward = onward.replace("{to: two, event: on}", "{to: two, when: {known: score}}")
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "onward.yaml").write_text(onward.replace("workflow: stepped", "workflow: onward"))
    world.flow.add("Acme", workflow="onward")
    assert [(m.kind, m.subject) for m in world.flow.tick().messages] == []
    assert [context.state for context in world.step.asked] == ["one", "two"]
    assert [context.state for context in world.other.asked] == ["two"]
    assert world.flow.get("acme").facts == {"score": 2}
    world.flow.tick()
    assert len(world.step.asked) == 2


def test_a_bounded_tick_looks_at_no_more_for_the_sake_of_steps(tmp_path: Path) -> None:
    world = World(tmp_path, always(tasks=READ))
    timed = WORKFLOW.replace("    steps:", "    tasks: {wait: {kind: todo, title: Wait, opens: 1 hour}}\n    steps:")
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "timed.yaml").write_text(timed.replace("workflow: stepped", "workflow: timed"))
    for number in range(4):
        world.flow.add(f"Firm {number}", workflow="timed")
    world.clock.advance(timedelta(hours=2))
    report = world.flow.tick(limit=2)
    assert len(world.step.asked) == 4
    assert [change.name for change in report.tasks if change.to == "open"] == ["wait", "wait"]
    assert report.more_due
    assert len([change for change in world.flow.tick().tasks if change.to == "open"]) == 6


@pytest.mark.parametrize("found", [{"facts": {"height": 1}}, {"facts": {"score": date(2026, 3, 1)}}])
def test_a_fact_that_the_workflow_does_not_know_fails_the_run(where: Path | str, found: dict[str, Any]) -> None:
    world = World(where, always(**found))
    world.flow.add("Acme")
    assert len(world.failures()) == 1
    assert world.flow.get("acme").facts == {}


# -- undo --------------------------------------------------------------------------------------------------------------


READ, HELLO = (NewTask(title="Read"),), (NewMessage(subject="Hello", text="there"),)


@pytest.mark.parametrize("found", [{"facts": {"score": 4}}, {"tasks": READ}, {"facts": {"score": 4}, "tasks": READ}])
def test_what_a_step_found_stays_when_a_command_is_taken_back_that_it_was_not_told_of(
    where: Path | str, found: dict[str, Any]
) -> None:
    world = World(where, always(**found, messages=HELLO))
    world.flow.add("Acme")
    world.flow.log("acme", "met")
    world.flow.tick()
    before = world.flow.get("acme")
    world.clock.advance(timedelta(hours=1))
    world.flow.undo("acme")
    after = world.flow.get("acme")
    assert after.facts == before.facts == found.get("facts", {})
    assert [(t.number, t.title, t.opens_at) for t in after.tasks] == [
        (t.number, t.title, TUESDAY) for t in before.tasks
    ]
    world.flow.tick()
    assert len(world.step.asked) == 1
    assert [m.subject for m in world.post.sent].count("Hello") == 1


@pytest.mark.parametrize("found", [{"facts": {"score": 4}}, {"tasks": READ}, {"facts": {"score": 4}, "tasks": READ}])
def test_what_a_step_found_from_what_is_taken_back_goes_with_it_and_is_looked_for_again(
    where: Path | str, found: dict[str, Any]
) -> None:
    world = World(where, always(**found, messages=HELLO))
    world.flow.add("Acme")
    world.flow.contact("acme", jobflow.NewContact(role="interviewer", name="Ada"))
    world.flow.tick()
    world.flow.undo("acme")
    assert (world.flow.get("acme").facts, world.flow.get("acme").tasks) == ({}, ())
    world.flow.tick()
    assert [len(context.contacts) for context in world.step.asked] == [1, 0]
    assert len({context.key for context in world.step.asked}) == 1
    assert world.flow.get("acme").facts == found.get("facts", {})
    assert [task.title for task in world.flow.get("acme").tasks] == [task.title for task in found.get("tasks", ())]
    assert [m.subject for m in world.post.sent].count("Hello") == 1


def test_a_step_that_ran_before_the_command_does_not_run_again_for_its_undo(where: Path | str) -> None:
    world = World(where, always(tasks=(NewTask(title="Read"),)))
    world.flow.add("Acme")
    world.flow.tick()
    world.clock.advance(timedelta(hours=1))
    world.flow.log("acme", "met")
    world.flow.tick()
    world.flow.undo("acme")
    world.flow.tick()
    assert len(world.step.asked) == 1
    assert [task.title for task in world.flow.get("acme").tasks] == ["Read"]


def test_a_step_of_which_the_undo_took_nothing_back_does_not_run_again(where: Path | str) -> None:
    world = World(where, always(messages=HELLO))
    world.flow.add("Acme")
    world.flow.log("acme", "met")
    world.flow.tick()
    world.flow.undo("acme")
    world.flow.tick()
    assert len(world.step.asked) == 1


def test_only_what_ran_since_the_command_runs_again(tmp_path: Path) -> None:
    world = World(tmp_path, always(tasks=READ))
    twice = WORKFLOW.replace("steps: [{step: look,", "steps: [{step: other}, {step: look,")
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "twice.yaml").write_text(twice.replace("workflow: stepped", "workflow: twice"))
    answers: list[Answer] = [Retry("asleep", after=timedelta(hours=2)), *[StepResult(tasks=READ)] * 2]
    world.step.answer = lambda _context: answers.pop(0)
    world.flow.add("Acme", workflow="twice")
    world.flow.tick()  # `other` runs, `look` has to wait
    world.clock.advance(timedelta(hours=1))
    world.flow.contact("acme", jobflow.NewContact(role="interviewer", name="Ada"))
    world.clock.advance(timedelta(hours=1))
    world.flow.tick()
    world.flow.undo("acme")
    world.flow.tick()
    assert (len(world.other.asked), len(world.step.asked)) == (1, 3)
    assert [task.title for task in world.flow.get("acme").tasks] == ["Read"]


def test_the_same_run_adds_its_task_once() -> None:
    world = World(":memory:", always(tasks=READ))
    world.flow.add("Acme")
    world.flow.tick()
    (state,) = world.flow.store.applications(final=False)
    (task,) = state.tasks
    assert task.rule is not None
    context = jobflow.Context(now=TUESDAY, calendar=world.flow.calendar(), zone=ZoneInfo("UTC"))
    found = jobflow.Found(step="look", key="any", tasks=(task.rule,))
    decision = jobflow.decide(world.flow.workflow_of("acme"), state, found, context, first_number=2)
    assert "task_added" not in [event.type for event in decision.events]
    other = jobflow.Found(step="look", key="any", tasks=(replace(task.rule, by="another"),))
    decision = jobflow.decide(world.flow.workflow_of("acme"), state, other, context, first_number=2)
    assert [event.type for event in decision.events if event.type == "task_added"] == ["task_added"]


def test_no_step_of_an_application_that_was_taken_back_runs(where: Path | str) -> None:
    world = World(where, always())
    world.flow.add("Acme")
    world.flow.undo()
    world.flow.tick()
    assert world.step.asked == []


def test_history_gives_back_what_is_stored(where: Path | str) -> None:
    world = World(where, always(tasks=(NewTask(title="Read", due_in=timedelta(hours=5)),)))
    world.flow.add("Acme")
    world.flow.tick()
    world.flow.done(world.flow.get("acme").tasks[0].number)
    world.flow.undo()
    (state,) = world.flow.store.applications(final=True)
    added = next(record for record in world.flow.history("acme") if record.type == "task_added")
    assert (added.data["opens_at"], added.data["due_at"]) == ("2026-03-10T14:00:00Z", "2026-03-10T19:00:00Z")
    replayed = replay(world.flow.store.history(state.id))
    assert replayed is not None
    assert encode(replayed) == encode(state)
    assert world.flow.store.verify() == []
    assert [item.name for item in world.flow.plan(until=TUESDAY + timedelta(days=3))] == ["step:look"]
