"""The agenda as an iCalendar file (RFC 5545). What did not change keeps its time stamps: the former file says so.

A task is an event at the instant when it is due, without length, which blocks no time. Not a to-do: the calendars of
phones, and those that subscribe to a file, show events alone. Instants are in UTC, which needs no rules of zones and
means the same everywhere. A settled task is left out: whoever subscribes drops it, and who imported a file once would
not hear of a cancellation either.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Event

from jobflow.contracts import AgendaItem

PRODID = "-//jobflow//calendar//EN"
REVISION = "X-JOBFLOW-REVISION"
"""Counts the changes of a file. An entry's SEQUENCE is the revision at which it changed last, so it never goes back."""
STAMPS = ("SEQUENCE", "LAST-MODIFIED", "DTSTAMP")


class NotOurs(ValueError):
    """A file that must not be written over. The text goes on from its name."""


def updated(former: bytes, agenda: Sequence[AgendaItem], *, alarm: int | None, now: datetime) -> bytes:
    """The file's new content; exactly `former` where nothing changed. Empty `former`: there is none yet.

    `alarm`: minutes before. Raises `NotOurs` where `former` is no file of this module, or damaged.
    """
    revision, before = _read(former) if former else (-1, {})
    events = {str(event["UID"]): event for item in agenda if (event := entry(item, alarm)) is not None}
    changed = [event for uid, event in events.items() if uid not in before or _bare(event) != _bare(before[uid])]
    if former and not changed and events.keys() == before.keys():
        return former
    for event in changed:
        event.add("sequence", revision + 1)
        event.add("last-modified", now)
        event.add("dtstamp", now)
    kept = {uid: event for uid, event in before.items() if uid in events}
    after = kept | {str(event["UID"]): event for event in changed}
    return _file(revision + 1, [after[uid] for uid in sorted(after)])


def entry(item: AgendaItem, alarm: int | None) -> Event | None:
    """The entry of a task, yet without its stamps; None where it has no place in time."""
    at = item.due_at or item.opens_at
    if at is None:
        return None
    event = Event()
    event.add("uid", line(item.uid))
    event.add("summary", line(item.title) or line(item.kind))
    event.add("description", _description(item))
    event.add("dtstart", at.astimezone(UTC))
    event.add("categories", [line(item.kind)])
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    if alarm is not None:
        event.add_component(_alarm(item, alarm if item.due_at else 0))
    return event


_MARK = "\ufeff"
"""The byte order mark: programs that find one inside a text drop it."""


def line(text: str) -> str:
    """The text on one line, without what breaks lines for one program or another, or can't be seen or stored."""
    hidden = ("Cc", "Cs", "Zl", "Zp")
    shown = "".join(" " if unicodedata.category(char) in hidden or char == _MARK else char for char in text)
    return " ".join(shown.split()).replace("\\N", "\\ N")  # icalendar would make a line break of it


def _description(item: AgendaItem) -> str:
    opens = item.opens_at.astimezone(ZoneInfo(item.timezone)) if item.opens_at else None
    lines = (
        line(item.company),
        line(item.why),
        f"Open from {opens:%a} {opens.day} {opens:%b %Y, %H:%M} ({item.timezone})" if opens else "",
        f"Once it is done: jobflow done {item.task}",
    )
    return "\n".join(filter(None, lines))


def _alarm(item: AgendaItem, minutes: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", line(item.title) or line(item.kind))
    alarm.add("trigger", timedelta(minutes=-minutes))
    return alarm


def _file(revision: int, events: Sequence[Component]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("name", "jobflow")
    calendar.add("x-wr-calname", "jobflow")
    calendar.add(REVISION, str(revision))
    for event in events:
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _read(content: bytes) -> tuple[int, dict[str, Component]]:
    """The revision and the entries by UID. Raises `NotOurs`."""
    if PRODID.encode() not in content[:200]:
        raise NotOurs("was not written by jobflow")
    try:
        calendar = Calendar.from_ical(content)
        whole = content.rstrip().endswith(b"END:VCALENDAR")
        if not whole or any(component.errors for component in calendar.walk()):
            raise ValueError
        events = {str(event["UID"]): event for event in calendar.walk("VEVENT")}
        if any(stamp not in event for event in events.values() for stamp in STAMPS):
            raise ValueError
        return int(str(calendar[REVISION])), events
    except (ValueError, KeyError, IndexError, TypeError):
        raise NotOurs("is damaged") from None


def _bare(event: Component) -> bytes:
    """What it says, without when it was said."""
    bare = event.copy()
    bare.subcomponents = event.subcomponents
    for stamp in STAMPS:
        bare.pop(stamp, None)
    content: bytes = bare.to_ical()
    return content
