"""Laptops that sleep, clocks that are wrong, facts told late, ticks at odd times."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jobflow import Jobflow
from jobflow.core.errors import ClockSetBack, Refused
from jobflow.core.settings import Settings

from .scenario import Scenario, SetClock, contacts

CHAIN = """
format: 1
workflow: mine
version: 1
title: One thing after another
initial: one
events:
  rejected: {to: closed, outcome: rejected}
states:
  one:
    title: One
    transitions: [{to: two, after: 1 day}]
  two:
    title: Two
    transitions: [{to: three, after: 1 day}]
  three:
    title: Three
  closed: {title: Over, final: true}
"""


def awaiting(**options) -> Scenario:
    s = Scenario("Tue 10 Mar 14:00", **options).add("decision_maker=Ada").at("Wed 11 Mar 10:00")
    return s.thanked_and_debriefed().expect_state("awaiting")


# -- asleep -----------------------------------------------------------------------------------------------------


def test_six_weeks_asleep_after_the_interview():
    # Six weeks after Tue 10 Mar is Tue 21 Apr 10:00. One tick: each task lapses with one message that says so; awaiting
    # from now; the call opens now, due + 1 week = Tue 28 Apr 18:00, lapses + 5 (29, 30, 1, 4, 5) = Tue 5 May 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").tick().expect_nothing()
    s.at("Tue 21 Apr 10:00").tick()
    s.expect_messages(
        ("lapsed", "thank_you"), ("lapsed", "debrief"), ("lapsed", "ask_decision_date"), ("opened", "status_check")
    )
    s.expect_state("awaiting", since="Tue 21 Apr 10:00")
    s.expect_task(
        "status_check", status="open", opens="Tue 21 Apr 10:00", due="Tue 28 Apr 18:00", lapses="Tue 5 May 18:00"
    )
    s.tick().expect_nothing()
    s.at("Tue 21 Apr 10:30").tick().expect_nothing().expect_state("awaiting")


def test_six_weeks_asleep_with_a_decision_date():
    # Decision Fri 20 Mar: everything fell due meanwhile, but only awaiting is reached; the call opens now, due
    # 1 business day after = Wed 22 Apr 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", decision_date="Fri 20 Mar").tick()
    s.at("Tue 21 Apr 10:00").tick().expect_state("awaiting", since="Tue 21 Apr 10:00")
    s.expect_task("status_check", status="open", opens="Tue 21 Apr 10:00", due="Wed 22 Apr 18:00")


def test_six_weeks_asleep_after_the_thanks():
    # thanked Wed 11 Mar; the debrief is undone. On Wed 22 Apr 10:00: awaiting from now, the call (would have been
    # Wed 18 Mar) opens now, due + 1 week = Wed 29 Apr 18:00. Nothing further.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").done("thank_you").tick()
    s.expect_messages(("due", "debrief"), ("due", "ask_decision_date"))
    s.at("Wed 22 Apr 10:00").tick().expect_state("awaiting", since="Wed 22 Apr 10:00")
    s.expect_messages(("lapsed", "debrief"), ("lapsed", "ask_decision_date"), ("opened", "status_check"))
    s.expect_task("status_check", status="open", opens="Wed 22 Apr 10:00", due="Wed 29 Apr 18:00")
    s.tick().expect_nothing()


def test_six_weeks_asleep_before_the_call():
    # The call would have opened Wed 18 Mar, been due and lapsed Wed 1 Apr. But nobody was told: it opens now, Wed 22
    # Apr 10:00, due + 1 week = Wed 29 Apr 18:00, lapses + 5 (30, 1, 4, 5, 6) = Wed 6 May 18:00.
    s = awaiting().done("ask_decision_date").tick().at("Wed 22 Apr 10:00").tick()
    s.expect_messages(("opened", "status_check")).expect_state("awaiting", since="Wed 11 Mar 10:00")
    s.expect_task(
        "status_check", status="open", opens="Wed 22 Apr 10:00", due="Wed 29 Apr 18:00", lapses="Wed 6 May 18:00"
    )


def test_six_weeks_asleep_with_an_open_call():
    # Open and announced on Wed 18 Mar, lapses Wed 1 Apr. Asleep until Wed 29 Apr 10:00: lapsed with a message, not in
    # silence; followed-up from now; last_email + 1 week = Wed 6 May 09:00.
    s = awaiting().done("ask_decision_date").at("Wed 18 Mar 09:00").tick().expect_messages(("opened", "status_check"))
    s.at("Wed 29 Apr 10:00").tick().expect_messages(("lapsed", "status_check"))
    s.expect_state("followed-up", since="Wed 29 Apr 10:00")
    s.expect_task("last_email", status="waiting", opens="Wed 6 May 09:00")


def test_six_weeks_asleep_before_the_last_email():
    # followed-up Wed 18 Mar; the email would have opened Wed 25 Mar. On Wed 29 Apr 10:00 it opens, due + 1 week = Wed
    # 6 May 18:00; nothing is closed.
    s = awaiting().done("ask_decision_date").at("Wed 18 Mar 09:00").tick().at("Wed 18 Mar 10:00").done("status_check")
    s.tick().at("Wed 29 Apr 10:00").tick().expect_state("followed-up")
    s.expect_task("last_email", status="open", opens="Wed 29 Apr 10:00", due="Wed 6 May 18:00")


def test_six_weeks_asleep_before_the_closing():
    # Email sent Wed 25 Mar; closing would have been Wed 8 Apr 18:00. On Wed 6 May 10:00 it is closed, as of now.
    s = awaiting().at("Wed 18 Mar 09:00").tick().at("Wed 18 Mar 10:00").done("status_check")
    s.at("Wed 25 Mar 09:00").tick().at("Wed 25 Mar 10:00").done("last_email").tick()
    s.at("Wed 6 May 10:00").tick().expect_moved()
    s.expect_state("closed", outcome="no_response", since="Wed 6 May 10:00")


def test_a_tick_takes_one_timed_transition_and_the_next_counts_from_it(tmp_path):
    # Punctual: one since Tue 10 Mar: two on Wed 11 Mar 18:00, three on Thu 12 Mar 18:00.
    s = Scenario("Tue 10 Mar 10:00", workflow=CHAIN, home=tmp_path).add()
    s.tick_daily("Wed 11 Mar 17:59").expect_state("one").at("Wed 11 Mar 18:00").tick()
    s.expect_state("two", since="Wed 11 Mar 18:00").tick_daily("Thu 12 Mar 17:59").expect_state("two")
    s.at("Thu 12 Mar 18:00").tick().expect_state("three", since="Thu 12 Mar 18:00")


def test_six_weeks_asleep_take_one_timed_transition(tmp_path):
    # Tue 21 Apr 10:00: two, from now. three + 1 day = Wed 22 Apr 18:00, which is also the end of the first full
    # business day after the entry was recorded.
    s = Scenario("Tue 10 Mar 10:00", workflow=CHAIN, home=tmp_path).add().tick().at("Tue 21 Apr 10:00").tick()
    s.expect_state("two", since="Tue 21 Apr 10:00")
    assert s.report is not None
    assert len(s.report.transitions) == 1
    s.tick().expect_nothing()
    s.tick_daily("Wed 22 Apr 17:59").expect_state("two").at("Wed 22 Apr 18:00").tick().expect_state("three")


def test_a_state_entered_unnoticed_is_not_left_before_a_full_business_day(tmp_path):
    # two is reached Wed 11 Mar 18:00 but recorded on Thu 12 Mar 09:00: within a day, so it counts from Wed 11 Mar
    # 18:00. three would be Thu 12 Mar 18:00, but not before the end of the first full business day after Thu 12: Fri
    # 13 Mar 18:00.
    s = Scenario("Tue 10 Mar 10:00", workflow=CHAIN, home=tmp_path).add().at("Thu 12 Mar 09:00").tick()
    s.expect_state("two", since="Wed 11 Mar 18:00").at("Thu 12 Mar 18:00").tick().expect_state("two")
    s.tick_daily("Fri 13 Mar 17:59").expect_state("two").at("Fri 13 Mar 18:00").tick().expect_state("three")


def test_a_day_that_ends_on_a_weekend_waits_for_a_full_business_day(tmp_path):
    # Fri 13 Mar + 1 day = Sat 14 Mar 18:00, but the first full business day after Fri 13 is Mon 16: Mon 16 Mar 18:00.
    s = Scenario("Fri 13 Mar 10:00", workflow=CHAIN, home=tmp_path).add()
    s.tick_daily("Mon 16 Mar 17:59").expect_state("one").at("Mon 16 Mar 18:00").tick().expect_state("two")


def test_seven_weeks_asleep_with_an_offer():
    # Deadline Fri 27 Mar, lapsed Fri 3 Apr. On Mon 4 May: closed, as of now, with at most one message about each task.
    s = awaiting().at("Mon 16 Mar 11:00").log("offer", offer_deadline="Fri 27 Mar").tick()
    s.at("Mon 4 May 10:00").tick().expect_state("closed", outcome="offer_lapsed", since="Mon 4 May 10:00")
    s.tick().expect_nothing()


def test_a_decision_date_told_after_it_has_passed():
    # On Mon 16 Mar the user learns that they were to decide on Thu 12 Mar: 1 business day after was Fri 13 Mar 18:00,
    # three days ago. The next tick moves on, from now; the call opens with it, due 1 business day later = Tue 17 Mar
    # 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").tick_daily("Fri 13 Mar 18:00")
    s.at("Mon 16 Mar 10:00").set(decision_date="Thu 12 Mar").at("Mon 16 Mar 10:05").tick()
    s.expect_state("awaiting", since="Mon 16 Mar 10:05").expect_task(
        "status_check", status="open", due="Tue 17 Mar 18:00"
    )


# -- a little late, or much -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tick", "opens", "due"),
    [
        # 23 hours after Wed 18 Mar 09:00: counts from there; due + 1 week = Wed 25 Mar 18:00.
        ("Thu 19 Mar 08:00", "Wed 18 Mar 09:00", "Wed 25 Mar 18:00"),
        # 25 hours after: counts from now; due + 1 week = Thu 26 Mar 18:00.
        ("Thu 19 Mar 10:00", "Thu 19 Mar 10:00", "Thu 26 Mar 18:00"),
    ],
)
def test_an_opening_noticed_late(tick, opens, due):
    awaiting().tick().at(tick).tick().expect_task("status_check", status="open", opens=opens, due=due)


@pytest.mark.parametrize(
    ("tick", "since"),
    [
        # thanked Wed 11 Mar + 2 business days = Fri 13 Mar 18:00. 23 hours after: from there.
        ("Sat 14 Mar 17:00", "Fri 13 Mar 18:00"),
        # 63 hours after: from now.
        ("Mon 16 Mar 09:00", "Mon 16 Mar 09:00"),
    ],
)
def test_a_transition_noticed_late(tick, since):
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").done("thank_you").tick()
    s.at(tick).tick().expect_state("awaiting", since=since)


@pytest.mark.parametrize(
    ("tick", "since", "due"),
    [
        # The letter lapses Wed 18 Mar 18:00. 16 hours after: from there; the call is due + 1 week = Wed 25 Mar 18:00.
        ("Thu 19 Mar 10:00", "Wed 18 Mar 18:00", "Wed 25 Mar 18:00"),
        # 40 hours after: from now; due + 1 week = Fri 27 Mar 18:00.
        ("Fri 20 Mar 10:00", "Fri 20 Mar 10:00", "Fri 27 Mar 18:00"),
    ],
)
def test_a_lapse_noticed_late(tick, since, due):
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").tick_daily("Tue 17 Mar 18:00").at(tick).tick()
    s.expect_state("awaiting", since=since).expect_task("status_check", status="open", opens=since, due=due)


def test_the_same_tick_twice():
    # All day long, every tick is followed by one at the same instant, which does nothing.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    for when in ("Wed 11 Mar 09:00", "Thu 12 Mar 09:00", "Wed 18 Mar 18:00", "Wed 25 Mar 09:00", "Wed 1 Apr 18:00"):
        s.at(when).tick()
        assert s.said
        before = [(record.seq, record.type) for record in s.jobflow.history(s.number)]
        s.tick().expect_nothing()
        assert [(record.seq, record.type) for record in s.jobflow.history(s.number)] == before


@pytest.mark.parametrize("minutes", [60, 7 * 60, 24 * 60])
def test_the_cadence_of_ticks_does_not_matter(minutes):
    # From Tue 10 Mar 14:00, hourly, every seven hours or daily, a lazy user's application walks the same states with
    # the same tasks, within a day and one business day a state: three states by Wed 29 Apr, so closed by Mon 11 May
    # at the latest.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").tick_every(minutes, "Mon 11 May 18:00")
    s.expect_state("closed", outcome="no_response")
    assert sorted((t.name, t.status) for t in s.app.tasks) == [
        ("ask_decision_date", "lapsed"),
        ("debrief", "lapsed"),
        ("last_email", "lapsed"),
        ("status_check", "lapsed"),
        ("thank_you", "lapsed"),
    ]


# -- told late --------------------------------------------------------------------------------------------------


def test_three_weeks_late():
    # It was Tue 10 Mar, told Tue 31 Mar 10:00. Due and lapse are long past, yet nothing lapses before the end of the
    # first full business day after: Wed 1 Apr 18:00. Then awaiting; the call (would have been Tue 17 Mar) opens on
    # entry, due + 1 week = Wed 8 Apr 18:00.
    s = Scenario("Tue 31 Mar 10:00").add("decision_maker=Ada", on="Tue 10 Mar 14:00")
    s.expect_state("interviewed", since="Tue 10 Mar 14:00").expect_task("thank_you", status="overdue")
    s.tick_every(60, "Wed 1 Apr 17:00").at("Wed 1 Apr 17:59").tick()
    s.expect_state("interviewed").expect_task("thank_you", status="overdue").expect_task("debrief", status="overdue")
    s.at("Wed 1 Apr 18:00").tick().expect_task("thank_you", status="lapsed").expect_task("debrief", status="lapsed")
    s.expect_state("awaiting", since="Wed 1 Apr 18:00")
    s.expect_task("status_check", status="open", opens="Wed 1 Apr 18:00", due="Wed 8 Apr 18:00")
    assert ("lapsed", "thank_you", "Ada") in [s.spoken(message) for message in s.fresh]


def test_a_letter_written_in_the_grace():
    # Told Tue 31 Mar, written Wed 1 Apr 12:00: thanked, not lapsed.
    s = Scenario("Tue 31 Mar 10:00").add("decision_maker=Ada", on="Tue 10 Mar 14:00").tick()
    s.at("Wed 1 Apr 12:00").done("thank_you").expect_state("thanked")


def test_told_on_the_friday_before_memorial_day():
    # It was Mon 11 May (letter lapses Tue 19 May 18:00), told Fri 22 May: the first full business day after is not
    # Mon 25 May (Memorial Day) but Tue 26 May 18:00.
    s = Scenario("Fri 22 May 10:00", country="US").add("decision_maker=Ada", on="Mon 11 May 14:00").tick()
    s.tick_daily("Tue 26 May 17:59").expect_state("interviewed").expect_task("thank_you", status="overdue")
    s.at("Tue 26 May 18:00").tick().expect_task("thank_you", status="lapsed").expect_state("awaiting")


def test_told_hours_before_the_lapse():
    # It was Mon 9 Mar: due Tue 10, lapses Tue 17 Mar 18:00. Told Tue 17 Mar 10:00: not before Wed 18 Mar 18:00.
    s = Scenario("Tue 17 Mar 10:00").add("decision_maker=Ada", on="Mon 9 Mar 14:00").tick()
    s.at("Tue 17 Mar 18:00").tick().expect_task("thank_you", status="overdue")
    s.at("Wed 18 Mar 17:59").tick().expect_task("thank_you", status="overdue")
    s.at("Wed 18 Mar 18:00").tick().expect_task("thank_you", status="lapsed")


def test_told_late_with_a_decision_date_that_has_passed():
    # It was Tue 10 Mar, they decide Fri 20 Mar, told Wed 25 Mar 10:00. awaiting would be Mon 23 Mar 18:00: not before
    # Thu 26 Mar 18:00. The call opens on entry, due 1 business day after = Fri 27 Mar 18:00.
    s = Scenario("Wed 25 Mar 10:00").add("decision_maker=Ada", on="Tue 10 Mar 14:00", decision_date="Fri 20 Mar")
    s.tick_daily("Thu 26 Mar 17:59").expect_state("interviewed").at("Thu 26 Mar 18:00").tick()
    s.expect_state("awaiting", since="Thu 26 Mar 18:00")
    s.expect_task("status_check", status="open", opens="Thu 26 Mar 18:00", due="Fri 27 Mar 18:00")


def test_told_two_days_late():
    # It was Tue 10 Mar, told Thu 12 Mar 10:00: due Wed 11 Mar, so overdue already, and so it is said on Fri 13 and
    # Mon 16.
    s = Scenario("Thu 12 Mar 10:00").add("decision_maker=Ada", on="Tue 10 Mar 14:00")
    s.expect_task("thank_you", status="overdue", due="Wed 11 Mar 18:00", lapses="Wed 18 Mar 18:00")
    s.at("Fri 13 Mar 08:00").tick()
    s.fresh = []
    s.at("Fri 13 Mar 09:00").tick()
    assert ("overdue", "thank_you", "Ada") in [s.spoken(message) for message in s.fresh]
    s.at("Mon 16 Mar 09:00").tick()
    assert ("overdue", "thank_you", "Ada") in [s.spoken(message) for message in s.said]


# -- dates that can't be ----------------------------------------------------------------------------------------


def test_a_date_alone_is_noon_or_now_where_that_is_earlier():
    # Tue 10 Mar told at 14:00: 12:00. Told at 09:30: 09:30. Monday told on Tuesday: Monday 12:00.
    assert_entered = {
        ("Tue 10 Mar 14:00", "Tue 10 Mar"): "Tue 10 Mar 12:00",
        ("Tue 10 Mar 09:30", "Tue 10 Mar"): "Tue 10 Mar 09:30",
        ("Tue 10 Mar 09:30", "Mon 9 Mar"): "Mon 9 Mar 12:00",
    }
    for (now, on), entered in assert_entered.items():
        Scenario(now).add("decision_maker=Ada", on=on).expect_state("interviewed", since=entered)


def test_the_future_is_refused():
    s = Scenario("Tue 10 Mar 14:00")
    with pytest.raises(Refused):
        s.add("decision_maker=Ada", on="Wed 11 Mar 10:00")
    with pytest.raises(Refused):
        s.add("decision_maker=Ada", on="Wed 11 Mar")
    assert s.jobflow.list(all=True) == ()
    s.add("decision_maker=Ada")
    for event, on in (("contacted", "Tue 10 Mar 15:00"), ("rejected", "Wed 11 Mar")):
        with pytest.raises(Refused):
            s.log(event, on=on)
    with pytest.raises(Refused):
        s.done("thank_you", on="Tue 10 Mar 14:05")
    s.expect_state("interviewed").expect_task("thank_you", status="open")


def test_before_the_application_began_is_refused():
    s = Scenario("Wed 11 Mar 14:00").add("decision_maker=Ada", on="Tue 10 Mar 14:00")
    before = len(s.jobflow.history(s.number))
    for on in ("Tue 10 Mar 13:59", "Mon 9 Mar"):
        with pytest.raises(Refused):
            s.log("contacted", on=on)
    assert len(s.jobflow.history(s.number)) == before
    s.log("contacted", on="Tue 10 Mar 14:00")
    assert len(s.jobflow.history(s.number)) > before


# -- clocks -----------------------------------------------------------------------------------------------------


def test_a_clock_set_back_a_little_counts_as_the_last_instant():
    # Recorded at 14:00; at 13:10 a contact is logged: it counts as 14:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Tue 10 Mar 13:10").log("contacted")
    record = s.jobflow.history(s.number)[-1]
    assert (s.say(record.at), s.say(record.recorded_at)) == ("Tue 10 Mar 14:00", "Tue 10 Mar 14:00")
    s.at("Tue 10 Mar 13:00").log("contacted")
    assert s.say(s.jobflow.history(s.number)[-1].recorded_at) == "Tue 10 Mar 14:00"


def test_a_clock_set_back_by_more_is_refused():
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Tue 10 Mar 12:59")
    before = len(s.jobflow.history(s.number))
    for command in (
        lambda: s.log("contacted"),
        lambda: s.done("thank_you"),
        lambda: s.set(decision_date="Fri 20 Mar"),
        lambda: s.contact("interviewer=Bob"),
        lambda: s.skip("thank_you"),
    ):
        with pytest.raises(ClockSetBack):
            command()
    assert len(s.jobflow.history(s.number)) == before
    s.expect_state("interviewed").expect_people("thank_you", "Ada")


def test_undo_does_not_mind_the_clock():
    # A slip with the clock a day ahead: once it is right again, undo still takes the slip back.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 14:00").log("rejected")
    s.at("Tue 10 Mar 15:00").undo().expect_state("interviewed").expect_task("thank_you", status="open")


def test_what_another_application_recorded_under_the_later_clock_still_bars_it():
    # Both ticked on Wed 1 Apr by a wrong clock. Undo on Tue 10 Mar frees the one it is about; the other is ahead yet.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    other = s.jobflow.add("Initech").number
    s.at("Wed 1 Apr 09:00").tick().at("Tue 10 Mar 15:00")
    s.jobflow.undo(other)
    with pytest.raises(ClockSetBack, match="about acme was recorded at 2026-04-01 09:00"):
        s.log("contacted")
    s.at("Wed 1 Apr 08:30").log("contacted")


def test_a_jump_of_the_system_clock_waits_for_a_second_tick():
    # Fri 1 May is 52 days after the tick of Tue 10 Mar: more than 45, so held; the next tick confirms.
    s = Scenario("Tue 10 Mar 14:00", pinned=False).add("decision_maker=Ada").tick()
    s.at("Fri 1 May 10:00").tick().expect_nothing().expect_state("interviewed")
    assert s.report is not None
    assert s.report.held is not None
    s.at("Fri 1 May 10:15").tick().expect_state("awaiting")
    assert s.report.held is None


def test_a_jump_that_turns_out_wrong_did_no_harm():
    # Held on Fri 1 May, then the clock is right again: on Wed 11 Mar 09:00 everything is as it should be.
    s = Scenario("Tue 10 Mar 14:00", pinned=False).add("decision_maker=Ada").tick()
    s.at("Fri 1 May 10:00").tick().expect_nothing()
    s.at("Wed 11 Mar 09:00").tick().expect_state("interviewed")
    s.expect_messages(("due", "thank_you"), ("due", "debrief"), ("due", "ask_decision_date"))


def test_a_jump_accepted():
    s = Scenario("Tue 10 Mar 14:00", pinned=False).add("decision_maker=Ada").tick()
    s.at("Fri 1 May 10:00").tick(accept_jump=True).expect_state("awaiting")


def test_six_weeks_are_no_jump():
    # 42 days are fewer than 45.
    s = Scenario("Tue 10 Mar 14:00", pinned=False).add("decision_maker=Ada").tick()
    s.at("Tue 21 Apr 10:00").tick().expect_state("awaiting")


def test_a_pinned_clock_is_taken_at_its_word():
    s = Scenario("Tue 10 Mar 14:00", pinned=True).add("decision_maker=Ada").tick()
    s.at("Fri 1 May 10:00").tick().expect_state("awaiting")


def test_a_change_of_configuration_times_anew(tmp_path):
    # Due Wed 11 Mar 18:00. From Wed 11 Mar on the working day ends at 17:00: due Wed 11 Mar 17:00 after the next tick.
    s = Scenario("Tue 10 Mar 14:00")
    clock, where = SetClock(s.clock.now(), pinned=True), tmp_path / "jobflow.db"
    with_end = {end: Settings(timezone="America/New_York", workday_end=end * 60) for end in (18, 17)}
    first = Jobflow.open(where, clock=clock, settings=with_end[18])
    number = first.add("Acme", contacts=contacts(["decision_maker=Ada"])).number
    first.tick()
    first.close()
    clock.instant = s.instant("Wed 11 Mar 08:00")
    again = Jobflow.open(where, clock=clock, settings=with_end[17])
    before = len(again.history(number))
    again.tick()
    due = {task.name: s.say(task.due_at) for task in again.get(number).tasks}
    assert due["thank_you"] == "Wed 11 Mar 17:00"
    assert len(again.history(number)) > before
    again.close()


def test_instants_are_whole_and_in_utc():
    s = Scenario("Tue 10 Mar 14:00")
    s.clock.instant = datetime.fromisoformat("2026-03-10T18:00:00.654321+00:00")
    s.add("decision_maker=Ada")
    for task in s.app.tasks:
        assert task.opens_at is not None
        assert task.opens_at.microsecond == 0
        assert task.opens_at.utcoffset() == timedelta(0)
    assert s.app.began_at.astimezone(s.zone).date() == date(2026, 3, 10)


FAR = [datetime(1, 1, 1), datetime(9999, 12, 31), date.min, date.max, datetime(9999, 12, 31, tzinfo=UTC)]


@pytest.mark.parametrize("far", FAR)
def test_a_year_that_nothing_can_be_worked_out_in_is_refused(far):
    s = Scenario("Tue 10 Mar 14:00", zone="Asia/Tokyo").add("decision_maker=Ada")
    flow, day = s.jobflow, far.date() if isinstance(far, datetime) else far
    for call in (
        lambda: flow.add("Beta", at=far),
        lambda: flow.log("acme", "reply", at=far),
        lambda: flow.set("acme", {"decision_date": day}, confirmed=True),
        lambda: flow.plan(until=far) if isinstance(far, datetime) else flow.add("Beta", at=far),
        lambda: flow.tick(far) if isinstance(far, datetime) else flow.add("Beta", at=far),
        lambda: flow.tick(far, dry_run=True) if isinstance(far, datetime) else flow.add("Beta", at=far),
    ):
        with pytest.raises(Refused, match="out of reach"):
            call()
    assert [app.slug for app in flow.list(all=True)] == ["acme"]


def test_a_naive_now_is_in_the_configured_zone():
    s = Scenario("Tue 10 Mar 14:00", zone="Asia/Tokyo").add("decision_maker=Ada")
    nine = datetime(2026, 3, 11, 9, 0)
    assert s.jobflow.tick(nine, dry_run=True).now == datetime(2026, 3, 11, 0, 0, tzinfo=UTC)
    assert s.jobflow.tick(nine).now == datetime(2026, 3, 11, 0, 0, tzinfo=UTC)
