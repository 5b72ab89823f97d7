"""The default workflow's dates, with and without a decision date, over weekends and holidays."""

from datetime import date

import pytest

from jobflow.core.errors import Refused, UnknownName

from .scenario import NEVER, Scenario


def test_what_is_to_be_done_right_after_the_interview():
    # Tue 10 Mar + 1 business day = Wed 11 Mar 18:00; + 5 business days (12, 13, 16, 17, 18) = Wed 18 Mar 18:00.
    # The debrief: + 1 day = Wed 11 Mar 18:00, + 7 days = Wed 18 Mar 18:00. No referrer, so nobody to thank for that.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    s.expect_state("interviewed", since="Tue 10 Mar 14:00")
    for name in ("thank_you", "debrief", "ask_decision_date"):
        s.expect_task(name, status="open", opens="Tue 10 Mar 14:00", due="Wed 11 Mar 18:00", lapses="Wed 18 Mar 18:00")
    s.expect_no_task("thank_referrer").expect_no_task("status_check")


def test_nobody_does_anything_and_nobody_answers():
    # thank_you lapses Wed 18 Mar 18:00, none done: awaiting from then. status_check: 1 week after the round's interview
    # is Tue 17 Mar, but not before the state was entered: Wed 18 Mar 18:00; due + 1 week = Wed 25 Mar 18:00;
    # lapses + 5 business days (26, 27, 30, 31, 1) = Wed 1 Apr 18:00: followed-up from then. last_email opens + 1 week
    # = Wed 8 Apr 09:00, due + 1 week = Wed 15 Apr 18:00, lapses + 5 business days (16, 17, 20, 21, 22) = Wed 22 Apr
    # 18:00. Nothing counted, no decision date: closed 1 week after last_email was settled = Wed 29 Apr 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    s.tick_daily("Tue 17 Mar 18:00").expect_state("interviewed")
    s.tick_daily("Wed 18 Mar 17:59").expect_state("interviewed")
    s.at("Wed 18 Mar 18:00").tick().expect_state("awaiting", since="Wed 18 Mar 18:00")
    s.expect_task("thank_you", status="lapsed").expect_task("debrief", status="lapsed")
    s.expect_task(
        "status_check", status="open", opens="Wed 18 Mar 18:00", due="Wed 25 Mar 18:00", lapses="Wed 1 Apr 18:00"
    )
    s.tick_daily("Wed 1 Apr 17:59").expect_state("awaiting")
    s.at("Wed 1 Apr 18:00").tick().expect_state("followed-up", since="Wed 1 Apr 18:00")
    s.expect_task("last_email", status="waiting", opens="Wed 8 Apr 09:00")
    s.tick_daily("Wed 8 Apr 09:00")
    s.expect_task("last_email", status="open", due="Wed 15 Apr 18:00", lapses="Wed 22 Apr 18:00")
    s.tick_daily("Wed 29 Apr 17:59").expect_state("followed-up")
    s.at("Wed 29 Apr 18:00").tick().expect_moved()
    s.expect_state("closed", outcome="no_response", since="Wed 29 Apr 18:00")
    for day in ("Wed 29 Apr 19:00", "Thu 30 Apr 09:00", "Mon 8 Jun 09:00"):
        s.at(day).tick().expect_nothing()


def test_everything_done_in_time_and_nobody_answers():
    # Letter and debrief on Wed 11 Mar: awaiting at once. status_check: + 1 week = Wed 18 Mar 09:00, due + 1 week =
    # Wed 25 Mar 18:00. Called Thu 19 Mar 11:00: followed-up. last_email: + 1 week = Thu 26 Mar 09:00 (and 5 business
    # days after the call, 20, 23, 24, 25, 26, is the same day), due Thu 2 Apr 18:00. Sent Fri 27 Mar 10:00: closed at
    # the latest of 2 weeks after that contact (Fri 10 Apr) and 1 week after settling (Fri 3 Apr) = Fri 10 Apr 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    s.at("Wed 11 Mar 10:00").done("thank_you").expect_state("thanked")
    s.at("Wed 11 Mar 10:30").done("debrief").expect_state("awaiting", since="Wed 11 Mar 10:30")
    s.expect_task("status_check", status="waiting", opens="Wed 18 Mar 09:00")
    s.tick_daily("Wed 18 Mar 08:59").expect_task("status_check", status="waiting")
    s.at("Wed 18 Mar 09:00").tick()
    s.expect_task("status_check", status="open", due="Wed 25 Mar 18:00", lapses="Wed 1 Apr 18:00")
    s.at("Thu 19 Mar 11:00").done("status_check").expect_state("followed-up")
    s.expect_task("last_email", status="waiting", opens="Thu 26 Mar 09:00")
    s.at("Thu 26 Mar 09:00").tick().expect_task("last_email", status="open", due="Thu 2 Apr 18:00")
    s.at("Fri 27 Mar 10:00").done("last_email").expect_state("followed-up")
    s.tick_daily("Fri 10 Apr 17:59").expect_state("followed-up")
    s.at("Fri 10 Apr 18:00").tick().expect_state("closed", outcome="no_response")


def test_with_a_decision_date():
    # Decision on Fri 20 Mar: status_check + 1 business day = Mon 23 Mar 09:00, due 1 business day after it opens =
    # Tue 24 Mar 18:00, lapses + 5 (25, 26, 27, 30, 31) = Tue 31 Mar 18:00. Then last_email: + 1 week = Tue 7 Apr 09:00,
    # due Tue 14 Apr 18:00, lapses + 5 = Tue 21 Apr 18:00; closed 1 week later (the decision date + 1 week is long
    # past, nothing counted) = Tue 28 Apr 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", decision_date="Fri 20 Mar")
    s.expect_no_task("ask_decision_date")
    s.at("Wed 11 Mar 10:00").thanked_and_debriefed().expect_state("awaiting")
    s.expect_task("status_check", status="waiting", opens="Mon 23 Mar 09:00")
    s.tick_daily("Fri 20 Mar 18:00").expect_task("status_check", status="waiting")
    s.at("Mon 23 Mar 09:00").tick()
    s.expect_task("status_check", status="open", due="Tue 24 Mar 18:00", lapses="Tue 31 Mar 18:00")
    s.tick_daily("Tue 31 Mar 18:00").expect_state("followed-up", since="Tue 31 Mar 18:00")
    s.expect_task("last_email", status="waiting", opens="Tue 7 Apr 09:00")
    s.tick_daily("Tue 28 Apr 17:59").expect_state("followed-up")
    s.at("Tue 28 Apr 18:00").tick().expect_state("closed", outcome="no_response")


def test_decision_date_passes_before_the_letter_is_written():
    # Decision on Thu 12 Mar: awaiting 1 business day later = Fri 13 Mar 18:00, the letter's chance is over.
    # status_check would open Fri 13 Mar 09:00, but not before entry: Fri 13 Mar 18:00; due + 1 business day = Mon 16
    # Mar 18:00; lapses + 5 (17, 18, 19, 20, 23) = Mon 23 Mar 18:00. The debrief lives on through every state.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", decision_date="Thu 12 Mar")
    s.tick_daily("Fri 13 Mar 17:59").expect_state("interviewed")
    s.at("Fri 13 Mar 18:00").tick().expect_state("awaiting", since="Fri 13 Mar 18:00")
    s.expect_task("thank_you", status="cancelled").expect_task("debrief", status="overdue")
    s.expect_task(
        "status_check", status="open", opens="Fri 13 Mar 18:00", due="Mon 16 Mar 18:00", lapses="Mon 23 Mar 18:00"
    )


def test_decision_date_learned_while_waiting():
    # Without it status_check opens Wed 18 Mar 09:00. Learned on Mon 16 Mar: Fri 27 Mar, so + 1 business day =
    # Mon 30 Mar 09:00, due + 1 business day = Tue 31 Mar 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    s.at("Wed 11 Mar 10:00").thanked_and_debriefed().expect_task("status_check", opens="Wed 18 Mar 09:00")
    s.expect_task("ask_decision_date", status="open")
    s.at("Mon 16 Mar 10:00").set(decision_date="Fri 27 Mar")
    s.expect_task("status_check", status="waiting", opens="Mon 30 Mar 09:00").expect_no_task("ask_decision_date")
    s.tick_daily("Fri 27 Mar 18:00").expect_task("status_check", status="waiting")
    s.at("Mon 30 Mar 09:00").tick().expect_task("status_check", status="open", due="Tue 31 Mar 18:00")


def test_decision_date_learned_when_the_call_is_already_open():
    # Open since Wed 18 Mar 09:00. Learned on Thu 19 Mar: Fri 27 Mar. What hangs on it is worked out anew: the call
    # opens 1 business day after it = Mon 30 Mar 09:00, so it waits again.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    s.at("Wed 11 Mar 10:00").thanked_and_debriefed()
    s.at("Wed 18 Mar 09:00").tick().expect_task("status_check", status="open")
    s.at("Thu 19 Mar 10:00").set(decision_date="Fri 27 Mar")
    s.at("Thu 19 Mar 10:05").tick().expect_task("status_check", status="waiting", opens="Mon 30 Mar 09:00")


def test_decision_date_dropped_again():
    # Known (Fri 27 Mar): Mon 30 Mar 09:00. Dropped: 1 week after the letter of Wed 11 Mar = Wed 18 Mar 09:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", decision_date="Fri 27 Mar")
    s.at("Wed 11 Mar 10:00").thanked_and_debriefed().expect_task("status_check", opens="Mon 30 Mar 09:00")
    s.at("Thu 12 Mar 10:00").set(decision_date=None).expect_task("status_check", opens="Wed 18 Mar 09:00")


def test_last_email_waits_for_a_decision_date_far_off():
    # The call was made Wed 18 Mar: + 1 week = Wed 25 Mar. But they will decide on Fri 3 Apr: not before 1 business day
    # after = Mon 6 Apr 09:00; due + 1 week = Mon 13 Apr 18:00. Sent Mon 6 Apr: closed at the latest of contact + 2
    # weeks (Mon 20 Apr), settled + 1 week (Mon 13 Apr), decision + 1 week (Fri 10 Apr) = Mon 20 Apr 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    s.at("Wed 11 Mar 10:00").thanked_and_debriefed()
    s.at("Wed 18 Mar 09:00").tick()
    s.at("Wed 18 Mar 10:00").done("status_check").expect_task("last_email", opens="Wed 25 Mar 09:00")
    s.at("Thu 19 Mar 10:00").set(decision_date="Fri 3 Apr").expect_task("last_email", opens="Mon 6 Apr 09:00")
    s.tick_daily("Mon 6 Apr 09:00").expect_task("last_email", status="open", due="Mon 13 Apr 18:00")
    s.at("Mon 6 Apr 10:00").done("last_email")
    s.tick_daily("Mon 20 Apr 17:59").expect_state("followed-up")
    s.at("Mon 20 Apr 18:00").tick().expect_state("closed", outcome="no_response")


def test_closing_waits_for_a_week_after_the_decision_date():
    # The call was made Wed 18 Mar (contact + 2 weeks = Wed 1 Apr), last_email skipped Wed 25 Mar (+ 1 week = Wed 1
    # Apr), but they decide on Fri 24 Apr: + 1 week = Fri 1 May 18:00 is the latest.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    s.at("Wed 11 Mar 10:00").thanked_and_debriefed()
    s.at("Wed 18 Mar 09:00").tick()
    s.at("Wed 18 Mar 10:00").done("status_check")
    s.at("Wed 25 Mar 10:00").set(decision_date="Fri 24 Apr").skip("last_email")
    s.tick_daily("Fri 1 May 17:59").expect_state("followed-up")
    s.at("Fri 1 May 18:00").tick().expect_state("closed", outcome="no_response")


def test_interview_on_the_friday_before_memorial_day():
    # Mon 25 May 2026 is Memorial Day. Fri 22 May + 1 business day = Tue 26 May 18:00, + 5 (27, 28, 29, 1, 2) =
    # Tue 2 Jun 18:00. The debrief counts plain days: Sat 23 May 18:00, + 7 days = Sat 30 May 18:00.
    s = Scenario("Fri 22 May 14:00", country="US").add("decision_maker=Ada")
    s.expect_task("thank_you", due="Tue 26 May 18:00", lapses="Tue 2 Jun 18:00")
    s.expect_task("debrief", due="Sat 23 May 18:00", lapses="Sat 30 May 18:00")


def test_without_a_country_memorial_day_is_a_working_day():
    # No country, no holidays: Fri 22 May + 1 business day = Mon 25 May 18:00, + 5 (26, 27, 28, 29, 1) = Mon 1 Jun
    # 18:00.
    s = Scenario("Fri 22 May 14:00").add("decision_maker=Ada")
    s.expect_task("thank_you", due="Mon 25 May 18:00", lapses="Mon 1 Jun 18:00")


def test_interview_on_the_day_before_thanksgiving():
    # Thu 26 Nov 2026 is Thanksgiving, the Friday after is a federal working day. Wed 25 Nov + 1 business day =
    # Fri 27 Nov 18:00, + 5 (30, 1, 2, 3, 4) = Fri 4 Dec 18:00. thank_referrer: + 3 (27, 30, 1) = Tue 1 Dec 18:00,
    # + 10 (2, 3, 4, 7, 8, 9, 10, 11, 14, 15) = Tue 15 Dec 18:00. The debrief: + 1 day = Thu 26 Nov 18:00.
    s = Scenario("Wed 25 Nov 15:00", country="US").add("decision_maker=Ada", "referrer=Fay")
    s.expect_task("thank_you", due="Fri 27 Nov 18:00", lapses="Fri 4 Dec 18:00")
    s.expect_task("thank_referrer", due="Tue 1 Dec 18:00", lapses="Tue 15 Dec 18:00")
    s.expect_task("debrief", due="Thu 26 Nov 18:00")


def test_independence_day_2026_is_observed_on_friday():
    # 4 Jul 2026 is a Saturday, observed Fri 3 Jul. Thu 2 Jul + 1 business day = Mon 6 Jul 18:00. A decision date of
    # Thu 2 Jul: the state is left 1 business day after = Mon 6 Jul 18:00 too.
    s = Scenario("Wed 1 Jul 14:00", country="US").add("decision_maker=Ada", decision_date="Thu 2 Jul")
    s.expect_task("thank_you", due="Thu 2 Jul 18:00")
    s.at("Thu 2 Jul 10:00").thanked_and_debriefed().expect_task("status_check", opens="Mon 6 Jul 09:00")
    s.at("Mon 6 Jul 09:00").tick().expect_task("status_check", status="open", due="Tue 7 Jul 18:00")
    t = Scenario("Thu 2 Jul 14:00", country="US").add("decision_maker=Ada")
    t.expect_task("thank_you", due="Mon 6 Jul 18:00")


def test_a_week_that_ends_on_juneteenth_rolls_to_monday():
    # Letter on Fri 12 Jun + 1 week = Fri 19 Jun, Juneteenth, rolled forward to Mon 22 Jun 09:00; due + 1 week =
    # Mon 29 Jun 18:00; lapses + 5 business days (30, 1, 2, then 3 Jul is observed, 6, 7) = Tue 7 Jul 18:00.
    s = Scenario("Thu 11 Jun 10:00", country="US").add("decision_maker=Ada")
    s.at("Fri 12 Jun 11:00").thanked_and_debriefed().expect_task("status_check", opens="Mon 22 Jun 09:00")
    s.at("Mon 22 Jun 09:00").tick()
    s.expect_task("status_check", status="open", due="Mon 29 Jun 18:00", lapses="Tue 7 Jul 18:00")


def test_over_christmas_and_new_year():
    # Letter on Fri 11 Dec + 1 week = Fri 18 Dec 09:00; due + 1 week = Fri 25 Dec, Christmas, rolled forward to
    # Mon 28 Dec 18:00; lapses + 5 business days (29, 30, 31, then Fri 1 Jan is a holiday, 4, 5) = Tue 5 Jan 2027 18:00.
    s = Scenario("Thu 10 Dec 10:00", country="US").add("decision_maker=Ada")
    s.at("Fri 11 Dec 11:00").thanked_and_debriefed()
    s.at("Fri 18 Dec 09:00").tick()
    s.expect_task("status_check", status="open", due="Mon 28 Dec 18:00", lapses="Tue 5 Jan 2027 18:00")
    s.tick_daily("Tue 5 Jan 2027 17:59").expect_state("awaiting")
    s.at("Tue 5 Jan 2027 18:00").tick().expect_state("followed-up")


def test_interview_on_a_saturday():
    # Sat 14 Mar + 1 business day = Mon 16 Mar 18:00, + 5 (17, 18, 19, 20, 23) = Mon 23 Mar 18:00. The debrief: Sun 15
    # Mar.
    s = Scenario("Sat 14 Mar 11:00").add("decision_maker=Ada")
    s.expect_task("thank_you", due="Mon 16 Mar 18:00", lapses="Mon 23 Mar 18:00")
    s.expect_task("debrief", due="Sun 15 Mar 18:00", lapses="Sun 22 Mar 18:00")


def test_interview_on_a_friday():
    # Fri 13 Mar + 1 business day = Mon 16 Mar 18:00; + 3 (16, 17, 18) = Wed 18 Mar 18:00.
    s = Scenario("Fri 13 Mar 16:00").add("interviewer=Bob", "referrer=Fay")
    s.expect_task("thank_you", "Bob", due="Mon 16 Mar 18:00")
    s.expect_task("thank_referrer", "Fay", due="Wed 18 Mar 18:00")


def test_letter_written_on_a_sunday_rolls_the_week_forward():
    # Sun 15 Mar + 1 week = Sun 22 Mar, rolled forward to Mon 23 Mar 09:00.
    s = Scenario("Fri 13 Mar 16:00").add("decision_maker=Ada")
    s.at("Sun 15 Mar 20:00").thanked_and_debriefed().expect_task("status_check", opens="Mon 23 Mar 09:00")


def test_a_day_off_and_an_extra_working_day():
    # Wed 11 Mar is off: Tue 10 Mar + 1 business day = Thu 12 Mar 18:00; + 5 with Sat 14 Mar worked (13, 14, 16, 17,
    # 18) = Wed 18 Mar 18:00.
    s = Scenario(
        "Tue 10 Mar 14:00", days_off=frozenset({date(2026, 3, 11)}), working_days=frozenset({date(2026, 3, 14)})
    )
    s.add("decision_maker=Ada").expect_task("thank_you", due="Thu 12 Mar 18:00", lapses="Wed 18 Mar 18:00")


def test_a_weekend_of_friday_and_saturday():
    # Thu 12 Mar + 1 business day = Sun 15 Mar 18:00, + 5 (16, 17, 18, 19, 22) = Sun 22 Mar 18:00.
    s = Scenario("Thu 12 Mar 14:00", zone="Asia/Riyadh", weekend=frozenset({4, 5})).add("decision_maker=Ada")
    s.expect_task("thank_you", due="Sun 15 Mar 18:00", lapses="Sun 22 Mar 18:00")


def test_another_working_day():
    # 08:30 to 17:00: due Wed 11 Mar 17:00; status_check opens Wed 18 Mar 08:30, due Wed 25 Mar 17:00.
    s = Scenario("Tue 10 Mar 14:00", workday_start=8 * 60 + 30, workday_end=17 * 60).add("decision_maker=Ada")
    s.expect_task("thank_you", due="Wed 11 Mar 17:00", lapses="Wed 18 Mar 17:00")
    s.at("Wed 11 Mar 10:00").thanked_and_debriefed().expect_task("status_check", opens="Wed 18 Mar 08:30")
    s.at("Wed 18 Mar 08:30").tick().expect_task("status_check", status="open", due="Wed 25 Mar 17:00")


def test_a_lapse_comes_on_the_minute():
    # Lapses Wed 18 Mar 18:00, so a tick at 17:59 does nothing and one at 18:00 does.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").tick_daily("Wed 18 Mar 17:00")
    s.at("Wed 18 Mar 17:59").tick().expect_nothing().expect_task("thank_you", status="overdue")
    s.at("Wed 18 Mar 18:00").tick().expect_task("thank_you", status="lapsed")


def test_status_is_seen_as_of_now_without_a_tick_but_only_a_tick_lapses():
    # Due Wed 11 Mar 18:00, lapses Wed 18 Mar 18:00, but nobody ticks.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").expect_task("thank_you", status="open")
    s.at("Wed 11 Mar 17:59").expect_task("thank_you", status="open")
    s.at("Wed 11 Mar 18:01").expect_task("thank_you", status="overdue")
    s.at("Thu 19 Mar 10:00").expect_task("thank_you", status="overdue").expect_state("interviewed")
    s.tick().expect_task("thank_you", status="lapsed").expect_state("awaiting")


def test_an_opening_is_seen_as_of_now_without_a_tick():
    # status_check opens Wed 18 Mar 09:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").thanked_and_debriefed()
    s.at("Wed 18 Mar 08:59").expect_task("status_check", status="waiting")
    s.at("Wed 18 Mar 09:30").expect_task("status_check", status="open")


def test_next_holds_what_is_open_and_nothing_else():
    # At Wed 11 Mar 10:00 the letter and the debrief are done: what is left is to ask for the decision date.
    # From Wed 18 Mar 09:00 on there is the call, too.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    assert sorted(t.name for t in s.jobflow.next()) == ["ask_decision_date", "debrief", "thank_you"]
    s.at("Wed 11 Mar 10:00").thanked_and_debriefed()
    assert [t.name for t in s.jobflow.next()] == ["ask_decision_date"]
    s.at("Wed 18 Mar 09:00").tick()
    assert sorted(t.name for t in s.jobflow.next()) == ["ask_decision_date", "status_check"]


def test_all_letters_skipped():
    # All settled and none done: awaiting. No letter, no reply: 1 week after the interview = Tue 17 Mar 09:00,
    # due + 1 week = Tue 24 Mar 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").skip("thank_you")
    s.expect_state("awaiting").expect_task("status_check", opens="Tue 17 Mar 09:00")
    s.at("Tue 17 Mar 09:00").tick().expect_task("status_check", status="open", due="Tue 24 Mar 18:00")


def test_thanked_ends_by_itself_after_two_business_days():
    # Letter on Wed 11 Mar, debrief never: awaiting + 2 business days = Fri 13 Mar 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").done("thank_you")
    s.tick_daily("Fri 13 Mar 17:59").expect_state("thanked")
    s.at("Fri 13 Mar 18:00").tick().expect_state("awaiting", since="Fri 13 Mar 18:00")
    s.expect_task("status_check", status="waiting", opens="Wed 18 Mar 09:00").expect_task("debrief", status="overdue")


def test_thanked_over_a_weekend():
    # Letter on Fri 13 Mar 17:00: + 2 business days (16, 17) = Tue 17 Mar 18:00.
    s = Scenario("Fri 13 Mar 16:00").add("decision_maker=Ada").at("Fri 13 Mar 17:00").done("thank_you")
    s.tick_daily("Tue 17 Mar 17:59").expect_state("thanked")
    s.at("Tue 17 Mar 18:00").tick().expect_state("awaiting")


def test_debrief_before_the_letter():
    # The debrief is done first, so thanked lasts no time at all.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Tue 10 Mar 20:00").done("debrief")
    s.expect_state("interviewed").at("Wed 11 Mar 10:00").done("thank_you").expect_state("awaiting")
    s.expect_task("status_check", opens="Wed 18 Mar 09:00")


def test_a_call_made_early():
    # status_check would open Wed 18 Mar; made Mon 16 Mar 10:00: early is fine. followed-up; last_email + 1 week =
    # Mon 23 Mar 09:00 (5 business days after the contact, 17, 18, 19, 20, 23, is the same).
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").thanked_and_debriefed()
    s.at("Mon 16 Mar 10:00").done("status_check").expect_state("followed-up")
    s.expect_task("status_check", status="done").expect_task("last_email", opens="Mon 23 Mar 09:00")


def test_a_letter_reported_later_counts_from_when_it_was_sent():
    # Told on Fri 13 Mar, sent on Wed 11 Mar: the call + 1 week since sending = Wed 18 Mar 09:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Fri 13 Mar 10:00").done("debrief")
    s.done("thank_you", on="Wed 11 Mar 10:00").expect_state("awaiting")
    s.expect_task("status_check", opens="Wed 18 Mar 09:00")


def test_a_snoozed_call_takes_due_and_lapse_along():
    # Snoozed on Wed 18 Mar to Fri 20 Mar: opens 09:00 that day, due + 1 week = Fri 27 Mar 18:00, lapses + 5 business
    # days (30, 31, 1, 2, 3) = Fri 3 Apr 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").thanked_and_debriefed()
    s.at("Wed 18 Mar 09:00").tick().at("Wed 18 Mar 09:30").snooze("status_check", "Fri 20 Mar")
    s.expect_task("status_check", status="waiting", opens="Fri 20 Mar 09:00")
    s.tick_daily("Fri 20 Mar 08:59").expect_task("status_check", status="waiting")
    s.at("Fri 20 Mar 09:00").tick()
    s.expect_task("status_check", status="open", due="Fri 27 Mar 18:00", lapses="Fri 3 Apr 18:00")


def test_a_snooze_to_an_hour():
    # Thu 12 Mar 15:00: the letter is due 1 business day after it opens = Fri 13 Mar 18:00, lapses + 5 = Fri 20 Mar
    # 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").snooze("thank_you", "Thu 12 Mar 15:00")
    s.expect_task("thank_you", status="waiting", opens="Thu 12 Mar 15:00")
    s.at("Thu 12 Mar 15:00").tick()
    s.expect_task("thank_you", status="open", due="Fri 13 Mar 18:00", lapses="Fri 20 Mar 18:00")


def test_done_on_a_lapsed_call_counts_and_moves_nothing():
    # Wed 1 Apr 18:00 status_check lapses, followed-up; last_email would open Wed 8 Apr. On Thu 2 Apr the call is
    # reported after all: it counts, so last_email opens 5 business days after (3, 6, 7, 8, 9) = Thu 9 Apr 09:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").tick_daily("Wed 1 Apr 18:00")
    s.expect_state("followed-up").expect_task("last_email", opens="Wed 8 Apr 09:00")
    s.at("Thu 2 Apr 10:00").done("status_check").expect_state("followed-up", since="Wed 1 Apr 18:00")
    s.expect_task("last_email", status="waiting", opens="Thu 9 Apr 09:00")


def test_done_on_a_lapsed_debrief_is_recorded():
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").tick_daily("Wed 18 Mar 18:00")
    s.expect_task("debrief", status="lapsed").at("Thu 19 Mar 10:00").done("debrief", went_well=["the whiteboard"])
    s.expect_state("awaiting", since="Wed 18 Mar 18:00").expect_task("debrief", status="done")


def test_an_older_search_begins_in_a_later_state():
    # Added on Wed 11 Mar as awaiting since Tue 10 Mar: no letter; the call 1 week after = Tue 17 Mar 09:00.
    s = Scenario("Wed 11 Mar 10:00").add("decision_maker=Ada", on="Tue 10 Mar 14:00", state="awaiting")
    s.expect_state("awaiting", since="Tue 10 Mar 14:00").expect_no_task("thank_you")
    s.expect_task("status_check", status="waiting", opens="Tue 17 Mar 09:00")


def test_the_offer_form_never_lapses():
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Mon 16 Mar 11:00").log("offer")
    s.expect_task("decide", lapses=NEVER)


@pytest.mark.parametrize(
    ("interview", "due"),
    [
        ("Fri 16 Jan 10:00", "Tue 20 Jan 18:00"),  # Mon 19 Jan: Martin Luther King Jr. Day
        ("Fri 13 Feb 10:00", "Tue 17 Feb 18:00"),  # Mon 16 Feb: Washington's Birthday
        ("Thu 18 Jun 10:00", "Mon 22 Jun 18:00"),  # Fri 19 Jun: Juneteenth
        ("Fri 4 Sep 10:00", "Tue 8 Sep 18:00"),  # Mon 7 Sep: Labor Day
        ("Fri 9 Oct 10:00", "Tue 13 Oct 18:00"),  # Mon 12 Oct: Columbus Day
        ("Tue 10 Nov 10:00", "Thu 12 Nov 18:00"),  # Wed 11 Nov: Veterans Day
        ("Thu 24 Dec 10:00", "Mon 28 Dec 18:00"),  # Fri 25 Dec: Christmas
        ("Thu 31 Dec 10:00", "Mon 4 Jan 2027 18:00"),  # Fri 1 Jan: New Year
    ],
)
def test_the_letter_after_the_other_holidays_of_the_year(interview, due):
    # One business day, a public holiday in between each time.
    Scenario(interview, country="US").add("decision_maker=Ada").expect_task("thank_you", due=due)


@pytest.mark.parametrize(
    ("subdivision", "interview", "due"),
    [
        (None, "Thu 2 Apr 10:00", "Tue 7 Apr 18:00"),  # Easter is Sun 5 Apr 2026: Good Friday and Easter Monday
        ("BY", "Mon 5 Jan 10:00", "Wed 7 Jan 18:00"),  # Epiphany, Tue 6 Jan, in Bavaria
        (None, "Mon 5 Jan 10:00", "Tue 6 Jan 18:00"),  # but not in all of Germany
    ],
)
def test_holidays_of_another_country_and_its_parts(subdivision, interview, due):
    s = Scenario(interview, zone="Europe/Berlin", country="DE", subdivision=subdivision).add("decision_maker=Ada")
    s.expect_task("thank_you", due=due)


def test_a_decision_date_on_a_holiday():
    # Thu 26 Nov is Thanksgiving; 1 business day strictly after = Fri 27 Nov 09:00, due Mon 30 Nov 18:00.
    s = Scenario("Mon 16 Nov 10:00", country="US").add("decision_maker=Ada", decision_date="Thu 26 Nov")
    s.at("Tue 17 Nov 10:00").thanked_and_debriefed().expect_task("status_check", opens="Fri 27 Nov 09:00")
    s.at("Fri 27 Nov 09:00").tick().expect_task("status_check", status="open", due="Mon 30 Nov 18:00")


def test_the_most_pressing_comes_first():
    # On Thu 12 Mar 10:00 Acme's letter has been overdue since Wed 11 Mar; Initech's (interview today) is due Fri 13
    # Mar.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").done("debrief").set(decision_date="Fri 27 Mar")
    s.at("Thu 12 Mar 10:00").jobflow.add("Initech")
    assert (s.jobflow.next()[0].application, s.jobflow.next()[0].name) == ("acme", "thank_you")
    assert [task.status for task in s.jobflow.next()] == ["overdue", "open", "open", "open"]


def test_the_plan_says_when_the_call_comes():
    # As in the first scenarios: Wed 18 Mar 09:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").thanked_and_debriefed()
    before = len(s.jobflow.history(s.number))
    items = s.jobflow.plan(s.number, until=date(2026, 3, 20))
    assert ("status_check", "Wed 18 Mar 09:00") in [(item.name, s.say(item.at)) for item in items]
    assert all(item.at <= s.instant("Fri 20 Mar 23:59") for item in items)
    assert len(s.jobflow.history(s.number)) == before


def test_a_date_more_than_a_year_ahead_needs_a_yes():
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada")
    with pytest.raises(Refused):
        s.set(decision_date="2028-01-03")
    assert s.app.facts.get("decision_date") is None
    s.jobflow.set(s.number, {"decision_date": "2028-01-03"}, confirmed=True)
    assert s.app.facts["decision_date"] == "2028-01-03"


def test_names_that_nobody_knows_add_nothing():
    s = Scenario("Tue 10 Mar 14:00")
    with pytest.raises(UnknownName):
        s.add("boss=Ada")
    with pytest.raises(UnknownName):
        s.add("decision_maker=Ada", descision_date="Fri 20 Mar")
    with pytest.raises(UnknownName):
        s.add("decision_maker=Ada", state="awaitin")
    assert s.jobflow.list(all=True) == ()


def test_two_applications_keep_their_own_time():
    # Acme: interview Tue 10 Mar, letter due Wed 11 Mar. Initech: interview Wed 11 Mar, letter due Thu 12 Mar.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 08:00")
    other = s.jobflow.add("Initech").number
    s.at("Thu 12 Mar 09:00").tick()
    said = sorted((message.slug, message.kind, s.named(message)[0]) for message in s.fresh)
    assert said == [
        ("acme", "overdue", "ask_decision_date"),
        ("acme", "overdue", "debrief"),
        ("acme", "overdue", "thank_you"),
        ("initech", "due", "ask_decision_date"),
        ("initech", "due", "debrief"),
        ("initech", "due", "thank_you"),
    ]
    s.jobflow.log(other, "rejected")
    assert [application.slug for application in s.jobflow.list()] == ["acme"]
    assert [application.slug for application in s.jobflow.list(all=True)] == ["acme", "initech"]


def test_a_call_made_on_a_saturday():
    # Sat 21 Mar + 1 week = Sat 28 Mar, rolled forward to Mon 30 Mar 09:00 (5 business days after, 23..27, is Fri 27
    # Mar).
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").thanked_and_debriefed()
    s.at("Wed 18 Mar 09:00").tick().at("Sat 21 Mar 12:00").done("status_check")
    s.expect_task("last_email", status="waiting", opens="Mon 30 Mar 09:00")


def test_a_last_email_that_would_be_due_on_juneteenth():
    # The call skipped Fri 5 Jun: the email + 1 week = Fri 12 Jun 09:00; due + 1 week = Fri 19 Jun, Juneteenth, rolled
    # forward to Mon 22 Jun 18:00; lapses + 5 (23..26, 29) = Mon 29 Jun 18:00.
    s = Scenario("Wed 27 May 14:00", country="US").add("decision_maker=Ada")
    s.at("Thu 28 May 10:00").thanked_and_debriefed().at("Thu 4 Jun 09:00").tick()
    s.at("Fri 5 Jun 10:00").skip("status_check").at("Fri 12 Jun 09:00").tick()
    s.expect_task("last_email", status="open", due="Mon 22 Jun 18:00", lapses="Mon 29 Jun 18:00")


def test_nobody_thanked_after_an_interview_on_a_saturday():
    # No letter, no reply: Sat 14 Mar + 1 week = Sat 21 Mar, rolled forward to Mon 23 Mar 09:00.
    s = Scenario("Sat 14 Mar 11:00").add("decision_maker=Ada").at("Mon 16 Mar 10:00").skip("thank_you")
    s.expect_state("awaiting").expect_task("status_check", status="waiting", opens="Mon 23 Mar 09:00")


def test_an_earlier_decision_date_that_is_over_already_opens_the_status_check_at_once():
    # Decision Wed 25 Mar: it would open Thu 26 Mar 09:00. On Wed 18 Mar 14:00 the date becomes Mon 16 Mar, and + 1
    # business day = Tue 17 Mar 09:00 is over: open, due + 1 business day = Wed 18 Mar 18:00; lapses + 5 business days
    # (19, 20, 23, 24, 25) = Wed 25 Mar 18:00. The command answers for it, so that a tick has nothing to tell.
    s = Scenario("Wed 18 Mar 14:00").add(on="Mon 9 Mar 12:00", state="awaiting", decision_date="Wed 25 Mar")
    s.expect_task("status_check", status="waiting", opens="Thu 26 Mar 09:00")
    s.set(decision_date="Mon 16 Mar")
    s.expect_task(
        "status_check", status="open", opens="Tue 17 Mar 09:00", due="Wed 18 Mar 18:00", lapses="Wed 25 Mar 18:00"
    )
    s.tick().expect_nothing()
