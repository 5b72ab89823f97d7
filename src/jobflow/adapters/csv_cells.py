"""What the cells of one row mean: names, dates, people, statuses. Each reader raises `Refused` with what would do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from jobflow.core.calendar import Calendar, local_date
from jobflow.core.contacts import check_email, parse_person
from jobflow.core.errors import Refused, suggest
from jobflow.core.facts import LONGEST_TEXT, parse_fact
from jobflow.core.long_dates import find_long_date
from jobflow.core.model import FactRule
from jobflow.core.quoting import forbidden_character, shown
from jobflow.core.when import Purpose, When, parse_when

LONGEST_NAME = 200
NOBODY = frozenset({"tbd", "tba", "n/a", "na", "-", "--", "–", "—", "?", "none", "unknown"})
"""What people write into a cell about contacts where there is none yet."""
_ADDRESS = re.compile(r"<[^<>]*>")
_REMARK = re.compile(r"[ \t]*\([^()]*\)(?=\s*(?:$|[;/<,\r\n]|&\s|and\s))", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:/|\s&\s|\sand\s)(?![^<>]*>)", re.IGNORECASE)
_DECISION_BY = FactRule(name="decision_date", type="date")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an application is entered: a state of `after-interview`, with an outcome where that state is final."""

    state: str
    outcome: str | None = None


STANDINGS: Mapping[str, Standing] = {
    "interviewed": Standing("interviewed"),
    "thanked": Standing("thanked"),
    "thank you sent": Standing("thanked"),
    "awaiting": Standing("awaiting"),
    "waiting": Standing("awaiting"),
    "pending": Standing("awaiting"),
    "followed up": Standing("followed-up"),
    "offer": Standing("offer"),
    "offered": Standing("offer"),
    "accepted": Standing("closed", "accepted"),
    "declined": Standing("closed", "declined"),
    "rejected": Standing("closed", "rejected"),
    "withdrawn": Standing("closed", "withdrawn"),
    "withdrew": Standing("closed", "withdrawn"),
    "closed": Standing("closed", "no_response"),
    "ghosted": Standing("closed", "no_response"),
    "no response": Standing("closed", "no_response"),
}
"""Words of a status column, lower case, with where they put an application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When and where a file is read, and whether a decision more than a year ahead was confirmed."""

    now: datetime
    zone: ZoneInfo
    calendar: Calendar
    confirmed: bool


def read_name(cell: str) -> str:
    """A company or a role: one line, blanks collapsed."""
    forbidden = forbidden_character(cell)
    if forbidden:
        raise Refused(f"{shown(cell)} holds a line break or control character ({forbidden}).")
    if len(cell) > LONGEST_NAME:
        raise Refused(f"{shown(cell)} has {len(cell)} characters, at most {LONGEST_NAME} are kept.")
    return " ".join(cell.split())


def read_interview(cell: str, moment: Moment) -> When:
    """When the interview was: a day, or an instant; never in the future."""
    when = _when(cell, moment, "past")
    if (when.instant or moment.now) > moment.now or when.day > local_date(moment.now, moment.zone):
        raise Refused(f"{when.understood} lies in the future.", hint="import it once the interview has been")
    return when


def read_decision(cell: str, moment: Moment) -> date:
    """The day by which they said they would decide."""
    when = _when(cell, moment, "future")
    if when.instant is not None:
        raise Refused(f"{shown(cell)}: expected a date alone.", hint="leave the time of day out")
    fact = parse_fact(
        _DECISION_BY, when.day, now=moment.now, zone=moment.zone, calendar=moment.calendar, confirmed=moment.confirmed
    )
    return date.fromisoformat(str(fact))


def _when(cell: str, moment: Moment, purpose: Purpose) -> When:
    words = _without_midnight(cell)
    return parse_when(words, now=moment.now, zone=moment.zone, calendar=moment.calendar, purpose=purpose)


def _without_midnight(cell: str) -> str:
    # Spreadsheets write a date alone as its midnight.
    return re.sub(r"[ T]00:00:00(\.0+)?$", "", cell)


def read_notes(cell: str) -> str:
    """Any text; line breaks and tabs may stand in it."""
    text = cell.replace("\r\n", "\n")
    forbidden = forbidden_character(text, allowed="\n\t")
    if forbidden:
        raise Refused(f"{shown(cell)} holds a control character ({forbidden}).")
    if len(text) > LONGEST_TEXT:
        raise Refused(f"{shown(cell)} has {len(text)} characters, at most {LONGEST_TEXT} are kept.")
    return text


def read_status(cell: str) -> Standing:
    """Where a status word puts an application."""
    words = " ".join(re.findall(r"\w+", cell.casefold().replace("_", " ")))
    if words not in STANDINGS:
        near = suggest(words, STANDINGS)
        hint = f"did you mean '{near}'?" if near else f"one of: {', '.join(STANDINGS)}"
        raise Refused(f"{shown(cell)} is no status that is known.", hint=hint)
    return STANDINGS[words]


def read_people(cell: str) -> list[tuple[str, str | None]]:
    """Names with their addresses, parted by `;`, line breaks, `/`, `&` and `and`; what says "nobody" is left out.

    A comma may part two people or a last name from a first: it is refused. `(HR)` after a name is dropped.
    """
    cell = _REMARK.sub("", cell)
    people = []
    for chunk in _parts(cell):
        if "," in _ADDRESS.sub("", chunk):
            apart = "; ".join(part.strip() for part in chunk.split(",") if part.strip())
            raise Refused(
                f"{shown(chunk)} may be one person or several.",
                hint=f"separate people with ';', such as {shown(apart)}, and write first names first",
            )
        people += [parse_person(part) for part in _BETWEEN.split(chunk) if part.strip() and not _is_nobody(part)]
    return people


def read_emails(cell: str) -> list[str]:
    """Addresses, parted by `;` and line breaks; what says "none" is left out."""
    return [check_email(part) for part in _parts(cell)]


def _parts(cell: str) -> list[str]:
    found = (part.strip() for part in re.split(r"[;\r\n]+", cell))
    return [part for part in found if part and not _is_nobody(part)]


def _is_nobody(text: str) -> bool:
    return text.strip().casefold() in NOBODY


def identify_interview(cell: str, interviewed: When) -> str:
    """The interview as part of a row's identity, however its date is written.

    A day said in relation to today ("yesterday") counts by its words: read again tomorrow, it is the same row.
    """
    if cell[:4].isdigit() or find_long_date(_without_midnight(cell)):
        return (interviewed.instant or interviewed.day).isoformat()
    return " ".join(cell.casefold().split())
