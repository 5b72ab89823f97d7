"""The search in numbers: stories told by hand, with what a reader would count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobflow import Jobflow, NewContact, Settings, Stats
from jobflow.core.statistics import ANSWERS, FEWEST, STAGES, middle
from jobflow.render.numbers import stats_lines
from jobflow.testing import ManualClock

BEGIN = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(BEGIN)


@pytest.fixture
def flow(clock: ManualClock) -> Iterator[Jobflow]:
    with Jobflow.open(clock=clock, settings=Settings(timezone="UTC")) as opened:
        yield opened


def apply(
    flow: Jobflow, clock: ManualClock, company: str, answers_after: float | None, event: str = "rejected"
) -> None:
    flow.add(company, workflow="from-application", state="applied", at=BEGIN)
    if answers_after is not None:
        flow.log(company.lower(), event, at=BEGIN + timedelta(days=answers_after))


def test_a_funnel_and_its_flows(flow, clock):
    flow.add("Saved", workflow="from-application")
    flow.add("Applied", workflow="from-application", state="applied")
    flow.add("Lapsed", workflow="from-application")
    flow.log("lapsed", "withdrawn")
    flow.add("Seen")
    flow.add("Twice")
    clock.advance(timedelta(days=3))
    flow.log("twice", "interviewed")
    flow.log("twice", "offer")
    flow.add("Hired", state="accepting")
    flow.done(next(task.number for task in flow.get("hired").tasks))
    stats = flow.stats()
    assert stats.funnel == dict(zip(STAGES, (2, 4, 3, 1, 2, 1), strict=True))
    assert stats.flows == {
        ("saved", "open"): 1, ("applied", "open"): 1, ("saved", "withdrawn"): 1, ("applied", "interview"): 3,
        ("interview", "open"): 1, ("interview", "second interview"): 1, ("second interview", "offer"): 1,
        ("offer", "open"): 1, ("interview", "offer"): 1, ("offer", "accepted"): 1,
    }  # fmt: skip
    assert stats.outcomes == {"withdrawn": 1, "accepted": 1}
    assert stats.applications == 6


def test_how_long_they_take_and_who_is_late(flow, clock):
    clock.set(BEGIN + timedelta(days=19))
    for number, days in enumerate([2, 3, 5, 8, 9, 10, 11, 11.5, 12, 12], start=1):
        apply(flow, clock, f"Answered{number}", days)
    apply(flow, clock, "Late", None)
    flow.add("Early", workflow="from-application", state="applied")
    stats = flow.stats()
    times = stats.times_after("application")
    assert (times.curve.observed, times.curve.censored, times.too_few) == (10, 2, False)
    assert (times.median, times.most) == (10, 12)
    assert [(wait.application, int(wait.days)) for wait in stats.waiting] == [("late", 19), ("early", 0)]
    lines = "\n".join(stats_lines(stats))
    assert (
        "Late, after applying: employers who answered at all did so within 12 days (9 in 10); this one is at 19"
        in lines
    )
    assert "Early: 0 days after applying (usual: up to 12)" in lines
    assert "after an interview: too few to say (0 answers, 0 without; it takes 5)" in lines


def test_too_few_is_said(flow, clock):
    clock.set(BEGIN + timedelta(days=30))
    for number in range(FEWEST - 1):
        apply(flow, clock, f"Answered{number}", number + 1)
    times = flow.stats().times_after("application")
    assert (times.too_few, times.median, times.most) == (True, None, None)
    assert "Who has not answered" not in "\n".join(stats_lines(flow.stats()))
    apply(flow, clock, "Enough", 3)
    assert flow.stats().times_after("application").too_few is False


def test_where_fewer_than_half_ever_answer(flow, clock):
    clock.set(BEGIN + timedelta(days=30))
    for number in range(6):
        apply(flow, clock, f"Answered{number}", 3)
        apply(flow, clock, f"Silent{number}", None)
        apply(flow, clock, f"Mute{number}", None)
    assert flow.stats().times_after("application").median is None
    assert "fewer than half ever answer" in "\n".join(stats_lines(flow.stats()))
    assert "  and 2 more" in list(stats_lines(flow.stats()))


def test_each_wait_ends_with_the_first_answer_and_no_other(flow, clock):
    flow.add("Acme", contacts=[NewContact("interviewer", "Ada")])
    clock.advance(timedelta(days=2))
    flow.log("acme", "contacted")
    clock.advance(timedelta(days=2))
    flow.log("acme", "contacted")
    clock.advance(timedelta(days=1))
    flow.log("acme", "reply")
    clock.advance(timedelta(days=1))
    flow.log("acme", "offer")
    stats = flow.stats()
    assert stats.employers == {"Acme": (5.0, 1.0)}
    follow_up = stats.times_after("follow-up")
    assert (follow_up.curve.observed, follow_up.curve.censored) == (1, 1)  # the second one ended the first unanswered
    assert stats.waiting == ()
    assert "Acme: 2 answers, in the middle after 3 days" in "\n".join(stats_lines(stats))


def test_what_changed_this_month(flow, clock):
    flow.add("Acme", workflow="from-application", state="applied")
    flow.add("Globex")
    clock.set(datetime(2026, 3, 10, 9, 0, tzinfo=UTC))
    flow.log("acme", "interview_scheduled")
    flow.log("acme", "interviewed")
    flow.log("globex", "offer")
    flow.log("globex", "declined")
    flow.add("Initech", workflow="from-application")
    flow.log("initech", "applied")
    flow.add("Hooli")
    flow.log("hooli", "rejected")
    month, before = flow.stats().month, flow.stats().month_before
    assert month.to_json() == {
        "month": "2026-03", "new": 2, "applied": 1, "interviews": 2, "answers": 3, "offers": 1, "closed": 1,
    }  # fmt: skip
    assert before.to_json() == {
        "month": "2026-02", "new": 2, "applied": 1, "interviews": 1, "answers": 0, "offers": 0, "closed": 0,
    }  # fmt: skip
    clock.set(datetime(2027, 1, 10, 9, 0, tzinfo=UTC))
    assert flow.stats().month_before.begins.isoformat() == "2026-12-01"


def test_what_was_taken_back_does_not_count(flow, clock):
    flow.add("Acme")
    before = flow.stats().to_json()
    flow.log("acme", "offer")
    flow.undo()
    flow.add("Globex")
    flow.undo()
    assert flow.stats().to_json() == before


def test_nothing_is_nothing(flow):
    assert list(stats_lines(flow.stats())) == ["Nothing is recorded yet."]
    assert middle([1, 2, 9]) == 2


EVENTS = [
    "applied",
    "interview_scheduled",
    "interviewed",
    "reply",
    "offer",
    "rejected",
    "withdrawn",
    "contacted",
    "accepted",
]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["add", *EVENTS]), st.integers(0, 96)), max_size=40))
@settings(max_examples=40, deadline=None)
def test_whatever_happens_nobody_is_counted_twice_or_lost(doings: list[tuple[int, str, int]]):
    clock = ManualClock(BEGIN)
    with Jobflow.open(clock=clock, settings=Settings(timezone="UTC")) as flow:
        answers = 0
        for which, what, hours in doings:
            clock.advance(timedelta(hours=hours))
            apps = flow.list(all=True)
            if what == "add" or not apps:
                flow.add("Acme", workflow="from-application")
                continue
            try:
                flow.log(apps[which % len(apps)].slug, what)
            except Exception:
                continue
            answers += what in ANSWERS
        stats: Stats = flow.stats()
    assert stats.applications == len(flow_paths(stats))
    assert (
        sum(stats.outcomes.values()) + sum(n for (_, to), n in stats.flows.items() if to == "open")
        == stats.applications
    )
    for times in stats.times:
        assert times.curve.observed <= answers
        assert times.too_few is (times.median is None and times.most is None)
    for stage in STAGES[1:]:
        into = sum(n for (_, to), n in stats.flows.items() if to == stage)
        out = sum(n for (source, _), n in stats.flows.items() if source == stage)
        assert into <= stats.funnel[stage]
        assert out == (stats.funnel[stage] if stage != "accepted" else 0)


def flow_paths(stats: Stats) -> list[str]:
    """One end for each application."""
    return [to for (_, to), count in stats.flows.items() for _ in range(count) if to not in STAGES or to == "accepted"]
