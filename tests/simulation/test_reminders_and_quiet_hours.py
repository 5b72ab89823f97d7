"""What is said, when, how often; and never at night."""

import pytest

from .scenario import Scenario

PROMISE = """
format: 1
workflow: mine
version: 1
title: A promise for the evening
initial: here
events:
  rejected: {to: closed, outcome: rejected}
states:
  here:
    title: Here
    tasks:
      ping: {kind: todo, title: Say so, opens: 9 hours, due: 3 business days}
  closed: {title: Over, final: true}
"""


def test_what_a_command_did_itself_is_not_announced():
    # The tasks opened by `add` are its answer; the next tick has nothing to say.
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").tick().expect_nothing()
    s.at("Tue 10 Mar 10:05").tick().expect_nothing()


def test_a_letter_nobody_writes():
    # Due Wed 11 Mar: announced at 09:00 (it opened on the day before). Overdue at 09:00 on business days, at most
    # three: Thu 12, Fri 13, Mon 16 Mar. Lapsed Wed 18 Mar 18:00. Nothing in between, though there is a tick every
    # half hour.
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").tick_every(30, "Fri 20 Mar 09:00")
    for name in ("thank_you", "debrief", "ask_decision_date"):
        s.expect_timeline(
            name,
            ("Wed 11 Mar 09:00", "due"),
            ("Thu 12 Mar 09:00", "overdue"),
            ("Fri 13 Mar 09:00", "overdue"),
            ("Mon 16 Mar 09:00", "overdue"),
            ("Wed 18 Mar 18:00", "lapsed"),
        )
    # The call opened Wed 18 Mar 18:00 by a tick, so it is announced.
    s.expect_timeline("status_check", ("Wed 18 Mar 18:00", "opened"))


def test_reminders_on_a_long_weekend():
    # Fri 22 May, Memorial Day Mon 25 May. The debrief is due Sat 23 May: said at 09:00 on that day, Saturday or not;
    # overdue on business days only: Tue 26, Wed 27, Thu 28 May; lapsed Sat 30 May 18:00. The letter is due Tue 26 May,
    # overdue Wed 27, Thu 28, Fri 29 May, lapsed Tue 2 Jun 18:00.
    s = Scenario("Fri 22 May 14:00", country="US").add("decision_maker=Ada").tick_every(60, "Wed 3 Jun 12:00")
    s.expect_timeline(
        "debrief",
        ("Sat 23 May 09:00", "due"),
        ("Tue 26 May 09:00", "overdue"),
        ("Wed 27 May 09:00", "overdue"),
        ("Thu 28 May 09:00", "overdue"),
        ("Sat 30 May 18:00", "lapsed"),
    )
    s.expect_timeline(
        "thank_you",
        ("Tue 26 May 09:00", "due"),
        ("Wed 27 May 09:00", "overdue"),
        ("Thu 28 May 09:00", "overdue"),
        ("Fri 29 May 09:00", "overdue"),
        ("Tue 2 Jun 18:00", "lapsed"),
    )


def test_the_call_and_the_email_from_opening_to_lapse():
    # The call opens Wed 18 Mar 09:00, due Wed 25 Mar, overdue Thu 26, Fri 27, Mon 30 Mar, lapses Wed 1 Apr 18:00;
    # the email + 1 week opens Wed 8 Apr 09:00, due Wed 15 Apr, overdue Thu 16, Fri 17, Mon 20, lapses Wed 22 Apr 18:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada").at("Wed 11 Mar 10:00").thanked_and_debriefed()
    s.at("Wed 11 Mar 11:00").tick_every(60, "Thu 23 Apr 12:00")
    s.expect_timeline(
        "status_check",
        ("Wed 18 Mar 09:00", "opened"),
        ("Wed 25 Mar 09:00", "due"),
        ("Thu 26 Mar 09:00", "overdue"),
        ("Fri 27 Mar 09:00", "overdue"),
        ("Mon 30 Mar 09:00", "overdue"),
        ("Wed 1 Apr 18:00", "lapsed"),
    )
    s.expect_timeline(
        "last_email",
        ("Wed 8 Apr 09:00", "opened"),
        ("Wed 15 Apr 09:00", "due"),
        ("Thu 16 Apr 09:00", "overdue"),
        ("Fri 17 Apr 09:00", "overdue"),
        ("Mon 20 Apr 09:00", "overdue"),
        ("Wed 22 Apr 18:00", "lapsed"),
    )


def test_the_call_with_a_decision_date():
    # Opens Mon 23 Mar 09:00, due Tue 24 Mar 18:00: opened on an earlier day, so announced Tue 24 Mar 09:00.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", decision_date="Fri 20 Mar")
    s.at("Wed 11 Mar 10:00").thanked_and_debriefed().tick_every(60, "Wed 25 Mar 12:00")
    s.expect_timeline(
        "status_check", ("Mon 23 Mar 09:00", "opened"), ("Tue 24 Mar 09:00", "due"), ("Wed 25 Mar 09:00", "overdue")
    )


def test_what_is_done_is_not_mentioned_again():
    # The letter is written on Thu 12 Mar 12:00, after one reminder too many; the debrief was done on the first day.
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").at("Tue 10 Mar 12:00").done("debrief")
    s.tick_every(60, "Thu 12 Mar 11:00").at("Thu 12 Mar 12:00").done("thank_you").tick_every(60, "Tue 17 Mar 12:00")
    s.expect_timeline("thank_you", ("Wed 11 Mar 09:00", "due"), ("Thu 12 Mar 09:00", "overdue"))
    s.expect_timeline("debrief")


def test_each_person_is_a_message_of_its_own():
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada", "interviewer=Bob").at("Tue 10 Mar 12:00")
    s.done("debrief").at("Wed 11 Mar 09:00").tick()
    s.expect_messages(("due", "thank_you", "Ada"), ("due", "thank_you", "Bob"), ("due", "ask_decision_date"))


def test_a_tick_at_noon_says_what_nine_would_have_said():
    # Nobody ticked at 09:00 on Wed 11 Mar; noon is still the due day.
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").at("Wed 11 Mar 12:00").tick()
    s.expect_messages(("due", "thank_you"), ("due", "debrief"), ("due", "ask_decision_date"))
    s.at("Wed 11 Mar 12:30").tick().expect_nothing()


def test_reminders_that_fell_due_together_become_one():
    # Due Wed 11, overdue Thu 12, Fri 13, Mon 16 Mar: one message each on Mon 16 Mar 10:00, the most pressing kind.
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").at("Mon 16 Mar 10:00").tick()
    s.expect_messages(("overdue", "thank_you"), ("overdue", "debrief"), ("overdue", "ask_decision_date"))
    s.tick().expect_nothing()


def test_a_reminder_by_day_is_not_held_back():
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").at("Wed 11 Mar 09:00").tick()
    assert s.fresh
    assert all(message.not_before <= s.instant("Wed 11 Mar 09:00") for message in s.fresh)


def test_a_tick_at_night_waits_for_the_morning():
    # The only tick of Wed 11 Mar is at 23:00: what it has to say waits for 08:00, the end of the quiet hours.
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").at("Wed 11 Mar 23:00").tick()
    assert s.fresh
    assert all(s.say(message.not_before) == "Thu 12 Mar 08:00" for message in s.fresh)
    assert all(message.status != "sent" for message in s.fresh)


def test_a_tick_before_dawn_waits_for_the_same_morning():
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").at("Thu 12 Mar 05:00").tick()
    assert s.fresh
    assert all(s.say(message.not_before) == "Thu 12 Mar 08:00" for message in s.fresh)


def test_a_timer_at_night(tmp_path):
    # Tue 10 Mar 14:00 + 9 hours = 23:00: it opens then, exactly, and is said at 08:00.
    s = Scenario("Tue 10 Mar 14:00", workflow=PROMISE, home=tmp_path).add()
    s.at("Tue 10 Mar 22:59").tick().expect_nothing().expect_task("ping", status="waiting", opens="Tue 10 Mar 23:00")
    s.at("Tue 10 Mar 23:00").tick().expect_task("ping", status="open", opens="Tue 10 Mar 23:00")
    for message in s.fresh:
        assert (message.kind, s.say(message.not_before)) == ("opened", "Wed 11 Mar 08:00")
        assert message.status != "sent"
    for hour in ("Wed 11 Mar 00:30", "Wed 11 Mar 07:59"):
        s.at(hour).tick()
        assert all(message.status != "sent" for message in s.said)
    s.at("Wed 11 Mar 08:00").tick().expect_messages(("opened", "ping"))


def test_a_rejection_at_night_silences_what_was_waiting_for_the_morning(tmp_path, capsys):
    # Enqueued at 23:00 for 08:00; rejected at 23:30: it is not sent any more.
    s = Scenario("Tue 10 Mar 14:00", workflow=PROMISE, home=tmp_path).add().at("Tue 10 Mar 23:00").tick()
    s.at("Tue 10 Mar 23:30").log("rejected")
    capsys.readouterr()
    s.at("Wed 11 Mar 08:00").tick()
    assert all(message.status != "sent" for message in s.said)
    assert "Say so" not in capsys.readouterr().out


def test_other_quiet_hours():
    # Quiet from 20:00 to 07:30: a tick at 20:30 waits for 07:30.
    s = Scenario("Tue 10 Mar 10:00", quiet_start=20 * 60, quiet_end=7 * 60 + 30).add("decision_maker=Ada")
    s.at("Wed 11 Mar 20:30").tick()
    assert s.fresh
    assert all(s.say(message.not_before) == "Thu 12 Mar 07:30" for message in s.fresh)


def test_a_dry_run_says_the_same_and_does_nothing():
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").at("Wed 11 Mar 09:00")
    before = len(s.jobflow.history(s.number))
    s.tick(dry_run=True)
    assert [message.kind for message in s.said] == ["due"] * 3
    assert len(s.jobflow.history(s.number)) == before
    s.tick().expect_messages(("due", "thank_you"), ("due", "debrief"), ("due", "ask_decision_date"))


def test_a_snoozed_letter_is_announced_when_it_comes_back():
    # Snoozed to Thu 12 Mar (09:00), due Fri 13 Mar: no reminder on Wed 11 Mar; opened Thu 12, due Fri 13, overdue Mon
    # 16.
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").snooze("thank_you", "Thu 12 Mar")
    s.tick_every(60, "Mon 16 Mar 12:00")
    s.expect_timeline(
        "thank_you", ("Thu 12 Mar 09:00", "opened"), ("Fri 13 Mar 09:00", "due"), ("Mon 16 Mar 09:00", "overdue")
    )


def test_what_waited_for_the_morning_and_what_the_morning_brings_are_one():
    # Held back at Wed 11 Mar 23:00 (due that day); the next tick is Thu 12 Mar 09:00, when the letter is overdue: one
    # message per task and tick, the most pressing kind.
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").at("Wed 11 Mar 23:00").tick()
    s.at("Thu 12 Mar 09:00").tick()
    said = [s.spoken(message)[:2] for message in s.said if message.status == "sent"]
    assert said.count(("overdue", "thank_you")) == 1
    assert ("due", "thank_you") not in said


@pytest.mark.parametrize("hour", ["00:30", "08:59", "09:00", "12:00", "17:59", "18:00", "20:30", "23:00"])
def test_overdue_is_said_three_times_at_most_whenever_the_tick_comes(hour):
    # One tick a day. The due day (Wed 11 Mar, 09:00) gives one message that it is due; overdue is said for Thu 12,
    # Fri 13 and Mon 16 Mar (09:00), at most three times; then the lapse.
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").tick_daily("Fri 20 Mar 23:59", hours=[hour])
    kinds = [message.kind for _, message in s.timeline if s.named(message)[0] == "thank_you"]
    assert kinds.count("overdue") <= 3, kinds
    assert kinds.count("due") <= 1, kinds
    assert kinds[-1] == "lapsed"


def test_what_waited_for_a_morning_without_a_tick_is_not_sent_the_next_night():
    # Held back on Wed 11 Mar 23:00 until Thu 12 Mar 08:00; but the next tick is at 23:00 again, in quiet hours:
    # nothing is sent then, and on Fri 13 Mar 08:00 one message about the letter is.
    s = Scenario("Tue 10 Mar 10:00").add("decision_maker=Ada").at("Wed 11 Mar 23:00").tick()
    s.at("Thu 12 Mar 23:00").tick()
    assert [message for message in s.said if message.status == "sent"] == []
    s.at("Fri 13 Mar 08:00").tick()
    sent = [s.spoken(message)[1] for message in s.said if message.status == "sent"]
    assert sent.count("thank_you") == 1
