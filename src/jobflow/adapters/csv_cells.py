"""What the cells of one row mean: names, dates, people, statuses. Each reader raises `Refused` with what would do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from jobflow.core.calendar import Calendar, local_date
from jobflow.core.contacts import check_email, check_name, parse_person
from jobflow.core.errors import Refused, suggest
from jobflow.core.facts import LONGEST_TEXT, parse_fact
from jobflow.core.long_dates import find_long_date
from jobflow.core.model import FactRule
from jobflow.core.quoting import forbidden_character, shown
from jobflow.core.when import Purpose, When, parse_when

LONGEST_NAME = 200
MONTH_FIRST, DAY_FIRST = "month-first", "day-first"
_NUMBERS = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4}|[0-9]{2})([, \u202f]+[0-9].*)?")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?[ \u202f]*(?:([aApP])\.?[mM]\.?)?")
NOBODY = frozenset({"tbd", "tba", "n/a", "na", "-", "--", "–", "—", "?", "none", "unknown"})
"""What people write into a cell about contacts, or a date, where there is none yet."""
_ADDRESS = re.compile(r"<[^<>]*>")
_REMARK = re.compile(r"[ \t]*\([^()]*\)(?=\s*(?:$|[;/<,\r\n]|&\s|and\s))", re.IGNORECASE)
_QUOTED = re.compile(
    r'(?:^|(?<=[;\r\n]))[ \t]*"(?P<name>(?:[^"\\]|\\.)*)"[ \t]*(?:<\s*(?P<email>[^<>]*?)\s*>)?[ \t]*(?=$|[;\r\n])'
)
_BETWEEN = re.compile(r"(?:/|\s&\s|\sand\s)(?![^<>]*>)", re.IGNORECASE)
_DECISION_BY = FactRule(name="decision_date", type="date")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an application is entered: a state of `from-application`, with an outcome where that state is final."""

    state: str
    outcome: str | None = None


AHEAD = ("saved", "applied", "interview_scheduled")
"""The states before the first interview."""
BETWEEN = "next_interview"
"""The state between two interviews, which the workflows of what comes after one do not have."""
DATED = ("saved", "applied")
"""The states that began at the date of a row without an interview; others began nobody knows when."""


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
    "hired": Standing("closed", "accepted"),
    "accepted": Standing("closed", "accepted"),
    "declined": Standing("closed", "declined"),
    "rejected": Standing("closed", "rejected"),
    "withdrawn": Standing("closed", "withdrawn"),
    "withdrew": Standing("closed", "withdrawn"),
    "closed": Standing("closed", "no_response"),
    "saved": Standing("saved"),
    "bookmarked": Standing("saved"),
    "wishlist": Standing("saved"),
    "to apply": Standing("saved"),
    "draft": Standing("saved"),
    "evaluated": Standing("saved"),
    "applying": Standing("saved"),
    "applied": Standing("applied"),
    "submitted": Standing("applied"),
    "responded": Standing("applied"),
    "in progress": Standing("applied"),
    "interview": Standing("interview_scheduled"),
    "interviewing": Standing("interview_scheduled"),
    "interview scheduled": Standing("interview_scheduled"),
    "screen": Standing("interview_scheduled"),
    "screening": Standing("interview_scheduled"),
    "phone screen": Standing("interview_scheduled"),
    "negotiating": Standing("offer"),
    "accepting": Standing("accepting"),
    "declining": Standing("declining"),
    "next interview": Standing("next_interview"),
    "offer lapsed": Standing("closed", "offer_lapsed"),
    "not applied": Standing("closed", "not_applied"),
    "expired": Standing("closed", "no_response"),
    "archived": Standing("closed", "no_response"),
    "discarded": Standing("closed", "not_applied"),
    "skip": Standing("closed", "not_applied"),
    "ghosted": Standing("closed", "no_response"),
    "no response": Standing("closed", "no_response"),
}
"""Words of a status column, lower case, with where they put an application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When and where a file is read, and whether a decision more than a year ahead was confirmed.

    `order`: how dates such as 3/4/26 are meant, `month-first` or `day-first`; None: they are refused.
    """

    now: datetime
    zone: ZoneInfo
    calendar: Calendar
    confirmed: bool
    order: str | None = None


def read_name(cell: str) -> str:
    """A company or a role: one line, blanks collapsed."""
    forbidden = forbidden_character(cell)
    if forbidden:
        raise Refused(f"{shown(cell)} holds a line break or control character ({forbidden}).")
    if len(cell) > LONGEST_NAME:
        raise Refused(f"{shown(cell)} has {len(cell)} characters, at most {LONGEST_NAME} are kept.")
    return " ".join(cell.split())


def read_past(cell: str, moment: Moment) -> When:
    """When the interview was, or the application: a day, or an instant; never in the future."""
    when = _when(cell, moment, "past")
    if (when.instant or moment.now) > moment.now or when.day > local_date(moment.now, moment.zone):
        raise Refused(f"{when.understood} lies in the future.", hint="import it once it has been")
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
    words = _ordered(_without_midnight(cell), moment.order)
    try:
        return parse_when(words, now=moment.now, zone=moment.zone, calendar=moment.calendar, purpose=purpose)
    except Refused as refusal:
        if _NUMBERS.fullmatch(words) is None:
            raise
        hint = f"{refusal.hint}; or say how the whole file means it: --dates {MONTH_FIRST}, or {DAY_FIRST}"
        raise Refused(refusal.message, hint=hint) from None


def _ordered(cell: str, order: str | None) -> str:
    """A date of numbers in the order that was said, as year-month-day; anything else as it is."""
    found = _NUMBERS.fullmatch(cell) if order is not None else None
    if found is None:
        return cell
    first, second, year, rest = found.groups()
    month, day = (first, second) if order == MONTH_FIRST else (second, first)
    if int(month) > 12:
        other = DAY_FIRST if order == MONTH_FIRST else MONTH_FIRST
        raise Refused(
            f"{shown(cell)} is no date {order}: there is no month {month}.",
            hint=f"say --dates {other}, unless the file mixes both; then write year-month-day, such as 2026-03-10",
        )
    year = f"20{year}" if len(year) == 2 else year
    return f"{year}-{int(month):02}-{int(day):02}{_clock(rest or '')}"


def _clock(text: str) -> str:
    """A time of day behind a date, with or without am and pm, as HH:MM."""
    found = _TIME.fullmatch(text.strip(" ,"))
    if found is None:
        return text
    hour, half = int(found[1]), (found[4] or "").lower()
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return f" {hour:02}:{found[2]}" + (f":{found[3]}" if found[3] else "")


def _without_midnight(cell: str) -> str:
    # Spreadsheets write a date alone as its midnight.
    return re.sub(r"[ T]00:00:00(\.0+)?$", "", cell)


def read_notes(cell: str) -> str:
    """Any text; line breaks and tabs may stand in it."""
    text = read_any_length(cell)
    if len(text) > LONGEST_TEXT:
        raise Refused(f"{shown(cell)} has {len(text)} characters, at most {LONGEST_TEXT} are kept.")
    return text


def read_any_length(cell: str) -> str:
    """The same, however long: what other programs keep may be a whole job description."""
    text = cell.replace("\r\n", "\n")
    forbidden = forbidden_character(text, allowed="\n\t")
    if forbidden:
        raise Refused(f"{shown(cell)} holds a control character ({forbidden}).")
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

    A comma may part two people or a last name from a first: it is refused. `(HR)` after a name is dropped. A name in
    quotes, `"Byron, Ada" <ada@acme.example>`, is taken as it stands: so `shown_person` writes those that need it.
    """
    people, end = [], 0
    for found in _QUOTED.finditer(cell):
        people += _unquoted(cell[end : found.start()])
        name = re.sub(r"\\(.)", r"\1", found["name"])
        forbidden = forbidden_character(name)
        if forbidden:
            raise Refused(f"contact {shown(name)}: a name holds no line break or control character ({forbidden}).")
        people.append((check_name(name), None if found["email"] is None else check_email(found["email"])))
        end = found.end()
    return people + _unquoted(cell[end:])


def shown_person(name: str, email: str | None) -> str:
    """A person as `read_people` reads them."""
    address = f" <{email}>" if email else ""
    with suppress(Refused):
        # A parenthesis may belong with one of the next person's.
        if not set(name) & set('()"') and read_people(name + address) == [(name, email)]:
            return name + address
    return '"' + re.sub(r'(["\\])', r"\\\1", name) + '"' + address


def _unquoted(cell: str) -> list[tuple[str, str | None]]:
    cell = _REMARK.sub("", cell)
    people = []
    for chunk in _parts(cell):
        if "," in _ADDRESS.sub("", chunk):
            apart = "; ".join(part.strip() for part in chunk.split(",") if part.strip())
            raise Refused(
                f"{shown(chunk)} may be one person or several.",
                hint=f"separate people with ';', such as {shown(apart)}, and write first names first",
            )
        people += [parse_person(part) for part in _BETWEEN.split(chunk) if part.strip() and not is_nobody(part)]
    return people


def read_emails(cell: str) -> list[str]:
    """Addresses, parted by `;` and line breaks; what says "none" is left out."""
    return [check_email(part) for part in _parts(cell)]


def _parts(cell: str) -> list[str]:
    found = (part.strip() for part in re.split(r"[;\r\n]+", cell))
    return [part for part in found if part and not is_nobody(part)]


def is_nobody(text: str) -> bool:
    """Whether a cell says that there is nothing yet."""
    return text.strip().casefold() in NOBODY


def identify_moment(cell: str, began: When) -> str:
    """When it began as part of a row's identity, however its date is written.

    A day said in relation to today ("yesterday") counts by its words: read again tomorrow, it is the same row.
    """
    if cell[:4].isdigit() or find_long_date(_without_midnight(cell)):
        return (began.instant or began.day).isoformat()
    return " ".join(cell.casefold().split())
