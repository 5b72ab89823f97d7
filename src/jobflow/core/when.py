"""What people write for a moment: ISO 8601, `yesterday`, `tue 14:00`, `+3d`, `20 November 2026`. Nothing is guessed.

The one home of WHEN: a text either means one date or one instant, or it is refused with a form that would do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from jobflow.core.calendar import Calendar, add_days, instant, local_date
from jobflow.core.errors import Refused
from jobflow.core.long_dates import (
    CLOCK,
    FIRST_YEAR,
    LAST_YEAR,
    MONTHS,
    WEEKDAY_WORDS,
    WEEKDAYS,
    LongDate,
    days_without_month,
    days_without_year,
    find_long_date,
)
from jobflow.core.quoting import shown

Purpose = Literal["past", "future"]
"""What a weekday means: with "past" the last one (today's counts), with "future" the next one after today."""

FORMS = (
    "2026-03-10, '2026-03-10 14:00', '10 March 2026', today, 'today 14:00', yesterday, tomorrow, tuesday, 'tue 14:00', "
    "+3d, -2bd, +1w, +2h or -30min"
)

_DAY_WORDS = {"yesterday": -1, "today": 0, "tomorrow": 1}

_OFFSET = r"(?P<offset>z|[+-][0-9]{2}(?::?[0-9]{2})?)"
_ISO = re.compile(rf"(?P<y>[0-9]{{4}})-(?P<m>[0-9]{{2}})-(?P<d>[0-9]{{2}})(?:[t ] ?{CLOCK}(?: ?{_OFFSET})?)?")
_WORD = re.compile(rf"(?P<word>[a-z]+)(?: (?:at )?{CLOCK})?")
_STEP = re.compile(rf"(?P<sign>[+-]) ?(?P<count>[0-9]{{1,4}}) ?(?P<unit>[a-z]+)(?: (?:at )?{CLOCK})?")
_STEP_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1)}
_TWELVE_HOURS = re.compile(r"\b(?P<hour>0?[1-9]|1[0-2])(?:[:.](?P<minute>[0-5][0-9]))? ?(?P<half>[ap])\.?m\b")
_LEADING = re.compile(r"(?P<word>by|on|until|before|in|at) .+")
_VAGUE = re.compile(r"(?P<which>next|last|this|coming|past) (?P<what>[a-z]+)")
_BASIC = re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
_NUMBERS = re.compile(r"(?P<a>[0-9]{1,4})[/.\- ](?P<b>[0-9]{1,2})(?:[/.\- ](?P<c>[0-9]{1,4}))?\.?")
_WEEK_DATE = re.compile(r"[0-9]{4}-?w[0-9]{2}.*|[0-9]{4}-?[0-9]{3}")


@dataclass(frozen=True, slots=True)
class When:
    """A moment as the user meant it: `day` in the zone, and the instant (aware, UTC) where a time of day was given.

    `understood` is what to print back: `Tue 10 March 2026, 14:00`, in the zone.
    """

    day: date
    instant: datetime | None
    understood: str


def parse_when(text: str, *, now: datetime, zone: ZoneInfo, calendar: Calendar, purpose: Purpose) -> When:
    """Read a moment. Times without an offset are in `zone`; one that does not exist moves forward by the gap.

    Raises `Refused`, with a form that would do, for anything that could mean two things.
    """
    words = " ".join(text.split()).lower()
    frame = _Frame(text, now, zone, calendar, purpose)
    if not words:
        raise Refused("no date was given.", hint=f"write {FORMS}")
    for pattern, read in ((_ISO, _iso), (_WORD, _word), (_STEP, _step)):
        match = pattern.fullmatch(words)
        if match:
            return _in_reach(read(match, frame), frame)
    long = find_long_date(words)
    if long:
        return _in_reach(_long(long, frame), frame)
    raise _refusal(words, frame)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a text is read against."""

    text: str
    now: datetime
    zone: ZoneInfo
    calendar: Calendar
    purpose: Purpose

    @property
    def today(self) -> date:
        return local_date(self.now, self.zone)


def on_day(day: date) -> When:
    """A date alone."""
    return When(day, None, spell_date(day))


def at_instant(moment: datetime, zone: ZoneInfo) -> When:
    """An instant, as it reads in the zone."""
    utc = moment.astimezone(UTC).replace(microsecond=0)
    local = utc.astimezone(zone)
    return When(local.date(), utc, f"{spell_date(local.date())}, {_spell_time(local)}")


def spell_date(day: date) -> str:
    """`Tue 10 March 2026`, whatever the locale."""
    return f"{WEEKDAYS[day.weekday()][:3].title()} {day.day} {MONTHS[day.month - 1]} {day.year}"


def _spell_time(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def _iso(match: re.Match[str], frame: _Frame) -> When:
    day = _date(match, frame)
    offset = match["offset"]
    if offset is None:
        return _at_clock(match, day, frame)
    seconds = _clock_seconds(match, frame)
    try:
        utc = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds) - _offset(offset, frame)
        return at_instant(utc, frame.zone)
    except OverflowError:
        raise _out_of_reach(frame) from None


def _long(found: LongDate, frame: _Frame) -> When:
    if found.day is None:
        raise _no_such_day(frame)
    if not found.consistent:
        weekday = WEEKDAYS[found.day.weekday()].title()
        raise Refused(
            f"{shown(frame.text)} contradicts itself: that day is a {weekday}.",
            hint=f"write {found.day.isoformat()} if it is the date that is right",
        )
    return _at_clock(found.match, found.day, frame)


def _no_such_day(frame: _Frame) -> Refused:
    return Refused(f"{shown(frame.text)} is no date: there is no such day.", hint="year-month-day, such as 2026-03-10")


def _date(match: re.Match[str], frame: _Frame) -> date:
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    except ValueError:
        raise _no_such_day(frame) from None


def _offset(text: str, frame: _Frame) -> timedelta:
    if text == "z":
        return timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 15 or minutes > 59:
        raise Refused(f"{shown(frame.text)} has an offset that no place uses.", hint="such as +01:00 or -05:00, or Z")
    size = timedelta(hours=hours, minutes=minutes)
    return -size if text[0] == "-" else size


def _at_clock(match: re.Match[str], day: date, frame: _Frame) -> When:
    """The day alone, or the match's time of day on it."""
    if match["hour"] is None:
        return on_day(day)
    minutes, second = divmod(_clock_seconds(match, frame), 60)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _out_of_reach(frame)
    return at_instant(instant(day, minutes, frame.zone) + timedelta(seconds=second), frame.zone)


def _clock_seconds(match: re.Match[str], frame: _Frame) -> int:
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise Refused(f"{shown(frame.text)} has no such time of day.", hint="00:00 to 23:59, such as 14:00")
    return hour * 3600 + minute * 60 + second


def _word(match: re.Match[str], frame: _Frame) -> When:
    word = match["word"]
    if word in _DAY_WORDS:
        return _at_clock(match, add_days(frame.today, _DAY_WORDS[word]), frame)
    if word not in WEEKDAY_WORDS:
        raise _refusal(match.string, frame)
    return _weekday(match, WEEKDAY_WORDS[word], frame)


def _weekday(match: re.Match[str], weekday: int, frame: _Frame) -> When:
    ahead = (weekday - frame.today.weekday()) % 7
    if frame.purpose == "future":
        return _at_clock(match, add_days(frame.today, ahead or 7), frame)
    day = add_days(frame.today, ahead - 7 if ahead else 0)
    found = _at_clock(match, day, frame)
    # "tue 14:00", said on a Tuesday at 10:00 of something that happened: the Tuesday before.
    too_late = found.instant is not None and found.instant > frame.now
    return _at_clock(match, add_days(day, -7), frame) if too_late else found


def _step(match: re.Match[str], frame: _Frame) -> When:
    count = int(match["sign"] + match["count"])
    unit = match["unit"]
    if unit in _STEP_UNITS and match["hour"] is None:
        return at_instant(frame.now + count * _STEP_UNITS[unit], frame.zone)
    if unit == "d":
        return _at_clock(match, add_days(frame.today, count), frame)
    if unit == "w":
        return _at_clock(match, add_days(frame.today, 7 * count), frame)
    if unit == "bd":
        return _at_clock(match, frame.calendar.add_business_days(frame.today, count), frame)
    raise _refusal(match.string, frame)


def _in_reach(when: When, frame: _Frame) -> When:
    if not FIRST_YEAR <= when.day.year <= LAST_YEAR:
        raise _out_of_reach(frame)
    return when


def _out_of_reach(frame: _Frame) -> Refused:
    return Refused(
        f"{shown(frame.text)} is out of reach.", hint=f"a date between {FIRST_YEAR} and {LAST_YEAR}, year first"
    )


def _refusal(words: str, frame: _Frame) -> Refused:
    """Why the text was not understood, with the nearest form that would have been."""
    said = shown(frame.text)
    vague = _VAGUE.fullmatch(words)
    if vague:
        return Refused(f"{said} can mean two days.", hint=_vague_hint(vague["which"], vague["what"], frame))
    basic = _BASIC.fullmatch(words)
    if basic:
        return Refused(f"{said} may not be a date.", hint=f"write {basic['y']}-{basic['m']}-{basic['d']}")
    if _WEEK_DATE.fullmatch(words):
        return Refused(f"{said}: dates by week or day of the year are not read.", hint="write 2026-03-10")
    numbers = _NUMBERS.fullmatch(words)
    if numbers:
        return _of_numbers(numbers, frame)
    days = days_without_year(words, frame.today.year)
    if days is not None:
        return _of_missing(days, "year", frame)
    days = days_without_month(words, frame.today)
    if days is not None:
        return _of_missing(days, "month", frame)
    clock = _TWELVE_HOURS.search(words)
    if clock:
        return _of_twelve_hours(clock, said)
    step = re.fullmatch(r"[+-]? ?[0-9]+ ?[a-z]+", words)
    if step:
        hint = "a sign, a number of at most 4 digits and min, h, d, bd (business days) or w: +3d, -2bd, +1w, -30min"
        return Refused(f"{said} is not understood.", hint=hint)
    leading = _LEADING.fullmatch(words)
    leave = f"leave '{leading['word']}' out, and " if leading else ""
    return Refused(f"{said} is not a date that is understood.", hint=f"{leave}write {FORMS}")


def _vague_hint(which: str, what: str, frame: _Frame) -> str:
    if what not in WEEKDAY_WORDS:
        day = add_days(frame.today, -7 if which in {"last", "past"} else 7)
        return f"write the day, such as {day.isoformat()}, or -1w or +1w"
    ahead = (WEEKDAY_WORDS[what] - frame.today.weekday()) % 7
    first = add_days(frame.today, ahead - 7 if which in {"last", "past"} else (ahead or 7))
    second = add_days(first, -7 if which in {"last", "past"} else 7)
    return f"write {first.isoformat()} or {second.isoformat()}"


def _of_numbers(match: re.Match[str], frame: _Frame) -> Refused:
    """Three numbers are not taken even where they can mean but one date: the next ones would mean two."""
    found = _readings(match, frame)
    said = shown(frame.text)
    if not found:
        return _no_such_day(frame)
    hint = f"write {' or '.join(found)}"
    with_year = 4 in {len(match["a"]), len(match["c"] or "")}
    if len(found) == 1 and with_year:
        return Refused(f"{said} is not taken, so that nothing is guessed.", hint=hint)
    return Refused(f"{said} could be several dates.", hint=hint)


def _of_twelve_hours(match: re.Match[str], said: str) -> Refused:
    hour = int(match["hour"]) % 12 + (12 if match["half"] == "p" else 0)
    clock = f"{hour:02}:{match['minute'] or '00'}"
    return Refused(f"{said} is not a date that is understood.", hint=f"the time is {clock}: '2026-03-10 {clock}'")


def _of_missing(days: tuple[date, ...], what: str, frame: _Frame) -> Refused:
    """A day without its year, or without its month, too: the one that was probably meant is for the user to say."""
    past = [day for day in days if day <= frame.today]
    future = [day for day in days if day >= frame.today]
    likely = past[-1:] or future[:1] if frame.purpose == "past" else future[:1] or past[-1:]
    if not likely:
        return _no_such_day(frame)
    return Refused(f"{shown(frame.text)} has no {what}.", hint=f"add the {what}: {likely[0].isoformat()}")


def _readings(match: re.Match[str], frame: _Frame) -> list[str]:
    """The dates that the three numbers could be, ISO."""
    first, second = int(match["a"]), int(match["b"])
    third = int(match["c"]) if match["c"] else frame.today.year
    year = third + 2000 if third < 100 else third
    found: list[str] = []
    for y, m, d in ((year, first, second), (year, second, first), (first, second, third)):
        try:
            day = date(y, m, d)
        except ValueError:
            continue
        if FIRST_YEAR <= y <= LAST_YEAR and day.isoformat() not in found:
            found.append(day.isoformat())
    return found
