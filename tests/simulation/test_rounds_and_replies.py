"""What the employer says: replies in every state, rejections, and second rounds."""

import pytest

from jobflow.core.errors import EventNotPossible, UnknownName

from .scenario import Scenario


def awaiting(**facts) -> Scenario:
    """Interview Tue 10 Mar 14:00; letter and debrief Wed 11 Mar 10:00: awaiting since then."""
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", **facts)
    return s.at("Wed 11 Mar 10:00").thanked_and_debriefed().expect_state("awaiting")


def test_a_reply_while_waiting_begins_the_wait_anew():
    # The call was open since Wed 18 Mar. Reply Mon 23 Mar 15:00: 1 week after = Mon 30 Mar 09:00, due + 1 week =
    # Mon 6 Apr 18:00.
    s = awaiting().at("Wed 18 Mar 09:00").tick().at("Mon 23 Mar 15:00").log("reply")
    s.expect_state("awaiting", since="Mon 23 Mar 15:00")
    s.expect_task("status_check", status="waiting", opens="Mon 30 Mar 09:00")
    s.tick_daily("Mon 30 Mar 08:59").expect_task("status_check", status="waiting")
    s.at("Mon 30 Mar 09:00").tick().expect_task("status_check", status="open", due="Mon 6 Apr 18:00")


def test_a_reply_on_a_weekend_rolls_forward():
    # Sat 14 Mar + 1 week = Sat 21 Mar, rolled forward to Mon 23 Mar 09:00.
    awaiting().at("Sat 14 Mar 12:00").log("reply").expect_task("status_check", opens="Mon 23 Mar 09:00")


def test_a_reply_after_the_decision_date_drops_it():
    # They said Fri 20 Mar and wrote on Mon 23 Mar without a new date: 1 week after the reply = Mon 30 Mar 09:00, due
    # + 1 week = Mon 6 Apr 18:00; and there is a date to be asked for again.
    s = awaiting(decision_date="Fri 20 Mar").expect_no_task("ask_decision_date")
    s.at("Mon 23 Mar 15:00").log("reply")
    assert s.app.facts.get("decision_date") is None
    s.expect_task("status_check", opens="Mon 30 Mar 09:00").expect_task("ask_decision_date", status="open")
    s.at("Mon 30 Mar 09:00").tick().expect_task("status_check", status="open", due="Mon 6 Apr 18:00")


def test_a_reply_on_the_decision_date_itself_keeps_it():
    # Mon 23 Mar is not before the reply's local date; 1 business day after it = Tue 24 Mar 09:00.
    # (22:30 in New York is already Tue 24 Mar in UTC: it is the local date that counts.)
    s = awaiting(decision_date="Mon 23 Mar").at("Mon 23 Mar 22:30").log("reply")
    assert s.app.facts["decision_date"] == "2026-03-23"
    s.expect_task("status_check", opens="Tue 24 Mar 09:00")


def test_a_reply_that_names_a_new_date():
    # Fri 3 Apr: + 1 business day = Mon 6 Apr 09:00, due + 1 business day = Tue 7 Apr 18:00.
    s = awaiting(decision_date="Fri 20 Mar").at("Mon 23 Mar 15:00").log("reply", decision_date="Fri 3 Apr")
    assert s.app.facts["decision_date"] == "2026-04-03"
    s.expect_task("status_check", opens="Mon 6 Apr 09:00").expect_no_task("ask_decision_date")
    s.at("Mon 6 Apr 09:00").tick().expect_task("status_check", status="open", due="Tue 7 Apr 18:00")


def test_a_reply_before_the_letter_moves_nothing():
    # Still interviewed, the letter is still to be written. Then the later of letter (Wed 11) and reply (Thu 12 Mar)
    # counts: reply told on Fri 13 Mar; + 1 week = Thu 19 Mar 09:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Thu 12 Mar 11:00").log("reply")
    s.expect_state("interviewed", since="Tue 10 Mar 14:00").expect_task("thank_you", due="Wed 11 Mar 18:00")
    s.at("Fri 13 Mar 10:00").done("thank_you", on="Wed 11 Mar 10:00").done("debrief").expect_state("awaiting")
    s.expect_task("status_check", opens="Thu 19 Mar 09:00")


def test_a_reply_before_the_letter_drops_a_passed_date_all_the_same():
    # Decision date Wed 11 Mar, reply Thu 12 Mar: dropped, although the state stays. So the state is not left 1 business
    # day after the decision date (Thu 12 Mar 18:00) either.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", decision_date="Wed 11 Mar")
    s.at("Thu 12 Mar 11:00").log("reply").expect_state("interviewed")
    assert s.app.facts.get("decision_date") is None
    s.tick_daily("Fri 13 Mar 18:00").expect_state("interviewed")


def test_a_reply_after_the_letter_moves_nothing_and_counts():
    # thanked since Wed 11 Mar; reply Thu 12 Mar 11:00; debrief Thu 12 Mar 12:00: awaiting. Later of Wed 11 (letter) and
    # Thu 12 (reply) + 1 week = Thu 19 Mar 09:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").done("thank_you")
    s.at("Thu 12 Mar 11:00").log("reply").expect_state("thanked", since="Wed 11 Mar 10:00")
    s.at("Thu 12 Mar 12:00").done("debrief").expect_state("awaiting")
    s.expect_task("status_check", opens="Thu 19 Mar 09:00")


def test_a_letter_after_the_reply_counts():
    # Reply Tue 10 Mar 17:00, letter Wed 11 Mar: the later is the letter; + 1 week = Wed 18 Mar 09:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Tue 10 Mar 17:00").log("reply")
    s.at("Wed 11 Mar 10:00").thanked_and_debriefed().expect_task("status_check", opens="Wed 18 Mar 09:00")


def test_a_reply_after_the_call_goes_back_to_waiting():
    # Called Wed 18 Mar, reply Mon 23 Mar: awaiting again, a new call + 1 week = Mon 30 Mar 09:00; last_email is off.
    s = awaiting().at("Wed 18 Mar 09:00").tick().at("Wed 18 Mar 10:00").done("status_check")
    s.expect_state("followed-up").at("Mon 23 Mar 10:00").log("reply").expect_state("awaiting")
    s.expect_no_task("last_email").expect_task("status_check", status="waiting", opens="Mon 30 Mar 09:00")


def test_a_late_reply_reopens_an_application_given_up():
    # Closed Wed 29 Apr 18:00 as no_response (see the default timing). Reply Mon 4 May: awaiting, + 1 week =
    # Mon 11 May 09:00, due + 1 week = Mon 18 May 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").tick_daily("Wed 29 Apr 18:00")
    s.expect_state("closed", outcome="no_response").at("Mon 4 May 10:00").log("reply").expect_state("awaiting")
    s.expect_task("status_check", status="waiting", opens="Mon 11 May 09:00")
    s.at("Mon 11 May 09:00").tick().expect_task("status_check", status="open", due="Mon 18 May 18:00")


@pytest.mark.parametrize("ending", ["rejected", "withdrawn"])
def test_a_reply_does_not_reopen_what_was_decided(ending):
    s = awaiting().at("Mon 16 Mar 10:00").log(ending).expect_state("closed", outcome=ending)
    before = len(s.jobflow.history(s.number))
    with pytest.raises(EventNotPossible):
        s.at("Tue 17 Mar 10:00").log("reply")
    s.expect_state("closed", outcome=ending)
    assert len(s.jobflow.history(s.number)) == before


@pytest.mark.parametrize("event", ["contacted", "withdrawn", "rejected", "declined", "accepted"])
def test_what_is_over_takes_no_other_event(event):
    s = awaiting().at("Mon 16 Mar 10:00").log("rejected")
    with pytest.raises(EventNotPossible):
        s.at("Tue 17 Mar 10:00").log(event)
    s.expect_state("closed", outcome="rejected")


def test_an_event_that_nobody_knows():
    s = awaiting()
    with pytest.raises((UnknownName, EventNotPossible)):
        s.log("ofer")
    s.expect_state("awaiting")


def test_a_rejection_ends_everything():
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "referrer=Fay").at("Wed 11 Mar 11:00")
    s.log("rejected").expect_state("closed", outcome="rejected", since="Wed 11 Mar 11:00")
    for name in ("thank_you", "debrief", "ask_decision_date", "thank_referrer"):
        s.expect_task(name, status="cancelled").expect_no_task(name)
    s.tick_daily("Fri 1 May 18:00").expect_messages()
    assert s.jobflow.next() == ()


def test_an_interview_reopens_a_rejection():
    # Tue 7 Apr + 1 business day = Wed 8 Apr 18:00.
    s = awaiting().at("Mon 16 Mar 10:00").log("rejected")
    s.at("Tue 7 Apr 15:00").log("interviewed", "interviewer=Bob").expect_state("interviewed")
    s.expect_people("thank_you", "Bob").expect_task("thank_you", due="Wed 8 Apr 18:00")
    assert s.app.round == 2


def test_an_offer_reopens_a_rejection():
    s = awaiting().at("Mon 16 Mar 10:00").log("rejected").at("Tue 17 Mar 10:00").log("offer")
    s.expect_state("offer").expect_task("decide", status="open")


def test_the_second_round():
    # Interviewed again Tue 24 Mar 10:00 by Bob and Cy. Letters due + 1 business day = Wed 25 Mar 18:00, lapse + 5
    # (26, 27, 30, 31, 1) = Wed 1 Apr 18:00; debrief due Wed 25 Mar 18:00, lapses + 7 days = Wed 1 Apr 18:00. Ada was
    # not there: no letter. The decision date of Fri 20 Mar has passed: dropped. Fay was thanked: not anew.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "referrer=Fay", decision_date="Fri 20 Mar")
    s.at("Wed 11 Mar 10:00").done("thank_you", "debrief", "thank_referrer").expect_state("awaiting")
    s.at("Tue 24 Mar 10:00").log("interviewed", "interviewer=Bob", "decision_maker=Cy")
    s.expect_state("interviewed", since="Tue 24 Mar 10:00")
    assert s.app.round == 2
    assert s.app.facts.get("decision_date") is None
    s.expect_people("thank_you", "Bob", "Cy").expect_people("thank_referrer").expect_no_task("status_check")
    for who in ("Bob", "Cy"):
        s.expect_task("thank_you", who, status="open", due="Wed 25 Mar 18:00", lapses="Wed 1 Apr 18:00")
    s.expect_task("debrief", status="open", due="Wed 25 Mar 18:00", lapses="Wed 1 Apr 18:00")
    s.expect_task("ask_decision_date", status="open", due="Wed 25 Mar 18:00")


def test_the_second_round_counts_from_its_own_letters():
    # Letters and debrief on Wed 25 Mar: the call + 1 week = Wed 1 Apr 09:00.
    s = awaiting().at("Tue 24 Mar 10:00").log("interviewed", "interviewer=Bob")
    s.at("Wed 25 Mar 10:00").thanked_and_debriefed().expect_state("awaiting")
    s.expect_task("status_check", opens="Wed 1 Apr 09:00")


def test_letters_of_the_first_round_do_not_count_in_the_second():
    # Nobody thanked in round 2: skipped Wed 25 Mar. 1 week after the round's interview = Tue 31 Mar 09:00.
    s = awaiting().at("Tue 24 Mar 10:00").log("interviewed", "interviewer=Bob")
    s.at("Wed 25 Mar 10:00").skip("thank_you").expect_state("awaiting")
    s.expect_task("status_check", opens="Tue 31 Mar 09:00")


def test_a_second_round_with_nobody_named():
    # None of the first round's people is taken over: otherwise, the hiring team.
    awaiting().at("Tue 24 Mar 10:00").log("interviewed").expect_people("thank_you", "the hiring team")


def test_a_second_round_with_the_same_person():
    # Ada was there again: a new letter.
    s = awaiting().at("Tue 24 Mar 10:00").log("interviewed", "decision_maker=Ada")
    s.expect_people("thank_you", "Ada").expect_task("thank_you", "Ada", opens="Tue 24 Mar 10:00")


def test_a_second_round_keeps_a_decision_date_to_come():
    # Fri 3 Apr is still ahead: kept; nothing to ask. The call: + 1 business day = Mon 6 Apr 09:00.
    s = awaiting(decision_date="Fri 3 Apr").at("Tue 24 Mar 10:00").log("interviewed", "interviewer=Bob")
    assert s.app.facts["decision_date"] == "2026-04-03"
    s.expect_no_task("ask_decision_date").at("Wed 25 Mar 10:00").thanked_and_debriefed()
    s.expect_task("status_check", opens="Mon 6 Apr 09:00")


def test_a_second_round_told_a_day_later():
    # It was Tue 24 Mar 10:00, told Wed 25 Mar 09:30: counts from when it was. Due Wed 25 Mar 18:00, lapses + 5 =
    # Wed 1 Apr 18:00.
    s = awaiting().at("Wed 25 Mar 09:30").log("interviewed", "interviewer=Bob", on="Tue 24 Mar 10:00")
    s.expect_state("interviewed", since="Tue 24 Mar 10:00")
    s.expect_task("thank_you", status="open", due="Wed 25 Mar 18:00", lapses="Wed 1 Apr 18:00")


def test_a_referrer_unthanked_in_the_first_round_gets_no_second_letter():
    # Once per application: due Fri 13 Mar stays, round or no round.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "referrer=Fay").at("Wed 11 Mar 10:00")
    s.done("thank_you", "debrief").at("Thu 12 Mar 10:00").log("interviewed", "interviewer=Bob")
    assert len(s.tasks("thank_referrer")) == 1
    s.expect_task("thank_referrer", "Fay", status="open", due="Fri 13 Mar 18:00")


def test_the_outcome_is_null_again_after_a_reopening():
    s = awaiting().at("Mon 16 Mar 10:00").log("withdrawn").expect_state("closed", outcome="withdrawn")
    s.at("Tue 17 Mar 10:00").log("interviewed").expect_state("interviewed", outcome=None)


def test_a_reply_long_after_the_end_may_name_a_date():
    # Closed Wed 29 Apr. Reply Mon 4 May naming Fri 15 May: + 1 business day = Mon 18 May 09:00, due Tue 19 May 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").tick_daily("Wed 29 Apr 18:00")
    s.at("Mon 4 May 10:00").log("reply", decision_date="Fri 15 May").expect_state("awaiting")
    s.expect_task("status_check", status="waiting", opens="Mon 18 May 09:00").tick_daily("Mon 18 May 09:00")
    s.expect_task("status_check", status="open", due="Tue 19 May 18:00")


def test_a_third_round():
    # Round 3 on Tue 7 Apr: letters due Wed 8 Apr 18:00, one debrief more each round.
    s = awaiting().at("Tue 24 Mar 10:00").log("interviewed", "interviewer=Bob").at("Wed 25 Mar 10:00")
    s.thanked_and_debriefed().at("Tue 7 Apr 10:00").log("interviewed", "interviewer=Cy")
    assert s.app.round == 3
    s.expect_people("thank_you", "Cy").expect_task("thank_you", "Cy", due="Wed 8 Apr 18:00")
    assert [task.status for task in s.tasks("debrief")] == ["done", "done", "open"]


def test_a_late_reply_drops_the_date_that_they_let_pass():
    # Decision Fri 20 Mar, nothing done: closed by Tue 28 Apr or soon after. Reply Tue 12 May: + 1 week = Tue 19 May
    # 09:00.
    s = (
        Scenario("Tue 10 Mar 14:00")
        .add("decision_maker=Ada", decision_date="Fri 20 Mar")
        .tick_daily("Mon 11 May 18:00")
    )
    s.expect_state("closed", outcome="no_response").at("Tue 12 May 10:00").log("reply").expect_state("awaiting")
    assert s.app.facts.get("decision_date") is None
    s.expect_task("status_check", status="waiting", opens="Tue 19 May 09:00")


def test_an_interview_after_the_end_drops_the_date_that_has_passed():
    s = awaiting(decision_date="Fri 20 Mar").at("Mon 23 Mar 10:00").log("rejected")
    s.at("Tue 7 Apr 15:00").log("interviewed").expect_state("interviewed")
    assert s.app.facts.get("decision_date") is None
    s.expect_task("ask_decision_date", status="open", due="Wed 8 Apr 18:00")


def test_a_reply_after_the_thanks_drops_a_passed_date():
    # Decision date Wed 11 Mar, reply Thu 12 Mar in `thanked`.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", decision_date="Wed 11 Mar")
    s.at("Wed 11 Mar 10:00").done("thank_you").at("Thu 12 Mar 10:00").log("reply").expect_state("thanked")
    assert s.app.facts.get("decision_date") is None


@pytest.mark.parametrize("events", [["offer"], ["offer", "accepted"], ["offer", "declined"]])
def test_a_reply_about_an_offer_drops_a_passed_date(events):
    # Decision date Fri 13 Mar, reply Tue 17 Mar.
    s = awaiting(decision_date="Fri 13 Mar").at("Mon 16 Mar 10:00")
    for event in events:
        s.log(event)
    before = s.app.state
    s.at("Tue 17 Mar 10:00").log("reply").expect_state(before)
    assert s.app.facts.get("decision_date") is None
