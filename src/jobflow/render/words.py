"""The words for moments, facts and emphasis. Colour codes are stripped by whoever prints to anything but a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jobflow.core.long_dates import MONTHS, WEEKDAYS
from jobflow.core.when import spell_date

ISO_DAY = "0000-00-00"


def json_text(value: object, *, ascii_only: bool = False) -> str:
    """One JSON document, keys in the order of the contract."""
    return json.dumps(value, ensure_ascii=ascii_only, indent=2, allow_nan=False)


def dim(text: str) -> str:
    """Beside the point, until somebody asks why."""
    return f"\x1b[2m{text}\x1b[0m"


def bold(text: str) -> str:
    """What the eye should find first."""
    return f"\x1b[1m{text}\x1b[0m"


def clock(at: datetime, zone: ZoneInfo) -> str:
    """`18:00`, local."""
    return f"{at.astimezone(zone):%H:%M}"


def day_words(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`today`, `tomorrow`, `yesterday`, `Fri 13 March`; the year where it is another one."""
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    near = {today: "today", today + timedelta(days=1): "tomorrow", today - timedelta(days=1): "yesterday"}
    if day in near:
        return near[day]
    year = "" if day.year == today.year else f" {day.year}"
    return f"{WEEKDAYS[day.weekday()][:3].title()} {day.day} {MONTHS[day.month - 1]}{year}"


def moment_words(at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """`today 18:00`; `not known yet` where there is no moment."""
    return "not known yet" if at is None else f"{day_words(at, now, zone)} {clock(at, zone)}"


def full_words(at: datetime, zone: ZoneInfo) -> str:
    """`Tue 10 March 2026, 12:00`."""
    return f"{spell_date(at.astimezone(zone).date())}, {clock(at, zone)}"


def fact_words(value: Any) -> str:
    """A fact as a person would write it."""
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in (value.get("amount"), value.get("currency")) if part is not None)
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    if isinstance(value, str) and len(value) == len(ISO_DAY):
        try:
            return spell_date(date.fromisoformat(value))
        except ValueError:
            return value
    if isinstance(value, str) and value[len(ISO_DAY) : len(ISO_DAY) + 1] == "T":
        try:
            at = datetime.fromisoformat(value)  # in the application's zone already
        except ValueError:
            return value
        return f"{spell_date(at.date())}, {at:%H:%M}"
    return str(value)


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 task`, `2 tasks`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def reason_of(why: str) -> str:
    """The reason alone, of a `why` that says the moment first, where the moment is shown already."""
    head, _, reason = why.partition(": ")
    if head.startswith(("due ", "was due ", "opens ")) and not head.startswith("opens once "):
        return reason
    return "" if head.startswith(("lapsed ", "withheld ", "done ", "skipped ", "cancelled ")) else why


def columns(rows: Iterable[tuple[str, str]], widest: int = 64) -> Iterator[str]:
    """Two columns, the second aligned as far as the first is not too wide."""
    kept = list(rows)
    width = min(max((len(first) for first, _ in kept), default=0), widest)
    for first, second in kept:
        yield f"{first:<{width}}  {second}".rstrip()
