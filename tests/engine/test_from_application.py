"""Before the interview: who is named for it, and that nothing reminds of a date that does not stand any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobflow import Application, EventNotPossible, Jobflow, NewContact, Settings, Task
from jobflow.testing import ManualClock

BEGIN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ABOUT_THE_DATE = ("prepare", "prepare_next", "tell_how_it_went", "tell_how_the_next_went")
ADA, BOB, CLEO = (NewContact("interviewer", name) for name in ("Ada", "Bob", "Cleo"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(BEGIN)


@pytest.fixture
def flow(clock: ManualClock) -> Iterator[Jobflow]:
    with Jobflow.open(clock=clock, settings=Settings(timezone="UTC", workflow="from-application")) as opened:
        yield opened


def thanked(app: Application) -> list[str | None]:
    return [task.contact for task in app.tasks if task.name == "thank_you" and task.status != "cancelled"]


def test_who_is_named_with_the_invitation_is_thanked_after_the_interview(flow, clock):
    flow.add("Acme", state="applied")
    assert flow.get("acme").round == 0
    flow.log("acme", "interview_scheduled", facts={"interview_at": BEGIN + timedelta(days=2)}, contacts=[ADA])
    flow.contact("acme", BOB)
    assert thanked(flow.get("acme")) == []
    clock.advance(timedelta(days=2, hours=2))
    app = flow.log("acme", "interviewed", contacts=[CLEO])
    assert (app.round, app.state) == (1, "interviewed")
    assert sorted(str(name) for name in thanked(app)) == ["Ada", "Bob", "Cleo"]
    assert "interview_at" not in app.facts


def test_who_is_named_for_the_next_interview_is_not_thanked_for_the_last(flow, clock):
    flow.add("Acme", state="interviewed", contacts=[ADA])
    app = flow.log("acme", "interview_scheduled", facts={"interview_at": BEGIN + timedelta(days=3)}, contacts=[BOB])
    assert (app.state, app.round, thanked(app)) == ("next_interview", 1, ["Ada"])
    clock.advance(timedelta(days=3, hours=1))
    app = flow.log("acme", "interviewed")
    letters = [task.contact for task in app.tasks if task.name == "thank_you" and task.status == "open"]
    assert (app.round, letters) == (2, ["Bob"])


def test_who_is_known_from_before_the_first_round_keeps_the_rounds_when_replayed(flow):
    flow.add("Acme", contacts=[ADA])
    assert flow.get("acme").contacts[0].rounds == (0, 1)
    flow.log("acme", "applied")
    flow.contact("acme", NewContact("recruiter", "Ada"))
    assert flow.get("acme").contacts[0].rounds == (0, 1)
    assert flow.store.verify() == []


def test_an_older_search_begins_in_the_round_that_its_state_is_of(flow):
    assert [flow.add("A", state=state).round for state in ("saved", "applied", "interviewed", "awaiting", "offer")] == [
        0, 0, 1, 1, 1,
    ]  # fmt: skip


def test_a_debrief_waits_for_an_interview(flow, clock):
    app = flow.add("Acme", state="applied")
    assert [task.name for task in app.tasks] == ["nudge", "nudge_again"]
    clock.advance(timedelta(days=1))
    app = flow.log("acme", "interviewed")
    assert "debrief" in [task.name for task in app.tasks if task.status == "open"]


def test_an_employer_who_never_answers_is_asked_twice_and_left(flow, clock):
    flow.add("Acme", state="applied", at=BEGIN)
    asked = []
    while not flow.get("acme").final:
        clock.advance(timedelta(days=1))
        flow.tick()
        for task in flow.next():
            if task.counts:
                asked.append(clock.now().date())
                flow.done(task.number)
        assert clock.now() < BEGIN + timedelta(days=60)
    assert [(day - BEGIN.date()).days for day in asked] == [7, 14]
    assert (flow.get("acme").outcome, (clock.now() - BEGIN).days) == ("no_response", 43)


# -- no stale reminder (calcom/cal.diy issue 6973 is what must not happen) ---------------------------------------------

DOINGS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "interview_scheduled",
                "interview_moved",
                "interview_cancelled",
                "interviewed",
                "reply",
                "set",
                "unset",
                "wait",
            ]
        ),
        st.integers(1, 12),
        st.booleans(),
    ),
    max_size=20,
)


@given(DOINGS, st.sampled_from(["saved", "applied", "interviewed", "awaiting", "followed-up", "offer"]))
@settings(max_examples=60, deadline=None)
def test_whatever_is_moved_or_called_off_nothing_reminds_of_another_date(
    doings: list[tuple[str, int, bool]], state: str
):
    clock = ManualClock(BEGIN)
    with Jobflow.open(clock=clock, settings=Settings(timezone="UTC", workflow="from-application")) as flow:
        flow.add("Acme", state=state)
        for what, number, with_a_date in doings:
            at = (clock.now() + timedelta(days=number)).replace(hour=14, minute=number)
            facts = {"interview_at": at} if with_a_date else {}
            try:
                if what == "wait":
                    for _ in range(number):
                        clock.advance(timedelta(hours=11))
                        check_told(flow, flow.tick().messages)
                elif what in ("set", "unset"):
                    flow.set("acme", {"interview_at": at if what == "set" else None})
                else:
                    flow.log("acme", what, facts=facts if what in ("interview_scheduled", "interview_moved") else {})
            except EventNotPossible:
                continue
            check_tasks(flow.get("acme"))
            clock.advance(timedelta(minutes=7))
            check_told(flow, flow.tick().messages)
            check_tasks(flow.get("acme"))


def interview(app: Application) -> datetime | None:
    found = app.facts.get("interview_at")
    return datetime.fromisoformat(str(found)) if found is not None else None


def check_tasks(app: Application) -> None:
    """What is still to be done about an interview is about the one that stands."""
    for task in app.tasks:
        if task.name in ABOUT_THE_DATE and task.settled_at is None:
            assert app.state in ("interview_scheduled", "next_interview")
            assert interview(app) is not None
            check_date(task, interview(app))


def check_date(task: Task, at: datetime | None) -> None:
    assert at is not None
    if task.name.startswith("prepare"):
        assert task.due_at is not None
        assert task.due_at >= at  # due with the interview, or at once where it is known too late
        assert task.opens_at is None or task.opens_at <= max(at, task.due_at)
    else:
        assert task.opens_at is not None
        assert task.opens_at >= at


def check_told(flow: Jobflow, messages: tuple[object, ...]) -> None:
    """What was told just now of preparing or of how it went is of the date that stands."""
    app = flow.get("acme")
    names = {task.number: task for task in app.tasks}
    for message in messages:
        task = names.get(getattr(message, "task", None) or 0)
        if task is not None and task.name in ABOUT_THE_DATE and getattr(message, "status", "") != "dropped":
            assert interview(app) is not None
            assert app.state in ("interview_scheduled", "next_interview")
