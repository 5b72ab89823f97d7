"""What holds between the parts: settings, undo, delivery and time together, through the public API."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import jobflow
from jobflow import Jobflow, Message, NewApplication, NewContact, Outcome, Refused, Sent, Settings, StoreError
from jobflow.testing import ManualClock

TUESDAY = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
HOURLY = """
format: 1
workflow: hourly
version: 1
title: By the hour
initial: one
roles: {interviewer: Someone who asked}
facts: {}
events: {}
tasks: {}
states:
  one:
    title: One
    tasks:
      look: {kind: todo, title: Look, opens: 8 hours, due: 3 days}
    transitions:
      - {to: two, after: 2 days}
  two:
    title: Two
    tasks:
      late: {kind: todo, title: Late, due: 1 hour, lapses: 1 hour}
      other: {kind: todo, title: Other, due: 10 days}
    transitions:
      - {to: end, when: {done: late}}
  end: {title: End, final: true}
"""


@dataclass
class Channel:
    """A channel that keeps what it was given, and fails where it is told to."""

    name: str = "post"
    delivered: list[Message] = field(default_factory=list)
    failing: bool = False

    def send(self, message: Message) -> Outcome:
        if self.failing:
            raise OSError("no post today")
        self.delivered += message.parts or (message,)
        return Sent()


def plugin(channel: Channel) -> object:
    class Plugin:
        @jobflow.hookimpl
        def jobflow_channels(self) -> list[Channel]:
            return [channel]

    return Plugin()


def settings(**changes: object) -> Settings:
    return Settings(**{"timezone": "UTC", "channels": {"post": {}}, **changes})  # type: ignore[arg-type]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(TUESDAY)


@pytest.fixture
def channel() -> Channel:
    return Channel()


def opened(where: Path, clock: ManualClock, channel: Channel, **changes: object) -> Jobflow:
    return Jobflow.open(where, clock=clock, settings=settings(**changes), plugins=[plugin(channel)])


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows" / "hourly.yaml").write_text(HOURLY)
    return tmp_path


# -- a change of settings ----------------------------------------------------------------------------------------------


def due(flow: Jobflow, name: str = "thank_you") -> date:
    task = next(task for task in flow.get("acme").tasks if task.name == name)
    assert task.due_at is not None
    return task.due_at.date()


@pytest.mark.parametrize("between", ["nothing", "nothing new", "a command", "an undo", "a bounded tick"])
def test_new_settings_retime_at_the_next_tick_whatever_comes_between(
    home: Path, clock: ManualClock, channel: Channel, between: str
) -> None:
    with_day = {"days_off": frozenset({date(2026, 3, 11)})}
    flow = opened(home, clock, channel)
    flow.add("Zebra")
    flow.add("Acme")
    flow.tick()
    flow.set("acme", {"decline_reason": "too far"})
    assert due(flow) == date(2026, 3, 11)
    flow.close()
    flow = opened(home, clock, channel, **with_day)
    if between == "nothing new":
        flow.set("acme", {})
        assert flow.history("acme")[-1].type == "retimed"
    elif between == "a command":
        flow.set("acme", {"decline_reason": "too dear"})
    elif between == "an undo":
        flow.tick()
        flow.undo("acme")
    elif between == "a bounded tick":
        assert flow.tick(limit=1).more_due
        flow.log("acme", "contacted")
    flow.tick()
    assert due(flow) == date(2026, 3, 12)
    assert [record.type for record in flow.history("acme")].count("retimed") >= 1
    assert flow.tick().messages == ()
    assert flow.store.verify() == []


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_a_bounded_tick_looks_at_so_many_and_no_more(limit: int, home: Path, clock, channel) -> None:
    flow = opened(home, clock, channel, workflow="hourly")
    for number in range(3):
        flow.add(f"Firm {number}")
    clock.advance(timedelta(hours=9))
    report = flow.tick(limit=limit)
    assert len(report.tasks) == min(limit, 3)
    assert report.more_due is (limit < 3)
    assert len(flow.tick().tasks) == 3 - min(limit, 3)
    flow.close()


# -- undo --------------------------------------------------------------------------------------------------------------


def test_undo_runs_only_the_ticks_that_came_after_even_at_one_instant(
    home: Path, clock: ManualClock, channel: Channel
) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme")
    clock.advance(timedelta(days=6))
    flow.tick()
    flow.set("acme", {"decision_date": "2026-03-12"})
    flow.snooze(2, date(2026, 3, 20))
    before = flow.get("acme").state
    flow.undo("acme")
    assert flow.get("acme").state == before == "interviewed"


def test_undo_while_a_message_is_on_its_way_sends_it_once(home: Path, clock: ManualClock, channel: Channel) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme")
    clock.advance(timedelta(hours=20))
    beside = opened(home, clock, Channel())
    original = channel.send

    def send(message: Message) -> Outcome:
        beside.set("acme", {"decline_reason": "too far"})
        beside.undo()
        return original(message)

    channel.send = send  # type: ignore[method-assign]
    flow.tick()
    sent = [message.id for message in channel.delivered]
    assert sent
    clock.advance(timedelta(minutes=1))
    flow.tick()
    assert [message.id for message in channel.delivered] == sent


def test_undo_does_not_bring_back_what_a_newer_word_had_overtaken(
    home: Path, clock: ManualClock, channel: Channel
) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme")
    clock.set(datetime(2026, 3, 11, 23, 0, tzinfo=UTC))  # the morning of the due day was missed: held until 08:00
    flow.tick()
    clock.set(datetime(2026, 3, 12, 9, 0, tzinfo=UTC))
    flow.tick()
    said = [(message.tasks, message.kind) for message in channel.delivered]
    assert {kind for _, kind in said} == {"overdue"}
    flow.set("acme", {"decline_reason": "too far"})
    flow.undo()
    clock.advance(timedelta(minutes=5))
    flow.tick()
    assert [(message.tasks, message.kind) for message in channel.delivered] == said


# -- delivery ----------------------------------------------------------------------------------------------------------


def test_what_a_tick_made_untrue_is_not_said(home: Path, clock: ManualClock, channel: Channel) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme", workflow="hourly")
    clock.advance(timedelta(hours=8, minutes=30))
    flow.tick()
    clock.set(datetime(2026, 3, 13, 12, 0, tzinfo=UTC))  # the laptop slept; state two since, "Look" cancelled
    flow.tick()
    assert flow.get("acme").state == "two"
    assert "Look" not in " ".join(message.subject for message in channel.delivered)
    assert {message.kind for message in channel.delivered} == {"moved", "opened"}


NIGHT = datetime(2026, 3, 12, 22, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 13, 8, 30, tzinfo=UTC)


def lapsed_at_night(home: Path, clock: ManualClock, channel: Channel) -> Jobflow:
    """Acme in state two since Thursday 18:00, its "Late" lapsed in the quiet hours before Saturday's morning."""
    flow = opened(home, clock, channel)
    flow.add("Acme", workflow="hourly")
    for moment in (NIGHT, MORNING):
        clock.set(moment)
        flow.tick()
    clock.set(NIGHT + timedelta(days=1))
    assert {change.to for change in flow.tick().tasks} == {"lapsed"}
    channel.delivered.clear()
    return flow


def test_what_happened_by_itself_is_told_whatever_else_is_said_at_night(
    home: Path, clock: ManualClock, channel: Channel
) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme", workflow="hourly")
    clock.set(NIGHT)
    assert {message.kind for message in flow.tick().messages} == {"moved", "opened"}
    flow.contact("acme", NewContact("interviewer", "Ada"))
    clock.set(MORNING)
    flow.tick()
    assert {message.kind for message in channel.delivered} == {"moved", "opened"}


def test_a_lapse_is_told_unless_it_was_done_all_the_same(home: Path, clock: ManualClock, channel: Channel) -> None:
    flow = lapsed_at_night(home, clock, channel)
    late = next(task.number for task in flow.get("acme").tasks if task.name == "late")
    flow.contact("acme", NewContact("interviewer", "Ada"))
    flow.done(late)
    flow.undo()
    clock.advance(timedelta(hours=11))
    flow.tick()
    assert [(message.kind, message.tasks) for message in channel.delivered] == [("lapsed", (late,))]


def test_a_lapse_that_was_done_all_the_same_is_not_told(home: Path, clock: ManualClock, channel: Channel) -> None:
    flow = lapsed_at_night(home, clock, channel)
    flow.done(next(task.number for task in flow.get("acme").tasks if task.name == "late"))
    clock.advance(timedelta(hours=11))
    flow.tick()
    assert channel.delivered == []


def test_a_state_that_the_user_left_since_is_not_told(home: Path, clock: ManualClock, channel: Channel) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme", workflow="hourly")
    clock.set(NIGHT)
    flow.tick()
    flow.done(next(task.number for task in flow.get("acme").tasks if task.name == "late"))
    assert flow.get("acme").state == "end"
    clock.set(MORNING)
    flow.tick()
    assert channel.delivered == []


def test_what_is_due_later_by_now_is_not_said_to_be_due(home: Path, clock: ManualClock, channel: Channel) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme", state="offer", facts={"offer_deadline": date(2026, 3, 13)})
    clock.set(datetime(2026, 3, 12, 22, 0, tzinfo=UTC))  # a laptop that was off all day: held until 08:00
    flow.tick()
    flow.set("acme", {"offer_deadline": date(2026, 3, 27)})
    clock.set(MORNING)
    flow.tick()
    decide = next(task.number for task in flow.get("acme").tasks if task.name == "decide")
    assert all(decide not in message.tasks for message in channel.delivered)
    assert channel.delivered


def test_undo_does_not_bring_back_what_an_earlier_command_had_silenced(
    home: Path, clock: ManualClock, channel: Channel
) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme")
    clock.set(datetime(2026, 3, 19, 22, 0, tzinfo=UTC))
    assert "moved" in {message.kind for message in flow.tick().messages}
    flow.log("acme", "reply")
    flow.set("acme", {"decline_reason": "too far"})  # at the same instant
    flow.undo()
    clock.advance(timedelta(hours=11))
    flow.tick()
    assert "moved" not in {message.kind for message in channel.delivered}


def test_what_waits_for_a_channel_that_is_gone_is_given_up_and_named(
    home: Path, clock: ManualClock, channel: Channel
) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme")
    clock.advance(timedelta(hours=20))
    channel.failing = True
    flow.tick()
    flow.close()
    silent = opened(home, clock, channel, channels={"console": {}})
    report = silent.tick()
    assert "no more" in report.given_up[0]
    assert report.next_wakeup_at is not None
    assert report.next_wakeup_at > clock.now()


def test_a_page_held_for_one_zone_does_not_keep_another_waiting(
    home: Path, clock: ManualClock, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobflow.engine.delivery.PAGE", 2)
    flow = opened(home, clock, channel)
    for number in range(3):
        flow.add(f"Night {number}", timezone="Pacific/Auckland", workflow="hourly")
    flow.add("Day", workflow="hourly")
    clock.advance(timedelta(hours=6, minutes=59))  # 20:59 in UTC, 09:59 in Auckland
    flow.tick()
    clock.set(datetime(2026, 3, 11, 8, 30, tzinfo=UTC))  # 08:30 and 21:30
    flow.tick()
    said = {message.application for message in channel.delivered}
    assert "day" in said


def test_what_opened_and_was_cancelled_in_one_tick_is_not_said(
    home: Path, clock: ManualClock, channel: Channel
) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme", workflow="hourly")
    clock.set(datetime(2026, 3, 13, 12, 0, tzinfo=UTC))
    flow.tick()
    assert {task.name: task.status for task in flow.get("acme").tasks}["look"] == "cancelled"
    assert sorted(message.kind for message in channel.delivered) == ["moved", "opened", "opened"]


def test_a_tick_has_an_end_whatever_the_rules(
    home: Path, clock: ManualClock, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme", workflow="hourly")
    flow.add("Beta")
    clock.set(datetime(2026, 3, 13, 12, 0, tzinfo=UTC))
    monkeypatch.setattr("jobflow.core.ticking.STEPS", 1)
    report = flow.tick()
    assert "never come to rest" in report.quarantined[0]
    assert flow.get("acme").state == "one"
    assert {message.application for message in channel.delivered} == {"beta"}


# -- late, several, far away -------------------------------------------------------------------------------------------


def test_done_late_is_recorded_and_moves_no_state_then_or_later(
    home: Path, clock: ManualClock, channel: Channel
) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme", workflow="hourly", state="two")
    late = next(task.number for task in flow.get("acme").tasks if task.name == "late")
    clock.advance(timedelta(days=3))
    flow.tick()
    assert {task.name: task.status for task in flow.get("acme").tasks}["late"] == "lapsed"
    (task,) = flow.done(late)
    assert task.status == "done"
    clock.advance(timedelta(days=1))
    flow.tick()
    assert flow.get("acme").state == "two"


def test_facts_with_tasks_of_several_applications_are_refused(home: Path, clock: ManualClock, channel: Channel) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme")
    flow.add("Beta")
    numbers = [task.number for app in flow.list() for task in app.tasks if task.name == "debrief"]
    with pytest.raises(Refused, match="several applications"):
        flow.done(*numbers, facts={"strengths": "calm"})
    assert {task.status for task in flow.done(*numbers)} == {"done"}


def test_a_snooze_can_be_shortened_but_not_before_the_rule(home: Path, clock: ManualClock, channel: Channel) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme", state="awaiting")
    check = next(task for task in flow.get("acme").tasks if task.name == "status_check")
    assert check.opens_at == datetime(2026, 3, 17, 9, 0, tzinfo=UTC)
    flow.snooze(check.number, date(2026, 3, 25))
    assert flow.snooze(check.number, date(2026, 3, 20)).opens_at == datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
    with pytest.raises(Refused, match="has passed"):
        flow.snooze(check.number, date(2026, 3, 9))
    with pytest.raises(Refused, match="Tue 17 Mar, 09:00"):
        flow.snooze(check.number, date(2026, 3, 12))


def test_names_are_kept_with_their_blanks_collapsed(home: Path, clock: ManualClock, channel: Channel) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme", contacts=[NewContact("interviewer", " Ada   Byron ")])
    acme = flow.contact("acme", NewContact("decision_maker", "ada byron"))
    assert [(contact.name, contact.roles) for contact in acme.contacts] == [
        ("Ada Byron", ("interviewer", "decision_maker"))
    ]


def test_what_comes_back_is_frozen(home: Path, clock: ManualClock, channel: Channel) -> None:
    acme = opened(home, clock, channel).add("Acme", facts={"decision_date": "2026-03-20"})
    with pytest.raises(TypeError):
        acme.facts["decision_date"] = "2026-03-21"  # type: ignore[index]
    with pytest.raises(AttributeError):
        acme.state = "closed"  # type: ignore[misc]


def test_a_source_is_added_once_unless_it_was_taken_back(home: Path, clock: ManualClock, channel: Channel) -> None:
    flow = opened(home, clock, channel)
    item = NewApplication(company="Acme", source="sheet:1")
    assert len(flow.add_all([item, item])) == 1
    assert flow.add_all([item]) == ()
    flow.undo()
    assert len(flow.add_all([item])) == 1


# -- damage ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "ask"),
    [
        ("UPDATE application SET state = replace(state, 'interviewed', 'intervieved')", "get"),
        ("UPDATE application SET state = replace(state, 'open', 'opem')", "tick"),
        ("UPDATE workflow SET text = replace(text, '1 business day', '2 business day')", "get"),
        ("UPDATE workflow SET text = substr(text, 2)", "tick"),
        ("UPDATE history SET data = replace(data, 'Acme', 'Acne')", "history"),
        ("UPDATE history SET data = replace(data, 'Acme', 'Acne')", "undo"),
        ("UPDATE application SET state = CAST(x'ff' AS TEXT)", "get"),
    ],
)
def test_a_changed_byte_is_damage_not_a_bug_and_not_believed(
    home: Path, clock: ManualClock, channel: Channel, statement: str, ask: str
) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme")
    flow.close()
    with sqlite3.connect(home / "jobflow.db") as connection:
        connection.execute("DROP TRIGGER history_is_not_changed")
        connection.execute(statement)
    connection.close()
    clock.advance(timedelta(days=1))
    flow = opened(home, clock, channel)
    with pytest.raises(StoreError, match="damaged"):
        getattr(flow, ask)(*(["acme"] if ask in ("get", "history") else []))


# -- rules that come along ---------------------------------------------------------------------------------------------


def test_rules_that_were_loaded_are_kept_in_a_database_without_a_folder(tmp_path: Path, clock: ManualClock) -> None:
    rules = jobflow.load_workflow(HOURLY)
    where = tmp_path / "search.db"
    with Jobflow.open(where, clock=clock, settings=Settings(timezone="UTC")) as flow:
        assert flow.add("Acme", workflow=rules).tasks[0].name == "look"
    clock.advance(timedelta(days=3))
    with Jobflow.open(where, clock=clock, settings=Settings(timezone="UTC")) as flow:
        assert flow.workflow_of("acme").hash == rules.workflow.hash
        assert [move.to for move in flow.tick().transitions] == ["two"]
        assert flow.undo()[0].retracted
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        flow.list()


# -- what an embedder gives by mistake ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda flow: flow.add("Globex", at="yesterday"), "not the str 'yesterday'"),
        (lambda flow: flow.log("acme", "reply", at="2026-03-09"), "not the str '2026-03-09'"),
        (lambda flow: flow.snooze(1, "tomorrow"), "not the str 'tomorrow'"),
        (lambda flow: flow.plan(until="+3d"), r"not the str '\+3d'"),
        (lambda flow: flow.tick("2026-03-11"), "not the str '2026-03-11'"),
        (lambda flow: flow.next(20260311), "not the int 20260311"),
        (lambda flow: flow.plan(until=date(9999, 12, 31)), "9999"),
        (lambda flow: flow.snooze(1, date(9999, 12, 31)), "9999"),
        (
            lambda flow: flow.add("Globex", workflow=jobflow.load_workflow(HOURLY).workflow),
            "is no workflow that",
        ),
        (lambda flow: flow.add("Globex", contacts=[("interviewer", "Ada")]), "is a NewContact, not the tuple"),
    ],
)
def test_what_is_of_the_wrong_kind_is_refused_with_what_is_right(call, said: str, home: Path, clock, channel) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme")
    before = flow.list()
    with pytest.raises(Refused, match=said) as caught:
        call(flow)
    assert caught.value.hint
    assert flow.list() == before
    flow.close()


# -- what was taken back -----------------------------------------------------------------------------------------------


def test_an_application_that_was_taken_back_is_not_taken_back_again(home: Path, clock, channel) -> None:
    flow = opened(home, clock, channel)
    flow.add("Acme")
    assert flow.undo("acme")[0].retracted
    history = flow.history(1)
    for name, said in ((1, "taken back already"), ("acme", "unknown application"), (None, "no command to take back")):
        with pytest.raises(jobflow.JobflowError, match=said):
            flow.undo(name)
    assert flow.history(1) == history
    flow.close()
