"""`undo` makes the application as if the last command had never been said, later ticks included."""

import pytest

from jobflow.core.errors import UnknownName

from .scenario import Scenario


def interviewed(**facts) -> Scenario:
    return Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", **facts)


def awaiting(**facts) -> Scenario:
    return interviewed(**facts).at("Wed 11 Mar 10:00").thanked_and_debriefed().expect_state("awaiting")


def test_undo_of_done():
    s = interviewed().at("Wed 11 Mar 10:00").done("thank_you").expect_state("thanked")
    s.at("Wed 11 Mar 10:05").undo().expect_state("interviewed", since="Tue 10 Mar 14:00")
    s.expect_task(
        "thank_you", status="open", opens="Tue 10 Mar 14:00", due="Wed 11 Mar 18:00", lapses="Wed 18 Mar 18:00"
    )


def test_undo_of_done_takes_later_ticks_back():
    # Done Wed 11 Mar, so awaiting by tick on Fri 13 Mar 18:00. Undone Mon 16 Mar: interviewed, the letter overdue;
    # and it lapses Wed 18 Mar 18:00 as if nothing had been said.
    s = interviewed().at("Wed 11 Mar 10:00").done("thank_you").tick_daily("Fri 13 Mar 18:00").expect_state("awaiting")
    s.at("Mon 16 Mar 10:00").undo().expect_state("interviewed", since="Tue 10 Mar 14:00")
    s.expect_task("thank_you", status="overdue").expect_no_task("status_check")
    s.tick_daily("Wed 18 Mar 17:59").expect_state("interviewed")
    s.at("Wed 18 Mar 18:00").tick().expect_task("thank_you", status="lapsed").expect_state("awaiting")


def test_undo_after_what_would_have_happened():
    # Rejected by mistake on Wed 11 Mar; ticks go on. Undone Thu 19 Mar: without the rejection the letter would have
    # lapsed Wed 18 Mar 18:00, and the call would have opened then, due Wed 25 Mar 18:00.
    s = interviewed().at("Wed 11 Mar 10:00").log("rejected").tick_daily("Wed 18 Mar 18:00")
    s.at("Thu 19 Mar 10:00").undo().expect_state("awaiting", since="Wed 18 Mar 18:00")
    s.expect_task("thank_you", status="lapsed")
    s.expect_task("status_check", status="open", opens="Wed 18 Mar 18:00", due="Wed 25 Mar 18:00")
    # What the ticks of that week would have said, and what of it still holds, is said now; reminders of what has lapsed
    # meanwhile are not.
    s.tick().expect_moved().expect_messages(
        ("lapsed", "thank_you"), ("lapsed", "debrief"), ("lapsed", "ask_decision_date"), ("opened", "status_check")
    )


def test_undo_of_an_ending():
    s = interviewed().at("Tue 10 Mar 16:00").log("withdrawn").expect_state("closed", outcome="withdrawn")
    s.at("Tue 10 Mar 16:05").undo().expect_state("interviewed", outcome=None, since="Tue 10 Mar 14:00")
    for name in ("thank_you", "debrief", "ask_decision_date"):
        s.expect_task(name, status="open", due="Wed 11 Mar 18:00")
    s.at("Wed 11 Mar 09:00").tick()
    s.expect_messages(("due", "thank_you"), ("due", "debrief"), ("due", "ask_decision_date"))


def test_undo_of_a_contact_gives_it_back():
    # With the contact of Mon 16 Mar the call would wait until Mon 23 Mar; without, Wed 18 Mar 09:00.
    s = awaiting().at("Mon 16 Mar 10:00").log("contacted").expect_task("status_check", opens="Mon 23 Mar 09:00")
    s.at("Mon 16 Mar 10:05").undo().expect_task("status_check", status="waiting", opens="Wed 18 Mar 09:00")
    s.at("Wed 18 Mar 09:00").tick().expect_task("status_check", status="open")


def test_undo_of_the_contact_that_filled_the_limit():
    # Contacts Wed 11 Mar (twice): withheld Wed 18 Mar 09:00 by tick, followed-up. The second was a slip: undone Wed
    # 18 Mar 12:00: one contact, so the call has been open since 09:00.
    s = awaiting().at("Wed 11 Mar 12:00").log("contacted").at("Wed 11 Mar 12:30").log("contacted")
    s.tick_daily("Wed 18 Mar 09:00").expect_state("followed-up").at("Wed 18 Mar 12:00").undo()
    s.expect_state("awaiting").expect_task("status_check", status="open", opens="Wed 18 Mar 09:00")


def test_undo_of_the_call():
    # The call of Wed 18 Mar was not made after all: it is open again, due Wed 25 Mar, and counts no more.
    s = awaiting().at("Wed 18 Mar 09:00").tick().at("Wed 18 Mar 10:00").done("status_check").expect_state("followed-up")
    s.at("Wed 18 Mar 10:05").undo().expect_state("awaiting", since="Wed 11 Mar 10:00").expect_no_task("last_email")
    s.expect_task("status_check", status="open", opens="Wed 18 Mar 09:00", due="Wed 25 Mar 18:00")


def test_undo_of_a_fact():
    # Fri 27 Mar known: Mon 30 Mar. Undone: Wed 18 Mar 09:00, and the date is asked for again.
    s = awaiting().at("Mon 16 Mar 10:00").set(decision_date="Fri 27 Mar")
    s.expect_task("status_check", opens="Mon 30 Mar 09:00").at("Mon 16 Mar 10:05").undo()
    assert s.app.facts.get("decision_date") is None
    s.expect_task("status_check", opens="Wed 18 Mar 09:00").expect_task("ask_decision_date", status="overdue")


def test_undo_of_a_changed_fact_brings_the_old_value_back():
    # Fri 20 Mar → Fri 27 Mar → undone: Mon 23 Mar 09:00 again.
    s = awaiting(decision_date="Fri 20 Mar").at("Mon 16 Mar 10:00").set(decision_date="Fri 27 Mar")
    s.at("Mon 16 Mar 10:05").undo().expect_task("status_check", opens="Mon 23 Mar 09:00")
    assert s.app.facts["decision_date"] == "2026-03-20"


def test_undo_of_a_contact_named():
    s = Scenario("Tue 10 Mar 14:00").add().at("Tue 10 Mar 15:00").contact("decision_maker=Ada")
    s.expect_people("thank_you", "Ada").undo().expect_people("thank_you", "the hiring team")
    s.expect_task("thank_you", status="open", due="Wed 11 Mar 18:00")


def test_undo_of_a_second_round():
    s = awaiting().at("Tue 17 Mar 10:00").log("interviewed", "interviewer=Bob").undo().expect_state("awaiting")
    assert s.app.round == 1
    s.expect_people("thank_you").expect_task("status_check", opens="Wed 18 Mar 09:00").expect_no_task("debrief")


def test_undo_of_skip_and_snooze():
    s = interviewed().at("Tue 10 Mar 15:00").skip("thank_you").expect_state("awaiting").undo()
    s.expect_state("interviewed").expect_task("thank_you", status="open")
    s.at("Tue 10 Mar 15:05").snooze("thank_you", "Mon 16 Mar").expect_task("thank_you", status="waiting").undo()
    s.expect_task("thank_you", status="open", due="Wed 11 Mar 18:00")


def test_undo_of_add():
    s = interviewed().undo()
    assert s.jobflow.list(all=True) == ()
    assert s.jobflow.next() == ()
    with pytest.raises(UnknownName):
        s.jobflow.get("acme")
    s.at("Wed 11 Mar 09:00").tick().expect_messages()


def test_undo_again_goes_one_further_back():
    s = awaiting().at("Mon 16 Mar 10:00").set(decision_date="Fri 27 Mar").at("Mon 16 Mar 11:00").log("offer")
    s.undo().expect_state("awaiting").expect_task("status_check", opens="Mon 30 Mar 09:00")
    s.undo().expect_state("awaiting").expect_task("status_check", opens="Wed 18 Mar 09:00")


def test_a_tick_is_not_undone():
    # The last command is `add`'s neighbour `set`; the tick after it is none.
    s = interviewed().at("Wed 11 Mar 08:30").set(decision_date="Fri 20 Mar").at("Wed 11 Mar 09:00").tick().undo()
    assert s.app.facts.get("decision_date") is None
    s.expect_state("interviewed").expect_task("thank_you", status="open")


def test_undo_of_one_application_leaves_the_others():
    s = interviewed()
    other = s.jobflow.add("Initech").number
    s.at("Tue 10 Mar 15:00").log("contacted").at("Tue 10 Mar 15:30")
    s.jobflow.log(other, "rejected")
    s.jobflow.undo(s.number)
    assert s.jobflow.get(other).state == "closed"
    s.jobflow.undo()
    assert s.jobflow.get(other).state == "interviewed"


def test_history_only_grows():
    s = interviewed().at("Wed 11 Mar 10:00").done("thank_you")
    before = s.jobflow.history(s.number)
    s.undo()
    after = s.jobflow.history(s.number)
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert [record.seq for record in after] == list(range(1, len(after) + 1))


def test_undo_of_two_letters_done_at_once():
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", "interviewer=Bob").at("Wed 11 Mar 10:00")
    s.jobflow.done(*(task.number for task in s.tasks("thank_you")))
    s.expect_state("thanked").undo().expect_state("interviewed").expect_people("thank_you", "Ada", "Bob")


def test_undo_of_a_reply_brings_count_and_date_back():
    # Two contacts, a decision date of Fri 13 Mar; the reply of Mon 16 Mar drops the date and clears the limit.
    # Undone: the call would open Mon 16 Mar 09:00 (1 business day after the date), but for the spacing: Wed 11 + 5 =
    # Wed 18 Mar 09:00. It is withheld then.
    s = awaiting(decision_date="Fri 13 Mar").log("contacted").log("contacted").tick_daily("Fri 13 Mar 18:00")
    s.at("Mon 16 Mar 08:00").log("reply")
    assert s.app.facts.get("decision_date") is None
    s.expect_task("status_check", opens="Mon 23 Mar 09:00").undo()
    assert s.app.facts["decision_date"] == "2026-03-13"
    s.expect_task("status_check", status="waiting")
    s.tick_daily("Wed 18 Mar 09:00").expect_task("status_check", status="withheld").expect_state("followed-up")


def test_after_an_undo_the_story_goes_on():
    # Withdrawn by mistake Tue 10 Mar, undone; letter and debrief Wed 11 Mar; the call Wed 18 Mar 09:00; done, undone
    # and done again: followed-up, one contact.
    s = interviewed().log("withdrawn").undo().at("Wed 11 Mar 10:00").thanked_and_debriefed()
    s.tick_daily("Wed 18 Mar 09:00").expect_task("status_check", status="open").at("Wed 18 Mar 10:00")
    s.done("status_check").undo().done("status_check").expect_state("followed-up", since="Wed 18 Mar 10:00")
    s.expect_task("last_email", status="waiting", opens="Wed 25 Mar 09:00").tick_daily("Wed 25 Mar 09:00")
    s.expect_task("last_email", status="open")
