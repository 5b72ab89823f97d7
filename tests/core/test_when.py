from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobflow.core.calendar import Calendar
from jobflow.core.errors import Refused
from jobflow.core.long_dates import FIRST_YEAR, LAST_YEAR, WEEKDAYS
from jobflow.core.when import Purpose, When, at_instant, on_day, parse_when

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
CALENDAR = Calendar(holidays={date(2026, 3, 13): "a day off"})
TUESDAY = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)  # 10:30 in Berlin, 05:30 in New York

DAYS = st.dates(date(FIRST_YEAR, 1, 2), date(LAST_YEAR, 12, 30))
INSTANTS = st.datetimes(datetime(1971, 1, 1), datetime(2198, 12, 31), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=0)
)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]).map(
    ZoneInfo
)


def read(
    text: str, purpose: Purpose = "future", *, now: datetime = TUESDAY, zone: ZoneInfo = BERLIN, calendar=CALENDAR
) -> When:
    return parse_when(text, now=now, zone=zone, calendar=calendar, purpose=purpose)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-10", date(2026, 3, 10)),
        ("  2026-03-20 ", date(2026, 3, 20)),
        ("2028-02-29", date(2028, 2, 29)),
        ("today", date(2026, 3, 10)),
        ("Yesterday", date(2026, 3, 9)),
        ("TOMORROW", date(2026, 3, 11)),
        ("+3d", date(2026, 3, 13)),
        ("-10d", date(2026, 2, 28)),
        ("+ 1 w", date(2026, 3, 17)),
        ("-2w", date(2026, 2, 24)),
        ("+2bd", date(2026, 3, 12)),
        ("+3bd", date(2026, 3, 16)),
        ("-2bd", date(2026, 3, 6)),
        ("+0d", date(2026, 3, 10)),
    ],
)
def test_dates_alone(text, day):
    assert read(text) == on_day(day)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-03-10 14:00", "2026-03-10T14:00:00+01:00"),
        ("2026-03-10T14:00", "2026-03-10T14:00:00+01:00"),
        ("2026-03-10t14:00:59.9", "2026-03-10T14:00:59+01:00"),
        ("2026-03-10 9:05", "2026-03-10T09:05:00+01:00"),
        ("2026-03-10T14:00Z", "2026-03-10T15:00:00+01:00"),
        ("2026-03-10T23:30:00-05:00", "2026-03-11T05:30:00+01:00"),
        ("2026-03-10 14:00 +0530", "2026-03-10T09:30:00+01:00"),
        ("2026-03-10 14:00+01", "2026-03-10T14:00:00+01:00"),
        ("today 9:30", "2026-03-10T09:30:00+01:00"),
        ("yesterday at 14:00", "2026-03-09T14:00:00+01:00"),
        ("tue 14:00", "2026-03-17T14:00:00+01:00"),
        ("+2h", "2026-03-10T12:30:00+01:00"),
        ("-30min", "2026-03-10T10:00:00+01:00"),
        ("+3d 14:00", "2026-03-13T14:00:00+01:00"),
        # The clock goes forward from 02:00 to 03:00 on 29 March, back from 03:00 to 02:00 on 25 October.
        ("2026-03-29 02:30", "2026-03-29T03:30:00+02:00"),
        ("2026-10-25 02:30", "2026-10-25T02:30:00+02:00"),
    ],
)
def test_instants(text, local):
    when = read(text)
    expected = datetime.fromisoformat(local)
    assert when.instant == expected
    assert when.instant is not None
    assert when.instant.tzinfo is UTC
    assert when.day == expected.date()


@pytest.mark.parametrize(
    ("text", "past", "future"),
    [
        ("tuesday", date(2026, 3, 10), date(2026, 3, 17)),
        ("Tue", date(2026, 3, 10), date(2026, 3, 17)),
        ("mon", date(2026, 3, 9), date(2026, 3, 16)),
        ("wednesday", date(2026, 3, 4), date(2026, 3, 11)),
        ("thurs", date(2026, 3, 5), date(2026, 3, 12)),
        ("sun", date(2026, 3, 8), date(2026, 3, 15)),
    ],
)
def test_weekdays(text, past, future):
    assert read(text, "past").day == past
    assert read(text, "future").day == future


def test_a_weekday_whose_time_has_not_come_yet_today_is_last_weeks():
    assert read("tue 10:30", "past").day == date(2026, 3, 10)
    assert read("tue 10:31", "past").day == date(2026, 3, 3)


def test_today_is_the_zones_today():
    late = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
    assert read("today", now=late, zone=NEW_YORK).day == date(2026, 3, 10)
    assert read("today", now=late, zone=BERLIN).day == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("2026-03-10", "Tue 10 March 2026"),
        ("2026-03-10 14:00", "Tue 10 March 2026, 14:00"),
        ("2026-03-10 14:00:07", "Tue 10 March 2026, 14:00:07"),
        ("2026-03-10T23:30Z", "Wed 11 March 2026, 00:30"),
    ],
)
def test_what_was_understood_is_said(text, understood):
    assert read(text).understood == understood


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "2026-03-10"),
        ("   ", "2026-03-10"),
        ("next friday", "write 2026-03-13 or 2026-03-20"),
        ("last friday", "write 2026-03-06 or 2026-02-27"),
        ("this Tuesday", "write 2026-03-17 or 2026-03-24"),
        ("last week", "write the day, such as 2026-03-03, or -1w or +1w"),
        ("next month", "such as 2026-03-17"),
        ("3/4/26", "write 2026-03-04 or 2026-04-03"),
        ("11/12", "write 2026-11-12 or 2026-12-11"),
        ("3.4.2026", "write 2026-03-04 or 2026-04-03"),
        ("03-04-2026", "write 2026-03-04 or 2026-04-03"),
        ("2026/03/04", "write 2026-03-04"),
        ("2026-3-4", "write 2026-03-04"),
        ("99/99/99", "year-month-day"),
        ("20260310", "write 2026-03-10"),
        ("2026-W11", "write 2026-03-10"),
        ("2026-W11-2", "write 2026-03-10"),
        ("2026-069", "write 2026-03-10"),
        ("3d", "+3d"),
        ("+3m", "+3d"),
        ("+99999d", "+3d"),
        ("+2h 14:00", "2026-03-10"),
        ("+1.5d", "2026-03-10"),
        ("2026-02-30", "year-month-day"),
        ("2026-13-01", "year-month-day"),
        ("0226-03-10", "1970 and 2199"),
        ("0001-01-01 00:00+14:00", "1970 and 2199"),
        ("0001-01-01 00:00", "1970 and 2199"),
        ("9999-12-31", "1970 and 2199"),
        ("2026-03-10 24:00", "00:00 to 23:59"),
        ("today 12:60", "00:00 to 23:59"),
        ("2026-03-10 14:00+24:00", "such as +01:00"),
        ("2026-03-10 14", "2026-03-10"),
        ("2026-03-10 2pm", "2026-03-10"),
        ("2026-03-10 14:00 PST", "2026-03-10"),
        ("soon", "tuesday"),
        ("friday next", "tuesday"),
        ("٢٠٢٦-٠٣-١٠", "2026-03-10"),
        ("2026-03-10\x00", "2026-03-10"),
    ],
)
@pytest.mark.parametrize("purpose", ["past", "future"])
def test_what_could_mean_two_things_is_refused_with_a_form_that_would_do(text, hint, purpose):
    with pytest.raises(Refused) as refusal:
        read(text, purpose)
    if not (purpose == "past" and text == "this Tuesday"):
        assert hint in (refusal.value.hint or "")
    assert "\x00" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("Fri 20 November 2026", None),
        ("20 November 2026", None),
        ("Nov 20, 2026", None),
        ("november 20 2026", None),
        ("Fri 20 November 2026, 14:00", "2026-11-20T14:00:00+01:00"),
        ("20 November 2026 14:00", "2026-11-20T14:00:00+01:00"),
        ("Nov 20, 2026 at 14:00:05", "2026-11-20T14:00:05+01:00"),
    ],
)
def test_long_dates_are_read_as_jobflow_writes_them(text, local):
    when = read(text)
    assert when.day == date(2026, 11, 20)
    assert when.instant == (datetime.fromisoformat(local) if local else None)
    assert read(when.understood) == when


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("Mon 20 November 2026", "that day is a Friday", "2026-11-20"),
        ("31 November 2026", "there is no such day", "year-month-day"),
        ("Mon 31 November 2026", "there is no such day", "year-month-day"),
        ("2026-11-31", "there is no such day", "year-month-day"),
        ("31.11.2026", "there is no such day", "year-month-day"),
        ("20 November 2026 25:00", "no such time of day", "00:00"),
        ("20 November 2300", "out of reach", "1970"),
        ("20 November 2300 14:00", "out of reach", "1970"),
        ("13.10.2026", "is not taken, so that nothing is guessed", "write 2026-10-13"),
        ("10/13/2026", "is not taken, so that nothing is guessed", "write 2026-10-13"),
        ("2026/10/13", "is not taken, so that nothing is guessed", "write 2026-10-13"),
        ("13.10.26", "could be several dates", "write 2026-10-13"),
        ("10/11/2026", "could be several dates", "write 2026-10-11 or 2026-11-10"),
        ("31 Nov", "there is no such day", "year-month-day"),
    ],
)
def test_what_is_wrong_is_said(text, words, hint):
    with pytest.raises(Refused, match=words) as refusal:
        read(text)
    assert hint in (refusal.value.hint or "")


@pytest.mark.parametrize(
    ("text", "purpose", "day"),
    [
        ("13 Oct", "future", "2026-10-13"),
        ("Oct 13 14:00", "past", "2025-10-13"),
        ("Tue, 10 March", "past", "2026-03-10"),
        ("10 March", "future", "2026-03-10"),
        ("9 March", "future", "2027-03-09"),
        ("29 Feb", "past", "2024-02-29"),
    ],
)
def test_a_day_without_a_year_is_refused_with_the_likely_one(text, purpose, day):
    now = TUESDAY if "Feb" not in text else datetime(2025, 3, 1, tzinfo=UTC)
    with pytest.raises(Refused, match="has no year") as refusal:
        read(text, purpose, now=now)
    assert refusal.value.hint == f"add the year: {day}"


@pytest.mark.parametrize(
    ("text", "purpose", "day"),
    [
        ("by the 12th", "future", "2026-03-12"),
        ("the 10th", "future", "2026-03-10"),
        ("the 9th", "future", "2026-04-09"),
        ("on the 9th", "past", "2026-03-09"),
        ("11th", "past", "2026-02-11"),
        ("30th", "past", "2026-01-30"),
    ],
)
def test_a_day_without_a_month_is_refused_with_the_likely_one(text, purpose, day):
    with pytest.raises(Refused, match="has no month") as refusal:
        read(text, purpose)
    assert refusal.value.hint == f"add the month: {day}"


def test_a_day_that_no_month_has():
    with pytest.raises(Refused, match="no such day"):
        read("by the 32nd")


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("tue 2pm", "14:00"),
        ("today 2:30 p.m.", "14:30"),
        ("12am", "00:00"),
        ("2026-03-10 12 pm", "12:00"),
        ("9 AM", "09:00"),
    ],
)
def test_a_time_by_twelve_hours_is_refused_with_the_one_by_twenty_four(text, time):
    with pytest.raises(Refused, match="not a date") as refusal:
        read(text)
    assert refusal.value.hint == f"the time is {time}: '2026-03-10 {time}'"


def test_a_word_too_many_is_named():
    with pytest.raises(Refused, match="not a date") as refusal:
        read("by friday")
    assert str(refusal.value.hint).startswith("leave 'by' out, and write ")


def test_a_long_text_is_cut_in_the_refusal():
    with pytest.raises(Refused) as refusal:
        read("x" * 5000)
    assert len(str(refusal.value)) < 300


@given(DAYS)
def test_an_iso_date_reads_as_itself(day):
    assert read(day.isoformat()) == on_day(day)


@given(INSTANTS, ZONES)
def test_an_instant_with_its_offset_reads_as_itself(moment, zone):
    local = moment.astimezone(zone)
    assert read(local.isoformat(), zone=zone) == at_instant(moment, zone)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31)), ZONES)
def test_a_local_time_is_itself_or_moved_by_the_gap(naive, zone):
    naive = naive.replace(second=0, microsecond=0)
    when = read(f"{naive:%Y-%m-%d %H:%M}", zone=zone)
    assert when.instant is not None
    found = when.instant.astimezone(zone)
    before, after = (naive.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    assert before is not None
    assert after is not None
    gap = max(after - before, timedelta()) if found.replace(tzinfo=None) != naive else timedelta()
    assert found.replace(tzinfo=None) == naive + gap
    assert found.fold == 0 or gap


@given(INSTANTS, ZONES, st.sampled_from(WEEKDAYS))
def test_a_weekday_is_within_a_week_and_on_its_side_of_today(now, zone, name):
    today = now.astimezone(zone).date()
    past, future = (read(name, purpose, now=now, zone=zone).day for purpose in ("past", "future"))
    assert WEEKDAYS[past.weekday()] == WEEKDAYS[future.weekday()] == name
    assert timedelta() <= today - past < timedelta(days=7)
    assert timedelta() < future - today <= timedelta(days=7)


@given(INSTANTS, ZONES, st.sampled_from(WEEKDAYS), st.times())
def test_a_weekday_with_a_time_that_happened_is_never_ahead(now, zone, name, time):
    when = read(f"{name} {time:%H:%M}", "past", now=now, zone=zone)
    assert when.instant is not None
    assert when.instant <= now


@given(st.text(max_size=30), st.sampled_from(["past", "future"]))
def test_any_text_is_a_moment_or_refused_with_a_hint(text, purpose):
    try:
        when = read(text, purpose)
    except Refused as refusal:
        assert refusal.hint
        assert "\n" not in str(refusal)
    else:
        assert when.understood


@given(st.from_regex(r"[+-]?[0-9]{1,5} ?(min|h|d|bd|w|m)", fullmatch=True))
def test_any_step_is_a_moment_or_refused(text):
    try:
        assert read(text).understood
    except Refused as refusal:
        assert refusal.hint
