"""Workflows of one's own: every kind of timing policy, task, limit, guard and event, dated by hand."""

from pathlib import Path

import pytest

from jobflow.core.errors import EventNotPossible

from .scenario import Scenario

HEAD = """
format: 1
workflow: mine
version: 1
title: Mine
initial: here
roles: {interviewer: Someone who asked, referrer: Who brought you in}
facts:
  trip: {type: date, ask: When do you travel?}
  visit: {type: datetime, ask: When do you go there?}
  salary: {type: number, ask: How much?}
limits:
  pings: {at_most: 2, apart: 2 business days, reset: [answered]}
  once: {at_most: 1}
events:
  rejected: {to: closed, outcome: rejected}
  pinged: {counts: pings}
  told: {counts: once}
  answered: {}
  again: {to: here}
  go: {to: there}
  interviewed: {to: here, starts: round}
"""

TAIL = """
  closed: {title: Over, final: true}
"""

THERE = """
  there: {title: There}
"""


def story(home: Path, states: str, *people: str, tasks: str = "", start: str = "Tue 10 Mar 10:00", **facts) -> Scenario:
    """A scenario that has just entered `here` of a workflow with these states."""
    spanning = f"tasks:\n{tasks}" if tasks else ""
    text = f"{HEAD}{spanning}\nstates:\n{states}{TAIL}"
    return Scenario(start, workflow=text, home=home).add(*people, **facts)


def timed(home: Path, opens: str, start: str = "Tue 10 Mar 10:00", **facts) -> Scenario:
    """One task with this opening, in a state that is never left by itself."""
    here = f"""
  here:
    title: Here
    tasks:
      ping: {{kind: todo, title: Ping, opens: {opens}, due: 1 week}}
{THERE}"""
    return story(home, here, start=start, **facts)


# -- sizes ------------------------------------------------------------------------------------------------------


def test_minutes_and_hours(tmp_path):
    # 10:00 + 90 minutes opens 11:30, due + 4 hours = 15:30, would lapse + 30 minutes = 16:00, but not before the end
    # of the first full business day after the day on which it was recorded as open: Wed 11 Mar 18:00. It opened on
    # the due day, so there is no reminder for that; overdue Wed 11 Mar 09:00.
    here = """
  here:
    title: Here
    tasks:
      ping: {kind: todo, title: Ping, opens: 90 minutes, due: 4 hours, lapses: 30 minutes}
"""
    s = story(tmp_path, here + THERE).at("Tue 10 Mar 11:29").tick().expect_nothing()
    s.at("Tue 10 Mar 11:30").tick().expect_task("ping", status="open", opens="Tue 10 Mar 11:30", due="Tue 10 Mar 15:30")
    s.at("Tue 10 Mar 15:31").expect_task("ping", status="overdue").at("Tue 10 Mar 16:00").tick()
    s.expect_task("ping", status="overdue").at("Wed 11 Mar 09:00").tick().at("Wed 11 Mar 17:59").tick()
    s.expect_task("ping", status="overdue").at("Wed 11 Mar 18:00").tick().expect_task("ping", status="lapsed")
    s.expect_timeline(
        "ping", ("Tue 10 Mar 11:30", "opened"), ("Wed 11 Mar 09:00", "overdue"), ("Wed 11 Mar 18:00", "lapsed")
    )


def test_a_timed_transition_in_hours_leaves_a_full_business_day(tmp_path):
    # 10:00 + 2 hours = 12:00, but not before the end of the first full business day after: Wed 11 Mar 18:00.
    here = """
  here:
    title: Here
    transitions: [{to: there, after: 2 hours}]
"""
    s = story(tmp_path, here + THERE).at("Tue 10 Mar 12:00").tick().expect_state("here")
    s.at("Wed 11 Mar 17:59").tick().expect_state("here")
    s.at("Wed 11 Mar 18:00").tick().expect_state("there", since="Wed 11 Mar 18:00")


@pytest.mark.parametrize(
    ("opens", "instant"),
    [
        ("90 minutes", "Tue 10 Mar 11:30"),
        ("PT90M", "Tue 10 Mar 11:30"),
        ("26 hours", "Wed 11 Mar 12:00"),
        ("1 day", "Wed 11 Mar 09:00"),
        ("P3D", "Fri 13 Mar 09:00"),
        ("4 days", "Sat 14 Mar 09:00"),
        ("3 business days", "Fri 13 Mar 09:00"),
        ("4 business days", "Mon 16 Mar 09:00"),
        ("2 weeks", "Tue 24 Mar 09:00"),
        ("P2W", "Tue 24 Mar 09:00"),
        ("1 month", "Fri 10 Apr 09:00"),
    ],
)
def test_sizes_as_openings(tmp_path, opens, instant):
    # From Tue 10 Mar 10:00. Minutes and hours are elapsed time, everything else the start of the day reached.
    s = timed(tmp_path, opens).expect_task("ping", status="waiting", opens=instant).at(instant).tick()
    s.expect_task("ping", status="open", opens=instant)


@pytest.mark.parametrize(
    ("opens", "instant"),
    [
        ("{after: 4 days, since: entered}", "Sat 14 Mar 09:00"),
        ("{after: 4 days, since: entered, roll: forward}", "Mon 16 Mar 09:00"),
        ("{after: 4 days, since: entered, roll: back}", "Fri 13 Mar 09:00"),
        ("{after: 2 days, since: entered, roll: forward}", "Thu 12 Mar 09:00"),
        ("{after: 2 days, since: entered, roll: back}", "Thu 12 Mar 09:00"),
    ],
)
def test_rolling(tmp_path, opens, instant):
    # Tue 10 Mar + 4 days is Sat 14 Mar: forward to Monday, back to Friday. A business day stays.
    timed(tmp_path, opens).expect_task("ping", opens=instant)


@pytest.mark.parametrize(
    ("opens", "trip", "instant"),
    [
        # Strictly before Mon 30 Mar: Fri 27, Thu 26, Wed 25.
        ("{before: 3 business days, of: trip}", "Mon 30 Mar", "Wed 25 Mar 09:00"),
        # Strictly before Sun 29 Mar: Fri 27.
        ("{before: 1 business day, of: trip}", "Sun 29 Mar", "Fri 27 Mar 09:00"),
        ("{before: 1 week, of: trip}", "Mon 30 Mar", "Mon 23 Mar 09:00"),
        # Sun 29 - 1 day = Sat 28, rolled back to Fri 27.
        ("{before: 1 day, of: trip, roll: back}", "Sun 29 Mar", "Fri 27 Mar 09:00"),
        # Strictly after Sat 28 Mar: Mon 30, Tue 31.
        ("{after: 2 business days, since: trip}", "Sat 28 Mar", "Tue 31 Mar 09:00"),
        # 0 rolls forward to the first business day on or after.
        ("{after: 0 business days, since: trip}", "Sat 28 Mar", "Mon 30 Mar 09:00"),
        ("{after: 0 business days, since: trip}", "Fri 27 Mar", "Fri 27 Mar 09:00"),
        ("{at: trip}", "Fri 27 Mar", "Fri 27 Mar 09:00"),
    ],
)
def test_around_a_date(tmp_path, opens, trip, instant):
    timed(tmp_path, opens, trip=trip).expect_task("ping", status="waiting", opens=instant)


def test_a_fact_with_a_time_of_day_keeps_it(tmp_path):
    timed(tmp_path, "{at: visit}", visit="Thu 12 Mar 15:45").expect_task("ping", opens="Thu 12 Mar 15:45")


def test_an_opening_unknown_until_the_fact_is_given(tmp_path):
    # Without `trip` nothing opens, however long; with Mon 30 Mar it is Mon 30 Mar 09:00.
    s = timed(tmp_path, "{at: trip}").tick_daily("Fri 20 Mar 18:00").expect_messages()
    assert [t for t in s.tasks("ping") if t.status != "waiting"] == []
    s.set(trip="Mon 30 Mar").expect_task("ping", status="waiting", opens="Mon 30 Mar 09:00")
    s.at("Mon 30 Mar 09:00").tick().expect_messages(("opened", "ping"))


def test_a_task_never_opens_before_its_state(tmp_path):
    # Mon 2 Mar is before Tue 10 Mar 10:00.
    timed(tmp_path, "{at: trip}", trip="Mon 2 Mar").expect_task("ping", opens="Tue 10 Mar 10:00")


@pytest.mark.parametrize(
    ("opens", "trip", "instant"),
    [
        # 1 week after entry is Tue 17 Mar; 1 business day after Thu 12 is Fri 13, after Thu 19 is Fri 20.
        ("earliest", None, "Tue 17 Mar 09:00"),
        ("earliest", "Thu 12 Mar", "Fri 13 Mar 09:00"),
        ("earliest", "Thu 19 Mar", "Tue 17 Mar 09:00"),
        ("latest", None, "Tue 17 Mar 09:00"),
        ("latest", "Thu 12 Mar", "Tue 17 Mar 09:00"),
        ("latest", "Thu 19 Mar", "Fri 20 Mar 09:00"),
        ("first_known", None, "Tue 17 Mar 09:00"),
        ("first_known", "Thu 12 Mar", "Fri 13 Mar 09:00"),
        ("first_known", "Thu 19 Mar", "Fri 20 Mar 09:00"),
    ],
)
def test_of_several_policies(tmp_path, opens, trip, instant):
    facts = {"trip": trip} if trip else {}
    policy = f"{{{opens}: [{{after: 1 business day, since: trip}}, {{after: 1 week, since: entered}}]}}"
    timed(tmp_path, policy, **facts).expect_task("ping", opens=instant)


@pytest.mark.parametrize(("trip", "instant"), [(None, "Sun 15 Mar 09:00"), ("Mon 30 Mar", "Thu 12 Mar 09:00")])
def test_a_member_under_a_condition(tmp_path, trip, instant):
    # Known: 2 days after entry = Thu 12 Mar; unknown: 5 days = Sun 15 Mar.
    facts = {"trip": trip} if trip else {}
    policy = "{first_known: [{after: 2 days, since: entered, when: {known: trip}}, {after: 5 days, since: entered}]}"
    timed(tmp_path, policy, **facts).expect_task("ping", opens=instant)


@pytest.mark.parametrize(
    ("anchor", "instant"),
    [
        # Entered Tue 10, the trip Thu 12 Mar: + 1 day.
        ("{latest: [entered, trip]}", "Fri 13 Mar 09:00"),
        ("{earliest: [entered, trip]}", "Wed 11 Mar 09:00"),
        ("{first_known: [trip, entered]}", "Fri 13 Mar 09:00"),
        ("{first_known: [visit, entered]}", "Wed 11 Mar 09:00"),
        ("{latest: [visit, trip]}", "Fri 13 Mar 09:00"),
    ],
)
def test_of_several_anchors(tmp_path, anchor, instant):
    s = timed(tmp_path, f"{{after: 1 day, since: {anchor}}}", trip="Thu 12 Mar")
    s.expect_task("ping", opens=instant)


def test_anchors_of_tasks_events_and_limits(tmp_path):
    # letter skipped Wed 11 Mar: settled then, done never. + 2 business days since it was settled = Fri 13 Mar 09:00.
    # Then pinged Thu 12 Mar: + 1 week since the event = Thu 19 Mar; + 2 weeks since the limit's last contact = Thu 26
    # Mar.
    here = """
  here:
    title: Here
    tasks:
      letter: {kind: letter, title: Write, due: 1 week}
      settled: {kind: todo, title: After, opens: {after: 2 business days, since: letter.settled}, due: 1 week}
      written: {kind: todo, title: After, opens: {after: 2 business days, since: letter}, due: 1 week}
      event: {kind: todo, title: After, opens: {after: 1 week, since: pinged}, due: 1 week}
      limit: {kind: todo, title: After, opens: {after: 2 weeks, since: pings}, due: 1 week}
"""
    s = story(tmp_path, here + THERE).at("Wed 11 Mar 11:00").skip("letter")
    s.expect_task("settled", opens="Fri 13 Mar 09:00").at("Thu 12 Mar 11:00").log("pinged")
    s.expect_task("event", opens="Thu 19 Mar 09:00").expect_task("limit", opens="Thu 26 Mar 09:00")
    s.tick_daily("Thu 19 Mar 09:00").expect_messages(("opened", "settled"), ("opened", "event"))
    # Written after all on Fri 20 Mar (late is fine): + 2 business days = Tue 24 Mar 09:00.
    s.at("Fri 20 Mar 10:00").done("letter").expect_task("written", opens="Tue 24 Mar 09:00")


def test_due_and_lapse_of_ones_own(tmp_path):
    # Due at the trip, a date: Fri 27 Mar 18:00. Lapses at the earliest of 1 week after the due (Fri 3 Apr) and 2
    # business days after the trip (Tue 31 Mar): Tue 31 Mar 18:00.
    here = """
  here:
    title: Here
    tasks:
      pack:
        kind: todo
        title: Pack
        due: {at: trip}
        lapses: {earliest: [{after: 1 week, since: due}, {after: 2 business days, since: trip}]}
"""
    s = story(tmp_path, here + THERE, trip="Fri 27 Mar")
    s.expect_task("pack", status="open", due="Fri 27 Mar 18:00", lapses="Tue 31 Mar 18:00")
    s.tick_daily("Tue 31 Mar 17:59").expect_task("pack", status="overdue")
    s.at("Tue 31 Mar 18:00").tick().expect_task("pack", status="lapsed")


def test_one_reminder_where_the_task_says_so(tmp_path):
    # Due Wed 11 Mar, announced 09:00; overdue once: Thu 12 Mar 09:00.
    here = """
  here:
    title: Here
    tasks:
      ping: {kind: todo, title: Ping, due: 1 day, remind: {every: 1 business day, at_most: 1}}
"""
    s = story(tmp_path, here + THERE).tick_daily("Fri 20 Mar 18:00")
    s.expect_timeline("ping", ("Wed 11 Mar 09:00", "due"), ("Thu 12 Mar 09:00", "overdue"))


def test_a_lapse_in_hours_over_the_weekend(tmp_path):
    # Fri 13 Mar 10:00: opens 11:00, due 12:00, would lapse 13:00. The first full business day after Fri 13 is Mon 16
    # Mar.
    here = """
  here:
    title: Here
    tasks:
      ping: {kind: todo, title: Ping, opens: 1 hour, due: 1 hour, lapses: 1 hour}
"""
    s = story(tmp_path, here + THERE, start="Fri 13 Mar 10:00").at("Fri 13 Mar 11:00").tick()
    s.tick_daily("Mon 16 Mar 17:59", hours=("09:00", "12:00", "13:00", "17:59"))
    s.expect_task("ping", status="overdue").at("Mon 16 Mar 18:00").tick().expect_task("ping", status="lapsed")


# -- tasks ------------------------------------------------------------------------------------------------------


LETTERS = """
  here:
    title: Here
    tasks:
      letter: {kind: letter, title: Thank them, each: [interviewer], due: 1 business day, lapses: 2 business days}
    transitions: [{to: there, when: {settled: letter}}]
"""


def test_nobody_to_write_to_counts_as_settled(tmp_path):
    # No interviewer, no `otherwise`: no task, and the state is left at once.
    story(tmp_path, LETTERS + THERE, "referrer=Fay").expect_state("there").expect_people("letter")


def test_everybody_to_write_to_must_be_settled(tmp_path):
    s = story(tmp_path, LETTERS + THERE, "interviewer=Bob", "interviewer=Cy").expect_state("here")
    s.at("Tue 10 Mar 11:00").skip("letter", who="Bob").expect_state("here").done("letter", who="Cy")
    s.expect_state("there")


def test_a_lapse_settles(tmp_path):
    # Due Wed 11 Mar, lapses + 2 business days = Fri 13 Mar 18:00.
    s = story(tmp_path, LETTERS + THERE, "interviewer=Bob").tick_daily("Fri 13 Mar 17:59").expect_state("here")
    s.at("Fri 13 Mar 18:00").tick().expect_state("there", since="Fri 13 Mar 18:00")


WRITTEN = LETTERS.replace("settled: letter", "done: letter")


def test_done_asks_for_at_least_one(tmp_path):
    # Both skipped: settled, but none done, so nothing moves.
    s = story(tmp_path, WRITTEN + THERE, "interviewer=Bob", "interviewer=Cy").at("Tue 10 Mar 11:00")
    s.skip("letter", who="Bob").skip("letter", who="Cy").expect_state("here")


def test_a_task_is_cancelled_when_its_condition_stops_holding(tmp_path):
    here = """
  here:
    title: Here
    tasks:
      ask: {kind: todo, title: Ask when, when: {unknown: trip}, due: 1 day}
      book: {kind: todo, title: Book, when: {known: trip}, due: 1 day}
"""
    s = story(tmp_path, here + THERE).expect_task("ask", status="open").expect_no_task("book")
    s.at("Tue 10 Mar 15:00").set(trip="Mon 30 Mar").expect_task("ask", status="cancelled").expect_no_task("ask")
    # book comes into being then: due + 1 day = Wed 11 Mar 18:00.
    s.expect_task("book", status="open", due="Wed 11 Mar 18:00")


SPANNING = """
  here:
    title: Here
  there:
    title: There
  beyond:
    title: Beyond
    events: {again: {to: here}}
"""


def test_a_task_during_two_states(tmp_path):
    # Tue 10 Mar + 2 days = Thu 12 Mar 18:00, through here and there; cancelled beyond.
    tasks = "  note: {during: [here, there], kind: form, title: Note, due: 2 days}"
    states = SPANNING.replace("title: There", "title: There\n    transitions: [{to: beyond, when: {happened: pinged}}]")
    s = story(tmp_path, states, tasks=tasks).at("Wed 11 Mar 10:00").log("go").expect_state("there")
    assert len(s.tasks("note")) == 1
    s.expect_task("note", status="open", opens="Tue 10 Mar 10:00", due="Thu 12 Mar 18:00")
    s.at("Wed 11 Mar 11:00").log("pinged").expect_state("beyond").expect_task("note", status="cancelled")


def test_once_for_the_application_and_once_for_each_round(tmp_path):
    # Round 1 Tue 10 Mar, round 2 Tue 17 Mar. The form is asked for anew (due Wed 18 Mar), the thanks are not.
    tasks = """  form: {during: live, kind: form, title: Note, due: 1 day}
  thanks: {during: live, once: application, kind: letter, title: Thank, each: [referrer], due: 3 business days}"""
    s = story(tmp_path, SPANNING, "referrer=Fay", tasks=tasks)
    s.expect_task("form", due="Wed 11 Mar 18:00").expect_task("thanks", "Fay", due="Fri 13 Mar 18:00")
    s.at("Tue 10 Mar 11:00").done("form", "thanks").at("Tue 17 Mar 10:00").log("interviewed", "interviewer=Bob")
    s.expect_task("form", status="open", due="Wed 18 Mar 18:00").expect_people("thanks")
    assert len(s.tasks("form")) == 2
    assert len(s.tasks("thanks")) == 1


def test_entering_the_same_state_anew(tmp_path):
    # Entered again Wed 11 Mar 12:00: the old task is cancelled, a new one opens, due + 1 day = Thu 12 Mar 18:00.
    here = """
  here:
    title: Here
    tasks:
      ping: {kind: todo, title: Ping, due: 1 day}
    transitions: [{to: there, after: 3 business days}]
"""
    s = story(tmp_path, here + THERE).expect_task("ping", due="Wed 11 Mar 18:00")
    s.at("Wed 11 Mar 12:00").log("again").expect_state("here", since="Wed 11 Mar 12:00")
    s.expect_task("ping", status="cancelled")
    s.expect_task("ping", status="open", opens="Wed 11 Mar 12:00", due="Thu 12 Mar 18:00")
    # The timer counts from the new entry: + 3 business days (12, 13, 16) = Mon 16 Mar 18:00.
    s.tick_daily("Mon 16 Mar 17:59").expect_state("here").at("Mon 16 Mar 18:00").tick().expect_state("there")


# -- limits -----------------------------------------------------------------------------------------------------


CALL = """
  here:
    title: Here
    tasks:
      call: {kind: call, title: Call, counts: LIMIT, opens: OPENS, due: 1 week}
    transitions: [{to: there, when: {settled: call}}]
"""


def call(limit: str, opens: str) -> str:
    return CALL.replace("LIMIT", limit).replace("OPENS", opens) + THERE


def test_spacing_of_ones_own(tmp_path):
    # Would open Thu 12 Mar. Pinged Wed 11 Mar: + 2 business days = Fri 13 Mar 09:00.
    s = story(tmp_path, call("pings", "2 days")).expect_task("call", opens="Thu 12 Mar 09:00")
    s.at("Wed 11 Mar 10:00").log("pinged").expect_task("call", status="waiting", opens="Fri 13 Mar 09:00")


def test_a_full_limit_withholds_at_the_opening(tmp_path):
    # Pinged twice on Tue 10 Mar: full, free again on Thu 12 Mar as far as spacing goes. The call would open Fri 13 Mar
    # 09:00: withheld then, which counts as settled.
    s = story(tmp_path, call("pings", "3 days")).at("Tue 10 Mar 11:00").log("pinged").log("pinged")
    s.tick_daily("Fri 13 Mar 08:59").expect_state("here").expect_task("call", status="waiting")
    s.at("Fri 13 Mar 09:00").tick().expect_task("call", status="withheld")
    s.expect_state("there", since="Fri 13 Mar 09:00").expect_timeline("call")


def test_an_open_task_is_withheld_by_the_next_tick(tmp_path):
    # At most one, no spacing: open since Tue 10 Mar 10:00; told at 11:00 fills the limit. Withholding is a tick's.
    s = story(tmp_path, call("once", "{after: 0 minutes, since: entered}")).tick().expect_task("call", status="open")
    s.at("Tue 10 Mar 11:00").log("told").expect_state("here")
    s.at("Tue 10 Mar 11:05").tick().expect_task("call", status="withheld").expect_state("there")


def test_a_reset_clears_count_and_spacing(tmp_path):
    # Pinged twice on Wed 11 Mar, answered the same day: the call opens Thu 12 Mar 09:00 as if nothing had been.
    s = story(tmp_path, call("pings", "2 days")).at("Wed 11 Mar 10:00").log("pinged").log("pinged")
    s.at("Wed 11 Mar 11:00").log("answered").expect_task("call", status="waiting", opens="Thu 12 Mar 09:00")
    s.at("Thu 12 Mar 09:00").tick().expect_task("call", status="open").expect_state("here")


def test_counting_as_a_trigger(tmp_path):
    here = """
  here:
    title: Here
    transitions: [{to: there, when: {count: {pings: {at_least: 2}}}}]
"""
    s = story(tmp_path, here + THERE).at("Tue 10 Mar 11:00").log("pinged").expect_state("here")
    s.at("Tue 10 Mar 12:00").log("pinged").expect_state("there", since="Tue 10 Mar 12:00")


# -- transitions and events -------------------------------------------------------------------------------------


GUARDED = """
  here:
    title: Here
    transitions:
      - {to: rich, event: decided, when: {fact: {salary: {at_least: 50000}}}}
      - {to: fair, event: decided, when: {any: [{known: trip}, {all: [{known: salary}, {not: {unknown: visit}}]}]}}
      - {to: poor, event: decided, when: {known: salary}}
  rich: {title: Rich}
  fair: {title: Fair}
  poor: {title: Poor}
"""


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"salary": 50000}, "rich"),
        ({"salary": 60000, "trip": "Mon 30 Mar"}, "rich"),
        ({"salary": 40000, "trip": "Mon 30 Mar"}, "fair"),
        ({"salary": 40000, "visit": "Thu 12 Mar 15:45"}, "fair"),
        ({"trip": "Mon 30 Mar"}, "fair"),
        ({"salary": 40000}, "poor"),
    ],
)
def test_the_first_guard_that_holds_wins(tmp_path, facts, state):
    story(tmp_path, GUARDED + THERE, **facts).at("Tue 10 Mar 11:00").log("decided").expect_state(state)


def test_no_guard_holds(tmp_path):
    s = story(tmp_path, GUARDED + THERE)
    with pytest.raises(EventNotPossible):
        s.at("Tue 10 Mar 11:00").log("decided")
    s.expect_state("here")


def test_a_guarded_timer(tmp_path):
    # 1 business day = Wed 11 Mar 18:00, but only once the trip is known; the other way + 3 business days = Fri 13 Mar
    # 18:00.
    here = """
  here:
    title: Here
    transitions:
      - {to: there, after: 1 business day, when: {known: trip}}
      - {to: beyond, after: 3 business days}
  beyond: {title: Beyond}
"""
    s = story(tmp_path, here + THERE, trip="Mon 30 Mar")
    s.at("Wed 11 Mar 18:00").tick().expect_state("there")
    home = tmp_path / "other"
    home.mkdir()
    t = story(home, here + THERE).tick_daily("Fri 13 Mar 17:59").expect_state("here")
    t.at("Fri 13 Mar 18:00").tick().expect_state("beyond")


def test_a_transition_at_a_fact(tmp_path):
    # A date: its end of day, Fri 20 Mar 18:00.
    here = """
  here:
    title: Here
    transitions: [{to: there, at: {at: trip}}]
"""
    s = story(tmp_path, here + THERE, trip="Fri 20 Mar").tick_daily("Fri 20 Mar 17:59").expect_state("here")
    s.at("Fri 20 Mar 18:00").tick().expect_state("there", since="Fri 20 Mar 18:00")


def test_a_week_without_roll_may_end_on_a_saturday(tmp_path):
    # Sat 14 Mar + 1 week = Sat 21 Mar 18:00.
    here = """
  here:
    title: Here
    transitions: [{to: there, after: 1 week}]
"""
    s = story(tmp_path, here + THERE, start="Sat 14 Mar 10:00").tick_daily("Sat 21 Mar 17:59").expect_state("here")
    s.at("Sat 21 Mar 18:00").tick().expect_state("there", since="Sat 21 Mar 18:00")


def test_an_event_that_moves_nothing(tmp_path):
    here = """
  here:
    title: Here
    tasks:
      ping: {kind: todo, title: Ping, due: 1 day}
"""
    s = story(tmp_path, here + THERE).at("Tue 10 Mar 11:00").log("answered")
    s.expect_state("here", since="Tue 10 Mar 10:00").expect_task("ping", status="open", opens="Tue 10 Mar 10:00")


def test_a_states_own_event_replaces_the_common_one(tmp_path):
    here = """
  here:
    title: Here
    events: {go: {to: beyond}}
  beyond: {title: Beyond}
"""
    s = story(tmp_path, here + THERE).at("Tue 10 Mar 11:00").log("go").expect_state("beyond")
    s.at("Tue 10 Mar 12:00").log("go").expect_state("there")


def test_happened_is_of_this_round(tmp_path):
    here = """
  here:
    title: Here
    tasks:
      write: {kind: todo, title: Write, due: 1 day}
    transitions: [{to: there, when: {all: [{happened: answered}, {settled: write}]}}]
"""
    s = story(tmp_path, here + THERE).at("Tue 10 Mar 11:00").log("answered").expect_state("here")
    s.at("Tue 10 Mar 12:00").log("interviewed").at("Tue 10 Mar 13:00").done("write").expect_state("here")
    s.at("Tue 10 Mar 14:00").log("answered").expect_state("there")


def test_a_final_state_ends_everything(tmp_path):
    tasks = "  note: {during: live, kind: form, title: Note, due: 2 days}"
    here = """
  here:
    title: Here
    tasks:
      ping: {kind: todo, title: Ping, due: 1 day, lapses: 2 days}
    transitions: [{to: there, after: 3 days}]
"""
    s = story(tmp_path, here + THERE, tasks=tasks).at("Tue 10 Mar 11:00").log("rejected")
    s.expect_state("closed", outcome="rejected").expect_task("ping", status="cancelled")
    s.expect_task("note", status="cancelled")
    for event in ("answered", "again", "pinged", "interviewed", "rejected"):
        with pytest.raises(EventNotPossible):
            s.at("Tue 10 Mar 12:00").log(event)
    s.tick_daily("Fri 20 Mar 18:00").expect_messages().expect_state("closed", outcome="rejected")


def test_a_final_state_with_an_event_of_its_own(tmp_path):
    here = """
  here:
    title: Here
  over: {title: Done, final: true, events: {again: {to: here, when: {outcome: lost}}}}
  won: {title: Won, final: true}
"""
    states = here.replace(
        "title: Here",
        """title: Here
    transitions:
      - {to: over, event: lose, outcome: lost}
      - {to: over, event: win, outcome: won}""",
        1,
    )
    s = story(tmp_path, states + THERE).at("Tue 10 Mar 11:00").log("lose").expect_state("over", outcome="lost")
    s.at("Tue 10 Mar 12:00").log("again").expect_state("here", outcome=None)
    s.at("Tue 10 Mar 13:00").log("win").expect_state("over", outcome="won")
    with pytest.raises(EventNotPossible):
        s.at("Tue 10 Mar 14:00").log("again")
