"""Why it never pesters: at most two contacts that count, five business days apart."""

from .scenario import Scenario


def awaiting() -> Scenario:
    """Interview Tue 10 Mar 09:00; letter and debrief Wed 11 Mar 08:00: the call would open Wed 18 Mar 09:00."""
    s = Scenario("Tue 10 Mar 09:00").add("decision_maker=Ada").at("Wed 11 Mar 08:00").thanked_and_debriefed()
    return s.expect_state("awaiting").expect_task("status_check", status="waiting", opens="Wed 18 Mar 09:00")


def test_a_contact_of_ones_own_moves_nothing_but_spaces():
    # Mon 16 Mar + 5 business days (17, 18, 19, 20, 23) = Mon 23 Mar 09:00; due + 1 week = Mon 30 Mar 18:00.
    s = awaiting().at("Mon 16 Mar 10:00").log("contacted").expect_state("awaiting", since="Wed 11 Mar 08:00")
    s.expect_task("status_check", status="waiting", opens="Mon 23 Mar 09:00")
    s.tick_daily("Fri 20 Mar 18:00").expect_task("status_check", status="waiting")
    s.at("Mon 23 Mar 09:00").tick().expect_task("status_check", status="open", due="Mon 30 Mar 18:00")


def test_spacing_goes_around_a_holiday():
    # Letter Tue 19 May: the call Tue 26 May 09:00. A contact on Thu 21 May + 5 business days (22, then Mon 25 is
    # Memorial Day, 26, 27, 28, 29) = Fri 29 May 09:00.
    s = Scenario("Mon 18 May 14:00", country="US").add("decision_maker=Ada")
    s.at("Tue 19 May 10:00").thanked_and_debriefed().expect_task("status_check", opens="Tue 26 May 09:00")
    s.at("Thu 21 May 10:00").log("contacted").expect_task("status_check", opens="Fri 29 May 09:00")


def test_an_early_contact_spaces_nothing():
    # Tue 10 Mar + 5 business days = Tue 17 Mar: before the call opens anyway.
    awaiting().log("contacted", on="Tue 10 Mar 16:00").expect_task("status_check", opens="Wed 18 Mar 09:00")


def test_a_contact_told_later_counts_from_when_it_was():
    # It was Thu 12 Mar: + 5 business days (13, 16, 17, 18, 19) = Thu 19 Mar 09:00.
    s = awaiting().at("Mon 16 Mar 10:00").log("contacted", on="Thu 12 Mar 15:00")
    s.expect_task("status_check", opens="Thu 19 Mar 09:00")


def test_an_open_call_waits_again():
    # Open since Wed 18 Mar 09:00; the user writes on Thu 19 Mar: + 5 business days (20, 23, 24, 25, 26) = Thu 26 Mar.
    s = awaiting().at("Wed 18 Mar 09:00").tick().expect_task("status_check", status="open")
    s.at("Thu 19 Mar 10:00").log("contacted").at("Thu 19 Mar 10:05").tick()
    s.expect_task("status_check", status="waiting", opens="Thu 26 Mar 09:00").expect_state("awaiting")
    s.tick_daily("Wed 25 Mar 18:00").expect_task("status_check", status="waiting")
    s.at("Thu 26 Mar 09:00").tick().expect_task("status_check", status="open", due="Thu 2 Apr 18:00")


def test_after_two_contacts_the_call_is_withheld_and_so_is_the_email():
    # Contacts on Tue 10 and Wed 11 Mar; Wed 11 + 5 business days = Wed 18 Mar, when the call would open: withheld at
    # its opening, 09:00, which settles it: followed-up. last_email + 1 week = Wed 25 Mar 09:00: withheld then, too.
    # Closed at the latest of contact + 2 weeks (Wed 25 Mar) and settled + 1 week = Wed 1 Apr 18:00.
    s = awaiting().log("contacted", on="Tue 10 Mar 16:00").at("Wed 11 Mar 09:00").log("contacted")
    s.expect_task("status_check", status="waiting", opens="Wed 18 Mar 09:00")
    s.tick_daily("Wed 18 Mar 08:59").expect_task("status_check", status="waiting").expect_state("awaiting")
    s.at("Wed 18 Mar 09:00").tick().expect_task("status_check", status="withheld")
    s.expect_state("followed-up", since="Wed 18 Mar 09:00").expect_task("last_email", status="waiting")
    s.tick_daily("Wed 25 Mar 08:59").expect_task("last_email", status="waiting")
    s.at("Wed 25 Mar 09:00").tick().expect_task("last_email", status="withheld").expect_state("followed-up")
    s.tick_daily("Wed 1 Apr 17:59").expect_state("followed-up")
    s.at("Wed 1 Apr 18:00").tick().expect_state("closed", outcome="no_response")
    s.expect_timeline("status_check").expect_timeline("last_email")


def test_an_open_call_is_withheld_when_the_limit_fills():
    # One contact on Tue 10 Mar, the call open on Wed 18 Mar 09:00, a second contact on Thu 19 Mar: the limit is full.
    # It is not offered any more, and at the latest when it would open again (Thu 26 Mar 09:00) it is withheld:
    # followed-up.
    s = awaiting().log("contacted", on="Tue 10 Mar 16:00").at("Wed 18 Mar 09:00").tick()
    s.expect_task("status_check", status="open").at("Thu 19 Mar 10:00").log("contacted")
    s.at("Thu 19 Mar 10:05").tick()
    assert s.tasks("status_check")[-1].status in ("waiting", "withheld")
    s.tick_daily("Thu 26 Mar 09:00").expect_task("status_check", status="withheld").expect_state("followed-up")


def test_the_call_counts_and_the_email_is_the_second():
    # Called Wed 18 Mar, then a contact of one's own Fri 20 Mar: two. last_email is withheld by Fri 27 Mar (5 business
    # days after); closed at contact + 2 weeks = Fri 3 Apr 18:00.
    s = awaiting().at("Wed 18 Mar 09:00").tick().at("Wed 18 Mar 10:00").done("status_check")
    s.at("Fri 20 Mar 10:00").log("contacted").expect_state("followed-up")
    s.tick_daily("Fri 27 Mar 09:00").expect_task("last_email", status="withheld")
    s.tick_daily("Fri 3 Apr 17:59").expect_state("followed-up")
    s.at("Fri 3 Apr 18:00").tick().expect_state("closed", outcome="no_response")


def test_a_skipped_call_does_not_count():
    # Skipped Wed 18 Mar: followed-up; last_email + 1 week = Wed 25 Mar 09:00, skipped as well on that day: closed 1
    # week after = Wed 1 Apr 18:00, no contact ever counted.
    s = awaiting().at("Wed 18 Mar 09:00").tick().at("Wed 18 Mar 10:00").skip("status_check")
    s.expect_state("followed-up").expect_task("last_email", opens="Wed 25 Mar 09:00")
    s.at("Wed 25 Mar 09:00").tick().expect_task("last_email", status="open")
    s.at("Wed 25 Mar 10:00").skip("last_email").tick_daily("Wed 1 Apr 17:59").expect_state("followed-up")
    s.at("Wed 1 Apr 18:00").tick().expect_state("closed", outcome="no_response")


def test_a_reply_clears_count_and_spacing():
    # Two contacts on Tue 10 and Wed 11 Mar. Reply Thu 12 Mar: the call + 1 week = Thu 19 Mar 09:00, and it is offered.
    s = awaiting().log("contacted", on="Tue 10 Mar 16:00").at("Wed 11 Mar 09:00").log("contacted")
    s.at("Thu 12 Mar 10:00").log("reply").expect_task("status_check", status="waiting", opens="Thu 19 Mar 09:00")
    s.tick_daily("Thu 19 Mar 09:00").expect_task("status_check", status="open", due="Thu 26 Mar 18:00")


def test_a_reply_before_the_letter_clears_the_limit_too():
    # Two contacts on Tue 10 Mar; reply Tue 10 Mar 17:00 in `interviewed`: the call of Wed 18 Mar is offered.
    s = Scenario("Tue 10 Mar 09:00").add("decision_maker=Ada")
    s.at("Tue 10 Mar 12:00").log("contacted").at("Tue 10 Mar 13:00").log("contacted")
    s.at("Tue 10 Mar 17:00").log("reply").at("Wed 11 Mar 08:00").thanked_and_debriefed()
    s.at("Wed 18 Mar 09:00").tick().expect_task("status_check", status="open")


def test_a_contact_puts_off_the_closing():
    # last_email sent Thu 26 Mar: closed Thu 9 Apr. But the user writes on Wed 8 Apr: + 2 weeks = Wed 22 Apr 18:00.
    s = awaiting().at("Wed 18 Mar 09:00").tick().at("Wed 18 Mar 10:00").done("status_check")
    s.at("Wed 25 Mar 09:00").tick().at("Thu 26 Mar 10:00").done("last_email")
    s.tick_daily("Wed 8 Apr 09:00").at("Wed 8 Apr 10:00").log("contacted")
    s.tick_daily("Wed 22 Apr 17:59").expect_state("followed-up")
    s.at("Wed 22 Apr 18:00").tick().expect_state("closed", outcome="no_response")


def test_done_on_a_withheld_call_counts_and_moves_nothing():
    # Withheld Wed 18 Mar: followed-up. The user calls all the same on Mon 23 Mar: recorded, counts, moves no state.
    # last_email is withheld all the more; closing: that contact + 2 weeks = Mon 6 Apr 18:00.
    s = awaiting().log("contacted", on="Tue 10 Mar 16:00").at("Wed 11 Mar 09:00").log("contacted")
    s.tick_daily("Wed 18 Mar 09:00").expect_state("followed-up").at("Mon 23 Mar 10:00").done("status_check")
    s.expect_state("followed-up", since="Wed 18 Mar 09:00")
    s.tick_daily("Mon 30 Mar 09:00").expect_task("last_email", status="withheld")
    s.tick_daily("Mon 6 Apr 17:59").expect_state("followed-up")
    s.at("Mon 6 Apr 18:00").tick().expect_state("closed", outcome="no_response")
