"""The search itself: what is counted, by an oracle of its own, and what becomes of the one that looks after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobflow import Jobflow, NewContact, Refused, Settings
from jobflow.testing import ManualClock

BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTINGS = Settings(timezone="UTC")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(BEGIN)


@pytest.fixture
def flow(clock: ManualClock, tmp_path) -> Iterator[Jobflow]:
    with Jobflow.open(str(tmp_path), clock=clock, settings=SETTINGS) as opened:
        yield opened


def facts(flow: Jobflow) -> dict[str, object]:
    return dict(flow.search().facts)


def test_it_is_counted_when_it_begins_and_with_each_tick_that_follows_something(flow, clock):
    flow.add("Acme", contacts=[NewContact("referrer", "Cleo")])
    flow.start_search()
    assert facts(flow) == {
        "live": 1, "new_lately": 1, "referrals_lately": 1, "accepted": 0, "last_added": "2026-03-02",
    }  # fmt: skip
    clock.advance(timedelta(days=1))
    flow.add("Globex")
    assert facts(flow)["live"] == 1
    flow.tick()
    assert (facts(flow)["live"], facts(flow)["last_added"]) == (2, "2026-03-03")
    flow.log("acme", "rejected")
    clock.advance(timedelta(minutes=1))
    flow.tick()
    assert facts(flow)["live"] == 1
    clock.advance(timedelta(days=14))
    flow.tick()
    assert (facts(flow)["new_lately"], facts(flow)["referrals_lately"]) == (0, 0)


def test_there_is_one_and_it_is_no_application_for_a_job(flow):
    with pytest.raises(Refused, match="nobody looks after your search yet"):
        flow.search()
    app = flow.start_search()
    assert (app.company, app.slug, app.workflow) == ("Your search", "your-search", "keep-looking")
    with pytest.raises(Refused, match="already"):
        flow.start_search()
    with pytest.raises(Refused, match="about the search"):
        flow.add("Acme", workflow="keep-looking")
    with pytest.raises(Refused, match="about a job"):
        flow.start_search("after-interview") if flow.stop_search() else None
    assert flow.list(all=True) == ()
    assert flow.stats().applications == 0
    assert flow.offers().pending == ()
    assert flow.lessons().interviews == 0
    assert b"search" not in flow.export("json", all=True)


def test_nobody_tells_what_is_counted(flow):
    flow.start_search()
    with pytest.raises(Refused, match="counted by jobflow"):
        flow.set("your-search", {"live": 9})


def test_an_accepted_offer_ends_it_and_it_can_begin_anew(flow, clock):
    flow.add("Old", state="accepting")
    flow.done(next(t.number for t in flow.get("old").tasks))
    assert flow.get("old").outcome == "accepted"
    clock.advance(timedelta(hours=1))
    flow.start_search()
    assert facts(flow)["accepted"] == 0  # that was before
    flow.add("Acme", state="accepting")
    flow.done(next(t.number for t in flow.get("acme").tasks if t.name == "acceptance"))
    clock.advance(timedelta(hours=1))
    flow.tick()
    assert (flow.search().state, flow.search().outcome) == ("over", "found")
    flow.tick()
    clock.advance(timedelta(hours=1))
    assert flow.start_search().slug == "your-search-2"


def test_its_beginning_is_undone_like_anything(flow):
    flow.start_search()
    flow.undo()
    with pytest.raises(Refused, match="nobody looks after"):
        flow.search()
    flow.tick()
    assert flow.start_search().state == "looking"
    flow.stop_search()
    flow.undo()
    assert flow.search().state == "looking"


def test_a_week_is_no_news_but_what_is_to_do_is(flow, clock):
    for number in range(4):
        flow.add(f"Company {number}")
    flow.start_search()
    subjects = []
    for _ in range(21):
        clock.advance(timedelta(days=1))
        flow.add(f"Another {clock.now():%d}")
        report = flow.tick()
        subjects += [m.subject for m in report.messages if m.slug == "your-search" and m.kind != "due"]
    assert len(subjects) == 3
    assert all("Look over your search" in subject for subject in subjects)


DOINGS = st.lists(
    st.tuples(st.sampled_from(["add", "referred", "reject", "accept", "interview", "wait"]), st.integers(0, 9)),
    max_size=25,
)


@given(DOINGS)
@settings(max_examples=25, deadline=None)
def test_what_is_recorded_is_what_there_is(doings: list[tuple[str, int]]):
    clock = ManualClock(BEGIN)
    with Jobflow.open(clock=clock, settings=SETTINGS) as flow:
        flow.start_search()
        for what, which in doings:
            clock.advance(timedelta(hours=7))
            live = [app for app in flow.list() if app.state in ("interviewed", "awaiting", "thanked", "followed-up")]
            if what == "add":
                flow.add("Acme")
            elif what == "referred":
                flow.add("Acme", contacts=[NewContact("referrer", "Cleo")])
            elif what == "wait":
                clock.advance(timedelta(days=which))
            elif live:
                app = live[which % len(live)]
                if what == "accept":
                    flow.log(app.slug, "offer")
                    flow.log(app.slug, "accepted")
                    flow.done(next(t.number for t in flow.get(app.slug).tasks if t.name == "acceptance"))
                else:
                    flow.log(app.slug, {"reject": "rejected", "interview": "interviewed"}[what])
            flow.tick()
            if flow.search().final:
                assert any(app.outcome == "accepted" for app in flow.list(all=True))
                return
            # By what the command line shows of each, and by days of the calendar alone.
            apps = [job.to_json() for job in flow.list(all=True)]
            early = (clock.now() - timedelta(days=14)).date().isoformat()
            interviews = {}
            for job in apps:
                rounds = [r for r in flow.history(job["slug"]) if r.type in ("added", "round_started")]
                interviews[job["slug"]] = max(r.at for r in rounds).date().isoformat()
            referred = [a for a in apps if any("referrer" in c["roles"] for c in a["contacts"])]
            known = {
                "live": sum(job["outcome"] is None for job in apps),
                "new_lately": sum(job["began_at"][:10] > early for job in apps),
                "referrals_lately": sum(interviews[job["slug"]] > early for job in referred),
                "accepted": 0,
            }
            if apps:
                known["last_added"] = max(job["began_at"][:10] for job in apps)
            assert facts(flow) == known
