"""An offer comes: when to decide, what lapses, how it ends."""

import pytest

from jobflow.core.errors import EventNotPossible

from .scenario import NEVER, Scenario


def offered(**facts) -> Scenario:
    """Interview Tue 10 Mar, letter and debrief Wed 11 Mar, offer Mon 16 Mar 11:00."""
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").thanked_and_debriefed()
    return s.at("Mon 16 Mar 11:00").log("offer", **facts).expect_state("offer", since="Mon 16 Mar 11:00")


def test_an_offer_with_a_deadline():
    # Deadline Fri 27 Mar: decide due 1 business day before = Thu 26 Mar 18:00, no lapse. name_decision_date: + 1
    # business day = Tue 17 Mar 18:00, + 5 (18, 19, 20, 23, 24) = Tue 24 Mar 18:00. Lapsed 5 business days after the
    # deadline (30, 31, 1, 2, 3) = Fri 3 Apr 18:00.
    s = offered(offer_deadline="Fri 27 Mar").expect_no_task("status_check")
    s.expect_task("decide", status="open", opens="Mon 16 Mar 11:00", due="Thu 26 Mar 18:00", lapses=NEVER)
    s.expect_task("name_decision_date", status="open", due="Tue 17 Mar 18:00", lapses="Tue 24 Mar 18:00")
    s.tick_daily("Fri 3 Apr 17:59").expect_state("offer").expect_task("decide", status="overdue")
    s.expect_task("name_decision_date", status="lapsed")
    s.at("Fri 3 Apr 18:00").tick().expect_state("closed", outcome="offer_lapsed").expect_no_task("decide")


def test_reminders_to_decide_come_daily_at_most_five():
    # Due Thu 26 Mar 18:00: announced that day at 09:00, then daily, weekend or not: Fri 27 to Tue 31 Mar are five.
    s = offered(offer_deadline="Fri 27 Mar").tick_every(60, "Fri 3 Apr 17:00")
    s.expect_timeline(
        "decide",
        ("Thu 26 Mar 09:00", "due"),
        ("Fri 27 Mar 09:00", "overdue"),
        ("Sat 28 Mar 09:00", "overdue"),
        ("Sun 29 Mar 09:00", "overdue"),
        ("Mon 30 Mar 09:00", "overdue"),
        ("Tue 31 Mar 09:00", "overdue"),
    )


def test_an_offer_without_a_deadline():
    # decide due + 2 days = Wed 18 Mar 18:00. Lapsed 4 weeks after the offer = Mon 13 Apr 18:00.
    s = offered().expect_task("decide", status="open", due="Wed 18 Mar 18:00", lapses=NEVER)
    s.tick_daily("Mon 13 Apr 17:59").expect_state("offer")
    s.at("Mon 13 Apr 18:00").tick().expect_state("closed", outcome="offer_lapsed")


def test_an_offer_on_a_friday_without_a_deadline():
    # Two plain days: Fri 13 Mar + 2 = Sun 15 Mar 18:00. name_decision_date: + 1 business day = Mon 16 Mar 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Fri 13 Mar 11:00").log("offer")
    s.expect_task("decide", due="Sun 15 Mar 18:00").expect_task("name_decision_date", due="Mon 16 Mar 18:00")
    s.expect_task("thank_you", status="cancelled").expect_task("debrief", status="overdue")


def test_a_deadline_right_after_memorial_day():
    # Tue 26 May, 1 business day before: not Mon 25 May (Memorial Day) but Fri 22 May 18:00. Lapsed 5 business days
    # after (27, 28, 29, 1, 2) = Tue 2 Jun 18:00.
    s = Scenario("Mon 11 May 14:00", country="US").add("decision_maker=Ada")
    s.at("Mon 18 May 11:00").log("offer", offer_deadline="Tue 26 May").expect_task("decide", due="Fri 22 May 18:00")
    s.tick_daily("Tue 2 Jun 17:59").expect_state("offer")
    s.at("Tue 2 Jun 18:00").tick().expect_state("closed", outcome="offer_lapsed")


def test_a_deadline_on_a_sunday():
    # 1 business day strictly before Sun 29 Mar = Fri 27 Mar 18:00; 5 strictly after (30, 31, 1, 2, 3) = Fri 3 Apr
    # 18:00.
    s = offered(offer_deadline="Sun 29 Mar").expect_task("decide", due="Fri 27 Mar 18:00")
    s.tick_daily("Fri 3 Apr 17:59").expect_state("offer")
    s.at("Fri 3 Apr 18:00").tick().expect_state("closed", outcome="offer_lapsed")


def test_a_deadline_today_is_not_due_before_it_opens():
    # 1 business day before Mon 16 Mar is Fri 13 Mar, before the offer: a task is never due before it opens.
    task = offered(offer_deadline="Mon 16 Mar").task("decide")
    assert task.due_at is not None
    assert task.opens_at is not None
    assert task.due_at >= task.opens_at


def test_a_deadline_named_later():
    # Without: Wed 18 Mar. Named on Tue 17 Mar as Fri 27 Mar: Thu 26 Mar 18:00.
    s = offered().at("Tue 17 Mar 10:00").set(offer_deadline="Fri 27 Mar")
    s.expect_task("decide", status="open", due="Thu 26 Mar 18:00")
    s.tick_daily("Fri 3 Apr 17:59").expect_state("offer").at("Fri 3 Apr 18:00").tick()
    s.expect_state("closed", outcome="offer_lapsed")


def test_accepted():
    # Wed 18 Mar 10:00: the letter is due + 1 business day = Thu 19 Mar 18:00, lapses + 5 (20, 23..26) = Thu 26 Mar
    # 18:00.
    s = offered().at("Wed 18 Mar 10:00").log("accepted").expect_state("accepting").expect_no_task("decide")
    s.expect_task("acceptance", status="open", due="Thu 19 Mar 18:00", lapses="Thu 26 Mar 18:00")
    s.at("Wed 18 Mar 11:00").done("acceptance").expect_state("closed", outcome="accepted")


def test_accepted_but_the_letter_lapses():
    # Lapses Thu 26 Mar 18:00: settled all the same, closed as accepted.
    s = offered().at("Wed 18 Mar 10:00").log("accepted").tick_daily("Thu 26 Mar 17:59").expect_state("accepting")
    s.at("Thu 26 Mar 18:00").tick().expect_task("acceptance", status="lapsed")
    s.expect_state("closed", outcome="accepted", since="Thu 26 Mar 18:00")


def test_declined():
    # Same dates as an acceptance; the reason is kept.
    s = offered().at("Wed 18 Mar 10:00").log("declined", decline_reason="Too far away").expect_state("declining")
    assert s.app.facts["decline_reason"] == "Too far away"
    s.expect_task("polite_no", status="open", due="Thu 19 Mar 18:00", lapses="Thu 26 Mar 18:00")
    s.at("Wed 18 Mar 11:00").done("polite_no").expect_state("closed", outcome="declined")


@pytest.mark.parametrize("event", ["reply", "offer", "interviewed", "accepted"])
def test_an_accepted_offer_is_the_end(event):
    s = offered().at("Wed 18 Mar 10:00").log("accepted").done("acceptance")
    with pytest.raises(EventNotPossible):
        s.at("Thu 19 Mar 10:00").log(event)
    s.expect_state("closed", outcome="accepted")


def test_an_offer_after_a_no():
    s = offered().at("Wed 18 Mar 10:00").log("declined").done("polite_no").expect_state("closed", outcome="declined")
    s.at("Mon 23 Mar 10:00").log("offer").expect_state("offer").expect_task("decide", due="Wed 25 Mar 18:00")


def test_a_lapsed_offer_can_still_be_accepted():
    # Lapsed Fri 3 Apr 18:00; accepted Mon 6 Apr 10:00: the letter + 1 business day = Tue 7 Apr 18:00.
    s = (
        offered(offer_deadline="Fri 27 Mar")
        .tick_daily("Fri 3 Apr 18:00")
        .expect_state("closed", outcome="offer_lapsed")
    )
    s.at("Mon 6 Apr 10:00").log("accepted").expect_state("accepting").expect_task("acceptance", due="Tue 7 Apr 18:00")


@pytest.mark.parametrize("event", ["reply", "declined", "contacted"])
def test_a_lapsed_offer_takes_nothing_else(event):
    s = offered(offer_deadline="Fri 27 Mar").tick_daily("Fri 3 Apr 18:00")
    with pytest.raises(EventNotPossible):
        s.at("Mon 6 Apr 10:00").log(event)


def test_a_new_offer_drops_the_old_deadline():
    # Deadline Fri 27 Mar, lapsed Fri 3 Apr. Offered again Mon 6 Apr: that deadline has passed, so decide is due + 2
    # days = Wed 8 Apr 18:00 and it lapses 4 weeks after = Mon 4 May 18:00.
    s = offered(offer_deadline="Fri 27 Mar").tick_daily("Fri 3 Apr 18:00").at("Mon 6 Apr 10:00").log("offer")
    assert s.app.facts.get("offer_deadline") is None
    s.expect_state("offer").expect_task("decide", status="open", due="Wed 8 Apr 18:00")
    s.tick_daily("Mon 4 May 17:59").expect_state("offer")
    s.at("Mon 4 May 18:00").tick().expect_state("closed", outcome="offer_lapsed")


@pytest.mark.parametrize("event", ["accepted", "declined"])
def test_there_is_nothing_to_accept_before_an_offer(event):
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    with pytest.raises(EventNotPossible):
        s.at("Wed 11 Mar 10:00").log(event)
    s.expect_state("interviewed")


@pytest.mark.parametrize(("event", "state"), [(None, "offer"), ("accepted", "accepting"), ("declined", "declining")])
def test_a_reply_about_the_offer_moves_nothing(event, state):
    s = offered(offer_deadline="Fri 27 Mar").at("Tue 17 Mar 10:00")
    if event:
        s.log(event)
    s.at("Tue 17 Mar 15:00").log("reply").expect_state(state)
    if not event:
        s.expect_task("decide", status="open", due="Thu 26 Mar 18:00")


def test_an_offer_withdrawn_by_the_employer():
    s = offered(offer_deadline="Fri 27 Mar").at("Tue 17 Mar 10:00").log("rejected")
    s.expect_state("closed", outcome="rejected").expect_no_task("decide").expect_no_task("name_decision_date")


def test_deciding_is_done_but_nothing_said():
    # The form alone does not move the state: events do.
    s = offered(offer_deadline="Fri 27 Mar").at("Tue 17 Mar 10:00").done("decide").expect_state("offer")
    s.tick_daily("Fri 3 Apr 18:00").expect_state("closed", outcome="offer_lapsed").expect_timeline("decide")


def test_a_better_offer_begins_anew():
    # Offered again Fri 20 Mar 10:00 with a deadline of Fri 10 Apr: decide due Thu 9 Apr 18:00; name_decision_date + 1
    # business day = Mon 23 Mar 18:00; lapsed 5 business days after (13..17) = Fri 17 Apr 18:00.
    s = offered(offer_deadline="Fri 27 Mar").at("Fri 20 Mar 10:00").log("offer", offer_deadline="Fri 10 Apr")
    s.expect_state("offer", since="Fri 20 Mar 10:00").expect_task("decide", status="open", due="Thu 9 Apr 18:00")
    s.expect_task("name_decision_date", status="open", due="Mon 23 Mar 18:00")
    s.tick_daily("Fri 17 Apr 17:59").expect_state("offer").at("Fri 17 Apr 18:00").tick()
    s.expect_state("closed", outcome="offer_lapsed")


def test_a_deadline_still_ahead_survives_a_second_offer():
    # Fri 27 Mar has not passed on Fri 20 Mar: kept, due Thu 26 Mar 18:00.
    s = offered(offer_deadline="Fri 27 Mar").at("Fri 20 Mar 10:00").log("offer")
    assert s.app.facts["offer_deadline"] == "2026-03-27"
    s.expect_task("decide", status="open", due="Thu 26 Mar 18:00")


def test_another_interview_after_the_offer():
    # Tue 17 Mar 10:00: letters again, due + 1 business day = Wed 18 Mar 18:00; nothing to decide for now.
    s = offered(offer_deadline="Fri 27 Mar").at("Tue 17 Mar 10:00").log("interviewed", "interviewer=Bob")
    s.expect_state("interviewed").expect_no_task("decide").expect_no_task("name_decision_date")
    s.expect_task("thank_you", "Bob", due="Wed 18 Mar 18:00")


def test_an_offer_over_thanksgiving():
    # Deadline Fri 20 Nov: decide due Thu 19 Nov 18:00; lapsed 5 business days after (23, 24, 25, 27, 30; not Thu 26) =
    # Mon 30 Nov 18:00.
    s = Scenario("Mon 9 Nov 10:00", country="US").add("decision_maker=Ada").at("Thu 12 Nov 10:00")
    s.log("offer", offer_deadline="Fri 20 Nov").expect_task("decide", due="Thu 19 Nov 18:00")
    s.tick_daily("Mon 30 Nov 17:59").expect_state("offer").at("Mon 30 Nov 18:00").tick()
    s.expect_state("closed", outcome="offer_lapsed")


def test_the_last_letters_are_open_at_once_and_remind():
    # Accepted Wed 18 Mar 10:00: the letter is due Thu 19 Mar (09:00), overdue Fri 20, Mon 23, Tue 24, lapses Thu 26
    # Mar 18:00.
    s = offered().at("Wed 18 Mar 10:00").log("accepted").tick_every(60, "Fri 27 Mar 12:00")
    s.expect_timeline(
        "acceptance",
        ("Thu 19 Mar 09:00", "due"),
        ("Fri 20 Mar 09:00", "overdue"),
        ("Mon 23 Mar 09:00", "overdue"),
        ("Tue 24 Mar 09:00", "overdue"),
        ("Thu 26 Mar 18:00", "lapsed"),
    )


def test_a_deadline_that_has_passed_is_dropped_by_a_second_offer():
    # Fri 27 Mar has passed on Mon 30 Mar, when they offer again: decide due + 2 days = Wed 1 Apr 18:00.
    s = offered(offer_deadline="Fri 27 Mar").at("Mon 30 Mar 10:00").log("offer").expect_state("offer")
    assert s.app.facts.get("offer_deadline") is None
    s.expect_task("decide", status="open", due="Wed 1 Apr 18:00")


def test_an_older_search_with_an_offer_on_the_table():
    # Added on Wed 11 Mar with an offer since Tue 10 Mar: lapsed 4 weeks after = Tue 7 Apr 18:00.
    s = Scenario("Wed 11 Mar 10:00").add("decision_maker=Ada", on="Tue 10 Mar 14:00", state="offer")
    s.expect_state("offer").expect_task("decide", due="Thu 12 Mar 18:00")
    s.tick_daily("Tue 7 Apr 17:59").expect_state("offer").at("Tue 7 Apr 18:00").tick()
    s.expect_state("closed", outcome="offer_lapsed")


def test_a_deadline_in_two_days_leaves_one():
    # 1 business day before Wed 18 Mar = Tue 17 Mar 18:00, though 2 days after the offer would be later.
    offered(offer_deadline="Wed 18 Mar").expect_task("decide", status="open", due="Tue 17 Mar 18:00")
