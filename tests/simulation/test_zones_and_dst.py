"""Civil time in other zones, the hour that does not exist, and the one that exists twice."""

from datetime import UTC, datetime

from .scenario import Scenario

SIZES = """
format: 1
workflow: mine
version: 1
title: Hours against days
initial: here
facts:
  visit: {type: datetime, ask: When do you go there?}
events:
  rejected: {to: closed, outcome: rejected}
states:
  here:
    title: Here
    tasks:
      hours: {kind: todo, title: Hours, due: 24 hours}
      days: {kind: todo, title: Days, due: 1 day}
      morning: {kind: todo, title: Morning, opens: 1 day, due: 1 week}
      go: {kind: todo, title: Go, opens: {at: visit}, due: 1 week}
  closed: {title: Over, final: true}
"""


def utc(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_the_day_is_the_local_day():
    # 02:00 UTC on Wed 11 Mar is Tue 10 Mar 22:00 in New York: due Wed 11 Mar 18:00 there = 22:00 UTC.
    s = Scenario("Tue 10 Mar 22:00").add("decision_maker=Ada")
    assert s.clock.now() == utc(2026, 3, 11, 2, 0)
    assert s.task("thank_you").due_at == utc(2026, 3, 11, 22, 0)


def test_the_applications_own_zone_wins():
    # Tue 10 Mar 14:00 in New York is Wed 11 Mar 03:00 in Tokyo: + 1 business day = Thu 12 Mar 18:00 there = 09:00 UTC.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", timezone="Asia/Tokyo")
    assert s.app.timezone == "Asia/Tokyo"
    assert s.task("thank_you").due_at == utc(2026, 3, 12, 9, 0)


def test_a_naive_time_is_in_the_applications_zone():
    # Wed 11 Mar 02:00 in Tokyo = Tue 10 Mar 17:00 UTC, an hour before now.
    s = Scenario("Tue 10 Mar 14:00").add("decision_maker=Ada", on="Wed 11 Mar 02:00", timezone="Asia/Tokyo")
    assert s.app.entered_at == utc(2026, 3, 10, 17, 0)


def test_zones_with_odd_offsets():
    # 18:00 in Kathmandu (+05:45) is 12:15 UTC; in Kolkata (+05:30) 12:30 UTC; in Kiritimati (+14) 04:00 UTC.
    for zone, hour, minute in (("Asia/Kathmandu", 12, 15), ("Asia/Kolkata", 12, 30), ("Pacific/Kiritimati", 4, 0)):
        s = Scenario("Tue 10 Mar 14:00", zone=zone).add("decision_maker=Ada")
        assert s.task("thank_you").due_at == utc(2026, 3, 11, hour, minute)


def test_over_the_weekend_on_which_summer_time_begins():
    # Fri 6 Mar (UTC-5) + 1 business day = Mon 9 Mar 18:00 (UTC-4) = 22:00 UTC; the debrief Sat 7 Mar 18:00 = 23:00 UTC.
    s = Scenario("Fri 6 Mar 14:00").add("decision_maker=Ada")
    assert s.task("thank_you").due_at == utc(2026, 3, 9, 22, 0)
    assert s.task("debrief").due_at == utc(2026, 3, 7, 23, 0)


def test_over_the_weekend_on_which_summer_time_ends():
    # Fri 30 Oct (UTC-4) + 1 business day = Mon 2 Nov 18:00 (UTC-5) = 23:00 UTC; the debrief Sat 31 Oct 18:00 = 22:00
    # UTC.
    s = Scenario("Fri 30 Oct 14:00").add("decision_maker=Ada")
    assert s.task("thank_you").due_at == utc(2026, 11, 2, 23, 0)
    assert s.task("debrief").due_at == utc(2026, 10, 31, 22, 0)


def test_summer_time_in_europe():
    # Fri 27 Mar in Berlin (UTC+1); clocks go forward Sun 29 Mar; + 1 business day = Mon 30 Mar 18:00 (UTC+2) = 16:00
    # UTC.
    s = Scenario("Fri 27 Mar 14:00", zone="Europe/Berlin").add("decision_maker=Ada")
    assert s.task("thank_you").due_at == utc(2026, 3, 30, 16, 0)


def test_summer_time_by_half_an_hour():
    # Lord Howe goes from UTC+11 to UTC+10:30 on Sun 5 Apr 2026. Thu 2 Apr + 1 business day = Fri 3 Apr 18:00 = 07:00
    # UTC, lapses + 5 (6, 7, 8, 9, 10) = Fri 10 Apr 18:00 (UTC+10:30) = 07:30 UTC.
    s = Scenario("Thu 2 Apr 14:00", zone="Australia/Lord_Howe").add("decision_maker=Ada")
    assert s.task("thank_you").due_at == utc(2026, 4, 3, 7, 0)
    assert s.task("thank_you").lapses_at == utc(2026, 4, 10, 7, 30)


def test_a_time_that_does_not_exist_moves_forward_by_the_gap():
    # Sun 8 Mar 02:30 in New York does not exist: 03:30 summer time (UTC-4) = 07:30 UTC.
    s = Scenario("Sun 8 Mar 12:00").add("decision_maker=Ada", on="Sun 8 Mar 02:30")
    assert s.app.entered_at == utc(2026, 3, 8, 7, 30)


def test_a_time_that_exists_twice_is_the_first():
    # Sun 1 Nov 01:30 in New York comes first in summer time (UTC-4) = 05:30 UTC.
    s = Scenario("Sun 1 Nov 12:00").add("decision_maker=Ada", on="Sun 1 Nov 01:30")
    assert s.app.entered_at == utc(2026, 11, 1, 5, 30)


def test_a_working_day_that_begins_in_the_gap(tmp_path):
    # From 02:30: Sat 7 Mar + 1 day opens Sun 8 Mar 02:30, which does not exist: 03:30 (UTC-4) = 07:30 UTC.
    s = Scenario("Sat 7 Mar 14:00", workflow=SIZES, home=tmp_path, workday_start=2 * 60 + 30).add()
    assert s.task("morning").opens_at == utc(2026, 3, 8, 7, 30)
    s.at("Sun 8 Mar 03:29").tick().expect_task("morning", status="waiting")
    s.at("Sun 8 Mar 03:30").tick().expect_task("morning", status="open")


def test_a_working_day_that_begins_in_the_hour_that_exists_twice(tmp_path):
    # From 01:30: Sat 31 Oct + 1 day opens Sun 1 Nov 01:30, the first (UTC-4) = 05:30 UTC.
    s = Scenario("Sat 31 Oct 14:00", workflow=SIZES, home=tmp_path, workday_start=90).add()
    assert s.task("morning").opens_at == utc(2026, 11, 1, 5, 30)


def test_hours_are_elapsed_time_and_days_are_days(tmp_path):
    # Sat 7 Mar 14:00 (UTC-5) = 19:00 UTC. + 24 hours = Sun 8 Mar 19:00 UTC (15:00 there); + 1 day = Sun 8 Mar 18:00
    # there = 22:00 UTC; + 1 day as an opening: Sun 8 Mar 09:00 there = 13:00 UTC.
    s = Scenario("Sat 7 Mar 14:00", workflow=SIZES, home=tmp_path).add()
    assert s.task("hours").due_at == utc(2026, 3, 8, 19, 0)
    assert s.task("days").due_at == utc(2026, 3, 8, 22, 0)
    assert s.task("morning").opens_at == utc(2026, 3, 8, 13, 0)


def test_hours_when_summer_time_ends(tmp_path):
    # Sat 31 Oct 14:00 (UTC-4) = 18:00 UTC. + 24 hours = Sun 1 Nov 18:00 UTC (13:00 there); + 1 day = 18:00 there =
    # 23:00 UTC.
    s = Scenario("Sat 31 Oct 14:00", workflow=SIZES, home=tmp_path).add()
    assert s.task("hours").due_at == utc(2026, 11, 1, 18, 0)
    assert s.task("days").due_at == utc(2026, 11, 1, 23, 0)


def test_a_fact_with_a_time_in_the_gap(tmp_path):
    # Sun 8 Mar 02:30: 07:30 UTC, as above.
    s = Scenario("Fri 6 Mar 14:00", workflow=SIZES, home=tmp_path).add(visit="2026-03-08T02:30")
    assert s.task("go").opens_at == utc(2026, 3, 8, 7, 30)


def test_a_fact_with_a_time_that_exists_twice(tmp_path):
    # Sun 1 Nov 01:30: the first, 05:30 UTC.
    s = Scenario("Fri 30 Oct 14:00", workflow=SIZES, home=tmp_path).add(visit="2026-11-01T01:30")
    assert s.task("go").opens_at == utc(2026, 11, 1, 5, 30)


def test_a_week_across_the_change_opens_at_nine_local():
    # Letter Wed 4 Mar (UTC-5) + 1 week = Wed 11 Mar 09:00 (UTC-4) = 13:00 UTC.
    s = Scenario("Tue 3 Mar 14:00").add("decision_maker=Ada").at("Wed 4 Mar 10:00").thanked_and_debriefed()
    assert s.task("status_check").opens_at == utc(2026, 3, 11, 13, 0)


def test_quiet_hours_are_local_on_the_night_of_the_change():
    # Tick on Sat 7 Mar 23:00 (the debrief of Fri 6 Mar is due that day): held until Sun 8 Mar 08:00 (UTC-4) = 12:00
    # UTC.
    s = Scenario("Fri 6 Mar 14:00").add("decision_maker=Ada").at("Sat 7 Mar 23:00").tick()
    assert [message.not_before for message in s.fresh] == [utc(2026, 3, 8, 12, 0)]
