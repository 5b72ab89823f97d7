"""One task as one calendar object, and what becomes of an object that the user has changed since.

Each object remembers a mark of what jobflow wrote into it (`X-JOBFLOW-WROTE`), for its time, title and text. So what
the user changed can be told from what jobflow wants to change, and no copy is kept anywhere else.
"""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Event

import jobflow

WROTE = "X-JOBFLOW-WROTE"
USERS = "DESCRIPTION"
"""What the user wrote there stands, whatever becomes of the task: they may be notes."""


def new(item: jobflow.AgendaItem, alarm: int | None, now: datetime) -> bytes:
    """The object of a task that has none yet. `alarm`: minutes before it is due."""
    event = Event()
    event.add("uid", line(item.uid))
    for name, value in said(item).items():
        event.add(name, value)
    event.add(WROTE, _marks(said(item)))
    event.add("categories", [line(item.kind)])
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    if alarm is not None:
        event.add_component(_alarm(item, alarm if item.due_at else 0))
    _stamp(event, 0, now)
    calendar = Calendar()
    calendar.add("prodid", "-//jobflow//caldav//EN")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return _bytes(calendar)


def merged(there: bytes, item: jobflow.AgendaItem, now: datetime) -> bytes | None:
    """The object as it should be, None where it may stay as it is. Raises ValueError where it can't be read.

    Time and title are the user's until the task's own change; the text is the user's once they changed it; whatever
    else they changed or added stays.
    """
    calendar, event = _read(there)
    wrote = _wrote(event)
    changed = False
    for name, value in said(item).items():
        mark, theirs = _mark(value), _mark_of(event, name)
        untouched = theirs == wrote.get(name)
        if theirs != mark and (untouched or (name != USERS and mark != wrote.get(name))):
            _put(event, name, value)
            changed = True
    if not changed:
        return None
    event.pop(WROTE, None)
    event.add(WROTE, _marks(said(item)))
    _stamp(event, int(str(event.get("SEQUENCE", 0))) + 1, now)
    return _bytes(calendar)


def has_notes(there: bytes) -> bool:
    """Whether its text is the user's: then it is not deleted, although the task is settled. Raises ValueError."""
    _, event = _read(there)
    return _mark_of(event, USERS) != _wrote(event).get(USERS)


def at(item: jobflow.AgendaItem) -> datetime | None:
    """Where a task has its place in time; None: nowhere."""
    return item.due_at or item.opens_at


def said(item: jobflow.AgendaItem) -> dict[str, str | datetime]:
    """What jobflow says of a task that has a place in time."""
    place = at(item)
    assert place is not None
    opens = item.opens_at.astimezone(ZoneInfo(item.timezone)) if item.opens_at else None
    text = (
        line(item.company),
        line(item.why),
        f"Open from {opens:%a} {opens.day} {opens:%b %Y, %H:%M} ({item.timezone})" if opens else "",
        f"Once it is done: jobflow done {item.task}",
    )
    return {
        "DTSTART": place.astimezone(UTC),
        "SUMMARY": line(item.title) or line(item.kind),
        "DESCRIPTION": "\n".join(filter(None, text)),
    }


def line(text: str) -> str:
    """The text on one line, without what breaks lines for one program or another, or can't be seen or stored."""
    shown = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text)
    return " ".join(shown.split()).replace("\\N", "\\ N")  # icalendar would make a line break of it


def _alarm(item: jobflow.AgendaItem, minutes: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", line(item.title) or line(item.kind))
    alarm.add("trigger", timedelta(minutes=-minutes))
    return alarm


def _put(event: Component, name: str, value: str | datetime) -> None:
    # A length that the calendar gave it ends at the former time.
    for old in (name, "DTEND", "DURATION") if name == "DTSTART" else (name,):
        event.pop(old, None)
    event.add(name, value)


def _stamp(event: Component, sequence: int, now: datetime) -> None:
    for name, value in (("SEQUENCE", sequence), ("LAST-MODIFIED", now), ("DTSTAMP", now)):
        event.pop(name, None)
        event.add(name, value)


def _read(there: bytes) -> tuple[Component, Component]:
    """The calendar and its event: where the user made it a series, the event that the series is made from."""
    try:
        calendar: Component = Calendar.from_ical(there)
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError(str(error)) from error
    events = [event for event in calendar.walk("VEVENT") if "RECURRENCE-ID" not in event]
    if not events or any(event.errors for event in events):
        raise ValueError("no event that can be read")
    return calendar, events[0]


def _mark_of(event: Component, name: str) -> str | None:
    value = event.get(name)
    return None if value is None else _mark(value.dt if name == "DTSTART" else str(value))


def _mark(value: object) -> str:
    """A short name for a value, the same however a program spells it: in another zone, with other line ends."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC)
    return hashlib.sha256(" ".join(str(value).split()).encode()).hexdigest()[:16]


def _marks(values: dict[str, str | datetime]) -> str:
    return " ".join(f"{name}={_mark(value)}" for name, value in values.items())


def _wrote(event: Component) -> dict[str, str]:
    pairs = (word.partition("=") for word in str(event.get(WROTE, "")).split())
    return {name: mark for name, _, mark in pairs}


def _bytes(calendar: Component) -> bytes:
    content: bytes = calendar.to_ical()
    return content
