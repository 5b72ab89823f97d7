"""One letter for each person: who gets one, who does not, and what happens when somebody is named later."""

from .scenario import Scenario


def test_one_letter_for_each_who_decides_or_asked():
    # decision_maker and interviewer get thanks; a recruiter does not; the referrer gets another letter.
    s = Scenario("Tue 10 Mar 14:00")
    s.add("decision_maker=Ada", "interviewer=Bob", "interviewer=Cy", "recruiter=Rita", "referrer=Fay")
    s.expect_people("thank_you", "Ada", "Bob", "Cy").expect_people("thank_referrer", "Fay")


def test_somebody_with_two_roles_gets_one_letter():
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "interviewer=Ada")
    s.expect_people("thank_you", "Ada")


def test_nobody_named():
    # Otherwise: the hiring team. Tue 10 Mar + 1 business day = Wed 11 Mar 18:00.
    s = Scenario("Tue 10 Mar 14:00").add().expect_people("thank_you", "the hiring team")
    s.expect_task("thank_you", status="open", due="Wed 11 Mar 18:00", lapses="Wed 18 Mar 18:00")
    s.expect_people("thank_referrer")


def test_only_a_recruiter_named():
    Scenario("Tue 10 Mar 14:00").add("recruiter=Rita").expect_people("thank_you", "the hiring team")


def test_the_hiring_team_thanked():
    # Nobody named, no referrer: once letter and debrief are done it awaits; the call + 1 week = Wed 18 Mar 09:00.
    s = Scenario("Tue 10 Mar 14:00").add().at("Wed 11 Mar 10:00").done("thank_you").expect_state("thanked")
    s.done("debrief").expect_state("awaiting").expect_task("status_check", opens="Wed 18 Mar 09:00")


def test_somebody_named_later_takes_the_place_of_the_hiring_team():
    # Named Wed 11 Mar 10:00: opens now, due + 1 business day = Thu 12 Mar 18:00, lapses + 5 (13, 16..19) = Thu 19 Mar.
    s = Scenario("Tue 10 Mar 14:00").add().at("Wed 11 Mar 10:00").contact("decision_maker=Ada")
    s.expect_people("thank_you", "Ada")
    s.expect_task(
        "thank_you",
        "Ada",
        status="open",
        opens="Wed 11 Mar 10:00",
        due="Thu 12 Mar 18:00",
        lapses="Thu 19 Mar 18:00",
    )


def test_somebody_named_later_beside_others():
    # Ada's letter keeps its dates, Bob's counts from when he was named.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").contact("interviewer=Bob")
    s.expect_people("thank_you", "Ada", "Bob")
    s.expect_task("thank_you", "Ada", opens="Tue 10 Mar 14:00", due="Wed 11 Mar 18:00", lapses="Wed 18 Mar 18:00")
    s.expect_task("thank_you", "Bob", opens="Wed 11 Mar 10:00", due="Thu 12 Mar 18:00", lapses="Thu 19 Mar 18:00")
    s.done("thank_you", who="Ada").expect_state("interviewed")
    s.done("thank_you", who="Bob").expect_state("thanked")


def test_a_recruiter_named_later_changes_nothing():
    s = Scenario("Tue 10 Mar 14:00").add().at("Wed 11 Mar 10:00").contact("recruiter=Rita")
    s.expect_people("thank_you", "the hiring team")


def test_an_interviewer_named_after_the_thanks():
    # The letters belong to `interviewed`, which is left: no letter any more.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").done("thank_you")
    s.expect_state("thanked").at("Wed 11 Mar 11:00").contact("interviewer=Bob").expect_people("thank_you")


def test_one_done_and_one_skipped_is_thanked():
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "interviewer=Bob").at("Wed 11 Mar 10:00")
    s.done("thank_you", who="Ada").expect_state("interviewed").skip("thank_you", who="Bob").expect_state("thanked")


def test_one_done_and_one_lapsed_is_thanked():
    # Ada's letter Wed 11 Mar, Bob's lapses Wed 18 Mar 18:00: thanked from then. The debrief lapsed then, too, but the
    # referrer is unthanked (due Fri 13, lapses + 10 business days = Fri 27 Mar), so it stays thanked for 2 business
    # days = Fri 20 Mar 18:00. The call: Ada's letter + 1 week = Wed 18 Mar, not before entry = Fri 20 Mar 18:00; due
    # + 1 week = Fri 27 Mar 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "interviewer=Bob", "referrer=Fay")
    s.at("Wed 11 Mar 10:00").done("thank_you", who="Ada")
    s.tick_daily("Wed 18 Mar 17:59").expect_state("interviewed")
    s.at("Wed 18 Mar 18:00").tick().expect_state("thanked", since="Wed 18 Mar 18:00")
    s.expect_task("thank_you", "Ada", status="done").expect_task("thank_you", "Bob", status="lapsed")
    s.tick_daily("Fri 20 Mar 17:59").expect_state("thanked")
    s.at("Fri 20 Mar 18:00").tick().expect_state("awaiting", since="Fri 20 Mar 18:00")
    s.expect_task("status_check", status="open", opens="Fri 20 Mar 18:00", due="Fri 27 Mar 18:00")


def test_the_last_letter_of_several_is_what_counts():
    # Ada Wed 11 Mar, Bob Thu 12 Mar: 1 week after the last = Thu 19 Mar 09:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "interviewer=Bob")
    s.at("Wed 11 Mar 10:00").done("thank_you", who="Ada").done("debrief")
    s.at("Thu 12 Mar 16:00").done("thank_you", who="Bob").expect_state("awaiting")
    s.expect_task("status_check", opens="Thu 19 Mar 09:00")


def test_the_referrer_is_thanked_before_the_waiting_begins():
    # Tue 10 Mar + 3 business days (11, 12, 13) = Fri 13 Mar 18:00; + 10 (16..20, 23..27) = Fri 27 Mar 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "referrer=Fay")
    s.expect_task("thank_referrer", "Fay", status="open", due="Fri 13 Mar 18:00", lapses="Fri 27 Mar 18:00")
    s.at("Wed 11 Mar 10:00").done("thank_you", "debrief").expect_state("thanked")
    s.at("Thu 12 Mar 11:00").done("thank_referrer").expect_state("awaiting", since="Thu 12 Mar 11:00")


def test_an_unthanked_referrer_holds_nothing_up_for_long():
    # thanked Wed 11 Mar + 2 business days = Fri 13 Mar 18:00: awaiting; the letter to Fay stays and lapses Fri 27 Mar.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "referrer=Fay")
    s.at("Wed 11 Mar 10:00").done("thank_you", "debrief")
    s.tick_daily("Fri 13 Mar 18:00").expect_state("awaiting")
    s.tick_daily("Fri 27 Mar 17:59").expect_task("thank_referrer", status="overdue")
    s.at("Fri 27 Mar 18:00").tick().expect_task("thank_referrer", status="lapsed").expect_state("awaiting")


def test_two_referrers_get_a_letter_each():
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "referrer=Fay", "referrer=Gus")
    s.expect_people("thank_referrer", "Fay", "Gus").at("Wed 11 Mar 10:00").done("thank_you", "debrief")
    s.done("thank_referrer", who="Fay").expect_state("thanked")
    s.done("thank_referrer", who="Gus").expect_state("awaiting")


def test_a_referrer_remembered_while_waiting():
    # Named Mon 16 Mar 10:00: due + 3 business days (17, 18, 19) = Thu 19 Mar 18:00, lapses + 10 (20, 23..27, 30..2) =
    # Thu 2 Apr 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").thanked_and_debriefed()
    s.at("Mon 16 Mar 10:00").contact("referrer=Fay").expect_state("awaiting")
    s.expect_task(
        "thank_referrer",
        "Fay",
        status="open",
        opens="Mon 16 Mar 10:00",
        due="Thu 19 Mar 18:00",
        lapses="Thu 2 Apr 18:00",
    )


def test_a_second_role_later_is_no_second_letter():
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").contact("interviewer=Ada")
    s.expect_people("thank_you", "Ada").expect_task(
        "thank_you", "Ada", opens="Tue 10 Mar 14:00", due="Wed 11 Mar 18:00"
    )


def test_a_recruiter_who_turns_out_to_have_asked():
    # From Wed 11 Mar 10:00 on she is an interviewer: due + 1 business day = Thu 12 Mar 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "recruiter=Rita").at("Wed 11 Mar 10:00")
    s.contact("interviewer=Rita").expect_people("thank_you", "Ada", "Rita")
    s.expect_task("thank_you", "Rita", opens="Wed 11 Mar 10:00", due="Thu 12 Mar 18:00")


def test_an_interviewer_who_also_referred_gets_both_letters():
    s = Scenario("Tue 10 Mar 14:00").add("interviewer=Bob", "referrer=Bob")
    s.expect_people("thank_you", "Bob").expect_people("thank_referrer", "Bob")
